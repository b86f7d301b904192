"""Who is in just now, as the service says when it is asked once a minute.

A stay grows while its person is seen, and is over once they weren't seen twice. Nothing has to be
closed: ``left_ms`` is when somebody was seen last, so that a worker that dies leaves it right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, case, func, or_, select, update

from lti_bridge.store.gradebook import attendance_changed
from lti_bridge.store.records import Collectable, people_by_number, without_erased
from lti_bridge.store.tables import AttendanceRow, MeetingRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from lti_bridge.store.engine import Database
    from lti_bridge.store.marks import Marks

SAMPLED: Final = "sampled"
MINUTE_MS: Final = 60_000
MISSED_MS: Final = 150_000
"""Seen again after longer than this, at a call a minute, somebody was missed twice: they had left,
and have come back."""
LATELY_MS: Final = 15 * MINUTE_MS
"""So long after it was opened, or anybody was seen, a meeting is asked for …"""
LONGEST_MS: Final = 24 * 60 * MINUTE_MS
"""… but not one that was opened before this: a call a minute has to end some day."""
MOST: Final = 300
"""Meetings of a run: each costs a call."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody who is in."""

    user_number: str
    """As ``join`` said it, which is the number by which we know the person; or the service's."""
    name: str = field(repr=False)


class Sampling:
    """Queries on who is in."""

    def __init__(self, database: Database, marks: Marks) -> None:
        """Queries run in transactions of ``database``; ``marks`` tell who was erased of late."""
        self._database = database
        self._marks = marks

    def due(self, now_ms: int, *, limit: int = MOST) -> list[Collectable]:
        """Meetings that may be running: opened of late, somebody seen of late, or it is their time.

        Those that were seen longest ago, or never, come first.
        """
        seen_ms = (
            select(func.max(AttendanceRow.left_ms))
            .where(AttendanceRow.meeting_id == MeetingRow.id, AttendanceRow.source == SAMPLED)
            .scalar_subquery()
        )
        statement = (
            select(MeetingRow.id, MeetingRow.meeting_id, MeetingRow.service)
            .where(MeetingRow.confirmed_ms.is_not(None), _may_run(now_ms, seen_ms))
            .order_by(func.coalesce(seen_ms, 0), MeetingRow.id)
            .limit(limit)
        )
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [Collectable(*row) for row in rows]

    def saw(self, meeting: int, people: Sequence[Seen], now_ms: int) -> None:
        """These are in a meeting now."""
        self._database.write(lambda c: _save(c, self._marks, meeting, people, now_ms))


def _may_run(now_ms: int, seen_ms: ColumnElement[int]) -> ColumnElement[bool]:
    its_time = and_(
        MeetingRow.begins_ms - MeetingRow.opens_early * MINUTE_MS <= now_ms,
        MeetingRow.ends_ms >= now_ms,
        MeetingRow.cancelled_ms.is_(None),
    )
    return and_(
        MeetingRow.used_ms > now_ms - LONGEST_MS,
        or_(
            MeetingRow.used_ms > now_ms - LATELY_MS,
            its_time,
            seen_ms > now_ms - LATELY_MS,
        ),
    )


def _save(
    connection: Connection, marks: Marks, meeting: int, people: Sequence[Seen], now_ms: int
) -> None:
    known = people_by_number(connection, meeting, {one.user_number for one in people})
    there = without_erased(connection, marks, people, known)
    by_attendee = {(one.user_number or one.name)[:255]: one for one in there}
    came = False
    for attendee, one in by_attendee.items():
        if _grew(connection, meeting, attendee, now_ms):
            continue
        came = True
        user_id, email, role = known.get(one.user_number, (None, "", ""))
        connection.execute(
            insert(connection, AttendanceRow)
            .values(
                meeting_id=meeting,
                source=SAMPLED,
                attendee=attendee,
                joined_ms=now_ms,
                left_ms=now_ms,
                user_id=user_id,
                was_host=role == "moderator",
                name=one.name,
                email=email,
            )
            .on_conflict_do_nothing()
        )
    if came:
        # Whatever was final, was so of a session before this one.
        changed = update(MeetingRow).where(MeetingRow.id == meeting).values(attendance_final=False)
        connection.execute(changed)
        attendance_changed(connection, meeting)


def _grew(connection: Connection, meeting: int, attendee: str, now_ms: int) -> bool:
    """Whether they were in before, and are still."""
    later = case((AttendanceRow.left_ms > now_ms, AttendanceRow.left_ms), else_=now_ms)
    statement = (
        update(AttendanceRow)
        .where(
            AttendanceRow.meeting_id == meeting,
            AttendanceRow.source == SAMPLED,
            AttendanceRow.attendee == attendee,
            AttendanceRow.left_ms >= now_ms - MISSED_MS,
        )
        .values(left_ms=later)
    )
    return bool(connection.execute(statement).rowcount)
