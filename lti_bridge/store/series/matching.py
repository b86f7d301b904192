"""Which class of a series becomes which, when its rule changes.

A class keeps its row, and with that its links, guests and slides: first where a class is at the
very same time, then where one is on the same day, then in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Matched:
    """What becomes of the classes."""

    kept: Mapping[int, int]
    """Rows that stay, with the time by the new rule."""
    new: Sequence[int]
    """Times that no row is there for."""
    surplus: Sequence[int]
    """Rows without a time, the last ones first."""


def matched(there: Mapping[int, int], times: Iterable[int], zone: str) -> Matched:
    """``there``: row → time by the old rule; ``times`` by the new one; all in UNIX milliseconds."""
    rows = dict(sorted(there.items(), key=lambda one: one[1]))
    left = sorted(set(times))
    kept: dict[int, int] = {}
    for alike in (lambda time: time, _day_in(ZoneInfo(zone))):
        free = {alike(time): time for time in reversed(left)}
        for row, time in rows.items():
            found = free.pop(alike(time), None) if row not in kept else None
            if found is not None:
                kept[row] = found
                left.remove(found)
    for row in [row for row in rows if row not in kept]:
        if left:
            kept[row] = left.pop(0)
    surplus = [row for row in rows if row not in kept]
    return Matched(kept, tuple(left), tuple(reversed(surplus)))


def _day_in(zone: ZoneInfo) -> Callable[[int], int]:
    return lambda time: datetime.fromtimestamp(time / 1000, UTC).astimezone(zone).toordinal()
