"""The bridge's own public keys, as platforms read them (LTI Security Framework 1.0, 6.3)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lti_bridge.store import ToolKey


def key_set(keys: Iterable[ToolKey]) -> str:
    """A JSON Web Key Set (RFC 7517, 5) of the public halves."""
    return json.dumps({"keys": [_jwk(key) for key in keys]})


def _jwk(key: ToolKey) -> dict[str, str]:
    numbers = key.private_key.public_key().public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": key.kid,
        "n": _base64url(numbers.n),
        "e": _base64url(numbers.e),
    }


def _base64url(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
