"""Who was in, where several sources say so: the best one has the word.

A conferencing service that tells afterwards who was in knows best; what the bridge saw by asking
once a minute (``sampled``) only fills in what it left out:

- At moments of which a better source tells, a lesser one isn't listened to: whom the better doesn't
  name, wasn't in. It tells of the time from the first joining to the last leaving that it knows of
  without a break, and of five minutes before and after: their clocks may differ by as much.
- A better source that knows of somebody's joining and not of their leaving has the leaving from the
  lesser one, where that saw them go.
- Where only the lesser one tells (the other's word was lost on the way), it counts as it is.
- MEETS tells of a room of its own, in which the same class was held: who was in either of the two
  was in class, and nobody is doubted for not being in the other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lti_bridge.store import AttendedStay

MINUTE_MS: Final = 60_000
SKEW_MS: Final = 5 * MINUTE_MS
PAUSE_MS: Final = 30 * MINUTE_MS
"""Nobody in for so long, and the class is over."""

RANKS: Final[Mapping[str, int]] = MappingProxyType({"callback": 0, "service": 0, "sampled": 1})
"""By source; the lowest is the best. A source of a later version is none of ours: the last."""
LAST: Final = max(RANKS.values()) + 1

ELSEWHERE: Final = "meets"
"""The source that tells of another room."""

Times = Sequence[tuple[int, int]]
"""From when to when, in order, without overlaps."""


def merged(times: Iterable[tuple[int, int]]) -> Times:
    """The same times in order, those that overlap or touch as one."""
    whole: list[tuple[int, int]] = []
    for begin, end in sorted(times):
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((begin, end))
    return whole


def without(span: tuple[int, int], taken: Times) -> Iterator[tuple[int, int]]:
    """What of a time lies outside others."""
    begin, end = span
    for place in range(bisect_right(taken, begin, key=_ends), len(taken)):
        start, stop = taken[place]
        if start >= end:
            break
        if begin < start:
            yield begin, start
        begin = stop
    if begin < end:
        yield begin, end


def _ends(time: tuple[int, int]) -> int:
    return time[1]


def best(stays: Iterable[AttendedStay]) -> list[AttendedStay]:
    """What is to be believed of everybody's stays; those that end before they begin are none."""
    known = [one for one in stays if one.left_ms is None or one.left_ms >= one.joined_ms]
    elsewhere = [one for one in known if one.source == ELSEWHERE]
    if elsewhere:
        return [*_best([one for one in known if one.source != ELSEWHERE]), *elsewhere]
    return _best(known)


def _best(known: list[AttendedStay]) -> list[AttendedStay]:
    by_rank: dict[int, list[AttendedStay]] = defaultdict(list)
    for one in known:
        by_rank[rank_of(one)].append(one)
    ranks = sorted(by_rank)
    if len(ranks) < 2:
        return known
    believed: list[AttendedStay] = []
    for place, rank in enumerate(ranks):
        lesser = _Lesser([by_rank[other] for other in ranks[place + 1 :]])
        told = _told(believed)
        for one in by_rank[rank]:
            believed += _outside(lesser.completed(one), told)
    return believed


def rank_of(stay: AttendedStay) -> int:
    """How good its source is."""
    return RANKS.get(stay.source, LAST)


def _told(stays: Iterable[AttendedStay]) -> Times:
    """Of which time these tell."""
    return merged((one.joined_ms - SKEW_MS, last_known(one) + SKEW_MS) for one in stays)


def last_known(stay: AttendedStay) -> int:
    """Until when somebody is known to have been in."""
    return stay.joined_ms if stay.left_ms is None else stay.left_ms


class _Lesser:
    """What lesser sources say, by person: sorted once it is asked for, which is seldom."""

    def __init__(self, stays: Sequence[Sequence[AttendedStay]]) -> None:
        self._stays: Final = stays

    @cached_property
    def _by_person(self) -> Mapping[int | None, list[AttendedStay]]:
        found: dict[int | None, list[AttendedStay]] = defaultdict(list)
        for one in chain(*self._stays):
            found[one.user_id].append(one)
        return found

    def completed(self, stay: AttendedStay) -> AttendedStay:
        """With the leaving that a lesser source saw, where its own doesn't know of one."""
        if stay.left_ms is not None or stay.user_id is None:
            return stay
        seen = [
            one.left_ms
            for one in self._by_person.get(stay.user_id, ())
            if one.left_ms is not None and one.joined_ms - PAUSE_MS <= stay.joined_ms <= one.left_ms
        ]
        return replace(stay, left_ms=max(seen)) if seen else stay


def _outside(stay: AttendedStay, told: Times) -> Iterator[AttendedStay]:
    if not told:
        yield stay
        return
    if stay.left_ms is None or stay.left_ms == stay.joined_ms:
        place = bisect_right(told, stay.joined_ms, key=_ends)
        if place == len(told) or told[place][0] > stay.joined_ms:
            yield stay
        return
    for begin, end in without((stay.joined_ms, stay.left_ms), told):
        yield replace(stay, joined_ms=begin, left_ms=end)
