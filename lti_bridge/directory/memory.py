"""What a process remembers: bounded, and for as long as it may be true."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

FOR_GOOD = float("inf")


class Memory(Generic[K, V]):
    """A dictionary that forgets: what is too old, and the oldest tenth when it is full."""

    def __init__(self, size: int, *, clock: Callable[[], float] = monotonic) -> None:
        """``size``: how many entries at the most; ``clock`` in seconds."""
        self._size = size
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[K, tuple[float, V]] = {}

    def get(self, key: K) -> V | None:
        """The value, unless it was never put or its time is over."""
        entry = self._entries.get(key)
        if entry is None or entry[0] <= self._clock():
            return None
        return entry[1]

    def put(self, key: K, value: V, seconds: float = FOR_GOOD) -> V:
        """Remember, for that many seconds; gives the value back."""
        with self._lock:
            self._entries.pop(key, None)  # so that it counts as the newest
            if len(self._entries) >= self._size:
                for old in list(self._entries)[: max(1, self._size // 10)]:
                    del self._entries[old]
            self._entries[key] = (self._clock() + seconds, value)
        return value

    def forget(self, key: K) -> None:
        """As if it had never been put."""
        with self._lock:
            self._entries.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
