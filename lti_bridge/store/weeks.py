"""How many classes were held in each week, and how many people came: counted, then kept.

Counting looks at every attendance and launch of a week, which no page should wait for. The numbers
name nobody: they stay when what they were counted from is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, cast, func, literal, select, union

from lti_bridge.store.tables import AttendanceRow, LaunchRow, WeekRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database

DAY_MS: Final = 24 * 3_600_000
WEEK_MS: Final = 7 * DAY_MS
FIRST_MONDAY_MS: Final = 4 * DAY_MS
"""1970-01-05."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week's numbers."""

    begins_ms: int
    """Its Monday, 0:00 UTC."""
    classes: int
    """That somebody was in; what is used on several days (UTC) counts once for each."""
    people: int
    """That were in any of them."""


class Weeks:
    """Queries on weeks."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def since(self, begins_ms: int) -> list[Week]:
        """Those that were counted and begin at that time or later, oldest first."""
        statement = (
            select(WeekRow.begins_ms, WeekRow.classes, WeekRow.people)
            .where(WeekRow.begins_ms >= begins_ms)
            .order_by(WeekRow.begins_ms)
        )
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [Week(*row) for row in rows]

    def count(self, begins_ms: int, now_ms: int) -> Week:
        """Count the week that begins then, from what is known of it now, and keep that."""
        # Counting takes its time: launches don't wait for it, as they would for a transaction.
        week = self._database.read(lambda c: _counted(c, begins_ms))
        told = {"classes": week.classes, "people": week.people, "counted_ms": now_ms}
        statement = (
            insert(self._database, WeekRow)
            .values(begins_ms=begins_ms, **told)
            .on_conflict_do_update(index_elements=["begins_ms"], set_=told)
        )
        self._database.write_statement(lambda c: c.execute(statement))
        return week


def monday(unix_ms: int) -> int:
    """When the week (UTC) of a moment began."""
    return (unix_ms - FIRST_MONDAY_MS) // WEEK_MS * WEEK_MS + FIRST_MONDAY_MS


def _counted(connection: Connection, begins_ms: int) -> Week:
    """Whoever a service saw, and whoever a launch took into class where no service tells."""
    seen, went = AttendanceRow, LaunchRow
    # Who isn't known here is told apart as the service does it; no number of ours looks like that.
    person = func.coalesce(cast(seen.user_id, String), literal("service:") + seen.attendee)
    parts: list[Any] = [
        select(seen.meeting_id, (seen.joined_ms // DAY_MS).label("day"), person.label("person"))
        .where(seen.joined_ms >= begins_ms, seen.joined_ms < begins_ms + WEEK_MS)
        .distinct(),
        select(went.meeting_id, (went.at_ms // DAY_MS), cast(went.user_id, String))
        .where(
            went.at_ms >= begins_ms,
            went.at_ms < begins_ms + WEEK_MS,
            went.outcome == "joined",
            went.meeting_id.is_not(None),
            went.user_id.is_not(None),
        )
        .distinct(),
    ]
    found = union(*parts).subquery()
    classes = select(found.c.meeting_id, found.c.day).distinct().subquery()
    return Week(
        begins_ms,
        connection.execute(select(func.count()).select_from(classes)).scalar_one(),
        connection.execute(select(func.count(found.c.person.distinct()))).scalar_one(),
    )
