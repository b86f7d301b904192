"""A term of classes: what each came to, and each person over all of them.

A course of 60 classes and 300 people has some 60,000 stays, and a class that is over hardly ever
changes. So what a class came to is remembered in this process, in numbers, and counted anew only
once anything of it is news: its stays, a teacher's word, its times, who learns there, or the
platform's limits. What is remembered is never older than the database: its version is read for
each page, by one query over all classes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lti_bridge.directory.memory import Memory
from lti_bridge.reports.attendance import USUAL, WHOLE, Limits, Roll, classes_of
from lti_bridge.reports.held import FORGOTTEN_MS, rounded
from lti_bridge.reports.sources import last_known

if TYPE_CHECKING:
    from lti_bridge.reports.attendance import ClassReport
    from lti_bridge.store import Attendances, AttendedMeeting, Attender, Mark

MOST_MEETINGS: Final = 400
"""That a process remembers: some 50 kB each in a course of 300 people."""


@dataclass(frozen=True, slots=True)
class TermClass:
    """A class in a term's list."""

    meeting: int
    """Row of its meeting."""
    name: str = field(repr=False)
    begins_ms: int
    ends_ms: int
    running: bool
    measured: bool
    """Whether anybody was told of, or a teacher said who was in."""
    totals: Counter[Mark | None]
    others: int
    """Guests, and who leads or looks on."""


@dataclass(frozen=True, slots=True)
class PersonTerm:
    """Somebody who learns, over all classes so far."""

    person: Attender
    marks: Counter[Mark | None]
    counted_ms: int
    length_ms: int
    """Of the classes that count for them."""

    @property
    def classes(self) -> int:
        """How many count for them."""
        return sum(self.marks[mark] for mark in ("present", "late", "left_early", "absent"))

    @property
    def share(self) -> int | None:
        """Of the time of these, in thousandths; None: there are none."""
        return rounded(self.counted_ms * WHOLE, self.length_ms) if self.length_ms else None


@dataclass(frozen=True, slots=True)
class TermReport:
    """All classes of a course so far."""

    classes: Sequence[TermClass]
    """Oldest first."""
    people: Sequence[PersonTerm]


Share = tuple[int, "Mark | None", int | None, int]
"""User row, mark, milliseconds that count of the class (None: it doesn't count for them), and of
how many."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a term needs to know of a meeting."""

    classes: Sequence[TermClass]
    shares: Sequence[Share] = field(repr=False)
    """Of everybody in each class that is over."""


class Terms:
    """Terms of courses, each class of which is counted once."""

    def __init__(self, book: Attendances) -> None:
        """``book`` tells who was in."""
        self._book: Final = book
        self._known: Final[Memory[int, tuple[object, Digest]]] = Memory(MOST_MEETINGS)

    def of_course(self, course: int, now_ms: int, limits: Limits = USUAL) -> TermReport:
        """All classes so far."""
        begun = self._book.begun(course, now_ms)
        roll = Roll.of(self._book, course)
        versions = self._book.versions(begun)
        expected = roll.version()
        digests: dict[int, Digest] = {}
        for row in begun:
            known = self._known.get(row)
            if known is not None and known[0] == (versions.get(row), expected, limits):
                digests[row] = known[1]
        for meeting in self._book.each([one for one in begun if one not in digests]):
            digests[meeting.id] = digest_of(meeting, roll, now_ms, limits)
            if meeting.id in versions and _is_over(meeting, now_ms):
                version = (versions[meeting.id], expected, limits)
                self._known.put(meeting.id, (version, digests[meeting.id]))
        return term_from(digests.values(), roll)


def term_of(
    meetings: Iterable[AttendedMeeting], roll: Roll, now_ms: int, limits: Limits = USUAL
) -> TermReport:
    """All classes; ``meetings`` are read one by one, and only numbers of each are kept."""
    return term_from((digest_of(one, roll, now_ms, limits) for one in meetings), roll)


def digest_of(meeting: AttendedMeeting, roll: Roll, now_ms: int, limits: Limits) -> Digest:
    """What a meeting's classes came to."""
    reports = classes_of(meeting, roll, now_ms, limits)
    shares = [share for one in reports if not one.running for share in _shares(one)]
    return Digest([in_term(one) for one in reports], shares)


def term_from(digests: Iterable[Digest], roll: Roll) -> TermReport:
    """Everybody's numbers, added up."""
    kept: list[TermClass] = []
    marks: dict[int, Counter[Mark | None]] = defaultdict(Counter)
    counted: dict[int, int] = defaultdict(int)
    lasted: dict[int, int] = defaultdict(int)
    for digest in digests:
        kept += digest.classes
        for user_id, mark, time_ms, length_ms in digest.shares:
            marks[user_id][mark] += 1
            if time_ms is not None:
                counted[user_id] += time_ms
                lasted[user_id] += length_ms
    people = [
        PersonTerm(one, marks[one.user_id], counted[one.user_id], lasted[one.user_id])
        for one in roll.learners
        if one.left_ms is None or one.user_id in marks
    ]
    return TermReport(sorted(kept, key=lambda one: (one.begins_ms, one.meeting)), people)


def _shares(one: ClassReport) -> Iterable[Share]:
    held = one.held
    for line in one.lines:
        user_id = line.person.user_id
        counts = line.mark is not None and held.counts(user_id)
        yield user_id, line.mark, held.counted(user_id) if counts else None, held.length_ms


def _is_over(meeting: AttendedMeeting, now_ms: int) -> bool:
    """Whether the clock alone changes nothing of it any more."""
    if meeting.scheduled is not None:
        return meeting.scheduled[1] <= now_ms
    return all(last_known(one) + FORGOTTEN_MS <= now_ms for one in meeting.stays)


def in_term(one: ClassReport) -> TermClass:
    """A class as a term's list has it."""
    held = one.held
    return TermClass(
        meeting=one.meeting.id,
        name=one.meeting.title or one.meeting.name,
        begins_ms=held.begins_ms,
        ends_ms=held.ends_ms,
        running=one.running,
        measured=held.measured or bool(held.corrections),
        totals=one.totals,
        others=len(one.others),
    )
