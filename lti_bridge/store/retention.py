"""What is kept for a while only: who was in class, who belongs to a course, and what is left of
people and things that went.

Grades stay: a meeting whose column of the gradebook is still in use keeps all attendance that
counts for it, or its scores would change without a class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, delete, func, select, tuple_, union, update

from lti_bridge.store.marks import PREFIX
from lti_bridge.store.persons.book import count_erasure
from lti_bridge.store.tables import (
    AliasRow,
    AttendanceCorrectionRow,
    AttendanceRow,
    Base,
    CalendarFeedRow,
    CheckpointRow,
    CourseRow,
    GradingRow,
    LaunchRow,
    MeetingRow,
    MeetsAttendanceRow,
    MembershipRow,
    RecordingRow,
    RegistrationInviteRow,
    ScoreRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from lti_bridge.store.engine import Database

AT_ONCE: Final = 500


class Retention:
    """Queries on what is old."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def attended_before(self, before_ms: int) -> list[int]:
        """Meetings with attendance from before then that may be forgotten, by their rows."""
        column = func.coalesce(MeetingRow.graded_with_id, MeetingRow.id)
        in_use = (
            select(column)
            .join(GradingRow, GradingRow.meeting_id == column)
            .where(GradingRow.enabled.is_(True), MeetingRow.used_ms >= before_ms)
        )
        old = union(
            select(AttendanceRow.meeting_id).where(_over(before_ms)),
            select(AttendanceCorrectionRow.meeting_id).where(
                AttendanceCorrectionRow.held_ms < before_ms
            ),
        )
        statement = (
            select(MeetingRow.id)
            .where(MeetingRow.id.in_(old), column.not_in(in_use))
            .order_by(MeetingRow.id)
        )
        return list(self._database.read(lambda c: c.execute(statement).scalars()))

    def clear_attendance(self, meeting: int, before_ms: int) -> int:
        """Forget some of a meeting's attendance from before then; how much."""
        return self._database.write(lambda c: _clear_attendance(c, meeting, before_ms))

    def clear_recordings(self, before_ms: int) -> int:
        """Forget some recordings that are gone since before then; how many."""
        some = (
            select(RecordingRow.id)
            .where(RecordingRow.gone.is_(True), RecordingRow.seen_ms < before_ms)
            .limit(AT_ONCE)
        )
        statement = delete(RecordingRow).where(RecordingRow.id.in_(some))
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)

    def clear_feeds(self, before_ms: int) -> int:
        """Forget some addresses of calendars that were taken back before then; how many."""
        return self._clear(CalendarFeedRow, CalendarFeedRow.revoked_ms < before_ms)

    def clear_meets_attendance(self, before_ms: int) -> int:
        """Forget some times in classes at MEETS from before then; how many."""
        row = MeetsAttendanceRow
        return self._clear(row, func.coalesce(row.left_ms, row.joined_ms) < before_ms)

    def clear_invites(self, before_ms: int) -> int:
        """Forget some invitations to register an LMS that ended before then; how many."""
        return self._clear(RegistrationInviteRow, RegistrationInviteRow.expires_ms < before_ms)

    def clear_scores(self, before_ms: int) -> int:
        """Forget some scores of columns that no class was counted for since then; how many.

        Such a column is at rest from then on: begun again, it would say something else than
        what teachers corrected.
        """
        column = func.coalesce(MeetingRow.graded_with_id, MeetingRow.id)
        in_use = select(column).where(MeetingRow.used_ms >= before_ms)
        old = and_(GradingRow.meeting_id.not_in(in_use), GradingRow.updated_ms < before_ms)
        columns = select(GradingRow.meeting_id).where(old)

        def change(connection: Connection) -> int:
            gone = _bite(connection, ScoreRow, ScoreRow.meeting_id.in_(columns))
            rest = update(GradingRow).where(old, GradingRow.enabled.is_(True))
            connection.execute(rest.values(enabled=False, due_ms=None))
            return gone

        return self._database.write(change)

    def clear_left(self, before_ms: int) -> int:
        """Forget some people's belonging to courses that they left before then; how many."""
        return self._clear_people(MembershipRow, MembershipRow.left_ms < before_ms, before_ms)

    def clear_unseen(self, before_ms: int) -> int:
        """Forget that some people belong to courses, of whom nothing was seen since; how many."""
        row = MembershipRow
        in_class = select(AttendanceRow.user_id).where(
            AttendanceRow.user_id.is_not(None), AttendanceRow.joined_ms >= before_ms
        )
        unseen = and_(
            row.since_ms < before_ms,
            func.coalesce(row.roster_ms, 0) < before_ms,
            row.user_id.not_in(in_class),
            row.user_id.not_in(_LAUNCHED),
        )
        return self._clear_people(row, unseen, before_ms)

    def clear_people(self, before_ms: int) -> int:
        """Forget some people, known since before then, who belong to no course and of whom nothing
        else is kept; how many.
        """
        row = UserRow
        kept = (
            select(each).where(each.is_not(None))
            for each in (
                MembershipRow.user_id,
                AttendanceRow.user_id,
                AttendanceCorrectionRow.user_id,
                ScoreRow.user_id,
            )
        )
        over = (row.created_ms < before_ms, *(row.id.not_in(each) for each in (*kept, _LAUNCHED)))
        return self._clear_people(row, and_(*over), before_ms)

    def clear_marks(self, before_ms: int) -> int:
        """Forget that some people were erased before then; how many marks."""
        old = and_(CheckpointRow.name.startswith(PREFIX), CheckpointRow.at_ms < before_ms)
        return self._clear(CheckpointRow, old)

    def clear_nobodys(self) -> int:
        """Forget some numbers of people, courses and meetings that there are no more; how many."""

        def change(connection: Connection) -> int:
            some = (
                select(LaunchRow.id)
                .where(LaunchRow.user_id.is_not(None), LaunchRow.user_id.not_in(select(UserRow.id)))
                .limit(AT_ONCE)
            )
            unnamed = update(LaunchRow).where(LaunchRow.id.in_(some)).values(user_id=None)
            gone = connection.execute(unnamed).rowcount
            for kind, table in (("user", UserRow), ("course", CourseRow), ("meeting", MeetingRow)):
                nobodys = and_(AliasRow.kind == kind, AliasRow.row_id.not_in(select(table.id)))
                gone += _bite(connection, AliasRow, nobodys)
            return gone

        return self._database.write(change)

    def _clear(self, table: type[Base], over: ColumnElement[bool]) -> int:
        return self._database.write(lambda c: _bite(c, table, over))

    def _clear_people(self, table: type[Base], over: ColumnElement[bool], at_ms: int) -> int:
        """Processes forget them too: who is remembered isn't written down when they come again."""

        def change(connection: Connection) -> int:
            gone = _bite(connection, table, over)
            if gone:
                count_erasure(connection, at_ms)
            return gone

        return self._database.write(change)


_LAUNCHED: Final = select(LaunchRow.user_id).where(LaunchRow.user_id.is_not(None))


def _bite(connection: Connection, table: type[Base], over: ColumnElement[bool]) -> int:
    key = list(Base.metadata.tables[table.__tablename__].primary_key.columns)
    rows = [tuple(row) for row in connection.execute(select(*key).where(over).limit(AT_ONCE))]
    if rows:
        connection.execute(delete(table).where(tuple_(*key).in_(rows)))
    return len(rows)


def _over(before_ms: int) -> ColumnElement[bool]:
    return func.coalesce(AttendanceRow.left_ms, AttendanceRow.joined_ms) < before_ms


def _clear_attendance(connection: Connection, meeting: int, before_ms: int) -> int:
    some = (
        select(AttendanceRow.id)
        .where(AttendanceRow.meeting_id == meeting, _over(before_ms))
        .limit(AT_ONCE)
    )
    stays = connection.execute(delete(AttendanceRow).where(AttendanceRow.id.in_(some))).rowcount
    words = delete(AttendanceCorrectionRow).where(
        and_(
            AttendanceCorrectionRow.meeting_id == meeting,
            AttendanceCorrectionRow.held_ms < before_ms,
        )
    )
    return stays + connection.execute(words).rowcount
