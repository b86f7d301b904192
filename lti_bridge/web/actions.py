"""What the course pages' forms and scripts ask for. Each reads its session and checks its right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, g, jsonify, request

from lti_bridge.errors import NotAllowed, RemoteError
from lti_bridge.security.sessions import FrameSession, Sessions, require_moderator
from lti_bridge.web.pages import Pages, visitor_of

if TYPE_CHECKING:
    from lti_bridge.directory import Visit
    from lti_bridge.scheduling import CoursePeople, Entrance, GroupBook, MeetingBook, MeetsClasses

LARGEST_FORM = 64 * 1024


@dataclass(frozen=True, slots=True)
class CourseViews:
    """The views of the course pages."""

    sessions: Sessions
    pages: Pages
    entrance: Entrance
    book: MeetingBook
    classes: MeetsClasses
    people: CoursePeople
    groups: GroupBook
    begin: Callable[[], Visit]

    def join(self) -> Response:
        """``POST /course/join``: into class."""
        session = self.session("join")
        meeting = self.entrance.meeting(session.meeting)
        self.groups.check(meeting, session.role, session.user_id)
        return self.pages.join(session, g.visit)

    def open(self) -> Response:
        """``POST /course/open``: back to the course page."""
        session = self.session("open")
        return self.pages.of_meeting(session, g.visit)

    def status(self) -> Response:
        """``POST /course/status``: what a page asks while it waits; answered from memory."""
        session = self.session("status")
        status = self.entrance.status(session.meeting)
        g.visit.outcome = "status"
        self.people.want(session.course_id)
        answer = jsonify(
            open=self._is_open(session),
            running=status.running if status else None,
            participants=status.participants if status else None,
            trouble=self.entrance.trouble(session.meeting) is not None,
            classes=self._classes_version(session),
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _classes_version(self, session: FrameSession) -> str:
        self.classes.want(session.course_id)
        there = self.classes.of_course(session.course_id, session.role)
        return there.version if there else ""

    def _is_open(self, session: FrameSession) -> bool:
        # A service that is down isn't news to everybody who waits, every ten seconds.
        try:
            return self.entrance.is_open(session.meeting, visitor_of(session))
        except RemoteError:
            return False

    def settings(self) -> Response:
        """``POST /course/settings``: whether students wait for a teacher; teachers only."""
        session = self.session("settings")
        require_moderator(session)
        wait = request.form.get("wait_for_moderator") == "true"
        self.book.set_waiting(session.meeting, wait_for_moderator=wait)
        return self.pages.course(session, g.visit, saved=True)

    def lost(self) -> Response:
        """Any of the pages' addresses without what belongs to it."""
        g.visit = self.begin()
        raise NotAllowed(
            "A course page was asked for without its form.",
            remedy="Open the link in the course.",
            code="open_from_course",
        )

    def session(self, step: str, largest: int = LARGEST_FORM) -> FrameSession:
        """The session that the request carries, in its form or as a bearer's; noted in its visit.

        Raises :class:`lti_bridge.errors.NotAuthentic`.
        """
        visit = g.visit = self.begin()
        visit.step = step
        request.max_content_length = largest
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        text = bearer if scheme == "Bearer" else request.form.get("session", "")
        session = self.sessions.read(text)
        visit.locale, visit.role = session.locale, session.role
        visit.course_id, visit.user_id = session.course_id, session.user_id
        visit.meeting_id = session.meeting or None
        g.frame_session = session
        return session
