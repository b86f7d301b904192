"""Key pairs, and how often each may be used ("Authentication", "Rate Limits")."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

CALLS: Final = 10
SECONDS: Final = 5.0


@dataclass(slots=True)
class _Pair:
    digest: bytes = field(repr=False)
    """Of the secret, which isn't kept."""
    revoked: bool = False
    breaches: int = 0
    successes: deque[float] = field(default_factory=lambda: deque(maxlen=CALLS))
    """When the last calls were answered well, oldest first."""


class Keys:
    """An account's key pairs. Whether the interval slides isn't said; here it does."""

    def __init__(self, clock: Callable[[], float], disable_after: int) -> None:
        """``clock`` gives seconds; a key's ``disable_after``-th breach revokes it."""
        self._clock = clock
        self._disable_after = disable_after
        self._pairs: dict[str, _Pair] = {}

    def add(self, key: str, secret: str) -> None:
        if not key or ":" in key:
            raise ValueError("a key is not empty, and holds no colon")
        self._pairs[key] = _Pair(_digest(secret))

    def revoke(self, key: str) -> None:
        """Raises KeyError for a key that was never there."""
        self._pairs[key].revoked = True

    @property
    def breaches(self) -> dict[str, int]:
        """By key."""
        return {key: pair.breaches for key, pair in self._pairs.items()}

    def holder(self, authorization: str) -> str | None:
        """The key in an Authorization header, if its secret fits and it isn't revoked."""
        key, secret = _basic(authorization)
        pair = self._pairs.get(key)
        # Compared even for a key that isn't there, so that the time taken doesn't tell.
        fits = hmac.compare_digest(_digest(secret), pair.digest if pair else _digest(""))
        return key if pair and fits and not pair.revoked else None

    def breached(self, key: str) -> bool:
        """Whether the limit is used up; if it is, that counts as a breach."""
        pair = self._pairs[key]
        if len(pair.successes) < CALLS or self._clock() - pair.successes[0] >= SECONDS:
            return False
        pair.breaches += 1
        pair.revoked = pair.revoked or pair.breaches >= self._disable_after
        return True

    def succeeded(self, key: str) -> None:
        self._pairs[key].successes.append(self._clock())


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return "", ""
    key, _, secret = decoded.partition(":")
    return (key, secret) if scheme.lower() == "basic" else ("", "")
