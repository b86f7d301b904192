"""``/api/meets/NAME``: who asks, what they ask, and the answer, always as JSON of the manual's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from flask import Response, g, request

from lti_bridge.api.access import Access, require
from lti_bridge.api.answers import Answers
from lti_bridge.api.functions import FUNCTIONS
from lti_bridge.api.openapi import document
from lti_bridge.api.parameters import sent, typed
from lti_bridge.api.refusals import Refused
from lti_bridge.errors import BridgeError
from lti_bridge.store.reporting import Scope

if TYPE_CHECKING:
    from lti_bridge.store.reporting import Reports

Told = Callable[[str, int, int | None, float], None]
"""(function, status, number of the token, seconds), after each call."""
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class ReportViews:
    """The functions over HTTP."""

    def __init__(self, reports: Reports, access: Access, public_url: str, told: Told) -> None:
        """``public_url``: as in the settings; ``told``: of every call."""
        self._answers = Answers(reports)
        self._access = access
        self._document = document(f"{public_url.rstrip('/')}/api/meets")
        self._told = told

    def description(self) -> Response:
        """``GET /api/meets/openapi.json``: for programs that make clients; it is no secret."""
        return _written(200, self._document, {"Cache-Control": "max-age=3600"})

    def function(self, name: str) -> Response:
        """``GET, POST /api/meets/NAME``."""
        started = perf_counter()
        g.report_token = None
        response = self._guarded(name)
        known = name if name in FUNCTIONS else "unknown"
        self._told(known, response.status_code, g.report_token, perf_counter() - started)
        return response

    def _guarded(self, name: str) -> Response:
        try:
            return self._answer(name)
        except Refused as refusal:
            return _json(refusal.status, {"error": refusal.error}, refusal.headers)
        except BridgeError as error:
            # Our own database; its words are for the log.
            status = max(type(error).status, 500)
            return _json(status, {"error": "Reports can't be read just now; try again in a moment"})

    def _answer(self, name: str) -> Response:
        token = self._access.token_of(request)
        g.report_token = token.id
        function = FUNCTIONS.get(name)
        if function is None:
            raise Refused(404, "No such function")
        require(token, function.permissions)
        given = typed(function.by_name, sent(request), request.method)
        scope = Scope(token.connections or None)
        members = self._answers.by_name[name](given, scope)
        if "location" in members:
            return _json(303, members, {"Location": members["location"]})
        return _json(200, members)


def _json(
    status: int, members: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    return _written(status, {"status": status, **members}, headers)


def _written(
    status: int, members: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    body = json.dumps(members, separators=(",", ":"), ensure_ascii=False)
    response = Response(body, status=status, mimetype="application/json")
    response.headers.update({**HEADERS, **(headers or {})})
    return response
