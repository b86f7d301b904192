"""When jobs run next, and which of them don't run as they should."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from huey import crontab

from lti_bridge.jobs.worker import HOURS

if TYPE_CHECKING:
    from lti_bridge.store import JobRun

MINUTE_MS: Final = 60_000
A_MONTH: Final = 31 * 24 * 60
"""Minutes."""
LATE_AFTER: Final = 3
"""So many times the usual pause without a good end, and somebody should look."""
_ANY_MINUTE: Final = 1_760_000_040_000


@dataclass(frozen=True, slots=True)
class LateJob:
    """A job that doesn't run as it should."""

    name: str
    outcome: str
    """Of its last run where that failed; empty: it isn't run at all."""
    well_ms: int | None
    """When a run last ended well."""


def next_ms(name: str, after_ms: int) -> int:
    """When a job's next turn is, by its hours."""
    is_its_minute = crontab(**HOURS[name])
    first = after_ms // MINUTE_MS + 1
    for minute in range(first, first + A_MONTH):
        if is_its_minute(datetime.fromtimestamp(minute * 60, UTC).replace(tzinfo=None)):
            return minute * MINUTE_MS
    raise ValueError(f"{name} has no turn within a month")


def waiting_ms(run: JobRun, now_ms: int) -> int:
    """For how long its next turn has been waiting for a worker; 0 while it isn't due."""
    if run.started_ms is None or run.name not in HOURS or run.is_running(now_ms):
        return 0
    return max(0, now_ms - _turn_after(run.name, run.started_ms // MINUTE_MS))


@lru_cache(maxsize=256)
def _turn_after(name: str, minute: int) -> int:
    return next_ms(name, minute * MINUTE_MS)


@cache
def interval_ms(name: str) -> int:
    """From one of its turns to the next."""
    one = next_ms(name, _ANY_MINUTE)
    return next_ms(name, one) - one


def late_jobs(runs: Iterable[JobRun], now_ms: int) -> list[LateJob]:
    """Those that didn't end well for three times their interval; of those that ever ran."""
    return [
        LateJob(
            run.name,
            run.outcome if run.failures and not _is_left_alone(run, now_ms) else "",
            run.ended_ms,
        )
        for run in runs
        if run.name in HOURS
        and (run.ended_ms or run.started_ms or 0) < now_ms - LATE_AFTER * interval_ms(run.name)
    ]


def _is_left_alone(run: JobRun, now_ms: int) -> bool:
    """Whether it isn't even tried."""
    return (run.started_ms or 0) < now_ms - LATE_AFTER * interval_ms(run.name)
