"""What Onstream says of sessions, invitees and recordings, and what it is told of invitees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from lti_bridge.conferencing.onstream.answers import (
    Kind,
    custom,
    flag,
    identifier,
    text,
    whole,
)

if TYPE_CHECKING:
    from lti_bridge.conferencing.onstream.answers import Asked, Record

RoleNumber = Literal[1, 2, 3]
MODERATOR: Final = 1
PARTICIPANT: Final = 2
OBSERVER: Final = 3

SESSION: Final = Kind(
    frozenset({"sessions", "session"}),
    frozenset({"id", "topic", "start_time", "session_link"}),
)
INVITEE: Final = Kind(
    frozenset({"invitees", "moderators", "participants", "observers"}),
    frozenset({"id", "email", "personal_session_link"}),
)
RECORDED: Final = Kind(
    frozenset({"recordings", "recording"}),
    frozenset({"id", "title", "session_id", "recording_link"}),
)
VERIFIED: Final = Kind(frozenset(), frozenset({"authenticated"}))

GROUPS: Final[Mapping[str, int]] = MappingProxyType({
    "moderators": MODERATOR,
    "participants": PARTICIPANT,
    "observers": OBSERVER,
})  # fmt: skip  # a role a line
"""The groups of "GET invitees", and the roles of their members."""


@dataclass(frozen=True, slots=True)
class Session:
    """What "GET session(s)" says. None and empty: not said."""

    id: str
    topic: str = ""
    start_time: str = ""
    """On the account's clock."""
    duration: int | None = None
    """Minutes."""
    timezone: str = ""
    password: str = field(default="", repr=False)
    session_access_code: str = ""
    """To be typed on the telephone; only where the account has the VOIP bridge."""
    session_link: str = field(default="", repr=False)
    custom_data: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def friendly_url(self) -> str:
        """The last segment of its link: the friendly URL it was given, else its key."""
        path = self.session_link.partition("#")[0].partition("?")[0]
        return path.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Invitee:
    """What "GET invitees" says of one."""

    id: str
    role: int
    """1, 2 or 3; 0 where the answer doesn't say it."""
    email: str = field(repr=False)
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    link: str = field(default="", repr=False)
    """``personal_session_link``: it lets its holder in without asking for anything."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What "GET recording(s)" says."""

    id: str
    session_id: str = ""
    title: str = ""
    description: str = ""
    password: str = field(default="", repr=False)
    duration: int | None = None
    """Milliseconds."""
    allow_anonymous_playback: bool = False
    recording_link: str = field(default="", repr=False)
    creation_date: str = ""
    """On the account's clock."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody to be invited with a session ("invited_participants"). Never by mail."""

    email: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    role: RoleNumber = PARTICIPANT
    id: str = ""
    """Of a registered user."""


def session(record: Record, asked: Asked) -> Session:
    """Out of a record of "GET session" or "GET sessions".

    Raises :class:`lti_bridge.errors.RemoteMalformed` where it has no id.
    """
    return Session(
        id=_id(record, asked),
        topic=text(record.get("topic")),
        start_time=text(record.get("start_time")),
        duration=whole(record.get("duration")),
        timezone=text(record.get("timezone")),
        password=text(record.get("password")),
        session_access_code=text(record.get("session_access_code")),
        session_link=text(record.get("session_link")),
        custom_data=custom(record.get("custom_data")),
    )


def invitee(group: str, record: Record, asked: Asked) -> Invitee:
    """Out of a record of "GET invitees" and the group it stands in; see :func:`session`."""
    role = GROUPS.get(group) or whole(record.get("role")) or 0
    return Invitee(
        id=_id(record, asked),
        role=role if role in GROUPS.values() else 0,
        email=text(record.get("email")),
        first_name=text(record.get("first_name")),
        last_name=text(record.get("last_name")),
        link=text(record.get("personal_session_link")),
    )


def recorded(record: Record, asked: Asked) -> Recorded:
    """Out of a record of "GET recording" or "GET recordings"; see :func:`session`."""
    return Recorded(
        id=_id(record, asked),
        session_id=identifier(record.get("session_id")),
        title=text(record.get("title")),
        description=text(record.get("description")),
        password=text(record.get("password")),
        duration=whole(record.get("duration")),
        allow_anonymous_playback=flag(record.get("allow_anonymous_playback")),
        recording_link=text(record.get("recording_link")),
        creation_date=text(record.get("creation_date")),
    )


def _id(record: Record, asked: Asked) -> str:
    number = identifier(record.get("id"))
    if not number:
        raise asked.malformed("data without a number")
    return number
