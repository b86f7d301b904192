"""What the pages ask of rooms beside them, as the application wires it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lti_bridge.store import KnownPlatform, OldPlatformValues, PlatformValues


class Finding(Protocol):
    """One thing that was looked at."""

    @property
    def what(self) -> str:
        """What."""

    @property
    def well(self) -> bool:
        """Whether it is as it should be."""

    @property
    def says(self) -> str:
        """What was found."""

    @property
    def remedy(self) -> str:
        """What to do where it isn't well."""


class LmsKind(Protocol):
    """A preset: an LMS as its makers deliver it."""

    @property
    def key(self) -> str:
        """Its short name."""

    @property
    def title(self) -> str:
        """As people know it."""


@dataclass(frozen=True, slots=True)
class Lmss:
    """What is known of LMSs, and done with one of an admin's own."""

    kinds: Mapping[str, LmsKind]
    values: Callable[[str, str, Mapping[str, Any]], PlatformValues]
    """From a preset's key, a host, and what else was typed; raises as the settings do."""
    old_values: Callable[[str, Mapping[str, Any]], OldPlatformValues]
    """The same of one of LTI 1.1."""
    follow: Callable[[], int]
    """Let meetings follow the services that LMSs name now; how many moved."""
    examine: Callable[[KnownPlatform], Iterable[Finding]]
    forget: Callable[[], None]
    """What this process remembers of LMSs."""
