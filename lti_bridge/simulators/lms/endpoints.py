"""The LTI endpoints: authentication and the key set (Security Framework 1.0, 5.1.1 and 6.3)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, make_response, request

from lti_bridge.errors import LaunchRefused
from lti_bridge.simulators.lms.pages import hand_over

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from lti_bridge.simulators.lms.sessions import Sessions
    from lti_bridge.simulators.lms.simulator import LmsSimulator


def blueprint(lms: LmsSimulator, sessions: Sessions) -> Blueprint:
    """The URLs of the endpoints."""
    endpoints = Blueprint("lti", __name__, url_prefix="/lti")

    @endpoints.route("/auth", methods=["GET", "POST"])
    def authenticate() -> Response:
        parameters = request.form if request.method == "POST" else request.args
        tool = lms.gate.asking_tool(parameters, lms.tools)
        try:
            grant = lms.gate.grant(parameters, tool, sessions.visitor())
        except LaunchRefused as refusal:
            fields = _error_fields(refusal, parameters)
            return hand_over("This launch can’t go on", tool.launch_url, fields)
        return hand_over(f"Opening {grant.link.title}", tool.launch_url, lms.answer(grant))

    @endpoints.get("/jwks")
    def key_set() -> Response:
        lms.count_key_set_request()
        return _key_set(lms)

    return endpoints


def _error_fields(refusal: LaunchRefused, parameters: MultiDict[str, str]) -> dict[str, str]:
    """An error as OpenID Connect answers it (Core 3.1.2.6), with the state if there is one."""
    fields = {"error": refusal.code, "error_description": refusal.message}
    states = parameters.getlist("state")
    return fields | ({"state": states[0]} if len(states) == 1 and states[0] else {})


def _key_set(lms: LmsSimulator) -> Response:
    fault = lms.key_set_fault
    if fault == "down":
        return make_response("The key set is not available.", 503, {"Content-Type": "text/plain"})
    if fault == "html":
        return make_response("<!doctype html><title>Riverbank</title><p>We will be back soon.")
    if fault == "slow":
        time.sleep(lms.key_set_delay)
    response = jsonify({"keys": []} if fault == "empty" else lms.keys.key_set())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
