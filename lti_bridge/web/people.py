"""The people of a course, for its teachers; and the groups' own meetings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import Response, g, request

from lti_bridge.errors import NotAllowed
from lti_bridge.security.sessions import require_moderator

if TYPE_CHECKING:
    from lti_bridge.scheduling import CoursePeople, Entrance, GroupBook
    from lti_bridge.security.sessions import FrameSession
    from lti_bridge.web.pages import Pages

LONGEST_SEARCH: Final = 100

ReadSession = Callable[[str], "FrameSession"]


@dataclass(frozen=True, slots=True)
class PeopleViews:
    """The views."""

    session: ReadSession
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    entrance: Entrance
    people: CoursePeople
    groups: GroupBook

    def listed(self) -> Response:
        """``POST /course/people``: who belongs to the course; teachers only."""
        session = self._teachers("people")
        self.people.want(session.course_id)
        return self._page(session)

    def refresh(self) -> Response:
        """``POST /course/people/refresh``: ask the LMS soon; teachers only."""
        session = self._teachers("people")
        self.people.ask_now(session.course_id)
        return self._page(session, asked=True)

    def enter_group(self) -> Response:
        """``POST /course/groups/enter``: into the meeting of a group; its members and teachers."""
        session = self.session("join")
        group = _number("group")
        base = self.entrance.meeting(session.meeting)
        found, meeting = self.groups.meeting(
            group, base, session.course_title, session.role, session.user_id
        )
        g.visit.meeting_id = meeting.id
        return self.pages.join(replace(session, meeting=meeting.id, link_title=found.name), g.visit)

    def _teachers(self, step: str) -> FrameSession:
        session = self.session(step)
        require_moderator(session)
        return session

    def _page(self, session: FrameSession, *, asked: bool = False) -> Response:
        search = " ".join(request.form.get("search", "").split())[:LONGEST_SEARCH]
        start = _number("start") if "start" in request.form else 0
        g.visit.outcome = "people"
        return self.pages.people(
            session,
            there=self.people.of_course(session.course_id),
            page=self.people.page(session.course_id, search=search, start=start),
            asked=asked,
        )


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotAllowed(
            f"The form names no {name}.",
            remedy="Open the link in the course again.",
            code="open_from_course",
        )
    return int(text)
