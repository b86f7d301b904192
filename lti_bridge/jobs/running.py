"""Running a job: under a claim that other nodes see, and with its outcome written down.

The claim holds for a few seconds and is renewed while the job works, so that the work of a node
that dies is taken over soon. Whoever can't write it down still works: jobs are safe to run twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import BridgeError, StoreError
from lti_bridge.store import WELL

if TYPE_CHECKING:
    from lti_bridge.store import JobRuns

HOLD_SECONDS: Final = 15.0
"""A claim that isn't renewed holds for so long; a node that lives renews it three times in that."""

Job = Callable[[], int]
Told = Callable[[str, str, float, int], None]
"""(job, outcome, seconds, things done), after each run."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run went."""

    outcome: str
    """``ok``, or a code."""
    done: int = 0
    """How many things it did."""
    seconds: float = 0.0
    error: BridgeError | None = None


class Runner:
    """Runs jobs, for a worker or a command."""

    def __init__(
        self,
        runs: JobRuns,
        told: Told,
        *,
        now: Callable[[], float] = time.time,
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        """``now``: UNIX seconds."""
        self._runs = runs
        self._told = told
        self._now = now
        self._hold: Final = hold_seconds

    def run(self, name: str, job: Job, *, unless_since_ms: int | None = None) -> Ran | None:
        """Run it; None where another node does, or began it at ``unless_since_ms`` or later.

        What goes wrong on purpose is in the answer; anything else is written down and raised.
        """
        start = time.perf_counter()
        try:
            claim = self._runs.begin(
                name, self._now_ms(), int(self._hold * 1000), unless_since_ms=unless_since_ms
            )
        except StoreError as error:
            return self._tell(name, Ran(error.code, seconds=_since(start), error=error))
        if claim is None:
            return None
        try:
            with self._renewing(name, claim):
                ran = Ran(WELL, job(), _since(start))
        except BridgeError as error:
            ran = Ran(error.code, seconds=_since(start), error=error)
        except Exception as error:
            self._over(name, claim, Ran(type(error).__name__, seconds=_since(start)))
            raise
        return self._over(name, claim, ran)

    def take_over(self, name: str, job: Job) -> bool:
        """Run what a node began that died over it; whether some node is still at it."""
        try:
            run = next((one for one in self._runs.all() if one.name == name), None)
        except StoreError:
            return True
        now_ms = self._now_ms()
        if run is None or not (run.is_running(now_ms) or run.was_left(now_ms)):
            return False
        return run.is_running(now_ms) or self.run(name, job) is None

    def _over(self, name: str, claim: str, ran: Ran) -> Ran:
        with suppress(StoreError):
            self._runs.end(name, claim, ran.outcome, ran.done, self._now_ms())
        return self._tell(name, ran)

    def _tell(self, name: str, ran: Ran) -> Ran:
        self._told(name, ran.outcome, ran.seconds, ran.done)
        return ran

    @contextmanager
    def _renewing(self, name: str, claim: str) -> Iterator[None]:
        over = threading.Event()

        def renew() -> None:
            while not over.wait(self._hold / 3):
                with suppress(StoreError):
                    until_ms = self._now_ms() + int(self._hold * 1000)
                    self._runs.renew(name, claim, until_ms)

        thread = threading.Thread(target=renew, name=f"claim-{name}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def _since(start: float) -> float:
    return time.perf_counter() - start
