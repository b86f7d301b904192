"""Queries on what happened, for the reporting API."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import select

from lti_bridge.store.numbering import by_meets
from lti_bridge.store.people import Kind, Standing
from lti_bridge.store.reporting.statements import Statements, stands
from lti_bridge.store.reporting.values import (
    Account,
    AttendanceStay,
    EventFilter,
    Page,
    RecordingFilter,
    ReportedConnection,
    ReportedCourse,
    ReportedEvent,
    ReportedRecording,
    ReportedUser,
    Scope,
)
from lti_bridge.store.sampling import SAMPLED
from lti_bridge.store.tables import (
    AttendanceRow,
    ConnectionRow,
    CourseRow,
    MeetingRow,
    RecordingRow,
    ServiceRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import Row, Select

    from lti_bridge.store.engine import Database

    AnySelect = Select[*tuple[Any, ...]]
    AnyRow = Row[*tuple[Any, ...]]

T = TypeVar("T")
Rows = Sequence["AnyRow"]
EVERYTHING: Final = Scope()


class Reports:
    """Queries on connections, courses, users, meetings, recordings and attendance."""

    def __init__(self, database: Database) -> None:
        """Queries run on ``database``."""
        self._database = database
        self._numbered: Statements | None = None

    def numbering(self) -> Statements:
        """The statements; asks once whether MEETS numbers this database, until it does."""
        if self._numbered is None:
            given = self._database.read(by_meets)
            if not given:  # it may begin to, any day
                return Statements(given)
            self._numbered = Statements(given)
        return self._numbered

    def connections(self, scope: Scope) -> dict[int, ReportedConnection]:
        """Every platform, by its row; one that is at work no more has its history still.

        Rows that share a ``meetsIdConnection`` are one connection: that of the first.
        """
        statement = select(
            ConnectionRow.id,
            ConnectionRow.meets_connection,
            ConnectionRow.name,
            ConnectionRow.type,
            ConnectionRow.issuer,
            ConnectionRow.auth_login_url,
        ).order_by(ConnectionRow.id)
        found: dict[int, ReportedConnection] = {}
        firsts: dict[int, ReportedConnection] = {}
        for row in self._database.read(lambda c: c.execute(statement).all()):
            shown = scope.connections is None or row.meets_connection in scope.connections
            if shown:
                found[row.id] = firsts.setdefault(row.meets_connection, _connection(row))
        return found

    def courses(
        self,
        limit: int,
        after: int,
        scope: Scope = EVERYTHING,
        *,
        users: Collection[int] | None = None,
        standing: Sequence[tuple[Standing, Collection[int]]] = (),
        connections: dict[int, ReportedConnection],
    ) -> Page[ReportedCourse]:
        """Courses in which one of ``users`` is, and of each of ``standing`` one that is that."""
        statements = self.numbering()
        statement = statements.courses(scope.known_in(connections))
        if users is not None:
            statement = statements.with_users(statement, users, None)
        for each, numbers in standing:
            statement = statements.with_users(statement, numbers, each)
        rows = self._rows(statements.page(statement, CourseRow, limit, after))
        return _page(rows, limit, lambda row: _course(row, connections))

    def users(
        self,
        limit: int,
        after: int,
        scope: Scope = EVERYTHING,
        *,
        courses: Collection[int] | None = None,
        connections: dict[int, ReportedConnection],
    ) -> Page[ReportedUser]:
        """Users, of one of ``courses`` where these are given."""
        statements = self.numbering()
        statement = statements.users(scope.known_in(connections))
        if courses is not None:
            statement = statements.in_courses(statement, courses)
        rows = self._rows(statements.page(statement, UserRow, limit, after))
        return _page(rows, limit, lambda row: _user(row, connections))

    def course(self, number: int, scope: Scope = EVERYTHING) -> int | None:
        """The row of a course by its number; None where there is none in the scope."""
        rows = self._rows(self.numbering().numbered_course(number, scope))
        return rows[0].id if rows else None

    def course_users(
        self,
        limit: int,
        after: int,
        course_id: int,
        scope: Scope = EVERYTHING,
        *,
        wanted: Standing | None = None,
        unwanted: Standing | None = None,
        connections: dict[int, ReportedConnection],
    ) -> Page[ReportedUser]:
        """Users of a course with what they are there: ``wanted``, and nothing ``unwanted``."""
        statements = self.numbering()
        statement = statements.members(statements.users(scope.known_in(connections)), course_id)
        if wanted is not None:
            statement = statement.where(stands(wanted))
        if unwanted is not None:
            statement = statement.where(~stands(unwanted))
        rows = self._rows(statements.page(statement, UserRow, limit, after))
        return _page(rows, limit, lambda row: _user(row, connections, row.standing, row.role))

    def events(
        self, limit: int, after: int, scope: Scope, wanted: EventFilter
    ) -> Page[ReportedEvent]:
        """Meetings."""
        statements = self.numbering()
        statement = statements.page(statements.events(scope, wanted), MeetingRow, limit, after)
        return _page(self._rows(statement), limit, _event)

    def recordings(
        self, limit: int, after: int, scope: Scope, wanted: RecordingFilter
    ) -> Page[ReportedRecording]:
        """Recordings that are still there."""
        statements = self.numbering()
        statement = statements.page(
            statements.recordings(scope, wanted), RecordingRow, limit, after
        )
        return _page(
            self._rows(statement),
            limit,
            lambda row: ReportedRecording(row.id, row.meeting_id, row.added_ms // 1000),
        )

    def events_by_id(self, ids: Collection[int]) -> list[ReportedEvent]:
        """Meetings by their rows."""
        if not ids:
            return []
        statement = self.numbering().events(EVERYTHING, EventFilter())
        return [_event(row) for row in self._rows(statement.where(MeetingRow.id.in_(ids)))]

    def courses_by_id(
        self, ids: Collection[int], connections: dict[int, ReportedConnection]
    ) -> list[ReportedCourse]:
        """Courses by their rows."""
        if not ids:
            return []
        statement = self.numbering().courses(EVERYTHING).where(CourseRow.id.in_(ids))
        rows = self._rows(statement)
        return [_course(row, connections) for row in rows if row.connection_id in connections]

    def users_by_id(
        self, ids: Collection[int], connections: dict[int, ReportedConnection]
    ) -> list[ReportedUser]:
        """Users by their rows."""
        if not ids:
            return []
        statement = self.numbering().users(EVERYTHING).where(UserRow.id.in_(ids))
        rows = self._rows(statement)
        return [_user(row, connections) for row in rows if row.connection_id in connections]

    def accounts(self, names: Collection[str]) -> dict[str, Account]:
        """Services by name."""
        if not names:
            return {}
        statement = select(
            ServiceRow.id, ServiceRow.name, ServiceRow.kind, ServiceRow.settings
        ).where(ServiceRow.name.in_(names))
        return {
            row.name: Account(row.id, row.name, row.kind, _username(row))
            for row in self._rows(statement)
        }

    def event(self, number: int, scope: Scope) -> tuple[bool] | None:
        """Whether a meeting's attendance is final, in a tuple; None where there is no such one."""
        statements = self.numbering()
        statement = (
            statements.events(scope, EventFilter())
            .add_columns(MeetingRow.attendance_final)
            .where(MeetingRow.id == number)
        )
        rows = self._rows(statement)
        return (rows[0].attendance_final,) if rows else None

    def attendance(self, number: int) -> list[AttendanceStay]:
        """Who was in a meeting, by when they joined, as one source says: what the bridge saw by
        itself (``sampled``) only where no service told of it.
        """
        statement = (
            select(AttendanceRow.__table__)
            .where(AttendanceRow.meeting_id == number)
            .order_by(AttendanceRow.joined_ms, AttendanceRow.id)
        )
        rows = self._rows(statement)
        told = [row for row in rows if row.source != SAMPLED]
        return [_stay(row) for row in told or rows]

    def recording_formats(self, number: int, scope: Scope) -> tuple[bool, str] | None:
        """Whether a recording is gone, and its formats (JSON); None where there is no such one."""
        statement = select(RecordingRow.gone, RecordingRow.formats, CourseRow.connection_id).where(
            RecordingRow.id == number,
            MeetingRow.id == RecordingRow.meeting_id,
            CourseRow.id == MeetingRow.course_id,
        )
        rows = self._rows(statement)
        if not rows or rows[0].connection_id not in self.connections(scope):
            return None
        return rows[0].gone, rows[0].formats

    def from_lti(self, of: Kind, connection: int, lti_id: str) -> int | None:
        """The number of a course or user by its LTI ID in a connection."""
        statements = self.numbering()
        scope = Scope(frozenset({connection}))
        if of == "course":
            statement = statements.courses(scope).where(CourseRow.lti_context_id == lti_id)
        else:
            statement = statements.users(scope).where(UserRow.lti_user_id == lti_id)
        rows = self._rows(statement.limit(1)) if lti_id else []
        return rows[0].number if rows else None

    def _rows(self, statement: AnySelect) -> Rows:
        return self._database.read(lambda c: c.execute(statement).all())


def _page(rows: Rows, limit: int, read: Callable[[AnyRow], T]) -> Page[T]:
    shown = rows[:limit]
    more = len(rows) > limit
    key = "number" if rows and "number" in rows[0]._fields else "id"
    return Page(tuple(read(row) for row in shown), getattr(shown[-1], key) if more else None)


def _connection(row: AnyRow) -> ReportedConnection:
    return ReportedConnection(row.meets_connection, row.name, _origin(row), row.type)


def _origin(row: AnyRow) -> str:
    for url in (row.issuer, row.auth_login_url):
        try:
            parts = urlsplit(url or "")
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.netloc:
            return f"{parts.scheme}://{parts.netloc}/"
    return ""


def _course(row: AnyRow, connections: dict[int, ReportedConnection]) -> ReportedCourse:
    of = connections[row.connection_id].number
    return ReportedCourse(row.id, row.number, of, row.title, row.lti_context_id)


def _user(
    row: AnyRow, connections: dict[int, ReportedConnection], standing: int = 0, role: str = ""
) -> ReportedUser:
    return ReportedUser(
        id=row.id,
        number=row.number,
        connection=connections[row.connection_id].number,
        name=row.name,
        given_name=row.given_name,
        family_name=row.family_name,
        email=row.email,
        lti_id_user=row.lti_user_id,
        standing=standing,
        role=role,
    )


def _event(row: AnyRow) -> ReportedEvent:
    return ReportedEvent(
        number=row.id,
        name=row.name,
        begins=row.begins_ms // 1000,
        ends=row.ends_ms // 1000,
        course_id=row.course_id,
        host_id=row.host_id,
        service=row.service,
    )


def _stay(row: AnyRow) -> AttendanceStay:
    return AttendanceStay(
        was_host=row.was_host,
        name=row.name,
        email=row.email,
        ip=row.ip,
        browser=row.browser,
        joined=row.joined_ms // 1000,
        left=None if row.left_ms is None else row.left_ms // 1000,
    )


def _username(row: AnyRow) -> str:
    username = json.loads(row.settings).get("username", "")
    return username if isinstance(username, str) and username else row.name
