"""So many calls in any so many seconds, over all processes and nodes."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, text, update

from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.tables import CallSlotRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database

HELD_MS: Final = 120_000
"""A call that a process died in counts as under way for so long."""
SHORTEST_WAIT: Final = 0.01


class CallSlots:
    """A slot for each call that is allowed. Who calls has one, until the call's time is over.

    The time of a slot is that of its call's end: when the remote counts it isn't known, only that
    it is no later.
    """

    def __init__(
        self,
        database: Database,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``now``: UNIX seconds of this machine, for SQLite; PostgreSQL's clock is one for all."""
        self._database = database
        self._sleep = sleep
        self._now = now

    @contextmanager
    def one(self, name: str, *, calls: int, seconds: float) -> Iterator[None]:
        """Wait until no window of ``seconds`` would hold more than ``calls``; then call within.

        Raises :class:`lti_bridge.errors.StoreUnavailable`.
        """
        window_ms = round(seconds * 1000)
        while True:
            slot, wait_ms = self._database.write(
                lambda c: self._take(c, name, calls=calls, window_ms=window_ms)
            )
            if slot is not None:
                break
            self._sleep(max(wait_ms / 1000, SHORTEST_WAIT))
        try:
            yield
        finally:
            self._database.write(lambda c: self._ended(c, name, slot))

    def _take(
        self, connection: Connection, name: str, *, calls: int, window_ms: int
    ) -> tuple[int | None, int]:
        """A slot, or for how many milliseconds there is none."""
        one_at_a_time(connection, zlib.crc32(name.encode()))
        now_ms = self._now_ms(connection)
        slots = CallSlotRow
        rows = connection.execute(
            select(slots.slot, slots.at_ms)
            .where(slots.name == name, slots.slot < calls)
            .order_by(slots.at_ms)
        ).all()
        held_ms = now_ms + HELD_MS
        if len(rows) < calls:
            slot = min(set(range(calls)) - {row.slot for row in rows})
            connection.execute(insert(slots).values(name=name, slot=slot, at_ms=held_ms))
            return slot, 0
        if rows[0].at_ms > held_ms:  # the clock was set back: that time would be long in coming
            self._set(connection, name, rows[0].slot, held_ms)
        free_ms = min(rows[0].at_ms, held_ms) + window_ms
        if free_ms > now_ms:
            # Under way: it ends sooner than it would be given up.
            return None, min(free_ms - now_ms, window_ms)
        self._set(connection, name, rows[0].slot, held_ms)
        return int(rows[0].slot), 0

    def _ended(self, connection: Connection, name: str, slot: int) -> None:
        self._set(connection, name, slot, self._now_ms(connection))

    def _set(self, connection: Connection, name: str, slot: int, at_ms: int) -> None:
        slots = CallSlotRow
        connection.execute(
            update(slots).where(slots.name == name, slots.slot == slot).values(at_ms=at_ms)
        )

    def _now_ms(self, connection: Connection) -> int:
        if self._database.is_sqlite:
            return int(self._now() * 1000)
        clock = text("SELECT extract(epoch FROM clock_timestamp()) * 1000")
        return int(connection.execute(clock).scalar_one())
