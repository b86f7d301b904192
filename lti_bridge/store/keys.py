"""The bridge's own key pairs, sealed; platforms verify what the bridge signs with them."""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import select

from lti_bridge.errors import StoreError
from lti_bridge.store.tables import ToolKeyRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from lti_bridge.store.engine import Database
    from lti_bridge.store.vault import Vault


@dataclass(frozen=True, slots=True)
class ToolKey:
    """A key pair with its ``kid``."""

    kid: str
    private_key: RSAPrivateKey

    def __repr__(self) -> str:
        """Only the public name."""
        return f"ToolKey(kid={self.kid!r})"


class ToolKeys:
    """The first key is made where there is none; of two processes at once, one wins."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` seals the private keys."""
        self._database = database
        self._vault = vault

    def all(self) -> list[ToolKey]:
        """Every key, the one that signs first; makes the first one."""
        keys = self._load()
        if not keys:
            self._make(slot=1)
            keys = self._load()
        return keys

    def _load(self) -> list[ToolKey]:
        statement = select(ToolKeyRow.kid, ToolKeyRow.private_key_sealed).order_by(
            ToolKeyRow.slot.desc()
        )
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [ToolKey(row.kid, self._opened(row.private_key_sealed)) for row in rows]

    def _opened(self, sealed: str) -> RSAPrivateKey:
        key: Any = load_pem_private_key(
            # Only we can have sealed it: its primes needn't be proven on every start.
            self._vault.open(sealed).encode(),
            password=None,
            unsafe_skip_rsa_key_validation=True,
        )
        if not isinstance(key, RSAPrivateKey):  # pragma: no cover - only we write this table
            raise StoreError("A stored key isn't an RSA key.")
        return key

    def _make(self, slot: int) -> None:
        key = generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        statement = (
            insert(self._database, ToolKeyRow)
            .values(
                slot=slot,
                kid=_thumbprint(key),
                private_key_sealed=self._vault.seal(pem),
                created_ms=int(time() * 1000),
            )
            .on_conflict_do_nothing()
        )
        self._database.write(lambda c: c.execute(statement))


def _thumbprint(key: RSAPrivateKey) -> str:
    digest = Hash(SHA256())
    digest.update(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return digest.finalize().hex()[:32]
