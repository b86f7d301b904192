"""Takes a URL apart without changing a byte of what is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lti_bridge.http.failures import Failure, refused

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Host names in ASCII (internationalised ones in their xn-- form), IPv6 in brackets; the target
# is any printable ASCII, as the callers' checksums are over the bytes they chose.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[0-9a-z._-]+)(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<target>[/?][\x21\x22\x24-\x7e]*)?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_USERINFO = re.compile(r"[a-z]+://[^/?#]*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a call goes. Its ``repr()`` leaves the target out, which may hold secrets."""

    scheme: str
    host: str
    """Lower case, IPv6 without its brackets."""
    port: int
    authority: str
    """``host:port``, IPv6 in brackets: what breakers and messages name."""
    target: str = field(repr=False)
    """Path and query, byte for byte."""


def parse(url: str, *, allow_http: bool) -> Destination | Failure:
    """Take ``url`` apart, or say why it is none that the bridge calls (RFC 3986, RFC 9112 §3.2).

    A fragment is left off, as it always is; a missing path becomes ``/``.
    """
    match = _URL.fullmatch(url)
    if match is None:
        return _unusable(url)
    scheme, host, given, target = match.groups()
    scheme, host = scheme.lower(), host.lower()
    port = int(given) if given else _DEFAULT_PORTS[scheme]
    if not 0 < port < 65536:
        return _unusable(url)
    if scheme == "http" and not allow_http:
        return refused(
            "is called by plain http, which the settings do not allow",
            "Use its https address, or (for development only) set security.allow_http.",
        )
    if target is None or target.startswith("?"):
        target = "/" + (target or "")
    return Destination(scheme, host.strip("[]"), port, f"{host}:{port}", target)


def named(where: Destination | Failure) -> str:
    """Name the host, for messages; a URL that can't be read isn't repeated."""
    return "its address" if isinstance(where, Failure) else where.authority


def _unusable(url: str) -> Failure:
    if _USERINFO.match(url):
        return refused(
            "holds a user name or password", "Take them out of the URL, into their own settings."
        )
    return refused(
        "is not an http or https URL in plain ASCII",
        "Check it in the settings: no spaces, other letters percent-encoded.",
    )
