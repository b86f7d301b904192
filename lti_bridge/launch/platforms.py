"""The platforms as this process knows them; read again every 20 seconds, beside the launches."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import MalformedRequest, NotAllowed, StoreError
from lti_bridge.store.snapshot import Snapshot

if TYPE_CHECKING:
    from lti_bridge.store import Platform, Platforms


class PlatformBook:
    """Finds a platform by what a login or a state says."""

    def __init__(
        self,
        platforms: Platforms,
        *,
        clock: Callable[[], float] = monotonic,
        beside: Callable[[], None] | None = None,
    ) -> None:
        """``clock`` in seconds; ``beside`` is done whenever platforms are read anew."""
        self.stored: Final = platforms

        def load() -> dict[int, Platform]:
            if beside is not None:
                beside()
            return {platform.id: platform for platform in platforms.all()}

        self._snapshot = Snapshot(load, clock=clock)

    def by_id(self, platform_id: int) -> Platform:
        """The platform of a state; raises :class:`NotAllowed` if it has been put to rest."""
        platform = self._current().get(platform_id)
        if platform is None:
            raise _unknown()
        return platform

    def find(self, platform_id: int) -> Platform | None:
        """The platform, if it is known and at work; never fails."""
        try:
            return self._current().get(platform_id)
        except StoreError:
            return None

    def by_issuer(self, issuer: str, client_id: str) -> Platform:
        """The platform of a login. ``client_id`` may be empty where the issuer has only one."""
        of_issuer = [p for p in self._current().values() if p.issuer == issuer]
        found = [p for p in of_issuer if client_id in {"", p.client_id}]
        if len(found) == 1:
            return found[0]
        if found:
            raise MalformedRequest(
                "The login doesn't say which of the issuer's registrations it means (client_id).",
                remedy="Let the LMS send client_id with its logins.",
                code="client_id_missing",
            )
        raise _unknown()

    def origins(self) -> tuple[str, ...]:
        """Origins of every platform: who may frame a page when it isn't known for whom it is."""
        try:
            platforms = self._current().values()
        except StoreError:
            return ()
        return tuple(dict.fromkeys(origin for p in platforms for origin in p.origins))

    def forget(self) -> None:
        """Read again at the next question."""
        self._snapshot.forget()

    def _current(self) -> dict[int, Platform]:
        return self._snapshot.current()


def _unknown() -> NotAllowed:
    return NotAllowed(
        "The bridge doesn't know this LMS.",
        remedy="Register it: compare issuer and client_id with the settings, letter by letter.",
        code="platform_unknown",
    )
