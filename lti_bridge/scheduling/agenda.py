"""The scheduled classes of a course, as its page lists them: what is now or next, and what was.

However many students open the page as a class begins: a process looks once a second whether
anything was changed, by whichever node, and reads the classes anew where it was, or after ten
seconds.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from lti_bridge.directory.memory import Memory
from lti_bridge.errors import StoreError
from lti_bridge.http.flights import Flights
from lti_bridge.scheduling.timing import phase_of
from lti_bridge.store.series import OVERTIME_MS

if TYPE_CHECKING:
    from lti_bridge.store import Meeting, SeriesBook

REMEMBERED_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 1.0
"""So often, at the most, a process looks whether a course's classes were changed."""
MOST_COMING: Final = 100
PAST_AT_ONCE: Final = 5
PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class CourseAgenda:
    """The classes around now."""

    coming: tuple[Meeting, ...]
    """Those that aren't over, by their beginning; also those that don't take place."""
    past: tuple[Meeting, ...]
    """The last few that are over, latest first."""
    more_past: bool
    """Whether there were others before."""
    stamp: str
    """Of the moment at which they were read: see :meth:`SeriesBook.stamp`."""
    until_ms: float
    """When the next of those to come is over, and belongs to the past."""
    turns: tuple[int, ...]
    """When one of them opens or is over, in their order: everybody who waits asks by them."""
    told: str
    """By which they differ from others; empty where there are none."""

    def version(self, now_ms: int) -> str:
        """Changes with what the page says of them; empty where there are none."""
        return self.told and f"{self.told}{bisect_right(self.turns, now_ms):x}"

    def lead(self, now_ms: int) -> Meeting | None:
        """The class that is now, or else next; None where none is to come."""
        there = [one for one in self.coming if one.cancelled_ms is None]
        opened = [one for one in there if phase_of(one, now_ms) == "open"]
        on = [one for one in opened if (one.begins_ms or 0) <= now_ms < (one.ends_ms or 0)]
        if on:
            return on[-1]
        ahead = [one for one in there if (one.begins_ms or 0) > now_ms]
        # Of one that is over by the clock and one that is just opening, the new one.
        return next(iter([*(one for one in ahead if one in opened), *opened, *ahead]), None)


@dataclass(frozen=True, slots=True)
class PastPage:
    """Some classes that are over, latest first."""

    classes: tuple[Meeting, ...]
    before: tuple[int, int] | None
    """Where the page of those before begins: see :meth:`Agenda.past`; None on the last one."""


class Agenda:
    """Lists courses' classes; remembers for a moment."""

    def __init__(
        self,
        series: SeriesBook,
        *,
        read: Callable[[Meeting], object] = lambda _: None,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], float] = time,
    ) -> None:
        """``read``: hears of each class that was just read; ``clock``: seconds by which this
        process forgets; ``now``: UNIX seconds.
        """
        self._series = series
        self._heard = read
        self._now = now
        self._looked: Memory[int, str] = Memory(10_000, clock=clock)
        self._known: Memory[int, CourseAgenda] = Memory(10_000, clock=clock)
        self._reading: Flights[int, CourseAgenda] = Flights()

    def of_course(self, course: int, *, fresh: bool = False) -> CourseAgenda:
        """Its classes around now, as they were a second ago; ``fresh``: as they are, for who may
        just have changed them.
        """
        known = self._kept(course)
        if known is not None and not fresh and self._looked.get(course) is not None:
            return known
        return self._reading.call(course, lambda: self._look(course))

    def past(self, course: int, before: tuple[int, int] | None = None) -> PastPage:
        """Classes that are over; ``before``: beginning and row of the last one on the page before
        this.
        """
        found = self._over(course, self._now_ms(), PAGE + 1, before)
        shown = found[:PAGE]
        last = shown[-1] if len(found) > PAGE else None
        return PastPage(shown, (last.begins_ms or 0, last.id) if last else None)

    def _kept(self, course: int) -> CourseAgenda | None:
        """What is remembered, unless one of its classes has passed since."""
        known = self._known.get(course)
        return known if known is not None and self._now_ms() < known.until_ms else None

    def _look(self, course: int) -> CourseAgenda:
        known = self._kept(course)
        try:
            stamp = self._series.stamp(course)
        except StoreError:
            if known is None:
                raise
            return known
        self._looked.put(course, stamp, LOOK_SECONDS)
        if known is not None and known.stamp == stamp:
            return known
        return self._read(course, stamp)

    def _read(self, course: int, stamp: str) -> CourseAgenda:
        """What was changed since the stamp was read is in it, too; the next look tells again."""
        now_ms = self._now_ms()
        coming = tuple(
            self._series.of_course(course, now_ms - OVERTIME_MS, None, limit=MOST_COMING)
        )
        past = self._over(course, now_ms, PAST_AT_ONCE + 1, None)
        shown = (*coming, *past[:PAST_AT_ONCE])
        ends = [(one.ends_ms or 0) + OVERTIME_MS for one in coming]
        opens = [one.opens_ms or 0 for one in coming]
        told = f"{stamp} {[one.id for one in shown]}"
        there = CourseAgenda(
            coming=coming,
            past=past[:PAST_AT_ONCE],
            more_past=len(past) > PAST_AT_ONCE,
            stamp=stamp,
            until_ms=min(ends, default=inf),
            turns=tuple(sorted([*opens, *ends])),
            told=f"{zlib.crc32(told.encode()):08x}" if shown else "",
        )
        for one in shown:
            self._heard(one)
        return self._known.put(course, there, REMEMBERED_SECONDS)

    def _over(
        self, course: int, now_ms: int, limit: int, before: tuple[int, int] | None
    ) -> tuple[Meeting, ...]:
        # Those that go on stand among them, and there are few.
        until_ms = now_ms - OVERTIME_MS
        found = self._series.of_course(
            course, None, until_ms, limit=limit + 5, latest_first=True, after=before,
            cancelled=False,
        )  # fmt: skip
        return tuple(one for one in found if (one.ends_ms or 0) <= until_ms)[:limit]

    def _now_ms(self) -> int:
        return int(self._now() * 1000)
