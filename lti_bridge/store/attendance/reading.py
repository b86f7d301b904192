"""The statements that read who was in, for pages, for grades and for commands."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, select

from lti_bridge.store.attendance.meets import stays_at_meets
from lti_bridge.store.attendance.values import AttendedMeeting, AttendedStay, Correction
from lti_bridge.store.tables import (
    AttendanceCorrectionRow,
    AttendanceRow,
    InvitationRow,
    MeetingRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

MEETINGS: Final = select(
    MeetingRow.id,
    MeetingRow.course_id,
    MeetingRow.name,
    MeetingRow.title,
    MeetingRow.begins_ms,
    MeetingRow.ends_ms,
    MeetingRow.attendance_final.label("is_final"),
    MeetingRow.group_id,
    func.coalesce(MeetingRow.graded_with_id, MeetingRow.id).label("column"),
)
_STAYS: Final = select(
    AttendanceRow.meeting_id,
    AttendanceRow.user_id,
    AttendanceRow.was_host,
    AttendanceRow.joined_ms,
    AttendanceRow.left_ms,
    AttendanceRow.source,
    AttendanceRow.name,
)
_CORRECTIONS: Final = select(
    AttendanceCorrectionRow.meeting_id,
    AttendanceCorrectionRow.user_id,
    AttendanceCorrectionRow.held_ms,
    AttendanceCorrectionRow.mark,
    AttendanceCorrectionRow.note,
    UserRow.name,
    AttendanceCorrectionRow.at_ms,
).outerjoin(UserRow, UserRow.id == AttendanceCorrectionRow.corrected_by)

INVITED: Final = select(MeetingRow.id, InvitationRow.email).join(
    InvitationRow,
    and_(
        InvitationRow.service == MeetingRow.service,
        InvitationRow.session_id == MeetingRow.remote_id,
    ),
)


def attended(connection: Connection, *which: ColumnElement[bool]) -> list[AttendedMeeting]:
    """Meetings that are not cancelled, with everything that is known of who was in, by their
    beginning; those that stand open first.
    """
    found = connection.execute(MEETINGS.where(MeetingRow.cancelled_ms.is_(None), *which)).all()
    rows = sorted(found, key=lambda row: (row.begins_ms or 0, row.id))
    ids = [row.id for row in rows]
    stays, corrections = _stays(connection, ids), _corrections(connection, ids)
    invited = _invited(connection, ids)
    scheduled = {row.id: row.course_id for row in rows if row.begins_ms is not None}
    at_meets = stays_at_meets(connection, scheduled)
    return [
        AttendedMeeting(
            *row,
            stays=[*stays[row.id], *(at_meets[row.id][1] if row.id in at_meets else ())],
            corrections=corrections[row.id],
            invited=invited.get(row.id, frozenset()),
        )
        for row in rows
    ]


def _stays(connection: Connection, meetings: list[int]) -> dict[int, list[AttendedStay]]:
    found: dict[int, list[AttendedStay]] = defaultdict(list)
    statement = _STAYS.where(AttendanceRow.meeting_id.in_(meetings))
    # All at once: a term has tens of thousands, and each fetched by itself costs more than it is.
    for row in connection.execute(statement.order_by(AttendanceRow.joined_ms)).all():
        found[row[0]].append(AttendedStay(*row[1:]))
    return found


def _corrections(connection: Connection, meetings: list[int]) -> dict[int, list[Correction]]:
    found: dict[int, list[Correction]] = defaultdict(list)
    for row in connection.execute(
        _CORRECTIONS.where(AttendanceCorrectionRow.meeting_id.in_(meetings))
    ):
        found[row.meeting_id].append(_correction(row))
    return found


def _invited(connection: Connection, meetings: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in connection.execute(INVITED.where(MeetingRow.id.in_(meetings))):
        found[row.id].add(row.email.lower())
    return found


def _correction(row: Any) -> Correction:
    return Correction(row.user_id, row.held_ms, row.mark, row.note, row.name or "", row.at_ms)
