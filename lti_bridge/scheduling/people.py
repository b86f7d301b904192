"""Who belongs to a course, as its teachers see it: from our rows, which a job keeps fresh."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from lti_bridge.directory.memory import Memory
from lti_bridge.errors import StoreError

if TYPE_CHECKING:
    from lti_bridge.store import Counts, CourseMember, CourseRoster, CourseServices, RosterState

REMEMBERED_SECONDS: Final = 15.0
"""However often a course's page is drawn: one query per process in that time."""
WANTED_SECONDS: Final = 900.0
"""So often a process notes, at the most, that a course's page is looked at."""
AT_ONCE_MS: Final = 60_000
"""A teacher who asks for it gets a roster no older than that."""
PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class CoursesPeople:
    """How many belong to a course, and how far that can be trusted."""

    counts: Counts
    roster: RosterState


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some of them, by name."""

    members: tuple[CourseMember, ...]
    found: int
    """How many fit the search, on all pages."""
    start: int
    search: str

    @property
    def before(self) -> int | None:
        """Where the page before begins; None on the first one."""
        return max(0, self.start - PAGE) if self.start else None

    @property
    def after(self) -> int | None:
        """Where the next page begins; None on the last one."""
        return self.start + PAGE if self.start + PAGE < self.found else None


class CoursePeople:
    """What course pages show of their people. Who may see it is the caller's check."""

    def __init__(
        self,
        roster: CourseRoster,
        services: CourseServices,
        *,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], float] = time,
    ) -> None:
        """``clock``: seconds; ``now``: UNIX seconds."""
        self._roster = roster
        self._services = services
        self._now = now
        self._known: Memory[int, CoursesPeople] = Memory(10_000, clock=clock)
        self._wanted: Memory[int, bool] = Memory(10_000, clock=clock)

    def of_course(self, course: int) -> CoursesPeople:
        """Raises :class:`lti_bridge.errors.StoreError`."""
        known = self._known.get(course)
        if known is not None:
            return known
        there = CoursesPeople(self._roster.counts(course), self._services.state(course))
        return self._known.put(course, there, REMEMBERED_SECONDS)

    def page(self, course: int, *, search: str = "", start: int = 0) -> PeoplePage:
        """Those whose name or e-mail holds every word of ``search``, from the ``start``-th on."""
        members, found = self._roster.page(course, search=search, start=start, limit=PAGE)
        return PeoplePage(tuple(members), found, start, search)

    def want(self, course: int) -> None:
        """Somebody has the course's page open: its people are to be fresh.

        Not asked for by the launch itself, which has its one write.
        """
        if self._wanted.get(course) is None:
            self._wanted.put(course, True, WANTED_SECONDS)
            with suppress(StoreError):  # the page is worth more; somebody will look again
                self._services.want(course, self._now_ms())

    def ask_now(self, course: int) -> None:
        """A teacher wants the roster of now; a pause after failures stays."""
        self._services.want(course, self._now_ms(), fresh_ms=AT_ONCE_MS)
        self._known.forget(course)

    def _now_ms(self) -> int:
        return int(self._now() * 1000)
