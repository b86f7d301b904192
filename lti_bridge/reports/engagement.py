"""Engagement: what Meet & Engage's rows say of a course's people, or of the institution.

Rows name people by e-mail address alone. They are joined to ours only where the institution allows
it (``match_people``), by the whole address, case-folded; an address that people have on two
platforms counts once on each.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from lti_bridge.store.engagement import day_of, folded

if TYPE_CHECKING:
    from lti_bridge.store import CourseFound, EngagementData, Rows

MOST_VALUES: Final = 50
"""Of a column that is counted by; the rest is one more line."""


@dataclass(frozen=True, slots=True)
class PersonEngagement:
    """Somebody of a course."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    rows: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class EngagementReport:
    """What there is, from a day to a day (UTC), both included."""

    method: str
    first: date
    last: date
    course: str | None
    """Its title; None: of the whole institution."""
    days_fetched: int
    """Of all days between; others may have rows that aren't here yet."""
    rows: int
    matched: bool
    """Whether the institution allows rows to be joined to people; else what follows is empty."""
    people: int = 0
    """Who have rows."""
    addresses_unknown: int = 0
    """Addresses that nobody of ours has. Of a course: 0, since others' aren't the course's."""
    per_day: Mapping[date, int] = field(default_factory=dict)
    """Every day, also those without rows."""
    each: Sequence[PersonEngagement] = ()
    """Of a course: everybody with an address, most rows first."""
    courses: Sequence[CourseFound] = ()
    """Of the institution: courses whose people have rows."""
    values: Sequence[tuple[str, int]] = ()
    """Rows by the values of the column that was asked for, most first."""


def institution_report(
    data: EngagementData, which: Rows, *, matched: bool, by: str = ""
) -> EngagementReport:
    """Of everybody. ``by``: a column to count rows by."""
    per_day = data.per_day(which)
    people, _, unknown = data.matched(which) if matched else (0, 0, 0)
    return EngagementReport(
        method=which.method,
        first=day_of(which.first),
        last=day_of(which.last),
        course=None,
        days_fetched=len(data.fetched(which)),
        rows=sum(per_day.values()),
        matched=matched,
        people=people,
        addresses_unknown=unknown,
        per_day=_every_day(which, per_day),
        courses=data.per_course(which) if matched else (),
        values=_values(data.rows(which), by) if by else (),
    )


def course_report(
    data: EngagementData, which: Rows, course: int, title: str, *, by: str = ""
) -> EngagementReport:
    """Of a course's people, by their addresses; ``course`` is its row."""
    everybody = data.people_of(course)
    emails = {folded(one.email) for one in everybody}
    found = {one.email_folded: one for one in data.addresses(which, emails)}
    each = []
    for person in everybody:
        own = found.get(folded(person.email))
        each.append(
            PersonEngagement(
                name=person.name,
                email=person.email,
                rows=own.rows if own else 0,
                first=day_of(own.first) if own else None,
                last=day_of(own.last) if own else None,
            )
        )
    per_day = data.per_day(which, emails)
    return EngagementReport(
        method=which.method,
        first=day_of(which.first),
        last=day_of(which.last),
        course=title,
        days_fetched=len(data.fetched(which)),
        rows=sum(per_day.values()),
        matched=True,
        people=sum(one.rows > 0 for one in each),
        per_day=_every_day(which, per_day),
        each=sorted(each, key=lambda one: -one.rows),
        values=_values(data.rows(which, emails), by) if by else (),
    )


def course_emails(data: EngagementData, course: int) -> set[str]:
    """The addresses of a course's people, as rows have them."""
    return {folded(one.email) for one in data.people_of(course)}


class Table:
    """Rows with whatever columns, as one table: the union of all columns, as they first came."""

    def __init__(self, rows: Callable[[], Iterator[tuple[int, str]]]) -> None:
        """``rows`` gives, each time it is called, an iterator of (day, JSON)."""
        self._rows = rows
        columns: dict[str, None] = {}
        for _, data in rows():
            columns.update(dict.fromkeys(json.loads(data)))
        self.columns = tuple(columns)

    def __iter__(self) -> Iterator[list[object]]:
        """Each row: its day, then a cell for each column."""
        for day, data in self._rows():
            row = json.loads(data)
            yield [day_of(day).isoformat(), *(_cell(row.get(name)) for name in self.columns)]


def _cell(value: object) -> object:
    """Texts and numbers as they are, anything with parts as its JSON."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _every_day(which: Rows, counted: Mapping[int, int]) -> dict[date, int]:
    return {day_of(day): counted.get(day, 0) for day in range(which.first, which.last + 1)}


def _values(rows: Iterator[tuple[int, str]], by: str) -> list[tuple[str, int]]:
    counter: Counter[str] = Counter()
    for _, data in rows:
        by_name = {name.casefold(): value for name, value in json.loads(data).items()}
        value = by_name.get(by.casefold())
        counter["" if value is None else str(_cell(value))] += 1
    most = counter.most_common(MOST_VALUES)
    rest = counter.total() - sum(count for _, count in most)
    return [*most, ("…", rest)] if rest else most
