"""Everything the bridge signs for itself: states of a login, sessions of a frame.

One secret, one purpose per salt: a state can never pass for a session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from itsdangerous import Signer, TimestampSigner

_HOW: Final[dict[str, Any]] = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


class Signers:
    """Signs with the first secret key, verifies with all of them (rotation)."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        """``secret_keys`` as in the settings; itsdangerous wants the one that signs last."""
        keys = list(reversed(secret_keys))
        self.state: Final = _of_a_time(keys, "state")
        self.browser: Final = _lasting(keys, "browser")
        self.session: Final = _of_a_time(keys, "session")
        self.registration: Final = _of_a_time(keys, "registration")
        self.single_sign_on: Final = _of_a_time(keys, "sso")
        self.picker: Final = _of_a_time(keys, "picker")
        self.callback: Final = _lasting(keys, "callback")
        self.guest_link: Final = _lasting(keys, "guest-link")
        self.guest_session: Final = _of_a_time(keys, "guest-session")
        self.slide: Final = _lasting(keys, "slide")
        self.calendar: Final = _lasting(keys, "calendar")
        self.reminder: Final = _lasting(keys, "reminder")

    def browser_mark(self, nonce: str) -> str:
        """What the browser of a login keeps in its cookie: unguessable, bound to the nonce."""
        return self.browser.get_signature(nonce).decode("ascii")

    def is_browser_of(self, nonce: str, mark: str) -> bool:
        """Whether the cookie is the one given out with this nonce. Constant time."""
        try:
            return self.browser.verify_signature(nonce.encode(), mark.encode())
        except ValueError:  # halves of surrogate pairs
            return False

    def slide_mark(self, token: str) -> str:
        """What stands in the address of a file, so that only who was given it can fetch it."""
        return self.slide.get_signature(token).decode("ascii")

    def is_slide_of(self, token: str, mark: str) -> bool:
        """Whether the mark is the one given out for the file. Constant time."""
        try:
            return self.slide.verify_signature(token.encode(), mark.encode())
        except ValueError:
            return False

    def callback_mark(self, purpose: str) -> str:
        """What stands in the URL of a callback, so that only who was given it can call it.

        The same each time, since ``create`` says the same each time.
        """
        return self.callback.get_signature(purpose).decode("ascii")

    def is_callback_of(self, purpose: str, mark: str) -> bool:
        """Whether the mark is the one given out for it. Constant time."""
        try:
            return self.callback.verify_signature(purpose.encode(), mark.encode())
        except ValueError:
            return False


def _lasting(keys: Sequence[str], purpose: str) -> Signer:
    """What it signs holds until its key goes."""
    return Signer(keys, salt=f"lti-bridge.{purpose}", **_HOW)


def _of_a_time(keys: Sequence[str], purpose: str) -> TimestampSigner:
    """What it signs says when that was; whoever reads it says how old it may be."""
    return TimestampSigner(keys, salt=f"lti-bridge.{purpose}", **_HOW)
