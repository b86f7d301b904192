"""Sends callbacks from a daemon thread, one after the other, and keeps what became of them."""

from __future__ import annotations

import http.client
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

CallbackKind = Literal["end", "recording", "analytics"]

_TIMEOUT = 5.0
_LOOK_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Callback:
    """One request that was sent."""

    kind: CallbackKind
    url: str = field(repr=False)
    status: int | None
    """None: no answer."""


@dataclass(frozen=True, slots=True)
class Job:
    """One request to send."""

    kind: CallbackKind
    method: Literal["GET", "POST"]
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    attempts: int = 1
    """Further ones where the answer is neither 2xx, 401 nor 410."""


class Sender:
    """Its thread lives only while there is something to send or to watch."""

    def __init__(self, watch: Callable[[], bool], pause: float) -> None:
        """``watch`` is called now and then while the thread lives, and says whether to go on.

        ``pause``: seconds between two attempts.
        """
        self.sent: deque[Callback] = deque(maxlen=1000)
        self._watch = watch
        self._pause = pause
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._busy = False
        self._woken = False

    def put(self, job: Job) -> None:
        """Send it soon."""
        with self._changed:
            self._jobs.append(job)
        self.wake()

    def wake(self) -> None:
        """There is something to send or to watch."""
        with self._changed:
            self._woken = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="callbacks")
                self._thread.start()
            self._changed.notify_all()

    def settle(self, timeout: float) -> None:
        """Return when everything was sent. Raises TimeoutError after ``timeout`` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: not (self._jobs or self._busy), timeout):
                raise TimeoutError("callbacks are still being sent")

    def _run(self) -> None:
        while True:
            with self._changed:
                self._woken = False
            watching = self._watch()
            with self._changed:
                if not self._jobs and not self._woken:
                    if not watching:
                        self._thread = None
                        return
                    self._changed.wait(_LOOK_EVERY)
                job = self._jobs.popleft() if self._jobs else None
                self._busy = job is not None
            if job:
                self._send(job)

    def _send(self, job: Job) -> None:
        for attempt in range(job.attempts):
            if attempt:
                time.sleep(self._pause)
            status = status_of(job)
            self.sent.append(Callback(job.kind, job.url, status))
            if status is not None and (200 <= status < 300 or status in {401, 410}):
                break
        with self._changed:
            self._busy = False
            self._changed.notify_all()


def status_of(job: Job) -> int | None:
    """Send it once; the status of the answer, redirects not followed, or None without one."""
    try:
        parts = urlsplit(job.url)
        secure = parts.scheme.lower() == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        with closing(kind(parts.netloc, timeout=_TIMEOUT)) as connection:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(job.method, path, job.body or None, dict(job.headers))
            return connection.getresponse().status
    # ValueError: an address that can't be taken apart, or holds what no request can.
    except (OSError, http.client.HTTPException, ValueError):
        return None
