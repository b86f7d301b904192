"""Secrets at rest: encrypted with keys derived from ``secret_key``, so that rotating works."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lti_bridge.errors import StoreError


class Vault:
    """Seals with the first secret key, opens with any of them."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        """``secret_keys`` as in the settings: the first is the current one."""
        fernets = [Fernet(_derived(key)) for key in secret_keys]
        self._current = fernets[0]
        self._fernet = MultiFernet(fernets)

    def seal(self, secret: str) -> str:
        """The secret as text that may stand in a table."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The secret; :class:`StoreError` where none of the keys fits."""
        try:
            return self._fernet.decrypt(sealed.encode("ascii")).decode()
        except InvalidToken:
            raise StoreError(
                "A stored secret can't be opened with the secret_key of the settings.",
                remedy="Put the key it was sealed with into the secret_key list, after the first.",
                code="sealed_with_another_key",
            ) from None

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed with the first secret key."""
        try:
            self._current.decrypt(sealed.encode("ascii"))
        except InvalidToken:
            return False
        return True


def _derived(secret_key: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"lti-bridge store").derive(
        secret_key.encode()
    )
    return base64.urlsafe_b64encode(derived)
