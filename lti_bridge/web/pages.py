"""The pages people see, each with its security headers; and the way into class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import Response, g, render_template

from lti_bridge.conferencing import Capability, Visitor
from lti_bridge.errors import BridgeError, ServiceMissing
from lti_bridge.scheduling import Entrance, Waiting
from lti_bridge.security import FrameSession, Redirect, Sessions, page_headers
from lti_bridge.web.classes import SERVICES, attendees, class_list, span_of
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
    from lti_bridge.store import Meeting, MeetsEvent, Presence

JOIN_AGAIN: Final[tuple[str, Mapping[str, str]]] = ("course.join", {})
"""Where a refusal's Retry goes, with the form's further fields, unless ``g.retry`` says so."""

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
        allow_http: bool,
    ) -> None:
        """``allow_http``: services and LMSs may be plain http (development)."""
        self._entrance = entrance
        self._classes = classes
        self._people = people
        self._groups = groups
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

    def classes(self, session: FrameSession) -> Response:
        """The list of the course's classes alone, for a script to put in its place."""
        meeting = self._entrance.meeting(session.meeting)
        return self._page("course/classes.html", session, **self._listed(session, meeting))

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

    def join(self, session: FrameSession, visit: Visit) -> Response:
        """The redirect into class, or the page that waits for it and then goes by itself."""
        g.frame_session = session
        visit.step = "create"
        entered = self._entrance.enter(session.meeting, visitor_of(session))
        if isinstance(entered, Waiting):
            visit.outcome = "waiting"
            return self._page(
                "course/waiting.html",
                session,
                meeting=self._entrance.meeting(session.meeting),
                why=entered.why,
                trouble=self._entrance.trouble(session.meeting),
            )
        visit.step, visit.outcome = "joined", "joined"
        return Redirect(entered, ("Referrer-Policy", "no-referrer"))

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
        login = f"/lti/login?{urlencode(visit.login)}" if visit.login else ""
        apart = error.code == "cookie_missing"
        body = render_template(
            "course/refusal.html",
            words=NO_WINDOW if apart and not login else wording_for(error),
            reference=visit.reference,
            retry_session=self._sessions.issue(session) if session and may_pass else "",
            retry=g.get("retry", JOIN_AGAIN),
            retry_login=login if may_pass and not session else "",
            window_login=login if apart else "",
        )
        platform = session.platform_id if session else None
        framed_by = session.framed_by if session else visit.framed_by
        if visit.platform is not None:
            platform = visit.platform.id
        return self._response(body, platform, type(error).status, framed_by)

    def _meeting_page(self, template: str, session: FrameSession, **values: Any) -> Response:
        """A page about the meeting, with what its service says and can do."""
        meeting = self._entrance.meeting(session.meeting)
        status = self._entrance.status(meeting.id)
        return self._page(
            template,
            session,
            meeting=meeting,
            status=status,
            tells_running=Capability.RUNNING in self._entrance.capabilities(meeting.id),
            trouble=self._entrance.trouble(meeting.id),
            groups=self._groups.shown(session.course_id, session.role, session.user_id),
            span_of=span_of,
            **self._listed(session, meeting),
            **values,
        )

    def _listed(self, session: FrameSession, meeting: Meeting) -> dict[str, Any]:
        there = self._classes.of_course(session.course_id, session.role)
        if there is None:
            return {"classes": None}
        return {
            "classes": class_list(there, int(time() * 1000)),
            "our_service": self._entrance.kind(meeting.id),
        }

    def _page(self, template: str, session: FrameSession, **values: Any) -> Response:
        body = render_template(
            template, session=session, token=self._sessions.issue(session), **values
        )
        return self._response(body, session.platform_id, 200, session.framed_by)

    def _response(
        self, body: str, platform: int | None, status: int, framed_by: str = ""
    ) -> Response:
        ancestors = (*self._origins(platform), *([framed_by] if framed_by else []))
        headers = page_headers(ancestors, allow_http=self._allow_http)
        return Response(body, status=status, headers=headers, mimetype="text/html")


def visitor_of(session: FrameSession) -> Visitor:
    """The person of a page, as the service is told of them."""
    return Visitor(
        full_name=session.name,
        role=session.role,
        user_id=session.meets_user_id,
        key="" if session.user_id is None else str(session.user_id),
        observer=session.observer,
    )
