"""Many threads that want the same answer at the same moment: one asks, all get it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


STANDING_SECONDS = 0.25
"""Who finds no seat stands for a moment: most calls are over by then."""


class Crowded(Exception):
    """As many threads wait already as may; come back in a moment."""


class Flights(Generic[K, V]):
    """One call per key at a time. What the call returns or raises, everybody waiting gets."""

    def __init__(self, *, most_waiting: int | None = None) -> None:
        """``most_waiting``: how many threads, over all keys, may wait for others' calls."""
        self._lock = threading.Lock()
        self._calls: dict[K, Future[V]] = {}
        self._seats = threading.Semaphore(most_waiting) if most_waiting is not None else None

    def under_way(self, key: K) -> bool:
        """Whether somebody is at it just now."""
        return key in self._calls

    def call(self, key: K, work: Callable[[], V]) -> V:
        """What ``work`` gives, be it this thread's or that of the one already at it.

        Raises :class:`Crowded` where every seat is taken, and stays so for a moment.
        """
        with self._lock:
            flight = self._calls.get(key)
            if flight is None:
                mine = self._calls[key] = Future[V]()
        if flight is not None:
            return self._wait(flight)
        try:
            mine.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whatever it was, those waiting get it too
            mine.set_exception(error)
        finally:
            with self._lock:
                del self._calls[key]
        return mine.result()

    def _wait(self, flight: Future[V]) -> V:
        if self._seats is None:
            return flight.result()
        if not self._seats.acquire(timeout=STANDING_SECONDS):
            raise Crowded
        try:
            return flight.result()
        finally:
            self._seats.release()
