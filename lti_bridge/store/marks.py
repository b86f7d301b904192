"""That somebody was erased of late, told by nothing but keyed hashes of what they were known by.

A service is asked for two weeks after a class who was in, and would bring an erased person back.
So long the hash of their number, name and address stays here; nobody can read them from it, who
doesn't have the secret key, and it says of nobody anything else.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from lti_bridge.store.checkpoints import Checkpoint, reach
from lti_bridge.store.tables import CheckpointRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEPT_MS: Final = 15 * 86_400_000
"""A day longer than services are asked (``store.records.LAST_MS``)."""
PREFIX: Final = "erased/"
AT_ONCE: Final = 500


class Marks:
    """Leaves marks, and finds them again."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        """``secret_keys`` as in the settings: marks are left with the first."""
        self._keys = [hashlib.sha256(f"lti-bridge erased {each}".encode()) for each in secret_keys]

    def leave(self, connection: Connection, texts: Iterable[str], at_ms: int) -> None:
        """Somebody who was known by these was erased."""
        for text in texts:
            reach(connection, self._names(text)[0], Checkpoint(at_ms=at_ms))

    def among(self, connection: Connection, texts: Iterable[str]) -> frozenset[str]:
        """Which of them somebody was known by who was erased of late."""
        by_name: dict[str, set[str]] = {}
        for text in set(texts) - {""}:
            for name in self._names(text):
                by_name.setdefault(name, set()).add(text)
        names = list(by_name)
        found: set[str] = set()
        for start in range(0, len(names), AT_ONCE):
            some = CheckpointRow.name.in_(names[start : start + AT_ONCE])
            for name in connection.execute(_NAMES.where(some)).scalars():
                found |= by_name[name]
        return frozenset(found)

    def _names(self, text: str) -> list[str]:
        data = text.strip().lower().encode("utf-8", "surrogatepass")
        return [
            PREFIX + hmac.new(key.digest(), data, hashlib.sha256).hexdigest() for key in self._keys
        ]


_NAMES: Final = select(CheckpointRow.name)
