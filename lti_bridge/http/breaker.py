"""Leaves a host that fails repeatedly alone, and finds out carefully when it is back.

Closed, until ``failures_to_open`` calls in a row fail; then open for ``open_seconds``; then one
trial call goes through, and decides. Calls that were under way when it opened decide nothing.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lti_bridge.http.failures import Failure, Verdict, left_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Admission = Literal["normal", "trial"]

_MANY = 1000
"""Hosts to remember; beyond, the healthy ones are forgotten."""


@dataclass(frozen=True, slots=True)
class BreakerState:
    """How one host stands."""

    state: Literal["closed", "open", "half_open"]
    failures: int
    """In a row, up to now."""
    reason: str
    """The last failure's, as a predicate ("refused the connection"); empty if there is none."""
    retry_seconds: float
    """Until a trial call is let through; 0 when closed or due."""


class Breaker:
    """One host's. Safe to share between threads."""

    def __init__(
        self, failures_to_open: int, open_seconds: float, clock: Callable[[], float]
    ) -> None:
        self._limit = failures_to_open
        self._open_seconds = open_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._reason = ""
        self._retry_at: float | None = None
        self._trial = False

    def admit(self) -> Admission | Failure:
        """Ask before a call; every admission is to be settled, however the call ends."""
        with self._lock:
            if self._retry_at is None:
                return "normal"
            wait = self._retry_at - self._clock()
            if wait > 0 or self._trial:
                return left_alone(self._reason, wait)
            self._trial = True
            return "trial"

    def settle(self, admission: Admission, verdict: Verdict, reason: str) -> None:
        """Say what became of an admitted call."""
        with self._lock:
            if admission == "trial":
                self._trial = False
            elif self._retry_at is not None:
                return
            if verdict == "answered":
                self._failures, self._reason, self._retry_at = 0, "", None
            elif verdict == "failed":
                self._failures += 1
                self._reason = reason
                if admission == "trial" or self._failures >= self._limit:
                    self._retry_at = self._clock() + self._open_seconds

    def state(self) -> BreakerState:
        """How it stands at this moment."""
        with self._lock:
            if self._retry_at is None:
                return BreakerState("closed", self._failures, self._reason, 0.0)
            wait = max(0.0, self._retry_at - self._clock())
            return BreakerState("open" if wait else "half_open", self._failures, self._reason, wait)

    @property
    def is_healthy(self) -> bool:
        """Nothing would be lost by forgetting it."""
        return not self._failures


class Breakers:
    """One breaker per ``host:port``, made when it is first asked for."""

    def __init__(
        self, failures_to_open: int, open_seconds: float, clock: Callable[[], float]
    ) -> None:
        self._make = functools.partial(Breaker, failures_to_open, open_seconds, clock)
        self._lock = threading.Lock()
        self._by_host: dict[str, Breaker] = {}

    def of(self, host: str) -> Breaker:
        """The breaker of ``host:port``."""
        breaker = self._by_host.get(host)
        return breaker if breaker is not None else self._add(host)

    def states(self) -> Mapping[str, BreakerState]:
        """Every known host's, as of now."""
        with self._lock:
            known = dict(self._by_host)
        return {host: breaker.state() for host, breaker in known.items()}

    def _add(self, host: str) -> Breaker:
        with self._lock:
            if len(self._by_host) >= _MANY:
                self._by_host = {h: b for h, b in self._by_host.items() if not b.is_healthy}
            return self._by_host.setdefault(host, self._make())
