"""JSON Web Tokens as BigBlueButton signs its callbacks with. BigBlueButton API, callbacks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Algorithm = Literal["HS256", "HS512"]

_HASHES = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}


def signed(payload: Mapping[str, object], secret: str, algorithm: Algorithm) -> str:
    """The compact form (RFC 7515)."""
    head = _part(json.dumps({"typ": "JWT", "alg": algorithm}).encode())
    body = _part(json.dumps(payload).encode())
    covered = f"{head}.{body}"
    signature = hmac.new(secret.encode(), covered.encode(), _HASHES[algorithm]).digest()
    return f"{covered}.{_part(signature)}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
