"""The launch URLs: what a request holds goes in, a bare response comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Response, g, request

from lti_bridge.launch.forms import parse, read_form
from lti_bridge.launch.published import key_set
from lti_bridge.security import Redirect

if TYPE_CHECKING:
    from lti_bridge.directory import Launch, Visit
    from lti_bridge.launch.launching import Launching
    from lti_bridge.launch.login import Login
    from lti_bridge.launch.storage import StoragePages
    from lti_bridge.store import ToolKey

KEY_SET_SECONDS: Final = 600
"""Our key set may be kept for so long: far less than a new key waits before it signs."""

Arrive = Callable[["Launch", "Visit"], Response]
"""What becomes of a verified launch; the application wires it."""


@dataclass(frozen=True, slots=True)
class LaunchViews:
    """The views of the launch room, with what they need."""

    login_room: Login
    launching: Launching
    storage: StoragePages
    arrive: Arrive
    begin: Callable[[], Visit]
    keys: Callable[[], list[ToolKey]]

    def login(self) -> Response:
        """``/lti/login``."""
        visit = g.visit = self.begin()
        visit.step = "login"
        parameters: Mapping[str, str] = (
            read_form(request) if request.method == "POST" else parse(request.query_string)
        )
        begun = self.login_room.answer(parameters)
        visit.platform = begun.platform
        visit.outcome = "login"
        cookies = tuple(("Set-Cookie", cookie) for cookie in begun.cookies)
        if begun.state.storage_target:
            return self.storage.keeping(begun, cookies)
        return Redirect(begun.location, *cookies)

    def launch(self) -> Response:
        """``/lti/launch``."""
        visit = g.visit = self.begin()
        form = read_form(request)
        asked = self.launching.asks_storage(form, request.cookies)
        if asked is not None:
            visit.outcome = "login"
            return self.storage.asking(*asked, form)
        own_page = self.storage.is_own_page(request.headers.get("Origin", ""))
        launch = self.launching.verified(form, request.cookies, visit, own_page=own_page)
        return self.arrive(launch, visit)

    def jwks(self) -> Response:
        """``/lti/jwks.json``: public keys only (RFC 7517)."""
        response = Response(
            key_set(self.keys()),
            mimetype="application/json",
            headers={"Cache-Control": f"public, max-age={KEY_SET_SECONDS}"},
        )
        response.add_etag()
        response.make_conditional(request)
        return response
