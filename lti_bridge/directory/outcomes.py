"""Where LTI 1.1 takes grades, as launches name it: noted when it changed, never in their way."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from lti_bridge.directory.memory import Memory
from lti_bridge.store import Outcome

if TYPE_CHECKING:
    from lti_bridge.directory.values import Launch, Person


class OutcomeBook:
    """Remembers what was noted, so that it isn't again."""

    def __init__(
        self, note: Callable[[Outcome], None], *, clock: Callable[[], float] = monotonic
    ) -> None:
        """``note`` writes it a moment later; ``clock`` in seconds."""
        self._note = note
        self._noted: Memory[tuple[int, int], Outcome] = Memory(50_000, clock=clock)

    def keep(self, launch: Launch, person: Person, meeting: int) -> None:
        """Where the person's grade for the meeting goes, if the launch says so."""
        if launch.outcome is None or person.id is None:
            return
        place = launch.outcome
        outcome = Outcome(meeting, person.id, place.service_url, place.sourced_id)
        key = (meeting, person.id)
        if self._noted.get(key) != outcome:
            self._note(outcome)
            self._noted.put(key, outcome)

    def forget(self) -> None:
        """Somebody was erased: note what launches say again."""
        self._noted.clear()
