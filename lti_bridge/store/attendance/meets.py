"""Which of MEETS' events are classes of ours, and who was in them.

MEETS doesn't say with which meeting of ours an event belongs: it knows other services, and no ID of
ours. So an event is taken for a class only where nothing else is possible: it is in the same
course, begins and ends within five minutes of a scheduled class that isn't a group's and wasn't
cancelled, and neither of the two has another such one beside it. All others stay by themselves.

MEETS writes people's numbers behind their names as they join: ``Jane Dough (6)``. Who has none, or
one that isn't known, is known by name only, as a guest is. An event of which nobody is known stays
by itself, too: a whole class would be absent for it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, select

from lti_bridge.store.attendance.values import AttendedStay
from lti_bridge.store.tables import (
    CourseRow,
    MeetingRow,
    MeetsAttendanceRow,
    MeetsEventRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

SOURCE: Final = "meets"
CLOSE_MS: Final = 5 * 60_000
"""A class and an event that begin, and end, no further apart may be the same."""
NUMBER: Final = re.compile(r"\((\d{1,15})\)\s*\Z", re.ASCII)
_SAME: Final = and_(
    MeetsEventRow.course_id == MeetingRow.course_id,
    MeetsEventRow.begins_ms.between(
        MeetingRow.begins_ms - CLOSE_MS, MeetingRow.begins_ms + CLOSE_MS
    ),
    MeetsEventRow.ends_ms.between(MeetingRow.ends_ms - CLOSE_MS, MeetingRow.ends_ms + CLOSE_MS),
    MeetingRow.cancelled_ms.is_(None),
    MeetingRow.group_id.is_(None),
)
_PAIRS: Final = select(MeetingRow.id, MeetsEventRow.id).join(MeetsEventRow, _SAME)
_STAYS: Final = select(
    MeetsAttendanceRow.event_id,
    MeetsAttendanceRow.was_host,
    MeetsAttendanceRow.joined_ms,
    MeetsAttendanceRow.left_ms,
    MeetsAttendanceRow.name,
)


def same_classes(connection: Connection, *which: ColumnElement[bool]) -> dict[int, int]:
    """The meeting that each event belongs with, by the event's row; ``which`` meetings, or events.

    Both are looked for on both sides, so that a third one that fits is seen, whichever was asked.
    """
    asked = {tuple(row) for row in connection.execute(_PAIRS.where(*which))}
    if not asked:
        return {}
    meetings, events = {one for one, _ in asked}, {one for _, one in asked}
    every = asked | {
        tuple(row)
        for ids in (MeetingRow.id.in_(meetings), MeetsEventRow.id.in_(events))
        for row in connection.execute(_PAIRS.where(ids))
    }
    of_meeting = Counter(meeting for meeting, _ in every)
    of_event = Counter(event for _, event in every)
    return {
        event: meeting
        for meeting, event in asked
        if of_meeting[meeting] == 1 and of_event[event] == 1
    }


def stays_at_meets(
    connection: Connection, meetings: Mapping[int, int]
) -> dict[int, tuple[int, list[AttendedStay]]]:
    """The event of each of these meetings (row → course) that has one, and who was in, as far as
    MEETS says when.
    """
    belongs = same_classes(connection, MeetingRow.id.in_(meetings)) if meetings else {}
    if not belongs:
        return {}
    found: dict[int, list[AttendedStay]] = defaultdict(list)
    query = _STAYS.where(
        MeetsAttendanceRow.event_id.in_(belongs), MeetsAttendanceRow.joined_ms.is_not(None)
    )
    rows = connection.execute(query.order_by(MeetsAttendanceRow.joined_ms)).all()
    known = _people(connection, set(meetings.values()), {_number(row.name) for row in rows})
    for row in rows:
        user = known.get((meetings[belongs[row.event_id]], _number(row.name)))
        stay = AttendedStay(user, row.was_host, row.joined_ms, row.left_ms, SOURCE, row.name)
        found[row.event_id].append(stay)
    return {
        belongs[event]: (event, stays)
        for event, stays in found.items()
        if any(one.user_id is not None for one in stays)
    }


def _number(name: str) -> int:
    found = NUMBER.search(name)
    return int(found[1]) if found else 0


def _people(
    connection: Connection, courses: Collection[int], numbers: Collection[int]
) -> dict[tuple[int, int], int]:
    """User rows by course and MEETS' number; only of numbers that MEETS gave."""
    statement = (
        select(CourseRow.id, UserRow.meets_id, UserRow.id.label("user"))
        .join(UserRow, UserRow.connection_id == CourseRow.connection_id)
        .where(CourseRow.id.in_(courses), UserRow.meets_id.in_(numbers))
    )
    return {(row.id, row.meets_id): row.user for row in connection.execute(statement)}
