"""What every conferencing service can be asked, whatever its kind.

The values here are the bridge's own words. How a service spells them (parameters, XML, passwords
or roles) is known in that service's module only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NewType, Protocol

Role = Literal["moderator", "attendee"]
JoinUrl = NewType("JoinUrl", str)
"""A URL that lets its holder in: it goes to that person's browser and nowhere else."""


@dataclass(frozen=True, slots=True)
class MeetingDetails:
    """Everything ``create`` says of a meeting; the same every time for the same meeting."""

    meeting_id: str
    """1 to 64 ASCII letters, digits, ``-`` and ``_``."""
    name: str
    attendee_password: str = field(repr=False)
    moderator_password: str = field(repr=False)
    logout_url: str = ""
    """Where the browser goes after the class; empty: the service's own page."""
    record: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Names: a letter, then letters, digits and hyphens, in lower case."""


@dataclass(frozen=True, slots=True)
class Created:
    """The meeting is there, by this ``create`` or by an earlier one."""

    create_time: int | None
    """UNIX milliseconds, or None where the service gives none."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who joins, and as what."""

    full_name: str
    role: Role
    user_id: str = ""
    """The MEETS user ID; empty for people without one."""
    guest: bool = False


@dataclass(frozen=True, slots=True)
class MeetingStatus:
    """A meeting just now."""

    running: bool
    """Somebody has joined, and it wasn't ended."""
    participants: int | None = None
    """How many are in; None where the service doesn't say."""
    moderators: int | None = None


class ConferencingService(Protocol):
    """One configured service.

    Calls raise :class:`lti_bridge.errors.RemoteError`: unavailable, malformed or rejected.
    """

    @property
    def name(self) -> str:
        """As configured."""

    @property
    def kind(self) -> str:
        """``meetingz``, ``mconf``, …"""

    def create(self, meeting: MeetingDetails) -> Created:
        """Make the meeting if it isn't there. Idempotent for identical details."""

    def join_url(
        self, meeting: MeetingDetails, visitor: Visitor, create_time: int | None = None
    ) -> JoinUrl:
        """The URL that brings this visitor in. No remote call."""

    def is_running(self, meeting_id: str) -> bool:
        """Whether somebody is, or was, in and it hasn't ended. False for unknown meetings."""

    def status(self, meeting_id: str) -> MeetingStatus:
        """Running, and how many are in. Not running for unknown meetings."""

    def check(self) -> None:
        """Ask something harmless that needs the right address and secret; raises if it fails."""
