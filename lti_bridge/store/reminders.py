"""Who is to be reminded of which class, and that nobody is twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, and_, bindparam, cast, delete, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from lti_bridge.store.tables import (
    ConnectionRow,
    CourseRow,
    MeetingRow,
    MembershipRow,
    ReminderRow,
    SeriesRow,
    UserRow,
)
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from lti_bridge.store.engine import Database

    _Found = Select[*tuple[Any, ...]]

MINUTE_MS: Final = 60_000
LONGEST_MINUTES: Final = 1440
"""Nobody is reminded earlier than a day before."""
BITE: Final = 500


@dataclass(frozen=True, slots=True)
class Reminder:
    """A class, and somebody who wants to be reminded of it just now."""

    meeting_id: int
    user_id: int
    begins_ms: int
    title: str
    course_title: str
    email: str = field(repr=False)
    language: str
    """As they chose it, or of the page on which they asked to be reminded."""
    zone: str
    """IANA name: theirs, else their browser's, else the series'; empty: none is known."""
    calendar: str
    lms: str
    lti_context_id: str
    logout_url: str = field(repr=False)


class Reminders:
    """Queries on reminders."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def take(self, now_ms: int, *, limit: int = 50) -> list[Reminder]:
        """Those that are due, noted as done in the same statement.

        So two workers never get the same one, and one that dies over its share doesn't send it
        twice. A class that was moved since is due again at its new time; one that was cancelled,
        has begun, or that somebody left the course of, isn't.
        """

        def change(connection: Connection) -> list[Reminder]:
            due = _DUE.limit(limit)
            note = insert(connection, ReminderRow).from_select(_KEY_NAMES, due)
            taken = connection.execute(
                note.on_conflict_do_nothing().returning(*_KEY),
                {"now": now_ms, "latest": now_ms + LONGEST_MINUTES * MINUTE_MS},
            ).all()
            if not taken:
                return []
            keys = [tuple(row) for row in taken]
            rows = connection.execute(_TOLD.where(tuple_(*_KEY).in_(keys))).all()
            return [Reminder(*row) for row in rows]

        return self._database.write(change)

    def give_back(self, reminders: Sequence[Reminder]) -> None:
        """Let those be due again that weren't sent after all."""
        keys = [(one.meeting_id, one.user_id, one.begins_ms) for one in reminders]
        if keys:
            statement = delete(ReminderRow).where(tuple_(*_KEY).in_(keys))
            self._database.write(lambda c: c.execute(statement))

    def clear(self, before_ms: int) -> int:
        """Forget some of those for classes that began before; how many."""
        old = select(*_KEY).where(ReminderRow.begins_ms < before_ms).limit(BITE)

        def change(connection: Connection) -> int:
            keys = [tuple(row) for row in connection.execute(old)]
            if keys:
                connection.execute(delete(ReminderRow).where(tuple_(*_KEY).in_(keys)))
            return len(keys)

        return self._database.write(change)


_KEY: Final = (ReminderRow.meeting_id, ReminderRow.user_id, ReminderRow.begins_ms)
_KEY_NAMES: Final = ["meeting_id", "user_id", "begins_ms", "at_ms"]

_done = aliased(ReminderRow)

_DUE: Final[_Found] = (
    select(
        MeetingRow.id,
        UserRow.id,
        MeetingRow.begins_ms,
        bindparam("now", type_=ReminderRow.at_ms.type),
    )
    .join(MembershipRow, MembershipRow.course_id == MeetingRow.course_id)
    .join(UserRow, UserRow.id == MembershipRow.user_id)
    .where(
        MeetingRow.begins_ms > bindparam("now"),
        MeetingRow.begins_ms <= bindparam("latest"),
        MeetingRow.cancelled_ms.is_(None),
        MeetingRow.group_id.is_(None),
        MembershipRow.left_ms.is_(None),
        UserRow.remind_minutes.is_not(None),
        UserRow.email != "",
        MeetingRow.begins_ms - cast(UserRow.remind_minutes, BigInteger) * MINUTE_MS
        <= bindparam("now"),
        ~select(literal(1))
        .where(
            _done.meeting_id == MeetingRow.id,
            _done.user_id == UserRow.id,
            _done.begins_ms == MeetingRow.begins_ms,
        )
        .exists(),
    )
    .order_by(MeetingRow.begins_ms)
)

_TOLD: Final[_Found] = (
    select(
        *_KEY,
        MeetingRow.title,
        CourseRow.title,
        UserRow.email,
        func.coalesce(func.nullif(UserRow.language, ""), UserRow.remind_language),
        func.coalesce(
            func.nullif(UserRow.zone, ""), func.nullif(UserRow.browser_zone, ""), SeriesRow.zone, ""
        ),
        UserRow.calendar,
        ConnectionRow.type,
        CourseRow.lti_context_id,
        MeetingRow.logout_url,
    )
    .join(MeetingRow, MeetingRow.id == ReminderRow.meeting_id)
    .join(CourseRow, CourseRow.id == MeetingRow.course_id)
    .join(ConnectionRow, ConnectionRow.id == CourseRow.connection_id)
    .join(UserRow, UserRow.id == ReminderRow.user_id)
    .outerjoin(SeriesRow, and_(SeriesRow.id == MeetingRow.series_id))
    .order_by(MeetingRow.begins_ms, UserRow.id)
)
