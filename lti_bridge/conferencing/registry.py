"""Kind → service: the only module that knows the concrete ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing.meetingz import Meetingz
from lti_bridge.errors import ServiceMissing

if TYPE_CHECKING:
    from lti_bridge.conferencing.protocol import ConferencingService
    from lti_bridge.http import Client
    from lti_bridge.settings import Conferencing

KINDS: Final[Mapping[str, Callable[[Conferencing, Client], ConferencingService]]] = (
    MappingProxyType({"meetingz": Meetingz})
)


class Services:
    """The configured services by name."""

    def __init__(self, configured: Iterable[Conferencing], client: Client) -> None:
        """A kind that this version has no module for is known, and missing when asked for."""
        configured = tuple(configured)
        self._kinds: Final = {settings.name: settings.kind for settings in configured}
        self._services: Final = {
            settings.name: KINDS[settings.kind](settings, client)
            for settings in configured
            if settings.kind in KINDS
        }

    def service_for(self, name: str) -> ConferencingService:
        """The service of that name; :class:`ServiceMissing` says which of two things is wrong."""
        service = self._services.get(name)
        if service is not None:
            return service
        if name in self._kinds:
            raise ServiceMissing(
                f"The conferencing service {name!r} is of kind {self._kinds[name]!r},"
                " which this version of the bridge can't call.",
                remedy=f"Choose a service of one of these kinds: {', '.join(KINDS)}.",
                code="kind_missing",
            )
        raise ServiceMissing(
            f"There is no conferencing service {name!r} in the settings.",
            remedy="Add it, or choose one of: " + (", ".join(self._kinds) or "(none configured)"),
            code="service_missing",
        )

    def names(self) -> tuple[str, ...]:
        """Every configured name, in the settings' order."""
        return tuple(self._kinds)
