"""The URLs of the course pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

if TYPE_CHECKING:
    from lti_bridge.web.actions import CourseViews


def blueprint(views: CourseViews) -> Blueprint:
    """``/course/…``."""
    urls = Blueprint(
        "course", __name__, url_prefix="/course", static_folder="static", static_url_path="/static"
    )
    urls.add_url_rule("/join", "join", views.join, methods=["POST"])
    urls.add_url_rule("/status", "status", views.status, methods=["POST"])
    urls.add_url_rule("/settings", "settings", views.settings, methods=["POST"])
    for path in ("/", "/join", "/status", "/settings"):
        urls.add_url_rule(path, "lost", views.lost, methods=["GET"], strict_slashes=False)
    return urls
