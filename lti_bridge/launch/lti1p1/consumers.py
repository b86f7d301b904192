"""The LMSs of LTI 1.1 as this process knows them, by consumer key; read again every 20 seconds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from lti_bridge.errors import StoreError
from lti_bridge.store.snapshot import Snapshot

if TYPE_CHECKING:
    from lti_bridge.store import Platform, Platforms


class ConsumerBook:
    """Finds a platform by what a launch or a claim says. Those of LTI 1.3 are in none of it:
    a client ID is no consumer key.
    """

    def __init__(
        self,
        platforms: Platforms,
        *,
        clock: Callable[[], float] = monotonic,
        beside: Callable[[], None] | None = None,
    ) -> None:
        """``clock`` in seconds; ``beside`` is done whenever platforms are read anew."""

        def load() -> dict[str, Platform]:
            if beside is not None:
                beside()
            return {one.consumer_key: one for one in platforms.of_lti_1p1()}

        self._platforms = platforms
        self._snapshot = Snapshot(load, clock=clock)

    def by_key(self, consumer_key: str) -> Platform | None:
        """The platform with that key, if it is at work and its secret can be opened."""
        found = self._snapshot.current().get(consumer_key)
        return found if found is not None and found.shared_secret else None

    def signed_with(self, platform: Platform, secret: str, now_ms: int) -> None:
        """A genuine launch was signed with that one of the platform's secrets; never fails.

        With the next one for the first time: then that is the one in use.
        """
        if secret == platform.shared_secret or platform.other_secret_until_ms is not None:
            return
        with suppress(StoreError):
            self._platforms.use_secret(platform.id, secret, now_ms)
        self.forget()

    def find(self, platform_id: int) -> Platform | None:
        """The platform of that row, if it is known and at work; never fails."""
        return next((one for one in self._all() if one.id == platform_id), None)

    def origins(self) -> tuple[str, ...]:
        """Who may frame a page when it isn't known for whom it is; never fails."""
        return tuple(dict.fromkeys(origin for one in self._all() for origin in one.origins))

    def forget(self) -> None:
        """Read again at the next question."""
        self._snapshot.forget()

    def _all(self) -> tuple[Platform, ...]:
        try:
            return tuple(self._snapshot.current().values())
        except StoreError:
            return ()
