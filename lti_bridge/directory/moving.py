"""From LTI 1.1 to LTI 1.3 without losing anything: who and where a launch was before, or is now.

A launch of LTI 1.3 whose ``lti1p1`` claim holds brings what its person, course and link had by
LTI 1.1 along, the first time. A launch by LTI 1.1 of a course that was brought along goes where
the course went. The class comes first: what can't be moved just now is told of and tried again,
and the launch goes on with what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from lti_bridge.directory.memory import FOR_GOOD, Memory
from lti_bridge.errors import StoreError
from lti_bridge.store import Place

if TYPE_CHECKING:
    from lti_bridge.directory.values import Launch
    from lti_bridge.store import Moved, Moving

NOTHING_SECONDS: Final = 3600.0
"""For so long a launch isn't compared again whose old and new identifiers lead to nothing yet."""
FAILED_SECONDS: Final = 60.0

Tell = Callable[["Launch", Sequence[str]], None]
"""Told of what both versions had and differed in."""
Fail = Callable[["Launch", StoreError], None]


class Movers:
    """Settles who and where a launch is, before anybody looks for rows."""

    def __init__(
        self,
        moving: Moving,
        tell: Tell,
        fail: Fail,
        *,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``now``: UNIX seconds; ``clock``: seconds by which this process forgets."""
        self._moving = moving
        self._tell = tell
        self._fail = fail
        self._now = now
        self._brought: Memory[tuple[Place, Place], bool] = Memory(50_000, clock=clock)
        self._meant: Memory[Place, Moved] = Memory(50_000, clock=clock)

    def settled(self, launch: Launch) -> Launch:
        """The launch, with the identifiers that its rows have now."""
        if launch.former is not None:
            self._bring(launch, launch.former)
            return launch
        return self._as_now(launch) if launch.platform.version == "1.1" else launch

    def forget(self) -> None:
        """Somebody was erased: look at who moved again."""
        self._brought.clear()
        self._meant.clear()

    def _bring(self, launch: Launch, old: Place) -> None:
        places = (old, _place(launch))
        if self._brought.get(places) is not None:
            return
        try:
            brought = self._moving.bring(*places, int(self._now() * 1000))
        except StoreError as error:
            self._brought.put(places, value=False, seconds=FAILED_SECONDS)
            self._fail(launch, error)
            return
        self._brought.put(places, brought.whole, FOR_GOOD if brought.whole else NOTHING_SECONDS)
        if brought.notes:
            self._tell(launch, brought.notes)

    def _as_now(self, launch: Launch) -> Launch:
        place = _place(launch)
        moved = self._meant.get(place)
        if moved is None:
            moved = self._moving.meant_by(place)
            if moved.course and (moved.user or not place.lti_user_id) and moved.resource_link_id:
                self._meant.put(place, moved)  # an alias means the same for good
        if moved.user is not None:
            connection, lti_user_id = moved.user
            launch = replace(launch, person_connection=connection, lti_user_id=lti_user_id)
        if moved.course is not None:
            connection, context, lone_link = moved.course
            launch = replace(
                launch,
                course_connection=connection,
                lti_context_id=context,
                resource_link_id=lone_link or moved.resource_link_id or launch.resource_link_id,
            )
        return launch


def _place(launch: Launch) -> Place:
    return Place(
        launch.platform.id, launch.lti_context_id, launch.lti_user_id, launch.resource_link_id
    )
