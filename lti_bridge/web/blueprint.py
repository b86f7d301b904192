"""The URLs of the course pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from lti_bridge.web.actions import CourseViews
    from lti_bridge.web.elsewhere import ElsewhereViews
    from lti_bridge.web.grading import GradingViews
    from lti_bridge.web.people import PeopleViews
    from lti_bridge.web.picker import Picker


def blueprint(
    views: CourseViews,
    elsewhere: ElsewhereViews,
    picker: Picker,
    grading: GradingViews,
    people: PeopleViews,
) -> Blueprint:
    """``/course/…``."""
    urls = Blueprint(
        "course", __name__, url_prefix="/course", static_folder="static", static_url_path="/static"
    )
    asked: dict[str, Callable[[], Response]] = {
        "join": views.join,
        "open": views.open,
        "status": views.status,
        "settings": views.settings,
        "classes": elsewhere.listed,
        "attendance": elsewhere.attendance,
        "recordings/download": elsewhere.download,
        "pick": picker.pick,
        "grading": grading.show,
        "grading/rules": grading.save,
        "grading/send": grading.send,
        "grading/person": grading.person,
        "people": people.listed,
        "people/refresh": people.refresh,
        "groups/enter": people.enter_group,
    }
    for path, view in asked.items():
        endpoint = path.replace("/", "_") if "grading" in path else path.rpartition("/")[2]
        urls.add_url_rule(f"/{path}", endpoint, view, methods=["POST"])
    for path in ("", *asked):
        urls.add_url_rule(f"/{path}", "lost", views.lost, methods=["GET"], strict_slashes=False)
    return urls
