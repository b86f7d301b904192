"""What tells whether anything of who was in a meeting is news, without reading it all."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, func, select

from lti_bridge.store.attendance.meets import same_classes
from lti_bridge.store.attendance.reading import INVITED, MEETINGS
from lti_bridge.store.tables import (
    AttendanceCorrectionRow,
    AttendanceRow,
    InvitationRow,
    MeetingRow,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MANY: Final = 999_999_937
_FEW: Final = 1009
_WHEN: Final = (
    AttendanceRow.joined_ms % _MANY
    + 3 * (func.coalesce(AttendanceRow.left_ms, 0) % _MANY)
    + 5 * func.coalesce(AttendanceRow.user_id, 0)
)
"""Who was in from when to when, in a number that a sum over a term can't overflow …"""
_WHOSE: Final = AttendanceRow.id % _FEW + 1
"""… and of which row: of two that were swapped the plain sums are the same."""
_STAYS: Final = select(
    AttendanceRow.meeting_id,
    func.count(),
    func.max(AttendanceRow.id),
    func.count(AttendanceRow.left_ms),
    func.count(AttendanceRow.user_id),
    func.sum(_WHEN * _WHOSE),
    func.sum(case((AttendanceRow.was_host, AttendanceRow.id), else_=0)),
    func.sum(func.length(AttendanceRow.name)),
).group_by(AttendanceRow.meeting_id)
_CORRECTIONS: Final = select(
    AttendanceCorrectionRow.meeting_id,
    func.count(),
    func.max(AttendanceCorrectionRow.at_ms),
    func.sum(AttendanceCorrectionRow.at_ms),
    func.sum(AttendanceCorrectionRow.user_id),
).group_by(AttendanceCorrectionRow.meeting_id)
_INVITED: Final = INVITED.with_only_columns(
    MeetingRow.id, func.count(), func.max(InvitationRow.created_ms)
).group_by(MeetingRow.id)


def versions(connection: Connection, meetings: Collection[int]) -> dict[int, tuple[Any, ...]]:
    """Of each of these meetings that wasn't cancelled: another one, once anything of it is news.

    Those that MEETS held are left out: what it tells of them is read anew each time.
    """
    which = MeetingRow.id.in_(meetings)
    rows = connection.execute(MEETINGS.where(which, MeetingRow.cancelled_ms.is_(None))).all()
    elsewhere = set(same_classes(connection, which).values())
    found: dict[int, list[Any]] = {row.id: [tuple(row)] for row in rows if row.id not in elsewhere}
    for place, query in enumerate(
        (
            _STAYS.where(AttendanceRow.meeting_id.in_(meetings)),
            _CORRECTIONS.where(AttendanceCorrectionRow.meeting_id.in_(meetings)),
            _INVITED.where(which),
        )
    ):
        for meeting, *numbers in connection.execute(query).all():
            if meeting in found:
                found[meeting].append((place, *numbers))
    return {meeting: tuple(parts) for meeting, parts in found.items()}
