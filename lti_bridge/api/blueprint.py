"""The URLs of the reporting API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

if TYPE_CHECKING:
    from lti_bridge.api.views import ReportViews

EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All come to the view, so that every refusal is the API's own JSON."""


def blueprint(views: ReportViews) -> Blueprint:
    """``/api/meets/…``."""
    urls = Blueprint("api", __name__, url_prefix="/api/meets")
    urls.add_url_rule("/openapi.json", "description", views.description, methods=["GET"])
    urls.add_url_rule(
        "/<name>",
        "function",
        views.function,
        methods=EVERY_METHOD,
        provide_automatic_options=False,
    )
    return urls
