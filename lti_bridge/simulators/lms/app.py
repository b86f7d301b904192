"""The LMS's WSGI application: pages, LTI endpoints, and the headers that all of them bear."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from lti_bridge.errors import BridgeError
from lti_bridge.settings import resource
from lti_bridge.simulators.lms import (
    endpoints,
    grade_calls,
    grade_pages,
    groups,
    outcomes,
    pages,
    picking_pages,
    registration,
    roles,
    roster,
    tokens,
    tool_pages,
)
from lti_bridge.simulators.lms.sessions import Sessions

if TYPE_CHECKING:
    from lti_bridge.simulators.lms.simulator import LmsSimulator


def create_app(lms: LmsSimulator) -> Flask:
    """The application of one LMS."""
    app = Flask(__name__, static_folder=None, template_folder=str(resource("templates")))
    sessions = Sessions(lms)
    app.register_blueprint(pages.blueprint(lms, sessions))
    app.register_blueprint(endpoints.blueprint(lms, sessions))
    app.register_blueprint(registration.blueprint(lms))
    app.register_blueprint(tool_pages.blueprint(lms, sessions))
    app.register_blueprint(picking_pages.blueprint(lms, sessions))
    app.register_blueprint(tokens.blueprint(lms))
    app.register_blueprint(outcomes.blueprint(lms))
    app.register_blueprint(grade_calls.blueprint(lms))
    app.register_blueprint(grade_pages.blueprint(lms, sessions))
    app.register_blueprint(roster.blueprint(lms))
    app.register_blueprint(groups.blueprint(lms))
    app.register_error_handler(HTTPException, _http_error_page)
    app.register_error_handler(BridgeError, _refusal_page)
    app.after_request(_with_headers)
    app.add_template_filter(_hue, "hue")

    @app.context_processor
    def _common() -> dict[str, object]:
        return {
            "campus": lms.campus,
            "visitor": sessions.visitor(),
            "role_name": roles.name_of,
            "ADMINISTRATOR": roles.ADMINISTRATOR,
        }

    return app


def _http_error_page(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:  # a redirect of the router's
        return error
    text = error.description or ""
    return render_template("simulators/lms/error.html", title=error.name, text=text, code=""), code


def _refusal_page(error: BridgeError) -> tuple[str, int]:
    page = render_template(
        "simulators/lms/error.html",
        title="This launch can’t go on" if error.status != 503 else "Not connected",
        text=error.message,
        code=error.code if request.path.startswith("/lti/") else "",
    )
    return page, error.status


def _hue(identifier: str) -> int:
    """One of the avatars' five colours, always the same for a person."""
    return zlib.crc32(identifier.encode()) // 7 % 5


def _with_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", pages.policy())
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    # Not "no-referrer": browsers then say "Origin: null" on the form that goes to the tool.
    headers["Referrer-Policy"] = "strict-origin"
    return response
