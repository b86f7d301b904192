"""JSON Web Tokens made by hand (RFC 7515, 7519; HMAC by RFC 2104), for what no library makes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(payload: Any, algorithm: str = "HS256", secret: str = SECRET, header: Any = None) -> str:
    """A compact JWS; ``payload`` and ``header`` as JSON, or these very bytes."""
    head = {"alg": algorithm, "typ": "JWT"} if header is None else header
    message = f"{part(head)}.{part(payload)}"
    digest = DIGESTS.get(algorithm, hashlib.sha256)
    return f"{message}.{part(hmac.new(secret.encode(), message.encode(), digest).digest())}"


def ready(meeting_id: Any, record_id: Any, **options: Any) -> str:
    """What BigBlueButton signs when a recording is ready."""
    return token({"meeting_id": meeting_id, "record_id": record_id}, **options)


def bearer(seconds: float = 60, **options: Any) -> str:
    """The ``Authorization`` of who tells who attended."""
    return f"Bearer {token({'exp': int(time.time() + seconds)}, 'HS512', **options)}"
