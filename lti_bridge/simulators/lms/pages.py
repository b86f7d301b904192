"""The pages that people see: sign-in, courses, a course, a launch, the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from werkzeug.exceptions import NotFound

from lti_bridge.settings import resource
from lti_bridge.simulators.lms.deep_linking import teaches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.wrappers import Response as AnyResponse

    from lti_bridge.simulators.lms.campus import Course, Link
    from lti_bridge.simulators.lms.sessions import Sessions
    from lti_bridge.simulators.lms.simulator import LmsSimulator

_TEMPLATES = "simulators/lms"
_ASSETS = ("lms.css", "lms.js", "icon.svg")


def policy(*, frames: Iterable[str] = (), forms: str = "'self'") -> str:
    """A content security policy: our own style and script, frames and forms only where said."""
    framed = " ".join(("'self'", *frames))
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        f"frame-src {framed}; form-action {forms}; "
        "frame-ancestors 'self'; base-uri 'none'"
    )


def hand_over(title: str, action: str, fields: Mapping[str, str], status: int = 200) -> Response:
    """A page that posts ``fields`` to ``action`` by itself, or by a button without script."""
    page = render_template(f"{_TEMPLATES}/handover.html", title=title, action=action, fields=fields)
    response = make_response(page, status)
    # Chromium holds form-action against every redirect that follows the form, and a tool may go
    # on to a meeting anywhere: naming its origin alone would stop people at the last step.
    response.headers["Content-Security-Policy"] = policy(forms="*")
    return response


def blueprint(lms: LmsSimulator, sessions: Sessions) -> Blueprint:
    """The URLs of the pages."""
    pages = Blueprint("pages", __name__)
    views = _Pages(lms, sessions)
    for rule, name, methods in (
        ("/", "home", ["GET"]),
        ("/sign-in", "sign_in", ["GET", "POST"]),
        ("/sign-out", "sign_out", ["POST"]),
        ("/profile", "profile", ["GET"]),
        ("/courses", "courses", ["GET"]),
        ("/courses/<course_id>", "course", ["GET"]),
        ("/courses/<course_id>/links/<link_id>", "link", ["GET"]),
        ("/courses/<course_id>/links/<link_id>/start", "start", ["GET"]),
        ("/return", "returned", ["GET"]),
        ("/storage", "storage", ["GET"]),
    ):
        pages.add_url_rule(rule, name, getattr(views, name), methods=methods)
    pages.add_url_rule("/assets/<name>", "asset", _asset)
    return pages


def _asset(name: str) -> Response:
    if name not in _ASSETS:
        abort(404)
    response = send_from_directory(str(resource("templates") / _TEMPLATES), name)
    response.headers["Cache-Control"] = "no-cache"
    return response


class _Pages:
    def __init__(self, lms: LmsSimulator, sessions: Sessions) -> None:
        self._lms = lms
        self._sessions = sessions

    def home(self) -> AnyResponse:
        signed_in = self._sessions.visitor() is not None
        return redirect(url_for("pages.courses" if signed_in else "pages.sign_in"), 303)

    def sign_in(self) -> AnyResponse | str:
        if request.method == "GET":
            return render_template(f"{_TEMPLATES}/sign_in.html")
        self._sessions.require_own_form()
        user = self._lms.campus.user_by_id.get(request.form.get("user", ""))
        if user is None:
            abort(400, "Nobody here has that account.")
        response = make_response(redirect(url_for("pages.courses"), 303))
        self._sessions.begin(response, user)
        return response

    def sign_out(self) -> AnyResponse:
        self._sessions.require_own_form()
        response = make_response(redirect(url_for("pages.sign_in"), 303))
        self._sessions.end(response)
        return response

    def profile(self) -> str:
        return render_template(f"{_TEMPLATES}/profile.html", person=self._sessions.person())

    def courses(self) -> str:
        courses = self._lms.campus.courses_of(self._sessions.person())
        return render_template(f"{_TEMPLATES}/courses.html", courses=courses)

    def course(self, course_id: str) -> str:
        course, person = self._course(course_id), self._sessions.person()
        sees, now, leads = self._lms.campus.sees, datetime.now(UTC), teaches(course, person)
        shown = [
            link
            for link in course.links
            if leads or (link.is_available(now) and sees(course, person.id, link))
        ]
        return render_template(
            f"{_TEMPLATES}/course.html", course=course, teaches=leads, links=shown
        )

    def link(self, course_id: str, link_id: str) -> Response:
        course, link = self._link(course_id, link_id)
        if link.document_target == "window":
            return self._start(link)
        page = render_template(
            f"{_TEMPLATES}/launch.html", course=course, link=link, storage=self._lms.storage
        )
        response = make_response(page)
        origins = self._lms.origins_of(link)
        response.headers["Content-Security-Policy"] = policy(frames=origins)
        return response

    def start(self, course_id: str, link_id: str) -> Response:
        return self._start(self._link(course_id, link_id)[1])

    def storage(self) -> str:
        """The frame that keeps things for tools."""
        return render_template(f"{_TEMPLATES}/storage.html")

    def returned(self) -> str:
        course = self._lms.campus.course_by_id.get(request.args.get("course", ""))
        visitor = self._sessions.visitor()
        if visitor is None or (course is not None and visitor.id not in course.roles):
            course = None
        return render_template(
            f"{_TEMPLATES}/return.html",
            course=course,
            message=request.args.get("lti_msg", ""),
            error=request.args.get("lti_errormsg", ""),
        )

    def _start(self, link: Link) -> Response:
        url, fields = self._lms.opening(self._sessions.person(), link)
        return hand_over(f"Opening {link.title}", url, fields)

    def _course(self, course_id: str) -> Course:
        person = self._sessions.person()
        course = self._lms.campus.course_by_id.get(course_id)
        # A course that somebody isn't in looks to them like one that isn't there.
        if course is None or person.id not in course.roles:
            raise NotFound("There is no such course among yours.")
        return course

    def _link(self, course_id: str, link_id: str) -> tuple[Course, Link]:
        course = self._course(course_id)
        link = next((link for link in course.links if link.id == link_id), None)
        if link is None:
            raise NotFound("There is no such link in this course.")
        return course, link
