"""What a request must carry, and what it says ("Usage", "Input limitations").

Parameters come by GET, or in the body of a POST. A value over the limit is ignored, without a
word. How one authenticates is the client's contract: HTTP Basic, a header, a query parameter.
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_LIMITS = {"GET": 512, "POST": 4096}
_FORM = "application/x-www-form-urlencoded"

# RFC 3986, "Query": unreserved, sub-delims, ":@/?", percent-encoded; & and = cut the parameters.
_ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~!$'()*+,;:@/?=]|%[0-9A-Fa-f]{2})*", re.ASCII)


def refusal(status: int, message: str) -> RemoteRejected:
    """An error, as it goes out."""
    return RemoteRejected(message, code=str(status))


class Credentials:
    """What every request must carry."""

    def __init__(
        self,
        username: str,
        password: str,
        header: tuple[str, str] | None,
        param: tuple[str, str] | None,
    ) -> None:
        self.basic = bool(username or password)
        self._headers: list[tuple[str, str]] = []
        if self.basic:
            pair = base64.b64encode(f"{username}:{password}".encode()).decode()
            self._headers.append(("HTTP_AUTHORIZATION", f"Basic {pair}"))
        if header:
            self._headers.append((f"HTTP_{header[0].upper().replace('-', '_')}", header[1]))
        self._param = param
        self.any = bool(self._headers or param)

    def check(self, environ: WSGIEnvironment, query: dict[str, str]) -> None:
        pairs = [(value, str(environ.get(name, ""))) for name, value in self._headers]
        if self._param:
            pairs.append((self._param[1], query.get(self._param[0], "")))
        matches = [hmac.compare_digest(one.encode(), other.encode()) for one, other in pairs]
        if not all(matches):
            raise refusal(401, "Authentication required")


def parameters_of(environ: WSGIEnvironment, query: dict[str, str]) -> dict[str, str]:
    method = environ["REQUEST_METHOD"]
    if method not in _LIMITS:
        raise refusal(405, "Only GET and POST are available")
    given = query
    if method == "POST":
        if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != _FORM:
            raise refusal(415, f"POST requires a Content-Type of {_FORM}")
        given = decoded_query(environ["wsgi.input"].read().decode("latin-1"))
    limit = _LIMITS[method]
    return {name: value for name, value in given.items() if len(value.encode()) <= limit}


def decoded_query(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        decoded = _decoded(name)
        if decoded in found:
            raise refusal(400, f'Parameter "{decoded}" given more than once')
        found[decoded] = _decoded(value)
    return found


def _decoded(text: str) -> str:
    if not _ENCODED.fullmatch(text):
        raise refusal(400, "Parameters must be percent-encoded according to RFC 3986")
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise refusal(400, "Parameters must be UTF-8") from None
