"""Time zones as calendars carry them along (RFC 5545, 3.6.5), made from the zone's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

STEP: Final = timedelta(days=7)
"""No zone changes its clocks there and back within a week."""


def timezone_of(name: str, first: datetime, last: datetime) -> Timezone:
    """The VTIMEZONE of a zone that holds from ``first`` to ``last`` (both with a zone)."""
    zone = ZoneInfo(name)
    made = Timezone()
    made.add("tzid", name)
    begin, end = first.astimezone(UTC) - STEP, last.astimezone(UTC) + STEP
    at_first = begin.astimezone(zone)
    offset = at_first.utcoffset() or timedelta()
    made.add_component(_observance(at_first.replace(tzinfo=None), offset, at_first))
    for change in _changes(zone, begin, end):
        before = (change - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta()
        # "The mandatory "DTSTART" property gives the effective onset date and local time" – local
        # by the offset that held before (3.6.5).
        onset = change.replace(tzinfo=None) + before
        made.add_component(_observance(onset, before, change.astimezone(zone)))
    return made


def _observance(
    onset: datetime, before: timedelta, since: datetime
) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if since.dst() else TimezoneStandard()
    part.add("dtstart", onset)
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", since.utcoffset() or timedelta())
    part.add("tzname", since.tzname() or "")
    return part


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Each moment (UTC, to the second) from which on the zone has another offset or name."""
    left = begin
    while left < end:
        right = left + STEP
        if _state(zone, left) != _state(zone, right):
            yield _change_between(zone, left, right)
        left = right


def _change_between(zone: ZoneInfo, left: datetime, right: datetime) -> datetime:
    old = _state(zone, left)
    while right - left > timedelta(seconds=1):
        middle = left + (right - left) // 2
        middle = middle.replace(microsecond=0)
        if _state(zone, middle) == old:
            left = middle
        else:
            right = middle
    return right


def _state(zone: ZoneInfo, moment: datetime) -> tuple[timedelta | None, str | None]:
    there = moment.astimezone(zone)
    return there.utcoffset(), there.tzname()
