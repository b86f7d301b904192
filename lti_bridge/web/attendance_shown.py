"""Attendance as its pages show it: marks in words, times in the reader's zone, pictures, tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flask import current_app
from flask_babel import LazyString, gettext, lazy_gettext
from markupsafe import Markup

from lti_bridge.reports.attendance_plots import Row, Said, stacked, timeline
from lti_bridge.reports.held import minutes
from lti_bridge.reports.terms import in_term
from lti_bridge.store import MARKS
from lti_bridge.web.elsewhere import utc
from lti_bridge.web.times import Span, clock, span_of

if TYPE_CHECKING:
    from lti_bridge.reports.attendance import (
        ClassReport,
        Other,
        PersonLine,
    )
    from lti_bridge.reports.terms import PersonTerm, TermClass, TermReport
    from lti_bridge.store import Mark, MeetsEvent

WORDS: Final[Mapping[str | None, LazyString]] = MappingProxyType({
    "present": lazy_gettext("Present"),
    "late": lazy_gettext("Late"),
    "left_early": lazy_gettext("Left early"),
    "absent": lazy_gettext("Absent"),
    "excused": lazy_gettext("Excused"),
    None: lazy_gettext("Not known"),
})  # fmt: skip  # a word a line
NOT_YET: Final = lazy_gettext("Not in so far")
MOST_BARS: Final = 40
"""Classes of a term's picture, the latest; the table has all."""
CLASS_HEADS: Final = (
    "name", "e-mail", "mark", "measured", "came (UTC)", "left (UTC)", "minutes in class",
    "minutes of class", "share %", "note", "corrected by", "corrected (UTC)", "invited",
)  # fmt: skip
TERM_HEADS: Final = ("name", "e-mail", "classes", *MARKS, "not known", "share %")


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """A line of a class's table."""

    line: PersonLine
    word: LazyString
    came: str
    left: str
    minutes: int
    percent: str
    measured: LazyString
    corrected: Span | None
    """When a teacher said otherwise."""
    invited: bool
    """All that is known of them is that they might come."""


@dataclass(frozen=True, slots=True)
class ShownClass:
    """A line of a term's list, and the head of a class's page."""

    meeting: int
    held_ms: int
    name: str
    span: Span | None
    running: bool
    measured: bool
    totals: Sequence[tuple[str, LazyString, int]]
    """Mark, its word, how many; only those that there are."""
    event: MeetsEvent | None = None
    """Held by way of MEETS."""


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A line of somebody's own list."""

    shown: ShownClass
    person: ShownPerson


def shown_class(one: TermClass) -> ShownClass:
    """Of our own meetings."""
    totals = [(mark, WORDS[mark], one.totals[mark]) for mark in MARKS if one.totals[mark]]
    return ShownClass(
        meeting=one.meeting,
        held_ms=one.begins_ms,
        name=one.name,
        span=span_of(one.begins_ms, one.ends_ms),
        running=one.running,
        measured=one.measured,
        totals=totals,
    )


def own_class(report: ClassReport, line: PersonLine) -> OwnClass:
    """A line of somebody's own list."""
    return OwnClass(shown_class(in_term(report)), shown_person(line, running=report.running))


def shown_events(events: Iterable[MeetsEvent], now_ms: int) -> Iterator[ShownClass]:
    """Those of MEETS of which it is known who was in."""
    for event in events:
        if event.begins_ms is not None and event.begins_ms <= now_ms and event.attendees:
            span = span_of(event.begins_ms, event.ends_ms)
            yield ShownClass(0, event.begins_ms, event.name, span, False, True, (), event)


def shown_person(line: PersonLine, *, running: bool) -> ShownPerson:
    """With times of day in the reader's zone."""
    said = line.correction
    return ShownPerson(
        line=line,
        word=NOT_YET if running and line.mark is None else WORDS[line.mark],
        came=_time(line.came_ms),
        left="" if running and line.mark != "absent" else _time(line.left_ms),
        minutes=minutes(line.time_ms),
        percent=_percent(line.share),
        measured=WORDS[line.measured],
        corrected=span_of(said.at_ms, None) if said else None,
        invited=line.invited and line.measured is None,
    )


def shown_other(other: Other) -> tuple[Other, str, str, int]:
    """With when they came and left, and for how many minutes they were in."""
    came, left = other.times[0][0], other.times[-1][1]
    return other, _time(came), _time(left), minutes(other.time_ms)


def shown_share(one: PersonTerm) -> str:
    """Percent; empty where no class counts."""
    return "" if one.share is None else _percent(one.share)


def class_picture(report: ClassReport, lines: Sequence[PersonLine]) -> Markup:
    """When each of these was in; empty where nobody was."""
    if not any(line.times for line in lines):
        return Markup()
    held = report.held
    half = held.begins_ms + held.length_ms // 2
    moments = (held.begins_ms, half, held.ends_ms)
    said = Said(
        "timeline",
        gettext("When everybody was in class"),
        gettext("A bar for each person. The table has the same in words."),
    )
    ticks = [(at, _digits(clock().time(at)) + clock().unknown) for at in moments]
    rows = [Row(line.person.name, line.times) for line in lines]
    span = (held.begins_ms, held.ends_ms)
    return Markup(timeline(said, rows, span, ticks))  # noqa: S704 - every text in it is escaped


def term_picture(report: TermReport) -> Markup:
    """How many were there, class by class; empty where there are fewer than two."""
    classes = [one for one in report.classes if one.measured and not one.running][-MOST_BARS:]
    if len(classes) < 2:
        return Markup()
    said = Said(
        "term",
        gettext("Attendance over the term"),
        gettext("A bar for each class. The list of classes has the same in numbers."),
    )
    numbers = {
        "present": [one.totals["present"] for one in classes],
        "late": [one.totals["late"] + one.totals["left_early"] for one in classes],
        "absent": [one.totals["absent"] for one in classes],
    }
    labels = [_digits(clock().day(one.begins_ms)) for one in classes]
    return Markup(stacked(said, labels, numbers, _digits))  # noqa: S704 - every text in it is escaped


def person_picture(lines: Sequence[tuple[ClassReport, PersonLine]]) -> Markup:
    """Somebody's minutes, class by class; empty where there are fewer than two."""
    known = [(one, line) for one, line in lines if one.held.measured][-MOST_BARS:]
    if len(known) < 2:
        return Markup()
    said = Said(
        "person",
        gettext("Minutes in class over the term"),
        gettext("A bar for each class. The list of classes has the same in numbers."),
    )
    was_in = [minutes(line.time_ms) for _, line in known]
    lasted = [minutes(one.held.length_ms) for one, _ in known]
    numbers = {
        "present": was_in,
        "rest": [max(0, all_ - own) for all_, own in zip(lasted, was_in, strict=True)],
    }
    labels = [_digits(clock().day(one.held.begins_ms)) for one, _ in known]
    return Markup(stacked(said, labels, numbers, _digits))  # noqa: S704 - every text in it is escaped


def class_rows(report: ClassReport) -> Iterator[tuple[object, ...]]:
    """A class as a table for spreadsheets; who doesn't learn there at the end, without a mark."""
    length = minutes(report.held.length_ms)
    for line in report.lines:
        said = line.correction
        yield (
            line.person.name,
            line.person.email,
            line.mark or "",
            line.measured or "",
            utc(line.came_ms),
            utc(line.left_ms),
            minutes(line.time_ms),
            length,
            _percent(line.share),
            said.note if said else "",
            said.by if said else "",
            utc(said.at_ms if said else None),
            "yes" if line.invited else "",
        )
    for other in report.others:
        came, left = utc(other.times[0][0]), utc(other.times[-1][1])
        kind = "host" if other.host else "guest"
        yield (
            other.name,
            "",
            kind,
            "",
            came,
            left,
            minutes(other.time_ms),
            length,
            "",
            "",
            "",
            "",
            "",
        )


def term_rows(report: TermReport) -> Iterator[tuple[object, ...]]:
    """A term as a table for spreadsheets."""
    for one in report.people:
        marks: list[Mark | None] = [*MARKS, None]
        numbers = [one.marks[mark] for mark in marks]
        yield (one.person.name, one.person.email, one.classes, *numbers, shown_share(one))


def _digits(value: object) -> str:
    """In the digits of the reader's language."""
    text: str = current_app.jinja_env.filters["digits"](value)
    return text


def _time(unix_ms: int | None) -> str:
    return "" if unix_ms is None else clock().time(unix_ms)


def _percent(thousandths: int) -> str:
    return f"{thousandths / 10:g}"
