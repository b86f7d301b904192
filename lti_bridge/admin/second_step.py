"""The second step of signing in: a code of an authenticator (RFC 6238), or a recovery code."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import TYPE_CHECKING, Final

import pyotp

if TYPE_CHECKING:
    from lti_bridge.store import Administrators

SECONDS: Final = 30
BESIDE: Final = 1
"""Steps before and after the present one that count: clocks differ, people type slowly."""
RECOVERY_CODES: Final = 10
_SECRET: Final = re.compile(r"[A-Z2-7]{32}")
_NOBODYS: Final = pyotp.random_base32()
_CODE: Final = re.compile(r"[0-9]{6}")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """160 random bits, in Base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether it is of the form of :func:`new_secret`."""
    return _SECRET.fullmatch(text) is not None


def address(secret: str, name: str) -> str:
    """``otpauth://…``: what authenticators take in."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="LTI Bridge")


def new_recovery_codes() -> list[str]:
    """Each good once, where the authenticator is lost."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]


def step_of(secret: str, code: str, now_seconds: float) -> int | None:
    """The step of 30 s whose code it is; None for none that counts now."""
    digits = code.replace(" ", "")
    if not _CODE.fullmatch(digits):
        return None
    totp, now = pyotp.TOTP(secret), int(now_seconds // SECONDS)
    found = None
    for step in range(now - BESIDE, now + BESIDE + 1):
        if hmac.compare_digest(totp.at(step * SECONDS), digits):
            found = step
    return found


def read(
    administrators: Administrators, account: int, secret: str | None, code: str, now_seconds: float
) -> int | str | None:
    """Which step's code, or which recovery code it is of the account; None for none.

    Nothing is used up, and the work is the same with any account, and with none.
    """
    step = step_of(secret or _NOBODYS, code, now_seconds)
    recovery = code.strip().lower()
    is_recovery = administrators.has_recovery_code(account, recovery)
    if secret is None:
        return None
    return step if step is not None else recovery if is_recovery else None


def use_up(administrators: Administrators, account: int, code: int | str) -> bool:
    """Use up what :func:`read` gave; False where it was used already."""
    if isinstance(code, int):
        return administrators.use_step(account, code)
    return administrators.use_recovery_code(account, code)
