"""How busy a service is, as far as it can tell in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing.capabilities import Capability

if TYPE_CHECKING:
    from lti_bridge.conferencing.protocol import ConferencingService

TELLING: Final = frozenset({Capability.MEETINGS, Capability.LIVE_COUNTS})
"""Onstream lists its sessions too, each that there ever was, and says of none whether it runs."""


def tells_load(service: ConferencingService) -> bool:
    """Whether its list of meetings says which run, and how many are in."""
    return service.capabilities >= TELLING
