"""OAuth 1.0a as LTI 1.1 uses it (RFC 5849, 3.4 to 3.6), written from its text."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
USUAL_PORTS = {"http": 80, "https": 443}


def encoded(text: str) -> str:
    """3.6: every octet of the UTF-8 but the unreserved as ``%`` and two capital digits."""
    return "".join(
        chr(octet) if octet in UNRESERVED else f"%{octet:02X}" for octet in text.encode()
    )


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """3.4.1: method, address and parameters; the last decoded, and the query's among them."""
    pairs = sorted((encoded(name), encoded(value)) for name, value in parameters)
    normalized = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join(encoded(part) for part in (method.upper(), _address(url), normalized))


def _address(url: str) -> str:
    """3.4.1.2: scheme and host in lower case, no usual port, no query."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if parts.port not in {None, USUAL_PORTS.get(parts.scheme)}:
        host = f"{host}:{parts.port}"
    return f"{parts.scheme}://{host}{parts.path or '/'}"


def signature(base: str, secret: str, method: str) -> str:
    """3.4.2, with an empty token secret; the hash by the method's name."""
    key = f"{encoded(secret)}&".encode()
    return base64.b64encode(hmac.new(key, base.encode(), HASHES[method]).digest()).decode()


def body_hash(body: bytes) -> str:
    """``oauth_body_hash`` of a body that is no form (OAuth Request Body Hash 1.0, 3.2)."""
    return base64.b64encode(hashlib.sha1(body).digest()).decode()  # noqa: S324 - as it says there
