"""What a process writes a moment later, together: to be written whole before it ends."""

from __future__ import annotations

from typing import Protocol


class Closable(Protocol):
    """A journal, whatever it takes."""

    def flush(self) -> None:
        """Write what waits."""

    def close(self) -> None:
        """Write what waits and stop."""


class Journals:
    """All of a process's journals."""

    def __init__(self, *journals: Closable) -> None:
        """In the order in which they are written."""
        self._journals = journals

    def flush(self) -> None:
        """Write what waits."""
        for one in self._journals:
            one.flush()

    def close(self) -> None:
        """Write what waits and stop."""
        for one in self._journals:
            one.close()
