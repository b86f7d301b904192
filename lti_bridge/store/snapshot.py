"""What the database holds of a few things that hardly change: kept, and read again now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final, Generic, TypeVar

from lti_bridge.errors import StoreError

RELOAD_SECONDS: Final = 20.0

T = TypeVar("T")


class Snapshot(Generic[T]):
    """A value read from the store, at most 20 seconds old; older where the store doesn't answer.

    One thread reads it anew while the others go on with what there is.
    """

    def __init__(self, load: Callable[[], T], *, clock: Callable[[], float] = monotonic) -> None:
        """``load`` reads; it may raise :class:`StoreError`. ``clock`` in seconds."""
        self._load = load
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._value: T | None = None

    def current(self) -> T:
        """The value; :class:`StoreError` where it could never be read."""
        value = self._value
        if value is not None and self._is_fresh():
            return value
        if not self._lock.acquire(blocking=value is None) and value is not None:
            return value  # another thread is at it; what there is is good enough
        try:
            if self._value is None or not self._is_fresh():
                # Before the reading: what is to be forgotten meanwhile stays forgotten.
                self._read_at = self._clock()
                self._value = self._read(self._value)
            return self._value
        finally:
            self._lock.release()

    def _is_fresh(self) -> bool:
        read_at = self._read_at
        return read_at is not None and self._clock() - read_at < RELOAD_SECONDS

    def forget(self) -> None:
        """Read again at the next question."""
        self._read_at = None

    def _read(self, value: T | None) -> T:
        try:
            return self._load()
        except StoreError:
            if value is None:
                raise
            return value
