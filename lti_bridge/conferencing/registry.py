"""Kind → service: the only module that knows the concrete ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.conferencing.onstream.invitations import InMemory
from lti_bridge.conferencing.onstream.service import Onstream
from lti_bridge.errors import ServiceMissing, SettingsError, StoreError

if TYPE_CHECKING:
    from lti_bridge.conferencing.onstream.invitations import Invitations
    from lti_bridge.conferencing.protocol import ConferencingService
    from lti_bridge.http import Client
    from lti_bridge.settings import Conferencing

KINDS: Final[Mapping[str, type[ConferencingService]]] = MappingProxyType(
    {each.kind: each for each in (Meetingz, MconfLive, BigBlueButton, Onstream)}
)

KIND_NAMES: Final[Mapping[str, str]] = MappingProxyType({
    "meetingz": "Meetingz",
    "mconf": "Mconf-Live",
    "bigbluebutton": "BigBlueButton",
    "onstream": "Onstream",
})  # fmt: skip  # a name a line
"""As people know them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A service as it is configured now."""

    settings: Conferencing
    resting: bool = False
    """It takes no new meetings; those that run go on."""


class Services:
    """The configured services by name, as they are now: they may come, change and go at work."""

    def __init__(
        self,
        configured: Iterable[Conferencing],
        client: Client,
        *,
        invitations: Invitations | None = None,
        current: Callable[[], Sequence[Entry]] | None = None,
    ) -> None:
        """``configured`` are the settings'. ``current`` tells, cheaply, what there is now; where
        it can't (:class:`StoreError`), what was known before holds, at first the settings'. Raises
        :class:`SettingsError` where a configured service can't work on this machine.
        """
        self._client: Final = client
        self._invitations: Final = invitations or InMemory()
        self._current = current
        self._lock = threading.Lock()
        self._entries: Sequence[Entry] = ()
        self._by_name: Mapping[str, tuple[Entry, ConferencingService]] = {}
        self._unusable: Mapping[str, str] = {}
        self._take([Entry(settings) for settings in configured])
        if self._unusable:
            raise SettingsError(tuple(self._unusable.values()))

    def service_for(self, name: str) -> ConferencingService:
        """The service of that name; raises :class:`ServiceMissing`."""
        return self._found(name)[1]

    def is_resting(self, name: str) -> bool:
        """Whether it takes no new meetings; raises :class:`ServiceMissing`."""
        return self._found(name)[0].resting

    def names(self) -> tuple[str, ...]:
        """Every name, those of the settings first, in their order."""
        return tuple(self._now())

    def all(self) -> tuple[ConferencingService, ...]:
        """Every service, in the order of :meth:`names`."""
        return tuple(service for _, service in self._now().values())

    def entry(self, name: str) -> Entry:
        """How it is configured; raises :class:`ServiceMissing`."""
        return self._found(name)[0]

    def trial(self, settings: Conferencing) -> ConferencingService:
        """A service with these settings that nobody else has, to see whether it works with them.

        Raises :class:`SettingsError` where it can't on this machine.
        """
        return self._make(settings)

    def _found(self, name: str) -> tuple[Entry, ConferencingService]:
        services = self._now()
        found = services.get(name)
        if found is None:
            why = self._unusable.get(name, "")
            raise ServiceMissing(
                f"There is no conferencing service {name!r}. {why}".rstrip(),
                remedy="Add it, or choose one of: " + (", ".join(services) or "(none configured)"),
                code="service_missing",
            )
        return found

    def _now(self) -> Mapping[str, tuple[Entry, ConferencingService]]:
        if self._current is not None:
            try:
                entries = self._current()
            except StoreError:
                return self._by_name
            if entries is not self._entries:
                self._take(entries)
        return self._by_name

    def _take(self, entries: Sequence[Entry]) -> None:
        """A service whose settings are the same stays the same, with what it learned."""
        with self._lock:
            before = self._by_name
            after: dict[str, tuple[Entry, ConferencingService]] = {}
            unusable: dict[str, str] = {}
            for entry in entries:
                name, known = entry.settings.name, before.get(entry.settings.name)
                unchanged = known is not None and known[0].settings == entry.settings
                try:
                    service = known[1] if known and unchanged else self._make(entry.settings)
                except SettingsError as error:  # the others are well
                    unusable[name] = str(error)
                else:
                    after[name] = (entry, service)
            self._entries, self._by_name, self._unusable = entries, after, unusable

    def _make(self, settings: Conferencing) -> ConferencingService:
        if settings.kind == Onstream.kind:
            return Onstream(settings, self._client, self._invitations)
        kind: Callable[[Conferencing, Client], ConferencingService] = KINDS[settings.kind]
        return kind(settings, self._client)
