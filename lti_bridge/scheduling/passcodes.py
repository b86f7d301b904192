"""Passcodes of invitations: kept salted and slow to try (scrypt, RFC 7914), compared in constant
time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import unicodedata
from typing import Final

SHORTEST: Final = 6
LONGEST: Final = 64
_COST: Final = 14
"""2^14 rounds and blocks of 8: 16 MB and some 50 ms for each try."""
_BLOCKS: Final = 8
_SALT_BYTES: Final = 16
_AT_ONCE: Final = threading.BoundedSemaphore(4)
"""So many are tried at once in a process: hundreds would take gigabytes."""


def spelled(passcode: str) -> str:
    """As it is compared: whatever keyboard it was typed on, and however its digits are written."""
    folded = unicodedata.normalize("NFKC", passcode).strip()
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in folded)


def hashed(passcode: str) -> str:
    """As it is kept: method, cost, salt and hash."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt${_COST}${_text(salt)}${_text(_slow(passcode, salt, _COST))}"


def fits(passcode: str, kept: str) -> bool:
    """Whether it is the one that was hashed."""
    _method, cost, salt, digest = kept.split("$")
    tried = _slow(passcode, _bytes(salt), int(cost))
    return hmac.compare_digest(tried, _bytes(digest))


def _slow(passcode: str, salt: bytes, cost: int) -> bytes:
    secret = spelled(passcode[:LONGEST]).encode("utf-8", "replace")
    with _AT_ONCE:
        return hashlib.scrypt(
            secret, salt=salt, n=2**cost, r=_BLOCKS, p=1, maxmem=2 ** (cost + 11), dklen=32
        )


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text)
