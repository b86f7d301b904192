"""The gradebook as people see it: the instructor's table, a student's own grades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from lti_bridge.simulators.lms import roles

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.sessions import Sessions
    from lti_bridge.simulators.lms.simulator import LmsSimulator


def blueprint(lms: LmsSimulator, sessions: Sessions) -> Blueprint:
    """The URL of the page."""
    pages = Blueprint("grade_pages", __name__)

    @pages.get("/courses/<course_id>/grades")
    def grades(course_id: str) -> str:
        person = sessions.person()
        course = lms.campus.course_by_id.get(course_id)
        if course is None or person.id not in course.roles:
            raise NotFound("There is no such course among yours.")
        learners = [
            user
            for user in lms.campus.users
            if roles.LEARNER in course.roles.get(user.id, ()) and user.id not in lms.gradebook.gone
        ]
        own = roles.LEARNER in course.roles[person.id]
        return render_template(
            "simulators/lms/grades.html",
            course=course,
            own=own,
            columns=lms.gradebook.columns(course),
            people=[person] if own else learners,
            cell=lms.gradebook.cell,
        )

    return pages
