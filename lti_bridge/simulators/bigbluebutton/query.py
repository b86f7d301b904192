"""A request to the API as it came in: its raw parameters, and the checksum over them.

Meetingz API, "API Security Model / Usage"; BigBlueButton API, "API Security Model" and "create /
POST request". Refusals are RemoteRejected, with the messageKey as ``code``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote_to_bytes

from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from collections.abc import Collection
    from wsgiref.types import WSGIEnvironment

CHECKSUMS = ("sha1", "sha256", "sha384", "sha512")
FORM = "application/x-www-form-urlencoded"

_MISMATCH = "You did not pass the checksum security check"
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Request:
    """One call, nothing in it decoded."""

    call: str
    method: str
    origin: str
    """``http://host:port`` as the caller addressed it."""
    query: str = field(repr=False)
    """A latin-1 string, as WSGI has it."""
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, environ: WSGIEnvironment, call: str) -> Self:
        """Reads the body."""
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        return cls(
            call=call,
            method=environ["REQUEST_METHOD"],
            origin=f"{environ['wsgi.url_scheme']}://{host}",
            query=environ["QUERY_STRING"],
            content_type=environ.get("CONTENT_TYPE", ""),
            body=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
        )

    @property
    def mimetype(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def is_form(self) -> bool:
        """Whether the parameters are in the body."""
        return self.method == "POST" and self.mimetype == FORM and bool(self.body)


def signed_parameters(request: Request, secret: str, checksums: Collection[str]) -> str:
    """The raw parameters, as a query string has them, once their checksum is found right.

    It is over call name + raw query string without it + secret, in one of ``checksums``, which
    its length tells apart. A form's checksum is in the body and covers no parameter; parameters
    in both places are refused. Raises RemoteRejected (checksumError).
    """
    if request.is_form and request.query:
        raise RemoteRejected(_MISMATCH, code="checksumError")
    raw = request.body.decode("latin-1") if request.is_form else request.query
    parts = raw.split("&")
    sums = [part.partition("=")[2] for part in parts if _is_checksum(part)]
    covered = "" if request.is_form else "&".join(part for part in parts if not _is_checksum(part))
    if len(sums) != 1 or not _fits(sums[0], request.call + covered, secret, checksums):
        raise RemoteRejected(_MISMATCH, code="checksumError")
    return raw


def has_checksum(request: Request) -> bool:
    """Whether there is one at all, right or wrong."""
    raw = request.body.decode("latin-1") if request.is_form else request.query
    return any(_is_checksum(part) for part in raw.split("&"))


def parameters(query: str) -> dict[str, str]:
    """The decoded parameters without the checksum; ``+`` and ``%20`` both mean a space.

    Raises RemoteRejected (validationError) for one that is repeated or can't be decoded.
    """
    found: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        if _is_checksum(part):
            continue
        name, _, value = part.partition("=")
        decoded = _decoded(name)
        if decoded in found:
            raise invalid(f"The parameter {decoded} was given more than once.")
        found[decoded] = _decoded(value)
    return found


def invalid(message: str) -> RemoteRejected:
    """A refusal with messageKey validationError."""
    return RemoteRejected(message, code="validationError")


def _fits(given: str, covered: str, secret: str, checksums: Collection[str]) -> bool:
    data = covered.encode("latin-1") + secret.encode()
    for name in checksums:
        right = hashlib.new(name, data, usedforsecurity=False).hexdigest()
        if len(right) == len(given):
            return hmac.compare_digest(right.encode(), given.encode("latin-1"))
    return False


def _is_checksum(part: str) -> bool:
    return part.partition("=")[0] == "checksum"


def _decoded(text: str) -> str:
    if _BAD_PERCENT.search(text):
        raise invalid("The query string is not percent-encoded.")
    try:
        raw = unquote_to_bytes(text.replace("+", " ").encode("latin-1"))
        decoded = raw.decode("utf-8")
    except UnicodeError as error:
        raise invalid("The query string is not UTF-8.") from error
    if _CONTROL.search(decoded):
        raise invalid("The query string holds control characters.")
    return decoded
