"""What came in: one row per launch, written in batches so that a launch pays no second write."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, delete, insert, select

from lti_bridge.errors import StoreError
from lti_bridge.store.tables import LaunchRow

if TYPE_CHECKING:
    from lti_bridge.store.engine import Database

BUFFER: Final = 20_000
"""Entries kept while the database can't be reached; then the oldest are dropped."""
TO_DO: Final = " → "
"""In a launch's detail: before it what happened, behind it what to do."""
BATCH: Final = 1_000
"""Entries written in one transaction."""


@dataclass(frozen=True, slots=True)
class LaunchEntry:
    """One line of the launch list. It names nobody: numbers of rows, and reasons in words."""

    reference: str
    at_ms: int
    outcome: str
    milliseconds: int
    connection_id: int | None = None
    course_id: int | None = None
    user_id: int | None = None
    meeting_id: int | None = None
    role: str = ""
    reason: str = ""
    detail: str = ""
    step: str = ""

    @property
    def happened(self) -> str:
        """What happened, in words; empty where nothing went wrong."""
        return self.detail.partition(TO_DO)[0]

    @property
    def to_do(self) -> str:
        """What to do about it."""
        return self.detail.partition(TO_DO)[2]


_COLUMNS: Final = [getattr(LaunchRow, name) for name in LaunchEntry.__slots__]


class Launches:
    """Queries on launches."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def add(self, entries: list[LaunchEntry]) -> None:
        """Write them in one transaction; texts too long for their column are cut."""
        rows = [_storable(entry) for entry in entries]
        self._database.write(lambda c: c.execute(insert(LaunchRow), rows))

    def by_reference(self, reference: str) -> LaunchEntry | None:
        """The launch a person reads the number of from their refusal page; the latest such."""
        statement = (
            select(*_COLUMNS).where(LaunchRow.reference == reference).order_by(LaunchRow.id.desc())
        )
        row = self._database.read(lambda c: c.execute(statement).first())
        return LaunchEntry(*row) if row else None

    def recent(
        self, since_ms: int, *, outcome: str = "", connection_id: int | None = None, limit: int = 50
    ) -> list[LaunchEntry]:
        """The latest since then, the newest first; of an outcome, or a platform, or all."""
        statement = (
            select(*_COLUMNS)
            .where(LaunchRow.at_ms >= since_ms)
            .order_by(LaunchRow.at_ms.desc(), LaunchRow.id.desc())
            .limit(limit)
        )
        if outcome:
            statement = statement.where(LaunchRow.outcome == outcome)
        if connection_id is not None:
            statement = statement.where(LaunchRow.connection_id == connection_id)
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [LaunchEntry(*row) for row in rows]

    def clear(self, before_ms: int, *, limit: int = 5000) -> int:
        """Forget up to ``limit`` launches older than that; how many went."""
        old = select(LaunchRow.id).where(LaunchRow.at_ms < before_ms).limit(limit)
        statement = delete(LaunchRow).where(LaunchRow.id.in_(old))
        return self._database.write(lambda c: c.execute(statement).rowcount)


def _storable(entry: LaunchEntry) -> dict[str, Any]:
    """One entry that PostgreSQL refuses would keep all that wait with it from being written."""
    row = {name: getattr(entry, name) for name in LaunchEntry.__slots__}
    for name, length in _LENGTHS.items():
        row[name] = row[name].replace("\0", "").encode("utf-8", "replace").decode()[:length]
    return row


_LENGTHS: Final[dict[str, int | None]] = {
    column.name: column.type.length
    for column in LaunchRow.__table__.columns
    if isinstance(column.type, String)
}
"""Text columns; None is any length."""


class LaunchJournal:
    """Takes entries at once and writes them a moment later, from a thread of its own."""

    def __init__(
        self, launches: Launches, *, every_seconds: float = 0.5, buffer: int = BUFFER
    ) -> None:
        """The thread starts with the first entry, so that it also does after a fork.

        ``buffer``: how many entries are kept while they can't be written.
        """
        self._launches = launches
        self._every = every_seconds
        self._buffer = buffer
        self._waiting: deque[LaunchEntry] = deque(maxlen=buffer)
        self._wake = threading.Event()
        self._starting = threading.Lock()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def note(self, entry: LaunchEntry) -> None:
        """Keep it for the next write; never waits and never fails."""
        self._waiting.append(entry)
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="launch-journal", daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(self._every)
            self.flush()

    def flush(self) -> None:
        """Write what waits; what can't be written stays for the next time."""
        with self._writing:
            while batch := self._taken():
                try:
                    self._launches.add(batch)
                except StoreError:
                    self._put_back(batch)
                    return

    def _taken(self) -> list[LaunchEntry]:
        # Others append meanwhile; only this end is ours.
        return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _put_back(self, batch: list[LaunchEntry]) -> None:
        room = self._buffer - len(self._waiting)
        self._waiting.extendleft(reversed(batch[max(0, len(batch) - room) :]))

    def close(self) -> None:
        """Write what waits and stop."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.flush()
