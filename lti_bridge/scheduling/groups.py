"""A meeting for each group of a course: made when somebody opens it, entered by its members.

Who is in a group is looked up when they enter, never taken from a page.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from lti_bridge.directory.memory import Memory
from lti_bridge.errors import NotAllowed
from lti_bridge.scheduling.standing import meeting_name
from lti_bridge.store import NewMeeting

if TYPE_CHECKING:
    from lti_bridge.store import CourseGroup, Groups, Meeting, Role

REMEMBERED_SECONDS: Final = 15.0
"""However many people look at a course's page: one query per person and process in that time."""


class GroupBook:
    """The groups of courses, and their meetings."""

    def __init__(
        self,
        groups: Groups,
        *,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], float] = time,
    ) -> None:
        """``clock``: seconds; ``now``: UNIX seconds."""
        self._groups = groups
        self._now = now
        self._known: Memory[tuple[int, int | None], tuple[CourseGroup, ...]] = Memory(
            50_000, clock=clock
        )

    def shown(self, course: int, role: Role, user: int | None) -> tuple[CourseGroup, ...]:
        """The groups that a page offers: all to a moderator, to others their own."""
        if role != "moderator" and user is None:
            return ()
        whose = None if role == "moderator" else user
        known = self._known.get((course, whose))
        if known is None:
            found = tuple(self._groups.of_course(course, user_id=whose))
            known = self._known.put((course, whose), found, REMEMBERED_SECONDS)
        return known

    def own(self, course: int, user: int | None) -> tuple[CourseGroup, ...]:
        """Somebody's groups as they are now, whatever pages remember: they are about to go in."""
        if user is None:
            return ()
        found = tuple(self._groups.of_course(course, user_id=user))
        return self._known.put((course, user), found, REMEMBERED_SECONDS)

    def meeting(
        self, group: int, base: Meeting, course_title: str, role: Role, user: int | None
    ) -> tuple[CourseGroup, Meeting]:
        """The group and its own meeting, made if there is none yet, for somebody who may enter.

        ``base`` is a meeting of the same course: what is the course's is as there. Raises
        :class:`NotAllowed` where the course has no such group (any more), or it isn't theirs.
        """
        found = self._groups.find(group)
        if found is None or found.gone or found.course_id != base.course_id:
            raise NotAllowed(
                "The course has no such group (any more).",
                remedy="Open the link in the course again; groups come with the next roster.",
                code="group_gone",
            )
        self._check(found.id, role, user)
        made = self._groups.meeting(found.id) or self._groups.add_meeting(
            NewMeeting(
                course_id=base.course_id,
                resource_link_id=None,
                group_id=found.id,
                service=base.service,
                name=meeting_name(course_title, found.name),
                title=found.name,
                logout_url=base.logout_url,
                meets_course_id=base.meets_course_id,
                meets_connection=base.meets_connection,
                lti_context_id=base.lti_context_id,
            ),
            int(self._now() * 1000),
        )
        return found, made

    def check(self, meeting: Meeting, role: Role, user: int | None) -> None:
        """Raise :class:`NotAllowed` where it is the meeting of a group that isn't theirs (now)."""
        if meeting.group_id is not None:
            self._check(meeting.group_id, role, user)

    def _check(self, group: int, role: Role, user: int | None) -> None:
        if role == "moderator":
            return
        if user is None or not self._groups.has_member(group, user):
            raise NotAllowed(
                "This group is one of other people.",
                remedy="Ask the teacher of the course to add the person to it.",
                code="not_in_group",
            )
