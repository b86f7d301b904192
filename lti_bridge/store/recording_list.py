"""The recordings of all courses as administrators search them: the latest found first, by key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from lti_bridge.store.numbering import by_meets, number
from lti_bridge.store.tables import (
    AttendanceRow,
    ConnectionRow,
    CourseRow,
    MeetingRow,
    RecordingRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from lti_bridge.store.engine import Database


@dataclass(frozen=True, slots=True)
class RecordingSearch:
    """Which recordings; what isn't given says nothing."""

    course: int | None = None
    """Number of the course: MEETS' or ours."""
    person: int | None = None
    """Number of a person, in the same way, who was in the class or whose class it is."""
    connection_id: int | None = None
    state: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class ListedRecording:
    """A recording, with where it belongs. It names no person."""

    id: int
    course_id: int
    """The course's row …"""
    course: int
    """… and its number outside."""
    course_title: str
    platform: str
    service: str
    record_id: str
    """The service's own."""
    name: str = field(repr=False)
    """As people know the recording, or else its class."""
    state: str
    began_ms: int
    length_ms: int | None


class RecordingList:
    """Queries on the list; what its service has no more isn't in it."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def search(
        self, wanted: RecordingSearch, *, before_id: int | None = None, limit: int = 50
    ) -> list[ListedRecording]:
        """Those found last first, below that number."""

        def read(connection: Connection) -> list[ListedRecording]:
            numbers = by_meets(connection)
            statement = _listed(numbers).order_by(RecordingRow.id.desc()).limit(limit)
            if before_id is not None:
                statement = statement.where(RecordingRow.id < before_id)
            for condition in _conditions(wanted, numbers):
                statement = statement.where(condition)
            return [ListedRecording(*row) for row in connection.execute(statement)]

        return self._database.read(read)

    def find(self, recording: int) -> ListedRecording | None:
        """One of them."""

        def read(connection: Connection) -> ListedRecording | None:
            statement = _listed(by_meets(connection)).where(RecordingRow.id == recording)
            row = connection.execute(statement).first()
            return None if row is None else ListedRecording(*row)

        return self._database.read(read)


def _listed(numbers: bool) -> Select[Any]:
    own_name: Any = func.nullif(func.nullif(RecordingRow.name, ""), MeetingRow.name)
    columns: tuple[Any, ...] = (
        RecordingRow.id,
        MeetingRow.course_id,
        number(CourseRow, numbers).label("course"),
        CourseRow.title,
        ConnectionRow.name,
        RecordingRow.service,
        RecordingRow.record_id,
        func.coalesce(own_name, func.nullif(MeetingRow.title, ""), MeetingRow.name),
        RecordingRow.state,
        func.coalesce(RecordingRow.started_ms, RecordingRow.added_ms),
        RecordingRow.length_ms,
    )
    return (
        select(*columns)
        .join(MeetingRow, MeetingRow.id == RecordingRow.meeting_id)
        .join(CourseRow, CourseRow.id == MeetingRow.course_id)
        .join(ConnectionRow, ConnectionRow.id == CourseRow.connection_id)
        .where(RecordingRow.gone.is_(False))
    )


def _conditions(wanted: RecordingSearch, numbers: bool) -> list[Any]:
    conditions: list[Any] = []
    if wanted.course is not None:
        conditions.append(number(CourseRow, numbers) == wanted.course)
    if wanted.person is not None:
        people = select(UserRow.id).where(number(UserRow, numbers) == wanted.person)
        was_in = select(AttendanceRow.meeting_id).where(AttendanceRow.user_id.in_(people))
        conditions.append(or_(MeetingRow.id.in_(was_in), MeetingRow.host_id.in_(people)))
    if wanted.connection_id is not None:
        conditions.append(CourseRow.connection_id == wanted.connection_id)
    if wanted.state:
        conditions.append(RecordingRow.state == wanted.state)
    if wanted.service:
        conditions.append(RecordingRow.service == wanted.service)
    return conditions
