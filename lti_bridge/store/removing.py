"""Taking an LMS out for good, with everything that came from it; and how much that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.own_platforms import managed_by_file
from lti_bridge.store.platforms import LOCK_KEY
from lti_bridge.store.tables import (
    AttendanceRow,
    ConnectionRow,
    CourseRow,
    MeetingRow,
    RecordingRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.administration import KnownPlatform
    from lti_bridge.store.engine import Database


@dataclass(frozen=True, slots=True)
class Holdings:
    """What came from an LMS, and would go with it."""

    courses: int
    people: int
    meetings: int
    scheduled: int
    """Of the meetings, those that are still to come."""
    recordings: int
    """That the bridge knows of; they stay on their service."""
    stays: int
    """Times that somebody was in class."""


class PlatformRemoval:
    """Queries for it."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def holdings(self, platform_id: int, now_ms: int) -> Holdings:
        """How much came from that LMS."""
        in_course = (
            select(MeetingRow.id)
            .join(CourseRow, CourseRow.id == MeetingRow.course_id)
            .where(CourseRow.connection_id == platform_id)
        )
        counts: list[Any] = [
            select(func.count()).where(CourseRow.connection_id == platform_id),
            select(func.count()).where(UserRow.connection_id == platform_id),
            select(func.count()).select_from(in_course.subquery()),
            select(func.count()).select_from(
                in_course.where(
                    MeetingRow.ends_ms > now_ms,
                    MeetingRow.cancelled_ms.is_(None),
                ).subquery()
            ),
            select(func.count()).where(
                RecordingRow.meeting_id.in_(in_course), RecordingRow.gone.is_(False)
            ),
            select(func.count()).where(AttendanceRow.meeting_id.in_(in_course)),
        ]
        read = self._database.read
        return Holdings(*read(lambda c: [int(c.execute(each).scalar_one()) for each in counts]))

    def remove(self, platform: KnownPlatform) -> None:
        """Delete the LMS, and all that came from it.

        Raises :class:`lti_bridge.errors.NotAllowed` where the settings file manages it.
        """
        if platform.managed_by == "file":
            raise managed_by_file(platform.name)

        def change(connection: Connection) -> None:
            one_at_a_time(connection, LOCK_KEY)
            connection.execute(delete(ConnectionRow).where(ConnectionRow.id == platform.id))

        self._database.write(change)
