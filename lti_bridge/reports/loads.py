"""How busy services were, hour by hour and day by day: what a plot and its table show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lti_bridge.store import Load

HOUR_MS: Final = 3_600_000
HOURS: Final = 24
DAYS: Final = 28


@dataclass(frozen=True, slots=True)
class Busy:
    """The most there was at once within an hour or a day."""

    begins_ms: int
    people: int | None
    """In all meetings of the service; None: nobody asked it, or it didn't say."""
    own_people: int | None
    """In those of our courses."""


def hours_of(loads: Iterable[Load], now_ms: int) -> list[Busy]:
    """The last 24 hours, this one included; of several services, their sum."""
    last = now_ms // HOUR_MS
    found = _summed(loads, lambda load: load.at_ms // HOUR_MS)
    return [
        _busy(hour * HOUR_MS, found.get(hour, ())) for hour in range(last - HOURS + 1, last + 1)
    ]


def days_of(loads: Iterable[Load], now_ms: int, zone: tzinfo) -> list[Busy]:
    """The last four weeks by days of a zone; of several services, their sum."""
    today = _date(now_ms, zone)
    found = _summed(loads, lambda load: _date(load.at_ms, zone))
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return [_busy(begin_of(day, zone), found.get(day, ())) for day in days]


def begin_of(day: date, zone: tzinfo) -> int:
    """When a day begins somewhere."""
    return int(datetime.combine(day, time.min, zone).timestamp() * 1000)


def day_of(now_ms: int, zone: tzinfo) -> tuple[int, int]:
    """From when to when it is today somewhere."""
    today = _date(now_ms, zone)
    return begin_of(today, zone), begin_of(today + timedelta(days=1), zone)


def _summed(
    loads: Iterable[Load], part: Callable[[Load], Hashable]
) -> dict[Hashable, Sequence[tuple[int | None, int | None]]]:
    """The most of each service within each part of the time."""
    most: dict[Hashable, dict[str, tuple[int | None, int | None]]] = defaultdict(dict)
    for load in loads:
        of_part = most[part(load)]
        people, own = of_part.get(load.service, (None, None))
        of_part[load.service] = (_more(people, load.people), _more(own, load.own_people))
    return {key: tuple(of_part.values()) for key, of_part in most.items()}


def _busy(begins_ms: int, told: Sequence[tuple[int | None, int | None]]) -> Busy:
    return Busy(begins_ms, _sum([one[0] for one in told]), _sum([one[1] for one in told]))


def _sum(numbers: Iterable[int | None]) -> int | None:
    told = [number for number in numbers if number is not None]
    return sum(told) if told else None


def _more(one: int | None, other: int | None) -> int | None:
    return max((number for number in (one, other) if number is not None), default=None)


def _date(unix_ms: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(unix_ms / 1000, zone).date()
