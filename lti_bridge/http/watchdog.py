"""Ends calls at their deadline, also those whose server drips a byte at a time.

A socket's timeout starts anew with every byte, so it bounds no call. Here one daemon thread for
all calls keeps their deadlines in a heap, and shuts down the connection of one that is overdue:
the thread that waits on it then reads an end of file, and finds its watch ``fired``.
"""

from __future__ import annotations

import heapq
import itertools
import os
import socket
import threading
import time

_NO_FD = -1


class Watch:
    """One call's deadline (``time.monotonic`` seconds), and whether it ran out."""

    __slots__ = ("deadline", "done", "fd", "fired")

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.fired = False
        self.done = False
        self.fd = _NO_FD


class Watchdog:
    """The thread and its heap. The thread starts with the first watch."""

    def __init__(self) -> None:
        self._change = threading.Condition(threading.Lock())
        self._heap: list[tuple[float, int, Watch]] = []
        self._serial = itertools.count()
        self._thread: threading.Thread | None = None
        self._closing = False

    def begin(self, deadline: float) -> Watch:
        """Watch a call until :meth:`end`."""
        watch = Watch(deadline)
        with self._change:
            running = self._thread is not None and self._thread.is_alive()
            if not running:
                # After a fork the thread is gone, and what it watched is the parent's.
                self._heap.clear()
            earliest = not self._heap or deadline < self._heap[0][0]
            heapq.heappush(self._heap, (deadline, next(self._serial), watch))
            if not running:
                self._thread = threading.Thread(
                    target=self._run, name="http-deadlines", daemon=True
                )
                self._thread.start()
            elif earliest:
                self._change.notify()
        return watch

    def guard(self, watch: Watch, connection: socket.socket) -> None:
        """Let the deadline shut ``connection`` down.

        A duplicate of its descriptor is kept: the original may be closed, or handed to a TLS
        socket, by another thread, and its number be another connection's by then.
        """
        fd = os.dup(connection.fileno())
        with self._change:
            _forget(watch)
            watch.fd = fd
            if watch.fired:
                _shut_down(fd)

    def release(self, watch: Watch) -> None:
        """Leave the connection alone from here on; it may go to another call."""
        with self._change:
            _forget(watch)

    def end(self, watch: Watch) -> None:
        """The call is over."""
        with self._change:
            watch.done = True
            _forget(watch)
            if self._closing:
                self._change.notify()

    def close(self) -> None:
        """End the thread, as soon as no call is under way."""
        with self._change:
            self._closing = True
            self._change.notify()

    def _run(self) -> None:
        with self._change:
            while True:
                while self._heap and self._heap[0][2].done:
                    heapq.heappop(self._heap)
                if not self._heap and self._closing:
                    return
                self._change.wait(self._fire_due())

    def _fire_due(self) -> float | None:
        """Fire what is overdue; the result is the seconds until the next deadline, if any."""
        while self._heap:
            deadline, _, watch = self._heap[0]
            wait = deadline - time.monotonic()
            if wait > 0:
                return wait
            heapq.heappop(self._heap)
            watch.fired = not watch.done
            if watch.fd != _NO_FD:
                _shut_down(watch.fd)
        return None


def _forget(watch: Watch) -> None:
    if watch.fd != _NO_FD:
        os.close(watch.fd)
        watch.fd = _NO_FD


def _shut_down(fd: int) -> None:
    connection = socket.socket(fileno=fd)
    try:
        # Not the close of a TLS session: that would wait for the other end.
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other end was quicker
    finally:
        connection.detach()
