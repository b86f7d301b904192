"""Entities as reports have them. ``number`` is the one known outside; times are UNIX seconds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which connections may be seen; None: all."""

    connections: frozenset[int] | None = None
    """``meetsIdConnection``."""
    rows: frozenset[int] | None = None
    """Of these connections, where they were read already. The database then sees which it is, and
    finds the few people of a small one by their index, where it would look through everybody."""

    def known_in(self, connections: Mapping[int, ReportedConnection]) -> Scope:
        """The same, with its rows."""
        if self.connections is None:
            return self
        rows = (row for row, one in connections.items() if one.number in self.connections)
        return Scope(self.connections, frozenset(rows))

    def within(self, wanted: Collection[int] | None) -> Scope:
        """Only those that are wanted, too."""
        if wanted is None:
            return self
        numbers = frozenset(wanted)
        return Scope(numbers if self.connections is None else numbers & self.connections)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Entities of one page."""

    entities: tuple[T, ...]
    next_after: int | None
    """The last number, where more follow."""


@dataclass(frozen=True, slots=True)
class ReportedConnection:
    """A platform."""

    number: int
    name: str
    url: str
    """Origin of the LMS, with a slash; may be empty."""
    type: str


@dataclass(frozen=True, slots=True)
class ReportedCourse:
    """A course."""

    id: int
    number: int
    connection: int
    """``meetsIdConnection``."""
    name: str = field(repr=False)
    lti_id_context: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReportedUser:
    """Somebody; ``standing`` only where a course was asked for."""

    id: int
    number: int
    connection: int
    name: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    email: str = field(repr=False)
    lti_id_user: str = field(repr=False)
    standing: int = 0
    role: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A conferencing service, as the account that classes are held with."""

    number: int
    name: str
    kind: str
    username: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """A meeting."""

    number: int
    name: str = field(repr=False)
    begins: int
    ends: int
    course_id: int
    """Row of its course."""
    host_id: int | None
    """Row of its host."""
    service: str
    """Name of its service."""


@dataclass(frozen=True, slots=True)
class ReportedRecording:
    """A recording."""

    number: int
    event: int
    added: int


@dataclass(frozen=True, slots=True)
class AttendanceStay:
    """Somebody's time in a meeting."""

    was_host: bool
    name: str = field(repr=False)
    email: str = field(repr=False)
    ip: str = field(repr=False)
    browser: str = field(repr=False)
    joined: int
    left: int | None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; None: no such filter, empty: nothing fits. Times exclude their bounds."""

    connections: Collection[int] | None = None
    courses: Collection[int] | None = None
    hosts: Collection[int] | None = None
    accounts: Collection[int] | None = None
    services: Collection[str] | None = None
    """Kinds."""
    begins_before: int | None = None
    begins_after: int | None = None
    ends_before: int | None = None
    ends_after: int | None = None


@dataclass(frozen=True, slots=True)
class RecordingFilter:
    """Which recordings: of the events that fit, and by these."""

    of_events: EventFilter = field(default_factory=EventFilter)
    events: Collection[int] | None = None
    added_before: int | None = None
    added_after: int | None = None
