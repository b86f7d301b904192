"""Passwords of local accounts: kept as argon2id (RFC 9106), checked in one time for everybody."""

from __future__ import annotations

import base64
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lti_bridge.errors import MalformedRequest

SHORTEST: Final = 12
MEMORY: Final = 19_456
"""KiB, with two passes OWASP's first choice: many who guess at once fill no machine."""
PASSES: Final = 2
LONGEST: Final = 1000
"""Nobody types more; hashing it would only cost time."""


class Passwords:
    """Hashes and checks."""

    def __init__(self) -> None:
        """Costs nothing yet: the hash that no password has is drawn, not worked out."""
        self._hasher: Final = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY, parallelism=1)
        self._nobodys: Final = f"$argon2id$v=19$m={MEMORY},t={PASSES},p=1${_drawn(16)}${_drawn(32)}"

    def hashed(self, password: str) -> str:
        """The hash with its salt and parameters."""
        return self._hasher.hash(password.encode("utf-8", "replace"))

    def match(self, password_hash: str, password: str) -> bool:
        """Whether it is that one. Without a hash (an unknown name, an account of single sign-on)
        as much is worked out, so that the time says nothing.
        """
        try:
            self._hasher.verify(
                password_hash or self._nobodys, password[:LONGEST].encode("utf-8", "replace")
            )
        except (VerificationError, InvalidHashError):
            return False
        return bool(password_hash)

    def is_weak(self, password_hash: str) -> bool:
        """Whether it was hashed by other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def _drawn(length: int) -> str:
    """So many random bytes, as hashes are written: base64 without its padding."""
    return base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")


def check_strength(name: str, password: str) -> None:
    """Raise :class:`MalformedRequest` for a password that is easily guessed."""
    plain = password.casefold()
    if not SHORTEST <= len(password) <= LONGEST:
        raise _weak(f"A password has {SHORTEST} to {LONGEST} characters.")
    if name.casefold() in plain or plain in name.casefold() or len(set(plain)) < 4:
        raise _weak("The password holds the account's name, or hardly more than one character.")


def _weak(why: str) -> MalformedRequest:
    return MalformedRequest(
        why, remedy="Take several words that don't belong together.", code="password_weak"
    )
