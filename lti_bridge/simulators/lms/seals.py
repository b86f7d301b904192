"""Short sealed texts: what the LMS hands out and later takes back, unread and unchanged."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets


def to_base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Sealer:
    """Seals lists of texts with a secret of its own, made when it is."""

    def __init__(self) -> None:
        """Seals of one sealer mean nothing to another."""
        self._secret = secrets.token_bytes(32)

    def seal(self, purpose: str, values: list[str]) -> str:
        """``values`` as an opaque text that only :meth:`unseal` with that ``purpose`` takes."""
        payload = to_base64url(json.dumps(values, separators=(",", ":")).encode())
        return f"{payload}.{self.mark(purpose, payload)}"

    def unseal(self, purpose: str, text: str) -> list[str] | None:
        """The values again, or None if the text isn't one of this sealer's for that purpose."""
        payload, _, mark = text.partition(".")
        if not hmac.compare_digest(_bytes(mark), _bytes(self.mark(purpose, payload))):
            return None
        values: list[str] = json.loads(_from_base64url(payload))
        return values

    def mark(self, purpose: str, text: str) -> str:
        """A text that nobody else can make from these two (128 bits, base64url)."""
        message = _bytes(f"{purpose}\0{text}")
        return to_base64url(hmac.digest(self._secret, message, hashlib.sha256)[:16])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
