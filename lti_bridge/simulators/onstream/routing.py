"""Who may call, and which call it is: Onstream API, "Quickstart" and "HTTP Error Codes"."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.onstream import (
    arguments,
    formats,
    invitees,
    reading,
    recordings,
    sessions,
)
from lti_bridge.simulators.onstream.formats import Answer
from lti_bridge.simulators.onstream.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request, Response

    from lti_bridge.simulators.onstream.account import Account
    from lti_bridge.simulators.onstream.arguments import Given
    from lti_bridge.simulators.onstream.links import Links
    from lti_bridge.simulators.onstream.reading import Style


def _authverify(_account: Account, _given: Given, _links: Links) -> Answer:
    return Answer({"authenticated": True, "message": "You are authorized to use the API"})


_VERBS: dict[tuple[str, str], Callable[[Account, Given, Links], Answer]] = {
    ("GET", "authverify"): _authverify,
    ("GET", "session"): sessions.get_session,
    ("GET", "sessions"): sessions.get_sessions,
    ("PUT", "session"): sessions.put_session,
    ("POST", "session"): sessions.post_session,
    ("DELETE", "session"): sessions.delete_session,
    ("GET", "invitees"): invitees.get_invitees,
    ("PUT", "invitee"): invitees.put_invitee,
    ("POST", "invitee"): invitees.post_invitee,
    ("DELETE", "invitee"): invitees.delete_invitee,
    ("GET", "recording"): recordings.get_recording,
    ("GET", "recordings"): recordings.get_recordings,
    ("POST", "recording"): recordings.post_recording,
    ("DELETE", "recording"): recordings.delete_recording,
    ("PUT", "file"): recordings.put_file,
    ("PUT", "file_in_session"): recordings.put_file_in_session,
}


class Api:
    """Everything below the base; the caller holds the account's lock."""

    def __init__(self, account: Account, password: str, form: formats.Format) -> None:
        """``password`` is the account's, for HTTP Basic."""
        self.account = account
        self.password = password
        self.form = form

    def answer(self, request: Request, path: str, links: Links) -> Response:
        """``path`` is what stands behind the base."""
        segments = list(filter(None, path.split("/")))
        style: Style = "xml"
        try:
            if not self._is_authentic(request):
                raise refused(401, "Authentication required")
            if not self.form.only_xml:
                style = reading.style(request, segments[2:])
            name = self._resource(request, segments)
            given = reading.arguments(request, name, segments[2:])
            answer = self._call(request.method, name, given, links)
        except RemoteRejected as refusal:
            answer = Answer({"error": refusal.message}, int(refusal.code))
        response = formats.response(answer, style, self.form)
        if answer.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="Onstream API"'
        if answer.status == 405:
            response.headers["Allow"] = ", ".join(_methods(segments[1]))
        return response

    def _resource(self, request: Request, segments: list[str]) -> str:
        """The call's name; raises 404 or 405.

        Another account's name in the URL is a user that doesn't exist here: 404, but to those
        only who have shown who they are.
        """
        if len(segments) < 2 or segments[0] != self.account.username:
            raise refused(404, "No such user or method")
        methods = _methods(segments[1])
        if not methods:
            raise refused(404, "No such method")
        if request.method not in methods:
            raise refused(405, f"{segments[1]} can't be called by {request.method}")
        return segments[1]

    def _is_authentic(self, request: Request) -> bool:
        said = request.authorization
        if said is None or said.type != "basic":
            return False
        pair = f"{said.username}:{said.password}"
        return hmac.compare_digest(
            pair.encode(), f"{self.account.username}:{self.password}".encode()
        )

    def _call(self, method: str, name: str, given: Given, links: Links) -> Answer:
        takes = arguments.CALLS[method, name]
        said = arguments.read(takes, given, strict=self.account.strict)
        return _VERBS[method, name](self.account, said, links)


def _methods(name: str) -> list[str]:
    return [method for method, known in _VERBS if known == name]
