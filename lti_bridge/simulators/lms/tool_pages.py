"""The administrator's pages of tools: register one, see what there is, let courses use it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from lti_bridge.simulators.lms import roles
from lti_bridge.simulators.lms.pages import policy

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from lti_bridge.simulators.lms.sessions import Sessions
    from lti_bridge.simulators.lms.simulator import LmsSimulator


def blueprint(lms: LmsSimulator, sessions: Sessions) -> Blueprint:
    """The URLs of the pages."""
    urls = Blueprint("tools", __name__, url_prefix="/admin/tools")
    views = _Views(lms, sessions)
    urls.add_url_rule("", "listed", views.listed)
    urls.add_url_rule("/register", "opened", views.opened, methods=["POST"])
    urls.add_url_rule("/use", "used", views.used, methods=["POST"])
    return urls


class _Views:
    def __init__(self, lms: LmsSimulator, sessions: Sessions) -> None:
        self._lms = lms
        self._sessions = sessions

    def listed(self) -> str:
        self._require_administrator()
        return render_template(
            "simulators/lms/tools.html",
            tools=self._lms.tools.values(),
            current=next(iter(self._lms.tools), ""),
            registers=self._lms.quirks.registers,
        )

    def opened(self) -> Response:
        """The tool's registration page, in a frame."""
        self._require_administrator()
        self._sessions.require_own_form()
        url = request.form.get("url", "").strip()
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            abort(400, "This is not a web address.")
        opening = self._lms.registry.opening(url)
        response = make_response(render_template("simulators/lms/registering.html", url=opening))
        frames = (f"{parts.scheme}://{parts.netloc}",)
        response.headers["Content-Security-Policy"] = policy(frames=frames)
        return response

    def used(self) -> AnyResponse:
        """Links that name no tool launch this one."""
        self._require_administrator()
        self._sessions.require_own_form()
        if not self._lms.use_tool(request.form.get("client_id", "")):
            abort(400, "There is no such tool.")
        return redirect(url_for("tools.listed"), 303)

    def _require_administrator(self) -> None:
        if roles.ADMINISTRATOR not in self._sessions.person().institution_roles:
            abort(403, "Only administrators look after tools.")
