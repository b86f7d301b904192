"""Nonces: consumed once, atomically. The one write of a launch, so it goes past the ORM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import delete, select

from lti_bridge.store.tables import NonceRow

if TYPE_CHECKING:
    from lti_bridge.store.engine import Database

Use = Literal["first", "again", "replay"]

_SQL: Final = (
    "INSERT INTO nonces (nonce, digest, used_ms, expires_ms) VALUES ({0}, {0}, {0}, {0})"
    " ON CONFLICT DO NOTHING"
)
_FIRST: Final = object()
_LOOK: Final = "SELECT digest, used_ms FROM nonces WHERE nonce = {0}"


class Nonces:
    """What came back in valid tokens."""

    def __init__(self, database: Database) -> None:
        """The driver's own placeholders are chosen once."""
        self._database = database
        mark = "?" if database.is_sqlite else "%s"
        self._insert = _SQL.format(mark)
        self._select = _LOOK.format(mark)

    def consume(
        self, nonce: str, digest: str, *, now_ms: int, expires_ms: int, again_within_ms: int
    ) -> Use:
        """``first``; ``again`` for the very same form within a moment; else ``replay``.

        The insert decides: of two requests at once, exactly one is the first. Raises
        :class:`lti_bridge.errors.StoreUnavailable`.
        """

        def insert_or_look(connection: Any) -> Any:
            cursor = connection.execute(self._insert, (nonce, digest, now_ms, expires_ms))
            if cursor.rowcount == 1:
                return _FIRST
            return connection.execute(self._select, (nonce,)).fetchone()

        row = self._database.raw(insert_or_look)
        if row is _FIRST:
            return "first"
        if row is None:  # cleared out between the two statements: it had expired
            return "replay"
        same = row[0] == digest and now_ms - row[1] <= again_within_ms
        return "again" if same else "replay"

    def clear(self, now_ms: int, *, limit: int = 5000) -> int:
        """Forget up to ``limit`` nonces whose tokens can't be valid any more; how many went."""
        old = select(NonceRow.nonce).where(NonceRow.expires_ms < now_ms).limit(limit)
        statement = delete(NonceRow).where(NonceRow.nonce.in_(old))
        return self._database.write(lambda c: c.execute(statement).rowcount)
