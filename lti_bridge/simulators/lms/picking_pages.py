"""Pages of deep linking: a tool's picker in a frame, what comes back from it, a course's copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import Forbidden, NotFound

from lti_bridge.simulators.lms.deep_linking import copy_of, teaches
from lti_bridge.simulators.lms.pages import hand_over, policy

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from lti_bridge.simulators.lms.campus import Course
    from lti_bridge.simulators.lms.sessions import Sessions
    from lti_bridge.simulators.lms.simulator import LmsSimulator

_TEMPLATES = "simulators/lms"


def blueprint(lms: LmsSimulator, sessions: Sessions) -> Blueprint:
    """The URLs of deep linking."""
    picking = Blueprint("picking", __name__)
    views = _Views(lms, sessions)
    picking.add_url_rule("/courses/<course_id>/add", "add", views.add)
    picking.add_url_rule("/courses/<course_id>/add/start", "start", views.start)
    picking.add_url_rule("/courses/<course_id>/copy", "copy", views.copy, methods=["POST"])
    picking.add_url_rule("/lti/deep-links", "take", views.take, methods=["POST"])
    return picking


class _Views:
    def __init__(self, lms: LmsSimulator, sessions: Sessions) -> None:
        self._lms = lms
        self._sessions = sessions

    def add(self, course_id: str) -> Response:
        course = self._course(course_id)
        page = render_template(
            f"{_TEMPLATES}/adding.html", course=course, storage=self._lms.storage
        )
        response = make_response(page)
        origins = self._lms.tool_of(course.picker).origins
        response.headers["Content-Security-Policy"] = policy(frames=origins)
        return response

    def start(self, course_id: str) -> Response:
        picker = self._course(course_id).picker
        fields = self._lms.login_parameters(self._sessions.person(), picker)
        return hand_over("Opening the picker", self._lms.tool_of(picker).login_url, fields)

    def take(self) -> str:
        # It comes from the tool's frame, without the LMS's cookie: its data say for whom it is.
        taken = self._lms.deep_linking.take(request.form.get("JWT", ""))
        return render_template(f"{_TEMPLATES}/added.html", taken=taken, course=taken.course)

    def copy(self, course_id: str) -> AnyResponse:
        self._sessions.require_own_form()
        copy = copy_of(self._course(course_id))
        self._lms.put_course(copy)
        return redirect(url_for("pages.course", course_id=copy.id), 303)

    def _course(self, course_id: str) -> Course:
        person = self._sessions.person()
        course = self._lms.campus.course_by_id.get(course_id)
        if course is None or person.id not in course.roles:
            raise NotFound("There is no such course among yours.")
        if not teaches(course, person):
            raise Forbidden("Only who teaches this course may change it.")
        return course
