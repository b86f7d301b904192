"""Where the LMS answers for a course: noted when a launch says something new."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import monotonic, time
from typing import TYPE_CHECKING

from lti_bridge.directory.memory import Memory
from lti_bridge.errors import StoreError
from lti_bridge.store import Offered

if TYPE_CHECKING:
    from lti_bridge.directory.values import Course, Launch
    from lti_bridge.store import CourseServices


class ServiceBook:
    """Remembers what each course's last launch said, so that the next costs nothing."""

    def __init__(
        self,
        services: CourseServices,
        *,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``now``: UNIX seconds; ``clock``: seconds by which this process forgets."""
        self._services = services
        self._now = now
        self._known: Memory[int, Offered] = Memory(10_000, clock=clock)

    def note(self, launch: Launch, course: Course) -> None:
        """Write down what the launch names, if that is new. The class is worth more: where the
        database fails, the next launch tries again.
        """
        said = launch.services
        offered = Offered(
            memberships_url=said.memberships_url,
            line_items_url=said.line_items_url,
            grade_scopes=said.grade_scopes,
            groups_url=said.groups_url,
            group_sets_url=said.group_sets_url,
        )
        known = self._known.get(course.id)
        if offered != (course.offered if known is None else known):
            with suppress(StoreError):
                self._services.save(course.id, offered, int(self._now() * 1000))
                self._known.put(course.id, offered)
