"""Everything the bridge signs for itself: states of a login, sessions of a frame.

One secret, one purpose per salt: a state can never pass for a session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from itsdangerous import Signer, TimestampSigner


class Signers:
    """Signs with the first secret key, verifies with all of them (rotation)."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        """``secret_keys`` as in the settings; itsdangerous wants the one that signs last."""
        keys = list(reversed(secret_keys))
        self.state: Final = TimestampSigner(
            keys, salt="lti-bridge.state", key_derivation="hmac", digest_method=hashlib.sha256
        )
        self.browser: Final = Signer(
            keys, salt="lti-bridge.browser", key_derivation="hmac", digest_method=hashlib.sha256
        )
        self.session: Final = TimestampSigner(
            keys, salt="lti-bridge.session", key_derivation="hmac", digest_method=hashlib.sha256
        )
        self.registration: Final = TimestampSigner(
            keys,
            salt="lti-bridge.registration",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )
        self.picker: Final = TimestampSigner(
            keys, salt="lti-bridge.picker", key_derivation="hmac", digest_method=hashlib.sha256
        )
        self.callback: Final = Signer(
            keys, salt="lti-bridge.callback", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def browser_mark(self, nonce: str) -> str:
        """What the browser of a login keeps in its cookie: unguessable, bound to the nonce."""
        return self.browser.get_signature(nonce).decode("ascii")

    def is_browser_of(self, nonce: str, mark: str) -> bool:
        """Whether the cookie is the one given out with this nonce. Constant time."""
        try:
            return self.browser.verify_signature(nonce.encode(), mark.encode())
        except ValueError:  # halves of surrogate pairs
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
