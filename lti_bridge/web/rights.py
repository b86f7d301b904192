"""What somebody on a page may do, by their role, their platform's policies and the class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lti_bridge.directory import Policies
from lti_bridge.errors import NotAllowed
from lti_bridge.security.sessions import require_moderator

if TYPE_CHECKING:
    from lti_bridge.conferencing import Visitor
    from lti_bridge.security import FrameSession
    from lti_bridge.store import Meeting

PoliciesOf = Callable[[int], Policies]
"""Those of the platform with that row."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Answers by the policies of the moment."""

    of: PoliciesOf

    def may_edit(self, session: FrameSession) -> bool:
        """Whether they may schedule, change and cancel classes of their course."""
        if session.role != "moderator":
            return False
        return not session.assistant or self.of(session.platform_id).assistants_edit

    def require_edit(self, session: FrameSession) -> None:
        """Raise :class:`NotAllowed` unless they may; checked for each action."""
        require_moderator(session)
        if not self.may_edit(session):
            raise NotAllowed(
                "Teaching assistants may not schedule classes here.",
                remedy="Allow it: lti-bridge platform policies NAME --set assistantsEdit=yes",
                code="assistants_only_lead",
            )

    def as_whom(self, session: FrameSession, meeting: Meeting, visitor: Visitor) -> Visitor:
        """How they come to that class: who may not stand in for its host, comes to attend it."""
        others = meeting.series_id is not None and meeting.host_id not in {None, session.user_id}
        if visitor.role != "moderator" or not others:
            return visitor
        if self.of(session.platform_id).teachers_substitute:
            return visitor
        return replace(visitor, role="attendee")

    def hosts(self, session: FrameSession, meeting: Meeting) -> bool:
        """Whether everybody leads that class, and they are one of them."""
        if not meeting.room.students_host or session.observer:
            return False
        return self.of(session.platform_id).students_host
