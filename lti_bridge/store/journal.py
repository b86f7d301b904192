"""What may be written a moment later: taken at once, and written in batches by a thread."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from lti_bridge.errors import StoreError

BUFFER: Final = 20_000
"""Entries kept while the database can't be reached; then the oldest are dropped."""
BATCH: Final = 1_000
"""Entries written in one transaction."""

T = TypeVar("T")


class Journal(Generic[T]):
    """Takes entries at once and writes them a moment later, from a thread of its own."""

    def __init__(
        self,
        add: Callable[[list[T]], None],
        name: str,
        *,
        every_seconds: float = 0.5,
        buffer: int = BUFFER,
    ) -> None:
        """The thread starts with the first entry, so that it also does after a fork.

        ``add`` writes a batch; ``name`` is the thread's; ``buffer``: how many entries are kept
        while they can't be written.
        """
        self._add = add
        self._name = name
        self._every = every_seconds
        self._buffer = buffer
        self._waiting: deque[T] = deque(maxlen=buffer)
        self._wake = threading.Event()
        self._starting = threading.Lock()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def note(self, entry: T) -> None:
        """Keep it for the next write; never waits and never fails."""
        self._waiting.append(entry)
        if self._thread is None:
            self._start()

    @property
    def waiting(self) -> int:
        """How many entries aren't written yet."""
        return len(self._waiting)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
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
                    self._add(batch)
                except StoreError:
                    self._put_back(batch)
                    return

    def _taken(self) -> list[T]:
        # Others append meanwhile; only this end is ours.
        return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _put_back(self, batch: list[T]) -> None:
        room = self._buffer - len(self._waiting)
        self._waiting.extendleft(reversed(batch[max(0, len(batch) - room) :]))

    def close(self) -> None:
        """Write what waits and stop."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.flush()
