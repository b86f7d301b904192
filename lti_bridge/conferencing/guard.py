"""Leaves a service alone that fails repeatedly, and remembers why.

The door out does so by host, for failures of the network. A service can fail in other ways (HTML
of a proxy with status 200, HTTP 500 for every call), and several services may share one host: so
each keeps its own count here. A refusal with a code of the service's own is an answer, no failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from lti_bridge.errors import (
    CapabilityMissing,
    CircuitOpen,
    RemoteError,
    RemoteMalformed,
    RemoteUnavailable,
)
from lti_bridge.http.breaker import Breaker, BreakerState
from lti_bridge.http.failures import Failure, Verdict

FAILURES_TO_OPEN: Final = 5
OPEN_SECONDS: Final = 15.0


class Guard:
    """One service's. Safe to share between threads."""

    def __init__(self, service: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """``service`` as configured; ``clock`` in seconds."""
        self._service: Final = service
        self._breaker: Final = Breaker(FAILURES_TO_OPEN, OPEN_SECONDS, clock)

    @property
    def state(self) -> BreakerState:
        """How the service stands at this moment."""
        return self._breaker.state()

    @contextmanager
    def watch(self, call: str) -> Iterator[None]:
        """Around one call with the reading of its answer.

        Raises :class:`CircuitOpen`, with the reason, while the service is left alone.
        """
        admission = self._breaker.admit()
        if isinstance(admission, Failure):
            raise CircuitOpen(
                f"{self._service}: {call}: {admission.reason}",
                service=self._service,
                call=call,
                remedy=admission.remedy,
            )
        verdict: Verdict = "answered"
        reason = ""
        try:
            yield
        except RemoteError as error:
            verdict, reason = _verdict(error), error.reason
            raise
        except CapabilityMissing:
            raise  # it answered, and be it that it doesn't know the call
        except BaseException:
            verdict = "none"
            raise
        finally:
            self._breaker.settle(admission, verdict, reason)


def _verdict(error: RemoteError) -> Verdict:
    """Only what the service itself did counts: not the host's own rest, nor our address check."""
    if isinstance(error, CircuitOpen) or error.fault == "operator":
        return "none"
    return "failed" if isinstance(error, RemoteUnavailable | RemoteMalformed) else "answered"
