"""The bridge's own key pairs, sealed; platforms verify what the bridge signs with them.

Keys follow one another without anybody noticing: a new one is published at once and signs only
once every platform has had the time to read it; the one before stays published for as long as
something that it signed may still be looked at. Nothing has to happen at those moments: what a key
is good for is a matter of its times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic, time
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import delete, func, or_, select, update

from lti_bridge.errors import StoreError
from lti_bridge.store.snapshot import Snapshot
from lti_bridge.store.tables import ToolKeyRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database
    from lti_bridge.store.vault import Vault

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
OVERLAP_MS: Final = DAY_MS
"""A new key is published for so long before it signs: longer than anybody keeps our key set."""
KEPT_MS: Final = 7 * DAY_MS
"""A key stays published for so long after it signed last."""


@dataclass(frozen=True, slots=True)
class ToolKey:
    """A key pair with its ``kid`` and its times (UNIX milliseconds)."""

    kid: str
    private_key: RSAPrivateKey
    slot: int = 0
    created_ms: int = 0
    signs_from_ms: int = 0
    """0: from the beginning."""
    published_until_ms: int | None = None
    """None: nothing follows it yet."""

    def __repr__(self) -> str:
        """Only the public name."""
        return f"ToolKey(kid={self.kid!r})"

    @property
    def begins_ms(self) -> int:
        """When it began, or is to begin, to sign."""
        return max(self.created_ms, self.signs_from_ms)

    def is_published(self, now_ms: int) -> bool:
        """Whether it stands in the key set."""
        return self.published_until_ms is None or now_ms < self.published_until_ms


class ToolKeys:
    """The first key is made where there is none; of two processes at once, one wins."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        *,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``vault`` seals the private keys. ``now``: UNIX seconds; ``clock`` paces the reading."""
        self._database = database
        self._vault = vault
        self._now = now
        self._held = Snapshot(self._there, clock=clock)

    def all(self) -> list[ToolKey]:
        """The published keys, the one that signs first; makes the very first one.

        What other processes changed counts within 20 seconds, and time itself at once.
        """
        now_ms = self.now_ms()
        published = [key for key in self._held.current() if key.is_published(now_ms)]
        # None is due only where the clock was set back: then the oldest is the best known.
        due = [key for key in published if key.signs_from_ms <= now_ms] or published[-1:]
        return [*due[:1], *(key for key in published if key not in due[:1])]

    def every(self) -> list[ToolKey]:
        """Every key that is kept, as the database has it just now, the newest first."""
        return list(self._there())

    def now_ms(self) -> int:
        """The time that these keys go by."""
        return int(self._now() * 1000)

    def follow(self, overlap_ms: int = OVERLAP_MS) -> bool:
        """Publish a new key that signs after the overlap.

        False where a key waits for its time already, or another process was quicker.
        """
        newest, now_ms = self.every()[0], self.now_ms()
        if newest.signs_from_ms > now_ms:
            return False
        signs_from_ms = now_ms + overlap_ms
        return self._add(newest.slot, signs_from_ms, over_ms=signs_from_ms + KEPT_MS)

    def follow_if_due(self, days: int, overlap_ms: int = OVERLAP_MS) -> bool:
        """As :meth:`follow`, where the newest key has signed for so many days; 0: never."""
        due_ms = self.every()[0].begins_ms + days * DAY_MS
        return bool(days) and due_ms <= self.now_ms() and self.follow(overlap_ms)

    def replace(self) -> None:
        """A key got into the wrong hands: a new one signs at once, all others are withdrawn."""
        while True:
            now_ms = self.now_ms()
            if self._add(self.every()[0].slot, now_ms, over_ms=now_ms):
                return

    def drop(self) -> int:
        """Forget the keys that aren't published any more; how many."""
        statement = delete(ToolKeyRow).where(ToolKeyRow.published_until_ms <= self.now_ms())
        gone = self._database.write(lambda c: c.execute(statement).rowcount)
        self._held.forget()
        return gone

    def _there(self) -> Sequence[ToolKey]:
        keys = self._load()
        if not keys:
            self._add(0, 0, over_ms=0)
            keys = self._load()
        return keys

    def _load(self) -> list[ToolKey]:
        statement = select(ToolKeyRow.__table__).order_by(ToolKeyRow.slot.desc())
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [
            ToolKey(
                kid=row.kid,
                private_key=self._opened(row.private_key_sealed),
                slot=row.slot,
                created_ms=row.created_ms,
                signs_from_ms=row.signs_from_ms,
                published_until_ms=row.published_until_ms,
            )
            for row in rows
        ]

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

    def _add(self, after: int, signs_from_ms: int, *, over_ms: int) -> bool:
        """A new key in the slot after that; False where somebody else has taken it.

        Those before it are published until ``over_ms``, unless they go sooner anyway.
        """
        key = generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        values = {
            "slot": after + 1,
            "kid": _thumbprint(key),
            "private_key_sealed": self._vault.seal(pem),
            "created_ms": self.now_ms(),
            "signs_from_ms": signs_from_ms,
        }
        added = self._database.write(lambda c: _added(c, values, over_ms))
        self._held.forget()
        return added


def _added(connection: Connection, values: dict[str, Any], over_ms: int) -> bool:
    rows = ToolKeyRow
    newest = connection.execute(select(func.max(rows.slot))).scalar() or 0
    if newest >= values["slot"]:
        return False
    made = connection.execute(
        # Two that come here at once both saw the same newest; the primary key lets one through.
        insert(connection, rows).values(**values).on_conflict_do_nothing().returning(rows.slot)
    ).first()
    if made is None:
        return False
    connection.execute(
        update(rows)
        .where(
            rows.slot < values["slot"],
            or_(rows.published_until_ms.is_(None), rows.published_until_ms > over_ms),
        )
        .values(published_until_ms=over_ms)
    )
    return True


def _thumbprint(key: RSAPrivateKey) -> str:
    digest = Hash(SHA256())
    digest.update(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return digest.finalize().hex()[:32]
