"""The JSON Web Token by which the bridge shows an LMS who it is (Security Framework 1.0, 4.1.1)."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

if TYPE_CHECKING:
    from lti_bridge.store import Platform, ToolKey

LIFETIME_SECONDS: Final = 180
"""It is used at once; some LMSs take none that is good for more than five minutes."""
SLOW_CLOCK_SECONDS: Final = 5
"""Some LMSs refuse what was issued a second ahead of their own clock."""


def client_assertion(platform: Platform, key: ToolKey, now: float) -> str:
    """The assertion (RFC 7523, 3), good once and for that platform alone; ``now`` in UNIX seconds.

    ``aud`` is the token endpoint, unless the platform says that its authorization server is
    called something else.
    """
    issued = int(now) - SLOW_CLOCK_SECONDS
    claims = {
        "iss": platform.client_id,
        "sub": platform.client_id,
        "aud": platform.auth_audience or platform.auth_token_url,
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
        "jti": secrets.token_urlsafe(24),
    }
    message = f"{_packed({'typ': 'JWT', 'alg': 'RS256', 'kid': key.kid})}.{_packed(claims)}"
    signature = key.private_key.sign(message.encode("ascii"), PKCS1v15(), SHA256())
    return f"{message}.{_base64url(signature)}"


def _packed(value: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
