"""When a grading becomes due, and whose work it is just now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select, update

from lti_bridge.store.tables import GradingRow, MeetingRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from lti_bridge.store.gradebook.values import GradingTask


def attendance_changed(connection: Connection, meeting: int) -> None:
    """Within another's unit of work: who was in a meeting is known (better) now, or when it is."""
    column = select(func.coalesce(MeetingRow.graded_with_id, MeetingRow.id))
    _mark(connection, GradingRow.meeting_id.in_(column.where(MeetingRow.id == meeting)))


def course_changed(connection: Connection, course: int) -> None:
    """Within another's unit of work: who learns there, or what its LMS offers, is news."""
    meetings = select(MeetingRow.id).where(MeetingRow.course_id == course)
    _mark(connection, GradingRow.meeting_id.in_(meetings))


def schedule_changed(connection: Connection, series: int) -> None:
    """Within another's unit of work: a series' classes are at other times, or don't take place;
    its column's dates, at the least, are told anew.
    """
    column = select(func.coalesce(MeetingRow.graded_with_id, MeetingRow.id))
    _mark(connection, GradingRow.meeting_id.in_(column.where(MeetingRow.series_id == series)))


def due(connection: Connection, meeting: int, **values: Any) -> bool:
    return _mark(connection, GradingRow.meeting_id == meeting, **values)


def _mark(connection: Connection, which: ColumnElement[bool], **values: Any) -> bool:
    """Due at once; but while its LMS is being left in peace, when that is over."""
    waiting = and_(
        GradingRow.failures > 0,
        GradingRow.due_ms.is_not(None),
        GradingRow.due_ms != GradingRow.claim_until_ms,
    )
    due_ms = 0 if "failures" in values else case((waiting, GradingRow.due_ms), else_=0)
    statement = update(GradingRow).where(which, GradingRow.enabled).values(due_ms=due_ms, **values)
    return bool(connection.execute(statement).rowcount)


def renew(connection: Connection, task: GradingTask, now_ms: int, hold_ms: int) -> bool:
    until = now_ms + hold_ms
    moved = case((GradingRow.due_ms == GradingRow.claim_until_ms, until), else_=GradingRow.due_ms)
    statement = (
        update(GradingRow)
        .where(
            GradingRow.meeting_id == task.meeting.id,
            GradingRow.claim == task.claim,
            GradingRow.claim_until_ms > now_ms,
        )
        .values(claim_until_ms=until, due_ms=moved)
    )
    return bool(connection.execute(statement).rowcount)


def ours(connection: Connection, task: GradingTask, **values: Any) -> bool:
    """Change the row, if the claim is still this worker's."""
    statement = (
        update(GradingRow)
        .where(GradingRow.meeting_id == task.meeting.id, GradingRow.claim == task.claim)
        .values(**values)
    )
    return bool(connection.execute(statement).rowcount)
