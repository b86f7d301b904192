"""The pages people see, each with its security headers; and the way into class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import Response, g, render_template

from lti_bridge.conferencing import Visitor
from lti_bridge.errors import BridgeError, NotAllowed, ServiceMissing
from lti_bridge.scheduling import Agenda, Entrance, Waiting
from lti_bridge.scheduling.picking import title_of
from lti_bridge.scheduling.timing import CANCELLED, CLOSED
from lti_bridge.security import FrameSession, Redirect, Sessions, page_headers
from lti_bridge.web.changing import Changing
from lti_bridge.web.classes import SERVICES, attendees
from lti_bridge.web.times import span_of
from lti_bridge.web.wording import NO_WINDOW, wording_for

if TYPE_CHECKING:
    from lti_bridge.directory import Visit
    from lti_bridge.scheduling import (
        CoursePeople,
        CoursesPeople,
        GroupBook,
        MeetsClasses,
        PeoplePage,
    )
    from lti_bridge.store import CourseGroup, Meeting, MeetsEvent, Presence
    from lti_bridge.web.rights import Rights

JOIN_AGAIN: Final[tuple[str, Mapping[str, str]]] = ("course.join", {})
"""Where a refusal's Retry goes, with the form's further fields, unless ``g.retry`` says so; and
its session is the page's, unless ``g.retry_with`` is another."""

Origins = Callable[[int | None], Sequence[str]]
"""Who may frame a page: origins of the platform with that row ID, or of all if it isn't known."""


class Pages:
    """Renders; decides nothing."""

    def __init__(
        self,
        entrance: Entrance,
        classes: MeetsClasses,
        sessions: Sessions,
        origins: Origins,
        *,
        people: CoursePeople,
        groups: GroupBook,
        rights: Rights,
        next_class: Callable[[int], Meeting | None],
        agenda: Agenda,
        allow_http: bool,
    ) -> None:
        """``next_class``: of a course; ``allow_http``: services and LMSs may be plain http
        (development).
        """
        self._entrance = entrance
        self.changing: Final = Changing(entrance, classes, agenda)
        self._people = people
        self._groups = groups
        self.rights: Final = rights
        self._next_class = next_class
        self._sessions = sessions
        self._origins = origins
        self._allow_http: Final = allow_http

    def course(self, session: FrameSession, visit: Visit, *, saved: bool = False) -> Response:
        """The course page: the meeting, whether it runs and how many are in, Join."""
        visit.outcome = "page"
        leads = session.role == "moderator"
        there = self._people.of_course(session.course_id) if leads else None
        return self._meeting_page("course/course.html", session, saved=saved, there=there)

    def of_meeting(self, session: FrameSession, visit: Visit) -> Response:
        """The page of the meeting for who is looking, whatever its link says of joining."""
        show = self.course if session.role == "moderator" else self.join_button
        return show(session, visit)

    def join_button(self, session: FrameSession, visit: Visit) -> Response:
        """The page in a frame whose one button opens the class in a new window.

        Browsers often refuse camera and microphone inside frames.
        """
        visit.outcome = "page"
        return self._meeting_page("course/join.html", session)

    def own_groups(
        self, session: FrameSession, visit: Visit, own: Sequence[CourseGroup]
    ) -> Response:
        """The page of a link to groups, for a person who is in several of them or in none."""
        visit.outcome = "page"
        return self._page("course/own_groups.html", session, own=own)

    def classes(self, session: FrameSession) -> Response:
        """What changes of the course page, for a script to put in its place: the class that is
        now or next, and the lists.
        """
        return self._page("course/changing.html", session, **self.changing.values(session))

    def people(
        self, session: FrameSession, *, there: CoursesPeople, page: PeoplePage, asked: bool
    ) -> Response:
        """The page of who belongs to the course; ``asked``: the LMS will be asked soon."""
        return self._page(
            "course/people.html", session, there=there, page=page, asked=asked, span_of=span_of
        )

    def attendance(
        self, session: FrameSession, event: MeetsEvent, stays: Sequence[Presence]
    ) -> Response:
        """The page of who was in an event."""
        return self._page(
            "course/attendance.html",
            session,
            event=event,
            service=SERVICES.get(event.service, event.service),
            span=span_of(event.begins_ms, event.ends_ms),
            people=attendees(stays),
        )

    def grading(self, session: FrameSession, **values: Any) -> Response:
        """The page of a meeting's grades; see :mod:`lti_bridge.web.grading`."""
        return self._page("course/grading.html", session, **values)

    def join(
        self,
        session: FrameSession,
        visit: Visit,
        preferred: Callable[[FrameSession, Visit], FrameSession] | None = None,
    ) -> Response:
        """The redirect into class, or the page that waits for it and then goes by itself.

        ``preferred``: adds to a launch's session what its person chose, if it comes to a page.
        """
        g.frame_session = session
        visit.step = "create"
        meeting = self._entrance.meeting(session.meeting)
        visitor = self.rights.as_whom(session, meeting, visitor_of(session))
        hosting = self.rights.hosts(session, meeting)
        try:
            entered = self._entrance.enter(meeting.id, visitor, hosting=hosting)
        except NotAllowed as refusal:
            if refusal.code not in CLOSED:
                raise
            session = preferred(session, visit) if preferred else session
            return self._closed(session, visit, meeting, refusal.code)
        if isinstance(entered, Waiting):
            visit.outcome = "waiting"
            session = preferred(session, visit) if preferred else session
            return self._page(
                "course/waiting.html",
                session,
                meeting=self._entrance.meeting(session.meeting),
                why=entered.why,
                opens=span_of(entered.opens_ms, None),
                opens_in=max(0, (entered.opens_ms or 0) - _now_ms()),
                trouble=self._entrance.trouble(session.meeting),
            )
        visit.step, visit.outcome = "joined", "joined"
        return Redirect(entered, ("Referrer-Policy", "no-referrer"))

    def _closed(self, session: FrameSession, visit: Visit, meeting: Meeting, code: str) -> Response:
        """The page of a class that is over or doesn't take place: it tells of the next one."""
        visit.outcome = "closed"
        coming = self._next_class(session.course_id)
        return self._page(
            "course/closed.html",
            session,
            cancelled=code == CANCELLED,
            meeting=meeting,
            span=span_of(meeting.begins_ms, meeting.ends_ms),
            coming=coming if coming and coming.id != meeting.id else None,
            coming_span=coming and span_of(coming.begins_ms, coming.ends_ms),
        )

    def show(
        self, template: str, session: FrameSession, *, images: Sequence[str] = (), **values: Any
    ) -> Response:
        """A page of somebody's, with its session; ``images``: origins of its pictures."""
        return self._page(template, session, images=images, **values)

    def picker(self, template: str, session: FrameSession, **values: Any) -> Response:
        """A page of the picker."""
        return self._page(template, session, **values)

    def handing_over(self, session: FrameSession, return_url: str, token: str) -> Response:
        """The page that takes the picker's answer to the LMS: by itself, or by a button."""
        body = render_template("course/picked.html", return_url=return_url, answer=token)
        response = self._response(body, session.platform_id, 200)
        # With "no-referrer" browsers say "Origin: null", which some LMSs take for an attack.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    def refusal(self, error: BridgeError, visit: Visit) -> Response:
        """The page of a refused launch: why, what to do, and the reference number."""
        session: FrameSession | None = g.get("frame_session")
        may_pass = type(error).status == 503 and not isinstance(error, ServiceMissing)
        again = g.get("retry_with") or (self._sessions.issue(session) if session else "")
        login = f"/lti/login?{urlencode(visit.login)}" if visit.login else ""
        apart = error.code == "cookie_missing"
        platform = session.platform_id if session else None
        framed_by = session.framed_by if session else visit.framed_by
        if visit.platform is not None:
            platform = visit.platform.id
        g.framed_by = " ".join(self._framers(platform, framed_by))
        body = render_template(
            "course/refusal.html",
            words=NO_WINDOW if apart and not login else wording_for(error),
            reference=visit.reference,
            retry_session=again if may_pass else "",
            retry=g.get("retry", JOIN_AGAIN),
            retry_login=login if may_pass and not again else "",
            window_login=login if apart else "",
        )
        return self._response(body, platform, type(error).status, framed_by)

    def _meeting_page(self, template: str, session: FrameSession, **values: Any) -> Response:
        """The page of a course."""
        groups = self._groups.shown(session.course_id, session.role, session.user_id)
        return self._page(
            template, session, groups=groups, **self.changing.values(session), **values
        )

    def _page(
        self, template: str, session: FrameSession, *, images: Sequence[str] = (), **values: Any
    ) -> Response:
        g.framed_by = " ".join(self._framers(session.platform_id, session.framed_by))
        body = render_template(
            template,
            session=session,
            token=self._sessions.issue(session),
            may_edit=self.rights.may_edit(session),
            title_of=partial(title_of, course_title=session.course_title),
            **values,
        )
        return self._response(body, session.platform_id, 200, session.framed_by, images)

    def _response(
        self,
        body: str,
        platform: int | None,
        status: int,
        framed_by: str = "",
        images: Sequence[str] = (),
    ) -> Response:
        ancestors = self._framers(platform, framed_by)
        headers = page_headers(ancestors, allow_http=self._allow_http, images=images)
        return Response(body, status=status, headers=headers, mimetype="text/html")

    def _framers(self, platform: int | None, framed_by: str) -> tuple[str, ...]:
        return (*self._origins(platform), *([framed_by] if framed_by else []))


def _now_ms() -> int:
    return int(time() * 1000)


def visitor_of(session: FrameSession) -> Visitor:
    """The person of a page, as the service is told of them."""
    return Visitor(
        full_name=session.name,
        role=session.role,
        user_id=session.meets_user_id,
        key="" if session.user_id is None else str(session.user_id),
        observer=session.observer,
    )
