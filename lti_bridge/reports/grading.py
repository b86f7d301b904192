"""Scores from attendance: pure functions, without a clock, a database or an LMS.

A meeting is held in classes. One that is scheduled is one class, from its beginning to its end as
scheduled, once somebody was in. A standing meeting has many over a term: the times at which
somebody was in, where a pause of half an hour ends a class. Such a class lasts from the first
host's joining to the last host's leaving: who came early waited, and who stayed on chatted. It
counts if it lasted a minute and a learner was in: a teacher who tries the camera holds no class.

- ``share``: a person's time in all classes so far, by the time that all of them lasted.
- ``presence``: the classes in which a person was for at least the threshold, by their number. For
  a meeting that is held once, that is all or nothing.

A person's times are merged before they are added up: two devices, or two sources that tell of the
same time, count once. Somebody whose leaving nobody noted was in until the class's end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lti_bridge.store import AttendedStay, GradingRules

MINUTE_MS: Final = 60_000
PAUSE_MS: Final = 30 * MINUTE_MS
"""Nobody in for so long, and the class is over."""
FORGOTTEN_MS: Final = 12 * 60 * MINUTE_MS
"""After so long without any news, whoever is said to be in isn't."""
SHORTEST_MS: Final = MINUTE_MS
WHOLE: Final = 1000
"""Shares are in thousandths."""

Times = Sequence[tuple[int, int]]
"""From when to when, in order, without overlaps."""


@dataclass(frozen=True, slots=True)
class Held:
    """A class that was held."""

    begins_ms: int
    ends_ms: int
    times: Mapping[int, Times] = field(repr=False)
    """By user row: when they were in, within the class."""

    @property
    def length_ms(self) -> int:
        """How long it lasted."""
        return self.ends_ms - self.begins_ms

    def time_in(self, user_id: int) -> int:
        """Milliseconds that somebody was in."""
        return sum(end - begin for begin, end in self.times.get(user_id, ()))


@dataclass(frozen=True, slots=True)
class Measured:
    """What attendance says of a meeting."""

    held: Sequence[Held] = ()
    """Classes that are over and count, in order."""
    again_ms: int | None = None
    """When a class that may still go on is over, unless news of it come."""

    @property
    def length_ms(self) -> int:
        """How long all classes lasted."""
        return sum(one.length_ms for one in self.held)

    def time_in(self, user_id: int) -> int:
        """How long somebody was in, over all classes."""
        return sum(one.time_in(user_id) for one in self.held)

    def present(self, user_id: int, threshold: int) -> int:
        """In how many classes somebody was for ``threshold`` percent, or longer."""
        return sum(one.time_in(user_id) * 100 >= threshold * one.length_ms for one in self.held)

    def span_of(self, user_id: int) -> tuple[int, int] | None:
        """From when somebody was in first to when they were last; None: never."""
        times = [time for one in self.held for time in one.times.get(user_id, ())]
        return (times[0][0], times[-1][1]) if times else None


@dataclass(frozen=True, slots=True)
class Score:
    """What the LMS is to be told of one person."""

    line: str
    """All of it in one line of at most 80 characters: what has the same line, says the same."""
    given: float | None
    """Of the points; None: there is no score, as they are excused."""
    comment: str = field(repr=False)
    thousandths: int | None
    span_ms: tuple[int, int] | None = None
    """When they were in class first and last, where they were."""


def measure(
    stays: Iterable[AttendedStay],
    learners: Iterable[int],
    *,
    scheduled: tuple[int, int] | None,
    is_final: bool,
    now_ms: int,
) -> Measured:
    """The classes of a meeting, from who was in when; ``learners`` are user rows.

    ``is_final``: the service said so of the last class.
    """
    known = [one for one in stays if one.left_ms is None or one.left_ms >= one.joined_ms]
    who_learns = set(learners)
    if scheduled is not None:
        return _scheduled(known, scheduled, now_ms)
    held: list[Held] = []
    again_ms: int | None = None
    groups = list(_groups(known))
    for place, own in enumerate(groups):
        last = place == len(groups) - 1
        over_ms = 0 if not last or is_final else _over_ms(own)
        if over_ms > now_ms:
            again_ms = over_ms
            continue
        one = _held(own)
        if one is not None and one.length_ms >= SHORTEST_MS and who_learns & one.times.keys():
            held.append(one)
    return Measured(held, again_ms)


def _scheduled(stays: Sequence[AttendedStay], span: tuple[int, int], now_ms: int) -> Measured:
    if not stays or span[1] <= span[0]:
        return Measured()
    if span[1] > now_ms:
        return Measured((), span[1])
    return Measured([_within(stays, span, open_until=span[1])])


def _groups(stays: Sequence[AttendedStay]) -> Iterator[list[AttendedStay]]:
    """The stays of each class, in order."""
    own: list[AttendedStay] = []
    reached = 0
    for stay in sorted(stays, key=lambda one: one.joined_ms):
        if own and stay.joined_ms - reached > PAUSE_MS:
            yield own
            own, reached = [], 0
        own.append(stay)
        reached = max(reached, _last_known(stay))
    if own:
        yield own


def _last_known(stay: AttendedStay) -> int:
    return stay.joined_ms if stay.left_ms is None else stay.left_ms


def _over_ms(stays: Sequence[AttendedStay]) -> int:
    """When a class is over, if nothing more is heard of it."""
    last_ms = max(map(_last_known, stays))
    somebody_is_in = any(stay.left_ms is None for stay in stays)
    return last_ms + (FORGOTTEN_MS if somebody_is_in else PAUSE_MS)


def _held(stays: Sequence[AttendedStay]) -> Held | None:
    """The class that a host held; None where none came."""
    last_ms = max(map(_last_known, stays))
    hosts = [stay for stay in stays if stay.host]
    if not hosts:
        return None
    begins_ms = min(stay.joined_ms for stay in hosts)
    ends_ms = max(last_ms if stay.left_ms is None else stay.left_ms for stay in hosts)
    return _within(stays, (begins_ms, ends_ms), open_until=last_ms)


def _within(stays: Iterable[AttendedStay], span: tuple[int, int], *, open_until: int) -> Held:
    by_user: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for stay in stays:
        if stay.user_id is None:
            continue
        left_ms = open_until if stay.left_ms is None else stay.left_ms
        begin, end = max(stay.joined_ms, span[0]), min(left_ms, span[1])
        if begin < end:
            by_user[stay.user_id].append((begin, end))
    return Held(*span, {user_id: merged(times) for user_id, times in by_user.items()})


def merged(times: Iterable[tuple[int, int]]) -> Times:
    """The same times in order, those that overlap or touch as one."""
    whole: list[tuple[int, int]] = []
    for begin, end in sorted(times):
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((begin, end))
    return whole


def thousandths(measured: Measured, user_id: int, rules: GradingRules) -> int | None:
    """Somebody's score as measured; None while no class was held."""
    if not measured.held:
        return None
    if rules.mode == "presence":
        return _rounded(measured.present(user_id, rules.threshold) * WHOLE, len(measured.held))
    return _rounded(measured.time_in(user_id) * WHOLE, measured.length_ms)


def points_of(thousandths: int, points: int) -> float:
    """``scoreGiven``, to the hundredth; never more than all points."""
    return _rounded(min(max(thousandths, 0), WHOLE) * points * 100, WHOLE) / 100


def score_of(
    measured: Measured,
    user_id: int,
    rules: GradingRules,
    *,
    absent_counts: bool,
    corrected: int | None = None,
    excused: bool = False,
) -> Score | None:
    """What the LMS is to be told of somebody; None: nothing.

    ``absent_counts``: who never was in was absent, as the roster says that they belong there.
    A teacher's word comes first: ``excused``, then ``corrected`` (thousandths).
    """
    if excused:
        return Score("excused", None, "Excused: no score is counted.", None)
    if corrected is not None:
        given = points_of(corrected, rules.points)
        span = measured.span_of(user_id)
        line = f"{given:g}/{rules.points} set"
        return Score(line, given, "Set by the teacher.", corrected, span)
    share = thousandths(measured, user_id, rules)
    span = measured.span_of(user_id)
    if share is None or (span is None and not absent_counts):
        return None
    given = points_of(share, rules.points)
    short, comment = _words(measured, user_id, rules)
    return Score(f"{given:g}/{rules.points} {short}", given, comment, share, span)


def _words(measured: Measured, user_id: int, rules: GradingRules) -> tuple[str, str]:
    """Where the score comes from: for the line, and for people."""
    if rules.mode == "share":
        was_in, lasted = minutes(measured.time_in(user_id)), minutes(measured.length_ms)
        return f"{was_in}/{lasted} min", f"In class for {was_in} of {lasted} minutes."
    present, held = measured.present(user_id, rules.threshold), len(measured.held)
    if held == 1:
        return f"{present}/1", "Present." if present else "Absent."
    return f"{present}/{held}", f"Present in {present} of {held} classes."


def minutes(ms: int) -> int:
    """Whole minutes, rounded."""
    return _rounded(ms, MINUTE_MS)


def _rounded(part: int, whole: int) -> int:
    """Half up, in whole numbers: the same everywhere."""
    return (2 * part + whole) // (2 * whole)
