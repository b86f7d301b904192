"""The statements of the reporting API, each with its filters, all paged by number."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, false, func, or_, select

from lti_bridge.store.numbering import number
from lti_bridge.store.people import Standing
from lti_bridge.store.tables import (
    ConnectionRow,
    CourseRow,
    MeetingRow,
    MembershipRow,
    RecordingRow,
    ServiceRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    AnySelect = Select[*tuple[Any, ...]]

    from lti_bridge.store.reporting.values import EventFilter, RecordingFilter, Scope

BEGINS = func.coalesce(MeetingRow.begins_ms, MeetingRow.created_ms)
ENDS = func.coalesce(MeetingRow.ends_ms, MeetingRow.used_ms, MeetingRow.created_ms)


class Statements:
    """Statements for a database whose people and courses MEETS numbers, or doesn't."""

    def __init__(self, by_meets: bool) -> None:
        self._course = number(CourseRow, by_meets)
        self._user = number(UserRow, by_meets)

    def courses(self, scope: Scope) -> AnySelect:
        """Courses of the scope."""
        statement = select(
            CourseRow.id,
            self._course.label("number"),
            CourseRow.connection_id,
            CourseRow.title,
            CourseRow.lti_context_id,
        )
        return _of_connections(statement, CourseRow.connection_id, scope)

    def users(self, scope: Scope) -> AnySelect:
        """Users of the scope."""
        statement = select(
            UserRow.id,
            self._user.label("number"),
            UserRow.connection_id,
            UserRow.name,
            UserRow.given_name,
            UserRow.family_name,
            UserRow.email,
            UserRow.lti_user_id,
        )
        return _of_connections(statement, UserRow.connection_id, scope)

    def page(self, statement: AnySelect, of: type[Any], limit: int, after: int) -> AnySelect:
        """One more than the page, so that it is known whether another follows."""
        by = {CourseRow: self._course, UserRow: self._user}.get(of, of.id)
        return statement.where(by > after).order_by(by).limit(limit + 1)

    def numbered_course(self, number: int, scope: Scope) -> AnySelect:
        """The row of a course."""
        return self.courses(scope).where(self._course == number).limit(1)

    def in_courses(self, statement: AnySelect, numbers: Collection[int]) -> AnySelect:
        """Users who are in one of the courses."""
        members = select(MembershipRow.user_id).where(
            MembershipRow.course_id.in_(self._course_ids(numbers))
        )
        return statement.where(UserRow.id.in_(members))

    def members(self, statement: AnySelect, course_id: int) -> AnySelect:
        """Users of a course, with what they are there."""
        return (
            statement.add_columns(MembershipRow.standing, MembershipRow.role)
            .join(MembershipRow, MembershipRow.user_id == UserRow.id)
            .where(MembershipRow.course_id == course_id)
        )

    def with_users(
        self, statement: AnySelect, numbers: Collection[int], standing: Standing | None
    ) -> AnySelect:
        """Courses in which one of the users is, or is that."""
        there = select(MembershipRow.course_id).where(
            MembershipRow.user_id.in_(self._user_ids(numbers))
        )
        if standing is not None:
            there = there.where(stands(standing))
        return statement.where(CourseRow.id.in_(there))

    def events(self, scope: Scope, wanted: EventFilter) -> AnySelect:
        """Meetings."""
        statement = select(
            MeetingRow.id,
            MeetingRow.name,
            BEGINS.label("begins_ms"),
            ENDS.label("ends_ms"),
            MeetingRow.course_id,
            MeetingRow.host_id,
            MeetingRow.service,
        )
        return statement.where(*self._of_events(scope, wanted))

    def recordings(self, scope: Scope, wanted: RecordingFilter) -> AnySelect:
        """Recordings that are still there."""
        statement = select(RecordingRow.id, RecordingRow.meeting_id, RecordingRow.added_ms).where(
            RecordingRow.gone.is_(False)
        )
        of_events = self._of_events(scope, wanted.of_events)
        if of_events:
            statement = statement.join(MeetingRow, MeetingRow.id == RecordingRow.meeting_id)
        if wanted.events is not None:
            statement = statement.where(_in(RecordingRow.meeting_id, wanted.events))
        added = _between(RecordingRow.added_ms, wanted.added_after, wanted.added_before)
        return statement.where(*of_events, *added)

    def _of_events(self, scope: Scope, wanted: EventFilter) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        scope = scope.within(wanted.connections)
        if scope.connections is not None:
            of = _of_connections(select(CourseRow.id), CourseRow.connection_id, scope)
            found.append(MeetingRow.course_id.in_(of))
        if wanted.courses is not None:
            found.append(MeetingRow.course_id.in_(self._course_ids(wanted.courses)))
        if wanted.hosts is not None:
            found.append(MeetingRow.host_id.in_(self._user_ids(wanted.hosts)))
        for column, values in (
            (ServiceRow.id, wanted.accounts),
            (ServiceRow.kind, wanted.services),
        ):
            if values is not None:
                names = select(ServiceRow.name).where(_in(column, values))
                found.append(MeetingRow.service.in_(names))
        return [
            *found,
            *_between(BEGINS, wanted.begins_after, wanted.begins_before),
            *_between(ENDS, wanted.ends_after, wanted.ends_before),
        ]

    def _course_ids(self, numbers: Collection[int]) -> AnySelect:
        return select(CourseRow.id).where(_in(self._course, numbers))

    def _user_ids(self, numbers: Collection[int]) -> AnySelect:
        return select(UserRow.id).where(_in(self._user, numbers))


def stands(standing: Standing) -> ColumnElement[bool]:
    """Whether a membership has one of these; rows from before that was noted go by the role."""
    has = MembershipRow.standing.bitwise_and(int(standing)) != 0
    roles = []
    if standing & Standing.TEACHER:
        roles.append("moderator")
    if standing & Standing.STUDENT:
        roles.append("attendee")
    return or_(has, and_(MembershipRow.standing == 0, MembershipRow.role.in_(roles)))


def _of_connections(
    statement: AnySelect, column: ColumnElement[int] | Any, scope: Scope
) -> AnySelect:
    if scope.connections is None:
        return statement
    if scope.rows is not None:
        # A single one as such: its people then come in order from the index on both.
        (only,) = scope.rows if len(scope.rows) == 1 else (None,)
        return statement.where(_in(column, scope.rows) if only is None else column == only)
    rows = select(ConnectionRow.id).where(_in(ConnectionRow.meets_connection, scope.connections))
    return statement.where(column.in_(rows))


def _between(
    column: ColumnElement[int] | Any, after: int | None, before: int | None
) -> list[ColumnElement[bool]]:
    """In milliseconds, of bounds in whole seconds that are excluded."""
    found: list[ColumnElement[bool]] = []
    if after is not None:
        found.append(column >= (after + 1) * 1000)
    if before is not None:
        found.append(column < before * 1000)
    return found


def _in(column: ColumnElement[Any] | Any, values: Collection[Any]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(values) if values else false()
    return found
