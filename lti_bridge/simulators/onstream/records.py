"""What an Onstream account holds: sessions, invitees, recordings, files; and what it would do.

Points in time are aware datetimes in UTC; identifiers are numbers from 1, never given twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

MODERATOR, PARTICIPANT, OBSERVER = 1, 2, 3


@dataclass(slots=True)
class Invitee:
    """A person invited to one session, or (``user_id`` 0) who came by the session's link."""

    user_id: int
    email: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    role: int
    """1 moderator, 2 participant, 3 observer."""
    token: str = field(repr=False)
    """The last segment of the personal session link."""

    @property
    def name(self) -> str:
        """As others see it."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody who is to be invited, as a call said it."""

    email: str = field(repr=False)
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    role: int = PARTICIPANT
    mail: bool = True


@dataclass(frozen=True, slots=True)
class FileInSession:
    """A file shown in a session."""

    id: int
    file_id: int
    is_auto_opening: bool


@dataclass(slots=True)
class Session:
    """A class at a set time."""

    id: int
    topic: str
    start_time: datetime
    """UTC."""
    duration: int
    """Minutes."""
    session_key: str = field(repr=False)
    password: str = field(default="", repr=False)
    friendly_url: str = ""
    custom_data: dict[str, str] = field(default_factory=dict)
    invitees: list[Invitee] = field(default_factory=list)
    files: list[FileInSession] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The last segment of the session link."""
        return self.friendly_url or self.session_key


@dataclass(slots=True)
class Recording:
    """What was recorded in a session; it outlives it."""

    id: int
    session_id: int
    title: str
    description: str
    password: str = field(repr=False)
    duration: int
    """Milliseconds."""
    allow_anonymous_playback: bool
    creation_date: datetime
    """UTC."""


@dataclass(frozen=True, slots=True)
class File:
    """An address in the media library."""

    id: int
    file_link: str
    is_url: bool
    file_description: str


@dataclass(frozen=True, slots=True)
class Mail:
    """An invitation that Onstream would have sent."""

    session_id: int
    email: str = field(repr=False)
    sent_at: datetime


@dataclass(slots=True)
class Visit:
    """Somebody's stay in a class, from opening the page to pressing Leave."""

    session_id: int
    name: str = field(repr=False)
    role: int
    token: str = field(repr=False)
    entered_at: datetime
    left_at: datetime | None = None
