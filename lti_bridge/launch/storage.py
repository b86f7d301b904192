"""The platform keeps what binds a login to its browser, where browsers keep no cookies in frames.

1EdTech's "LTI OIDC Login with LTI Client Side postMessages" 0.1 and "LTI postMessage Storage" 0.1:
a login that names ``lti_storage_target`` is answered with a page whose script hands the mark to
that frame of the platform (``lti.put_data``) and goes on; a launch that comes without its cookie
is answered with a page that asks for it (``lti.get_data``) and sends the launch again with it.

Messages go only to the origin of the platform's authorization endpoint, and answers count only
from there. What the second page found is believed only where the browser says (``Origin``) that the
form came from a page of ours: else a stranger could send somebody into their own launch, with
the mark of their own browser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Response, render_template

from lti_bridge.security import page_headers

if TYPE_CHECKING:
    from lti_bridge.launch.login import Begun
    from lti_bridge.launch.state import State
    from lti_bridge.store import Platform

FIELD: Final = "stored_mark"
"""The form's field with what the platform kept; empty where it kept, or told, nothing."""
ECHOED: Final = ("id_token", "state")

Origins = Callable[[int | None], Sequence[str]]


class StoragePages:
    """The two pages."""

    def __init__(self, public_url: str, origins: Origins, *, allow_http: bool) -> None:
        """``origins``: who may frame a page of a platform, by its row."""
        self._public_url: Final = public_url
        self._origins = origins
        self._allow_http: Final = allow_http

    def keeping(self, begun: Begun, cookies: Sequence[tuple[str, str]]) -> Response:
        """Hands the mark over and goes on to the platform."""
        response = self._page(
            begun.platform,
            "launch/keeping.html",
            state=begun.state,
            mark=begun.mark,
            location=begun.location,
        )
        for cookie in cookies:
            response.headers.add(*cookie)
        return response

    def asking(self, state: State, platform: Platform, form: Mapping[str, str]) -> Response:
        """Asks for the mark and sends the launch again."""
        fields = {name: form[name] for name in ECHOED if name in form}
        return self._page(platform, "launch/asking.html", state=state, fields=fields, field=FIELD)

    def is_own_page(self, origin: str) -> bool:
        """Whether a request with this ``Origin`` was sent by a page of ours."""
        return origin == self._public_url

    def _page(self, platform: Platform, template: str, **values: object) -> Response:
        parts = urlsplit(platform.auth_login_url)
        origin = f"{parts.scheme}://{parts.netloc}"
        body = render_template(template, platform_origin=origin, **values)
        headers = page_headers(self._origins(platform.id), allow_http=self._allow_http)
        # With "no-referrer" browsers say "Origin: null", also to ourselves.
        headers["Referrer-Policy"] = "same-origin"
        return Response(body, headers=headers, mimetype="text/html")
