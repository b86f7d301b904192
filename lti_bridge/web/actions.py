"""What the course pages' forms and scripts ask for. Each reads its session and checks its right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import time
from typing import TYPE_CHECKING

from flask import Response, g, jsonify, request

from lti_bridge.errors import NotAllowed, RemoteError
from lti_bridge.scheduling.timing import CLOSED
from lti_bridge.security.sessions import FrameSession, Sessions, require_moderator
from lti_bridge.web.asking import asked_meeting
from lti_bridge.web.pages import Pages, visitor_of
from lti_bridge.web.times import tell_for

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
        """``POST /course/join``: into class; the page's own, or the course's named ``meeting``."""
        session = self._about(self.session("join"))
        return self.pages.join(session, g.visit)

    def open(self) -> Response:
        """``POST /course/open``: back to the course page."""
        session = self.session("open")
        return self.pages.of_meeting(session, g.visit)

    def status(self) -> Response:
        """``POST /course/status``: what a page asks while it waits; answered from memory.

        ``opens_in``: milliseconds until a scheduled class opens, by our clock; ``closed``: it is
        over, or doesn't take place; ``lead``, ``classes``: see :meth:`Changing.versions`.
        """
        session = self.session("status")
        versions = self._versions(session)
        session = self._about(session)
        meeting = self.entrance.meeting(session.meeting)
        status = self.entrance.status(meeting.id)
        g.visit.outcome = "status"
        self.people.want(session.course_id)
        answer = jsonify(
            **self._door(session),
            running=status.running if status else None,
            participants=status.participants if status else None,
            trouble=self.entrance.trouble(session.meeting) is not None,
            **versions,
            **_opens_in(meeting.opens_ms),
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _versions(self, session: FrameSession) -> dict[str, str]:
        self.classes.want(session.course_id)
        return self.pages.changing.versions(session)

    def _about(self, session: FrameSession) -> FrameSession:
        """The session as of a page of the meeting that the form is about; its right is checked."""
        meeting = asked_meeting(self.entrance, self.groups, session)
        if meeting.id == session.meeting:
            return session
        g.visit.meeting_id = meeting.id
        title = meeting.title or session.link_title
        return replace(session, meeting=meeting.id, link_title=title)

    def _door(self, session: FrameSession) -> dict[str, bool]:
        # A service that is down isn't news to everybody who waits, every ten seconds.
        try:
            meeting, rights = self.entrance.meeting(session.meeting), self.pages.rights
            visitor = rights.as_whom(session, meeting, visitor_of(session))
            hosting = rights.hosts(session, meeting)
            return {"open": self.entrance.is_open(meeting.id, visitor, hosting=hosting)}
        except RemoteError:
            return {"open": False}
        except NotAllowed as refusal:
            if refusal.code not in CLOSED:
                raise
            return {"open": False, "closed": True}

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
        tell_for(session)
        return session


def _opens_in(opens_ms: int | None) -> dict[str, int]:
    left_ms = 0 if opens_ms is None else opens_ms - int(time() * 1000)
    return {"opens_in": left_ms} if left_ms > 0 else {}
