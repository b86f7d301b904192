"""The classes of a meeting: when they were held, and who was in.

A meeting that is scheduled is one class, from its beginning to its end as scheduled, once somebody
was in, or a teacher said who was. A standing meeting has many over a term: the times at which
somebody was in, where a pause of half an hour ends a class. Such a class lasts from the first
host's joining to the last host's leaving: who came early waited, and who stayed on chatted. It
counts if it lasted a minute and a learner was in: a teacher who tries the camera holds no class.

A person's times are merged before they are added up: two devices count once. Where several sources
tell of the same time, the best one has the word (:mod:`lti_bridge.reports.sources`). Somebody whose
leaving nobody noted was in until the class's end.

What a teacher says of somebody in a class stands beside what was measured, and comes first: see
:meth:`Held.counts`, :meth:`Held.counted` and :meth:`Held.was_present`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from lti_bridge.reports.sources import MINUTE_MS, PAUSE_MS, Times, best, last_known, merged

if TYPE_CHECKING:
    from lti_bridge.store import AttendedMeeting, AttendedStay, Correction

FORGOTTEN_MS: Final = 12 * 60 * MINUTE_MS
"""After so long without any news, whoever is said to be in isn't."""
SHORTEST_MS: Final = MINUTE_MS


@dataclass(frozen=True, slots=True)
class Held:
    """A class that was held."""

    begins_ms: int
    ends_ms: int
    times: Mapping[int, Times] = field(repr=False)
    """By user row: when they were in, within the class."""
    meeting: int = 0
    """Row of its meeting."""
    scheduled: bool = False
    measured: bool = True
    """Whether anybody was told of; else it is a class by a teacher's word alone."""
    stays: Sequence[AttendedStay] = field(default=(), repr=False, compare=False)
    """Of everybody, also of those whom we don't know, as the best source has them."""
    corrections: Mapping[int, Correction] = field(default_factory=dict, repr=False)
    """A teacher's word, by user row."""

    @property
    def length_ms(self) -> int:
        """How long it lasted."""
        return self.ends_ms - self.begins_ms

    def time_in(self, user_id: int) -> int:
        """Milliseconds that somebody was in, as measured."""
        return sum(end - begin for begin, end in self.times.get(user_id, ()))

    def counts(self, user_id: int) -> bool:
        """Whether the class counts for somebody: not for who is excused from it; and of a class
        that wasn't measured only for those of whom a teacher said something.
        """
        said = self.corrections.get(user_id)
        return self.measured if said is None else said.mark != "excused"

    def counted(self, user_id: int) -> int:
        """Milliseconds that count: none for who is marked absent, all for who is marked present;
        for who is marked late or as having left early what was measured, and all where that is
        nothing.
        """
        said, was_in = self.corrections.get(user_id), self.time_in(user_id)
        if said is None:
            return was_in
        if said.mark == "absent":
            return 0
        return self.length_ms if said.mark == "present" or not was_in else was_in

    def was_present(self, user_id: int, threshold: int) -> bool:
        """In for ``threshold`` percent of it or longer, unless a teacher says otherwise: who came
        late or left early was present.
        """
        said = self.corrections.get(user_id)
        if said is not None:
            return said.mark in {"present", "late", "left_early"}
        return self.time_in(user_id) * 100 >= threshold * self.length_ms

    def span_of(self, user_id: int) -> tuple[int, int] | None:
        """When somebody took part: from the class's beginning to its end where it was scheduled,
        else from when they were in first to when they were last; None: they didn't.
        """
        if not self.counted(user_id) or not self.counts(user_id):
            return None
        times = self.times.get(user_id)
        if self.scheduled or not times:
            return self.begins_ms, self.ends_ms
        return times[0][0], times[-1][1]


@dataclass(frozen=True, slots=True)
class Measured:
    """What attendance says of a meeting, or of all meetings of a series."""

    held: Sequence[Held] = ()
    """Classes that are over and count, in order."""
    again_ms: int | None = None
    """When a class that may still go on is over, unless news of it come."""
    running: Held | None = field(default=None, compare=False)
    """A class that may still go on, so far."""

    @property
    def length_ms(self) -> int:
        """How long all classes lasted."""
        return sum(one.length_ms for one in self.held)

    def time_in(self, user_id: int) -> int:
        """How long somebody was in, over all classes, as measured."""
        return sum(one.time_in(user_id) for one in self.held)

    def counting(self, user_id: int) -> list[Held]:
        """The classes that count for somebody."""
        return [one for one in self.held if one.counts(user_id)]

    def present(self, user_id: int, threshold: int) -> int:
        """In how many classes somebody was for ``threshold`` percent, or longer."""
        return sum(one.was_present(user_id, threshold) for one in self.counting(user_id))

    def is_corrected(self, user_id: int) -> bool:
        """Whether a teacher said something of them."""
        return any(user_id in one.corrections for one in self.held)

    def span_of(self, user_id: int) -> tuple[int, int] | None:
        """From when somebody took part first to when they did last; None: never."""
        spans = [span for one in self.held if (span := one.span_of(user_id))]
        return (spans[0][0], max(end for _, end in spans)) if spans else None


def measure_all(
    meetings: Iterable[AttendedMeeting], learners: Iterable[int], now_ms: int
) -> Measured:
    """The classes of several meetings together."""
    who_learns = set(learners)
    found = [measure_one(one, who_learns, now_ms) for one in meetings]
    held = sorted((each for one in found for each in one.held), key=lambda each: each.begins_ms)
    again = [one.again_ms for one in found if one.again_ms is not None]
    running = next((one.running for one in found if one.running), None)
    return Measured(held, min(again, default=None), running)


def measure_one(meeting: AttendedMeeting, learners: Iterable[int], now_ms: int) -> Measured:
    """The classes of one meeting."""
    found = measure(
        meeting.stays,
        learners,
        scheduled=meeting.scheduled,
        is_final=meeting.is_final,
        now_ms=now_ms,
        corrections=meeting.corrections,
    )
    running = replace(found.running, meeting=meeting.id) if found.running else None
    held = [replace(one, meeting=meeting.id) for one in found.held]
    return replace(found, held=held, running=running)


def measure(
    stays: Iterable[AttendedStay],
    learners: Iterable[int],
    *,
    scheduled: tuple[int, int] | None,
    is_final: bool,
    now_ms: int,
    corrections: Sequence[Correction] = (),
) -> Measured:
    """The classes of a meeting, from who was in when; ``learners`` are user rows.

    ``is_final``: the service said so of the last class.
    """
    known = best(stays)
    if scheduled is not None:
        return _scheduled(known, scheduled, now_ms, corrections)
    who_learns = set(learners)
    held: list[Held] = []
    again_ms: int | None = None
    running: Held | None = None
    groups = list(_groups(known))
    for place, own in enumerate(groups):
        last = place == len(groups) - 1
        over_ms = 0 if not last or is_final else _over_ms(own)
        one = _held(own)
        if over_ms > now_ms:
            again_ms, running = over_ms, one
        elif one is not None and one.length_ms >= SHORTEST_MS and who_learns & one.times.keys():
            held.append(one)
    return Measured(_corrected(held, corrections), again_ms, running)


def _scheduled(
    stays: Sequence[AttendedStay],
    span: tuple[int, int],
    now_ms: int,
    corrections: Sequence[Correction],
) -> Measured:
    begins_ms, ends_ms = span
    if ends_ms <= begins_ms or not (stays or corrections):
        return Measured()
    said = {one.user_id: one for one in sorted(corrections, key=lambda one: one.at_ms)}
    whole = replace(
        _within(stays, span, open_until=min(ends_ms, max(now_ms, begins_ms))),
        scheduled=True,
        measured=bool(stays),
        corrections=said,
    )
    if ends_ms > now_ms:
        return Measured((), ends_ms, whole if begins_ms <= now_ms else None)
    return Measured([whole])


def _corrected(held: Sequence[Held], corrections: Sequence[Correction]) -> list[Held]:
    """Each class with what was said of it. What was known of its beginning may have changed since:
    a correction belongs to the class that was then, or began at most a pause later.
    """
    if not corrections:
        return list(held)
    said: list[dict[int, Correction]] = [{} for _ in held]
    for one in sorted(corrections, key=lambda one: one.at_ms):
        near = [
            (abs(each.begins_ms - one.held_ms), place)
            for place, each in enumerate(held)
            if each.begins_ms - PAUSE_MS <= one.held_ms <= each.ends_ms
        ]
        if near:
            said[min(near)[1]][one.user_id] = one
    return [replace(each, corrections=own) for each, own in zip(held, said, strict=True)]


def _groups(stays: Sequence[AttendedStay]) -> Iterator[list[AttendedStay]]:
    """The stays of each class, in order."""
    own: list[AttendedStay] = []
    reached = 0
    for stay in sorted(stays, key=lambda one: one.joined_ms):
        if own and stay.joined_ms - reached > PAUSE_MS:
            yield own
            own, reached = [], 0
        own.append(stay)
        reached = max(reached, last_known(stay))
    if own:
        yield own


def _over_ms(stays: Sequence[AttendedStay]) -> int:
    """When a class is over, if nothing more is heard of it."""
    last_ms = max(map(last_known, stays))
    somebody_is_in = any(stay.left_ms is None for stay in stays)
    return last_ms + (FORGOTTEN_MS if somebody_is_in else PAUSE_MS)


def _held(stays: Sequence[AttendedStay]) -> Held | None:
    """The class that a host held; None where none came."""
    last_ms = max(map(last_known, stays))
    hosts = [stay for stay in stays if stay.host]
    if not hosts:
        return None
    begins_ms = min(stay.joined_ms for stay in hosts)
    ends_ms = max(last_ms if stay.left_ms is None else stay.left_ms for stay in hosts)
    return _within(stays, (begins_ms, ends_ms), open_until=last_ms)


def _within(stays: Sequence[AttendedStay], span: tuple[int, int], *, open_until: int) -> Held:
    by_user: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for stay in stays:
        within = time_within(stay, span, open_until)
        if stay.user_id is not None and within is not None:
            by_user[stay.user_id].append(within)
    times = {user_id: merged(own) for user_id, own in by_user.items()}
    ended = [replace(one, left_ms=open_until) if one.left_ms is None else one for one in stays]
    return Held(*span, times, stays=ended)


def time_within(
    stay: AttendedStay, span: tuple[int, int], open_until: int
) -> tuple[int, int] | None:
    """What of a stay lies within a class; None: nothing."""
    left_ms = open_until if stay.left_ms is None else stay.left_ms
    begin, end = max(stay.joined_ms, span[0]), min(left_ms, span[1])
    return (begin, end) if begin < end else None


def minutes(ms: int) -> int:
    """Whole minutes, rounded."""
    return rounded(ms, MINUTE_MS)


def rounded(part: int, whole: int) -> int:
    """Half up, in whole numbers: the same everywhere."""
    return (2 * part + whole) // (2 * whole)
