"""What this MEETS knows. Each kind of entity is numbered by itself, from 1 up."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")
Role = Literal["administrator", "teacher", "student"]
PERMISSIONS = (
    "manageAdmins",
    "manageConnections",
    "viewData",
    "manageConferencingAccounts",
    "manageContent",
)
SETTINGS = {
    "tlsRequired": True,
    "teacherScheduleOthers": True,
    "teacherSubstitute": True,
    "studentsHost": False,
    "featureAppointments": False,
    "featureRecordings": True,
    "featureRepository": True,
}
ATTENDED = frozenset(
    {
        "bluejeans", "collaborate", "gotomeeting", "gototraining", "gotowebinar",
        "webexeventcenter", "webexmeetingcenter", "webextrainingcenter", "zoom", "zoomwebinars",
    }
)  # fmt: skip
"""Services that tell who was in (get_conferencing_event_attendance, note 1)."""


@dataclass(slots=True)
class Admin:
    """Of MEETS' administration."""

    email: str
    first: str
    last: str
    permissions: frozenset[str]


@dataclass(slots=True)
class Connection:
    """A platform."""

    name: str
    url: str
    type: str
    settings: dict[str, bool]


@dataclass(slots=True)
class Course:
    """A course; ``roles`` by user number."""

    connection: int
    context: str
    name: str
    roles: dict[int, frozenset[Role]] = field(default_factory=dict)


@dataclass(slots=True)
class User:
    """Somebody; ``courses`` are numbers."""

    connection: int
    lti_id: str
    first: str
    last: str
    email: str
    courses: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Account:
    """At a conferencing service."""

    service: str
    username: str
    users: tuple[int, ...]


@dataclass(slots=True)
class Stay:
    """A time in an event; what the service doesn't tell is None."""

    name: str | None
    joined: int | None
    left: int | None
    email: str | None = None
    ip: str | None = None
    browser: str | None = None
    host: bool = False


@dataclass(slots=True)
class Event:
    """A class."""

    name: str
    begin: int
    end: int
    host: int
    service: str
    account: int | None
    courses: tuple[int, ...]
    users: tuple[int, ...] = ()
    attendance: list[Stay] = field(default_factory=list)
    is_final: bool = True


@dataclass(slots=True)
class Recording:
    """Of an event. Its file is elsewhere (``locations``), or here (``content``), or gone."""

    event: int
    added: int
    type: Literal["original", "converted"]
    locations: tuple[str, ...] = ()
    """Empty: on this simulator's own page, which plays another server."""
    content: bytes | None = None
    content_type: str = "video/mp4"
    file_name: str = ""
    gone: bool = False


@dataclass(slots=True)
class LogEntry:
    """A sign-in at a service."""

    service: str
    account: int | None
    username: str
    method: int
    time: int


class Table(Generic[T]):
    """Entities by number, in order."""

    def __init__(self) -> None:
        self._rows: dict[int, T] = {}
        self._order: list[int] = []

    def add(self, row: T, number: int | None = None) -> int:
        """Under the next number, unless one is given."""
        given = number if number is not None else (self._order[-1] if self._order else 0) + 1
        if given in self._rows:
            raise ValueError(f"{given} is taken")
        self._rows[given] = row
        insort(self._order, given)
        return given

    def get(self, number: int) -> T | None:
        """None where there is none."""
        return self._rows.get(number)

    def __getitem__(self, number: int) -> T:
        """One that is there."""
        return self._rows[number]

    def __contains__(self, number: object) -> bool:
        """Whether it is there."""
        return number in self._rows

    def __len__(self) -> int:
        """How many."""
        return len(self._rows)

    def after(self, number: int) -> Iterator[tuple[int, T]]:
        """Those with higher numbers, in order."""
        for index in range(bisect_right(self._order, number), len(self._order)):
            yield self._order[index], self._rows[self._order[index]]

    def remove(self, number: int) -> None:
        """As if it had never been."""
        del self._rows[number]
        self._order.remove(number)


class Records:
    """All tables, and how to fill them."""

    def __init__(self) -> None:
        self.admins: Table[Admin] = Table()
        self.connections: Table[Connection] = Table()
        self.courses: Table[Course] = Table()
        self.users: Table[User] = Table()
        self.accounts: Table[Account] = Table()
        self.events: Table[Event] = Table()
        self.recordings: Table[Recording] = Table()
        self.log: Table[LogEntry] = Table()
        self._contexts: dict[tuple[int, str], int] = {}
        self._subs: dict[tuple[int, str], int] = {}

    def connection(self, number: int, **values: Any) -> int:
        """A platform; known ones stay as they are."""
        if number not in self.connections:
            settings = {**SETTINGS, **values.pop("settings", {})}
            row = Connection(
                values.get("name", f"Connection {number}"),
                values.get("platform_url", f"https://lms{number}.example/"),
                values.get("platform_type", "Other"),
                settings,
            )
            self.connections.add(row, number)
        return number

    def course(
        self, connection: int, context: str, name: str = "", number: int | None = None
    ) -> int:
        """The course of a context, made now unless it is known."""
        self.connection(connection)
        key = (connection, context)
        if key not in self._contexts:
            self._contexts[key] = self.courses.add(Course(connection, context, name), number)
        return self._contexts[key]

    def user(
        self,
        connection: int,
        lti_id: str,
        first: str = "",
        last: str = "",
        email: str = "",
        number: int | None = None,
    ) -> int:
        """The user of an LTI ID, made now unless known."""
        self.connection(connection)
        key = (connection, lti_id)
        if key not in self._subs:
            row = User(connection, lti_id, first, last, email)
            self._subs[key] = self.users.add(row, number)
        return self._subs[key]

    def find_course(self, connection: int, context: str) -> int | None:
        """By LTI context ID."""
        return self._contexts.get((connection, context))

    def find_user(self, connection: int, lti_id: str) -> int | None:
        """By LTI user ID."""
        return self._subs.get((connection, lti_id))

    def enrol(self, user: int, course: int, roles: Iterable[Role]) -> None:
        """What the user is in the course."""
        self.courses[course].roles[user] = frozenset(roles)
        self.users[user].courses.add(course)
