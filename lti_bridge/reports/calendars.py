"""Scheduled classes as an iCalendar object (RFC 5545, RFC 7986), as Outlook, Google and Apple read.

A series is one event with its rule; what was moved, renamed or cancelled alone is an event of the
same UID with RECURRENCE-ID, and what the rule has but nobody holds is an EXDATE. All times are on
the clocks of the series' zone, which the object carries along, so that a class keeps its hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Alarm, Calendar, Event, vRecur

from lti_bridge.reports.homes import home_of
from lti_bridge.reports.zones import timezone_of

if TYPE_CHECKING:
    from lti_bridge.store import FeedClass, FeedCourse, Series, Shown

PRODUCT: Final = "-//LTI Bridge//Calendar//EN"
REFRESHED_EVERY: Final = timedelta(hours=1)
MOST_OCCURRENCES: Final = 1000
"""Of one rule; a series has fewer."""
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
_UTC_NAMES: Final = frozenset({"UTC", "Etc/UTC", ""})


@dataclass(frozen=True, slots=True)
class Manner:
    """How a calendar is to be written, whatever is in it."""

    name: str
    """Of the calendar."""
    hint: str
    """How to join, in the reader's language."""
    host: str
    """The bridge's; part of UIDs."""
    alarm_minutes: int | None = None
    """So long before each class the calendar rings; None: never."""
    names_courses: bool = False
    """Whether an event says of which course it is."""


def calendar_of(shown: Shown, manner: Manner) -> bytes:
    """The whole calendar. The same rows give the same bytes."""
    courses = {course.id: course for course in shown.courses}
    by_series: dict[int | None, list[FeedClass]] = {}
    for one in shown.classes:
        by_series.setdefault(one.series_id, []).append(one)
    pieces = [
        piece
        for series in shown.series
        if by_series.get(series.id)
        for piece in _events(series, by_series[series.id], courses[series.course_id], manner)
    ]
    pieces += [_lone(one, None, courses[one.course_id], manner) for one in by_series.get(None, [])]
    return _written(pieces, manner)


def calendar_of_one(
    course: FeedCourse, one: FeedClass, series: Series | None, manner: Manner
) -> bytes:
    """A class alone, to be added to a calendar; it has a UID of its own there."""
    return _written([_lone(one, series, course, manner, alone=True)], manner)


def _written(pieces: Sequence[_Piece], manner: Manner) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    name = _clean(manner.name)
    calendar.add("name", name)  # RFC 7986, 5.1 …
    calendar.add("x-wr-calname", name)  # … and what programs took before
    calendar.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for zone, (first, last) in sorted(_zones(pieces).items()):
        calendar.add_component(timezone_of(zone, first, last))
    for piece in pieces:
        calendar.add_component(piece.event)
    return bytes(calendar.to_ical())


def _zones(pieces: Sequence[_Piece]) -> Mapping[str, tuple[datetime, datetime]]:
    """Each zone that is named, with the first and last time at which it is needed."""
    spans: dict[str, tuple[datetime, datetime]] = {}
    for piece in pieces:
        zone = piece.begins.tzinfo
        if isinstance(zone, ZoneInfo):
            first, last = spans.get(zone.key, (piece.begins, piece.until))
            spans[zone.key] = (min(first, piece.begins), max(last, piece.until))
    return spans


@dataclass(frozen=True, slots=True)
class _Piece:
    """An event, and from when until when its zone has to be known."""

    event: Event
    begins: datetime
    until: datetime


def _events(
    series: Series, classes: Sequence[FeedClass], course: FeedCourse, manner: Manner
) -> Iterator[_Piece]:
    if not series.rule:
        yield from (_lone(one, series, course, manner) for one in classes)
        return
    walls = _occurrences(series)
    rows = {one.occurrence_ms: one for one in classes if one.occurrence_ms is not None}
    length = timedelta(minutes=series.minutes)
    whole_ms = series.minutes * 60_000
    all_cancelled = series.cancelled_ms is not None
    first = next(iter(walls.values()))
    master = _event(series.title, series.text, course, classes[0], manner)
    master.add("uid", series.uid)
    master.add("sequence", series.sequence)
    _stamp(master, series.updated_ms)
    _span(master, first, _later(first, length))
    master.add("rrule", vRecur.from_ical(series.rule))
    master.add("status", "CANCELLED" if all_cancelled else "CONFIRMED")
    _ring(master, manner)
    missing = [wall for ms, wall in walls.items() if ms not in rows]
    if missing:
        master.add("exdate", missing)
    further = [ms for ms, one in rows.items() if ms not in walls and one.cancelled_ms is None]
    if further:
        master.add("rdate", [_there(ms, _zone(series.zone)) for ms in sorted(further)])
    last_ms = max([*walls, *further]) + whole_ms
    yield _Piece(master, first, _there(last_ms, _zone(series.zone)))
    if all_cancelled:
        return
    for ms, one in sorted(rows.items()):
        is_there = ms in walls or one.cancelled_ms is None
        wall = walls.get(ms) or _there(ms, _zone(series.zone))
        if is_there and (_differs(one, series, whole_ms) or _is_skipped(wall)):
            piece = _lone(one, series, course, manner)
            piece.event.add("recurrence-id", wall)
            yield piece


def _differs(one: FeedClass, series: Series, whole_ms: int) -> bool:
    """Whether the series' event doesn't say all of this class."""
    usual = (one.occurrence_ms, (one.occurrence_ms or 0) + whole_ms, series.title, series.text)
    said = (one.begins_ms, one.ends_ms, one.title, one.text)
    return one.cancelled_ms is not None or said != usual


def _is_skipped(wall: datetime) -> bool:
    """Whether clocks are put forward over it. Programs don't agree on when such a class is."""
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(tzinfo=None) != wall.replace(
        tzinfo=None
    )


def _lone(
    one: FeedClass,
    series: Series | None,
    course: FeedCourse,
    manner: Manner,
    *,
    alone: bool = False,
) -> _Piece:
    """One class, as it is; ``alone``: apart from its series."""
    event = _event(one.title, one.text, course, one, manner)
    zone = _zone(series.zone if series else "")
    uid = series.uid if series else f"class-{one.id}@{manner.host}"
    event.add("uid", f"{one.id}-{uid}" if alone and series and series.rule else uid)
    event.add("sequence", one.sequence + (series.sequence if series else 0))
    _stamp(event, max(series.updated_ms if series else one.made_ms, one.cancelled_ms or 0))
    begins = _there(one.begins_ms, zone)
    _span(event, begins, _there(one.ends_ms, zone))
    event.add("status", "CONFIRMED" if one.cancelled_ms is None else "CANCELLED")
    _ring(event, manner)
    return _Piece(event, begins, _there(max(one.ends_ms, one.occurrence_ms or 0), zone))


def _event(title: str, text: str, course: FeedCourse, one: FeedClass, manner: Manner) -> Event:
    event = Event()
    name, where = _clean(title), _clean(course.title)
    named = f"{where}: {name}" if manner.names_courses and where and name else name or where
    event.add("summary", named)
    home = home_of(course.lms, one.logout_url, course.lti_context_id)
    lines = [_clean(text), _clean(manner.hint), home]
    event.add("description", "\n\n".join(line for line in lines if line))
    if home:
        event.add("url", home)
    if where:
        event.add("categories", [where])
    return event


def _ring(event: Event, manner: Manner) -> None:
    if manner.alarm_minutes is not None and event["status"] == "CONFIRMED":
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", str(event["summary"]))
        alarm.add("trigger", timedelta(minutes=-manner.alarm_minutes))
        event.add_component(alarm)


def _occurrences(series: Series) -> Mapping[int, datetime]:
    """UNIX milliseconds of each class by the rule → the same on the clocks of its zone."""
    first = datetime.fromisoformat(series.starts).replace(tzinfo=_zone(series.zone))
    found = islice(rrulestr(series.rule, dtstart=first), MOST_OCCURRENCES)
    walls = {int(wall.timestamp()) * 1000: wall for wall in found}
    return walls or {int(first.timestamp()) * 1000: first}


def _span(event: Event, begins: datetime, ends: datetime) -> None:
    event.add("dtstart", begins)
    event.add("dtend", ends)


def _stamp(event: Event, changed_ms: int) -> None:
    changed = datetime.fromtimestamp(changed_ms // 1000, UTC)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)


def _later(begins: datetime, length: timedelta) -> datetime:
    """So much time later, not so much later on the clock."""
    return (begins.astimezone(UTC) + length).astimezone(begins.tzinfo)


def _there(unix_ms: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(unix_ms // 1000, zone)


def _zone(name: str) -> tzinfo:
    return UTC if name in _UTC_NAMES else ZoneInfo(name)


def _clean(text: str) -> str:
    """Without what no line of a calendar may hold (RFC 5545, 3.1: CONTROL)."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
