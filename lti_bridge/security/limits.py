"""How often something may be done: counted in a moving window, by whom and for what.

Each node counts its own, or, with ``redis_url``, all of them together. A Redis that doesn't answer
must keep nobody out of class: its nodes count by themselves then. What is guessed at is another
matter: while nobody counts across nodes, nobody may guess either (:attr:`Limit.closed`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final, cast

from limits import RateLimitItemPerSecond
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from lti_bridge.errors import SettingsError, StoreUnavailable

if TYPE_CHECKING:
    from limits.storage import Storage

REDIS_SECONDS: Final = 0.5
"""For so long one question to Redis may take; somebody waits to get into class."""
REST_SECONDS: Final = 5.0
"""For so long a Redis that failed isn't asked again."""
NO_CLIENT: Final = (
    'redis_url: needs the Python package "redis", which is not installed; install'
    ' "lti-bridge[redis]", or take redis_url out'
)

Counting = Callable[[MovingWindowRateLimiter], bool]


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times in so many seconds, for each whom it is counted for."""

    name: str
    times: int
    seconds: int
    closed: bool = False
    """Without its counter nobody gets through."""


class Limits:
    """Counts. Two that ask at the same time are both counted."""

    def __init__(
        self,
        shared: Storage | None = None,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``shared``: where all nodes count together; ``clock`` in seconds."""
        self._own: Final = MovingWindowRateLimiter(MemoryStorage())
        self._shared: Final = MovingWindowRateLimiter(shared) if shared is not None else None
        self._clock = clock
        self._rests_until = float("-inf")

    def take(self, limit: Limit, *whom: object) -> bool:
        """Count one more; False where it is one too many.

        Raises :class:`StoreUnavailable` for a closed limit that can't be counted.
        """
        item, keys = _item(limit), _keys(whom)
        return self._ask(limit, lambda counter: counter.hit(item, *keys))

    def has_room(self, limit: Limit, *whom: object) -> bool:
        """Whether :meth:`take` would let one more pass; counts nothing. Raises as that."""
        item, keys = _item(limit), _keys(whom)
        return self._ask(limit, lambda counter: counter.test(item, *keys))

    def _ask(self, limit: Limit, counting: Counting) -> bool:
        if self._shared is None:
            return counting(self._own)
        if self._clock() >= self._rests_until:
            try:
                return counting(self._shared)
            except StorageError:
                self._rests_until = self._clock() + REST_SECONDS
        if limit.closed:
            raise StoreUnavailable(
                "Attempts can't be counted: Redis doesn't answer.",
                remedy="Look whether the server of redis_url runs, or take redis_url out.",
                code="limits_unavailable",
            )
        return counting(self._own)


def shared_counter(redis_url: str) -> Storage:
    """The storage of a ``redis_url`` of the settings. Nothing is opened yet.

    Raises :class:`SettingsError` where its client isn't installed.
    """
    url = f"redis+{redis_url}" if redis_url.startswith("unix:") else redis_url
    try:
        return cast(
            "Storage",
            storage_from_string(
                url,
                wrap_exceptions=True,
                socket_timeout=REDIS_SECONDS,
                socket_connect_timeout=REDIS_SECONDS,
            ),
        )
    except ConfigurationError:
        raise SettingsError((NO_CLIENT,)) from None


def _item(limit: Limit) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(limit.times, limit.seconds, namespace=f"lti-bridge/{limit.name}")


def _keys(whom: tuple[object, ...]) -> list[str]:
    return [str(one) for one in whom]
