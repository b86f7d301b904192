"""Links that lead people into their own group's meeting: custom parameter ``group=own``.

Who is in which group is looked up at each launch. Somebody in one group goes straight in; in
several they choose; in none, or where the LMS tells of no groups, there is the link's own meeting.
Who leads the course sees its page, with all groups.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flask import Response

    from lti_bridge.directory import Launch, Visit
    from lti_bridge.scheduling import GroupBook
    from lti_bridge.security import FrameSession
    from lti_bridge.store import CourseGroup, Meeting
    from lti_bridge.web.pages import Pages
    from lti_bridge.web.preferences import Preferred

PARAMETER: Final = "group"
OWN: Final = "own"


def leads_to_groups(launch: Launch) -> bool:
    """Whether the launch's link says so."""
    return launch.custom.get(PARAMETER, "").strip().lower() == OWN


@dataclass(frozen=True, slots=True)
class OwnGroups:
    """Where such launches go."""

    pages: Pages
    groups: GroupBook
    preferred: Preferred

    def __call__(
        self, launch: Launch, session: FrameSession, base: Meeting, visit: Visit
    ) -> Response:
        """The answer to a launch whose link's own meeting is ``base``."""
        if session.role == "moderator":
            return self.pages.course(self.preferred(session, visit), visit)
        own = self.groups.own(session.course_id, session.user_id)
        if len(own) != 1:
            return self.pages.own_groups(self.preferred(session, visit), visit, own)
        session = self._in_group(session, own[0], base)
        visit.meeting_id = session.meeting
        if launch.target == "window":
            return self.pages.join(session, visit, preferred=self.preferred)
        return self.pages.join_button(self.preferred(session, visit), visit)

    def _in_group(self, session: FrameSession, group: CourseGroup, base: Meeting) -> FrameSession:
        meeting = group.meeting_id
        if meeting is None:
            _, made = self.groups.meeting(
                group.id, base, session.course_title, session.role, session.user_id
            )
            meeting = made.id
        return replace(session, meeting=meeting, link_title=group.name)
