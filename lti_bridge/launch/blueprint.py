"""The URLs of the launch room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

if TYPE_CHECKING:
    from lti_bridge.launch.registration import RegistrationViews
    from lti_bridge.launch.views import LaunchViews


def blueprint(views: LaunchViews, registration: RegistrationViews) -> Blueprint:
    """``/lti/…``."""
    urls = Blueprint(
        "launch", __name__, url_prefix="/lti", static_folder="static", static_url_path="/static"
    )
    urls.add_url_rule("/login", "login", views.login, methods=["GET", "POST"])
    urls.add_url_rule("/launch", "launch", views.launch, methods=["POST"])
    urls.add_url_rule("/jwks.json", "jwks", views.jwks)
    urls.add_url_rule("/register", "register", registration.register)
    urls.add_url_rule("/register", "confirm", registration.confirm, methods=["POST"])
    urls.add_url_rule("/config.json", "config_json", registration.config_json)
    urls.add_url_rule("/values", "values", registration.values)
    return urls
