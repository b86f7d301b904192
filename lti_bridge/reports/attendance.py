"""Who was in class: present, late, left early, absent, excused. A term of them is in
:mod:`lti_bridge.reports.terms`.

Pure functions over what :mod:`lti_bridge.reports.held` found, without a clock or a database.

- *late*: came more than ten minutes, or what the platform's policies say, after the class began.
  One that began late, as its teacher came late, began when they came.
- *left early*: was last in more than ten minutes, or what they say, before the class ended. One
  that everybody left before its time ended then.
- *absent*: learns in the course, and wasn't in. Who came to the course after the class isn't, where
  no roster names them, nor is who had left the course before; of a group's class only its people,
  and where the LMS shows the link of a graded class to some people only, only those.

A teacher's word comes first. Guests, and everybody who leads or looks on, are told of apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from lti_bridge.reports.held import Held, measure_one, rounded, time_within
from lti_bridge.reports.sources import MINUTE_MS, Times, merged
from lti_bridge.store import AttendedMeeting, Attender

if TYPE_CHECKING:
    from lti_bridge.store import Attendances, AttendedStay, Correction, Mark

WHOLE: Final = 1000
"""Shares are in thousandths."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many minutes on it matters, as the platform's policies say."""

    late: int = 10
    left_early: int = 10


USUAL: Final = Limits()


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who learns, in a class."""

    person: Attender
    mark: Mark | None
    """What counts; None: nothing is known of them."""
    measured: Mark | None
    """The same without a teacher's word."""
    times: Times = field(repr=False)
    time_ms: int
    share: int
    """Of the class, in thousandths."""
    correction: Correction | None = field(default=None, repr=False)
    invited: bool = False
    """On the list of who may come, where the service keeps one: no word on whether they came."""

    @property
    def came_ms(self) -> int | None:
        """When they were in first."""
        return self.times[0][0] if self.times else None

    @property
    def left_ms(self) -> int | None:
        """When they were in last."""
        return self.times[-1][1] if self.times else None


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody who was in and doesn't learn there: a teacher, a guest."""

    name: str = field(repr=False)
    host: bool
    times: Times = field(repr=False)

    @property
    def time_ms(self) -> int:
        """How long they were in."""
        return sum(end - begin for begin, end in self.times)


@dataclass(frozen=True, slots=True)
class ClassReport:
    """A class."""

    meeting: AttendedMeeting
    held: Held
    running: bool
    """It may still go on: this is how it stands so far."""
    lines: Sequence[PersonLine]
    others: Sequence[Other]

    @property
    def totals(self) -> Counter[Mark | None]:
        """How many of each mark."""
        return Counter(one.mark for one in self.lines)


@dataclass(frozen=True, slots=True)
class Roll:
    """Who is to be looked for: the learners of a course, and its groups."""

    learners: Sequence[Attender]
    groups: Mapping[int, AbstractSet[int]] = field(default_factory=dict)
    """User rows by group."""
    links: Mapping[int, AbstractSet[int]] = field(default_factory=dict)
    """User rows of who may see the link, by the meeting in whose column of the gradebook others
    count, too; only where the LMS tells of links."""
    asked: int | None = None
    """The one whose lines are wanted; None: everybody's."""

    @classmethod
    def of(cls, book: Attendances, course: int) -> Roll:
        """That of a course."""
        return cls(book.learners(course), book.groups(course), book.link_rosters(course))

    def rows(self) -> set[int]:
        """The learners' user rows."""
        return {one.user_id for one in self.learners}

    def version(self) -> int:
        """Another one, once anything of it is news."""
        people = tuple(
            (one.user_id, one.email, one.in_roster, one.since_ms, one.left_ms)
            for one in self.learners
        )
        among = [
            frozenset((row, frozenset(people)) for row, people in some.items())
            for some in (self.groups, self.links)
        ]
        return hash((people, *among))

    def looked_for(self) -> Sequence[Attender]:
        """Whose lines are wanted."""
        if self.asked is None:
            return self.learners
        return [one for one in self.learners if one.user_id == self.asked]


def classes_of(
    meeting: AttendedMeeting, roll: Roll, now_ms: int, limits: Limits = USUAL
) -> list[ClassReport]:
    """The classes of a meeting, oldest first: those that were held, the one that may still go on,
    and one that was scheduled and is over, though nobody told who was in.
    """
    found = measure_one(meeting, roll.rows(), now_ms)
    reports = [_report(meeting, one, roll, limits, running=False) for one in found.held]
    if found.running is not None:
        reports.append(_report(meeting, found.running, roll, limits, running=True))
    span = meeting.scheduled
    if not reports and span is not None and span[0] < span[1] <= now_ms:
        unknown = Held(*span, {}, meeting=meeting.id, scheduled=True, measured=False)
        reports.append(_report(meeting, unknown, roll, limits, running=False))
    return reports


def lines_of(
    user_id: int,
    meetings: Iterable[AttendedMeeting],
    roll: Roll,
    now_ms: int,
    limits: Limits = USUAL,
) -> list[tuple[ClassReport, PersonLine]]:
    """One person's classes, oldest first; of the others no line is made."""
    alone = replace(roll, asked=user_id)
    found = [
        (one, line)
        for meeting in meetings
        for one in classes_of(meeting, alone, now_ms, limits)
        for line in one.lines
    ]
    return sorted(found, key=lambda each: each[0].held.begins_ms)


def _report(
    meeting: AttendedMeeting, held: Held, roll: Roll, limits: Limits, *, running: bool
) -> ClassReport:
    group = roll.groups.get(meeting.group_id, frozenset()) if meeting.group_id else None
    among = roll.links.get(meeting.column) if group is None else group
    on_time = _on_time(held, limits, running=running)
    lines = [
        _line(held, one, on_time, running=running, invited=one.is_among(meeting.invited))
        for one in roll.looked_for()
        if one.user_id in held.times
        or one.user_id in held.corrections
        or _belonged(one, held, among)
        or (not held.measured and one.is_among(meeting.invited))
    ]
    others = _others(held, roll.rows()) if roll.asked is None else ()
    return ClassReport(meeting, held, running, lines, others)


def _belonged(person: Attender, held: Held, among: AbstractSet[int] | None) -> bool:
    """Whether somebody was expected. ``among``: only these were; None: the whole course."""
    if among is not None and person.user_id not in among:
        return False
    if person.left_ms is not None and person.left_ms <= held.begins_ms:
        return False
    return person.in_roster or person.since_ms <= held.ends_ms


def _on_time(held: Held, limits: Limits, *, running: bool) -> tuple[int, int]:
    """By when people have to be in, and until when. It began with who leads it, and ended with the
    last who was in; while it goes on, nobody left early.
    """
    hosts = [one.joined_ms for one in held.stays if one.host and one.joined_ms < held.ends_ms]
    last = [one.left_ms for one in held.stays if one.left_ms is not None]
    began_ms = max(held.begins_ms, min(hosts, default=held.begins_ms))
    ended_ms = max(began_ms, min(held.ends_ms, max(last, default=held.ends_ms)))
    until_ms = held.begins_ms if running else ended_ms - limits.left_early * MINUTE_MS
    return began_ms + limits.late * MINUTE_MS, until_ms


def _line(
    held: Held, person: Attender, on_time: tuple[int, int], *, running: bool, invited: bool
) -> PersonLine:
    user_id = person.user_id
    measured = _measured(held, user_id, on_time, running=running)
    said = held.corrections.get(user_id)
    time_ms = held.time_in(user_id)
    return PersonLine(
        person=person,
        mark=measured if said is None else said.mark,
        measured=measured,
        times=held.times.get(user_id, ()),
        time_ms=time_ms,
        share=rounded(time_ms * WHOLE, held.length_ms) if held.length_ms else 0,
        correction=said,
        invited=invited,
    )


def _measured(held: Held, user_id: int, on_time: tuple[int, int], *, running: bool) -> Mark | None:
    if not held.measured:
        return None
    times = held.times.get(user_id)
    if not times:
        return None if running else "absent"
    if times[0][0] > on_time[0]:
        return "late"
    return "left_early" if times[-1][1] < on_time[1] else "present"


def _others(held: Held, learners: AbstractSet[int]) -> list[Other]:
    by_whom: dict[tuple[int | None, str], list[AttendedStay]] = defaultdict(list)
    for stay in held.stays:
        if stay.user_id is None:
            by_whom[None, stay.name].append(stay)
        elif stay.user_id not in learners:
            by_whom[stay.user_id, ""].append(stay)
    found = [one for own in by_whom.values() for one in _other(own, held)]
    return sorted(found, key=lambda one: (not one.host, one.times[0][0]))


def _other(stays: Sequence[AttendedStay], held: Held) -> Iterator[Other]:
    span = held.begins_ms, held.ends_ms
    times = [time for one in stays if (time := time_within(one, span, held.ends_ms))]
    if times:
        name = next((one.name for one in stays if one.name), "")
        yield Other(name, any(one.host for one in stays), merged(times))
