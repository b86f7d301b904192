"""People who were erased leave what processes remember, too.

A process looks whenever it reads its platforms anew, which it does every 20 seconds while people
launch (:mod:`lti_bridge.store.snapshot`): that costs a launch nothing, and between two launches
nobody asks what is remembered.
"""

from __future__ import annotations

from collections.abc import Callable


class Forgetting:
    """Tells those who remember people to forget, once somebody was erased by whichever node."""

    def __init__(self, erasures: Callable[[], int]) -> None:
        """``erasures``: how many people were erased so far."""
        self._erasures = erasures
        self._seen: int | None = None
        self._memories: list[Callable[[], None]] = []

    def also(self, forget: Callable[[], None]) -> None:
        """Somebody else who remembers people."""
        self._memories.append(forget)

    def now(self) -> None:
        """Forget everybody: who comes again is read again."""
        for forget in self._memories:
            forget()

    def look(self) -> None:
        """Forget everybody if somebody was erased since the last look.

        Raises :class:`lti_bridge.errors.StoreError`.
        """
        erased = self._erasures()
        if self._seen not in {None, erased}:
            self.now()
        self._seen = erased
