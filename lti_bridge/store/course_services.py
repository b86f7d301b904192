"""Where an LMS answers for a course, and when its roster and groups are to be asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, func, or_, select, update

from lti_bridge.store.gradebook import course_changed
from lti_bridge.store.link_rosters import UNASKED
from lti_bridge.store.offered import OFFERED, Offered, offered_of
from lti_bridge.store.tables import CourseRow, CourseServicesRow, MeetingRow
from lti_bridge.store.taking import chosen
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from lti_bridge.store.engine import Database

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
FRESH_MS: Final = 2 * HOUR_MS
"""So long a roster isn't asked for again, however often its page is looked at."""
HELD_MS: Final = 15 * MINUTE_MS
"""So long a worker has for a course before another takes it up."""
SHORTEST_PAUSE_MS: Final = 5 * MINUTE_MS
LONGEST_PAUSE_MS: Final = 24 * HOUR_MS
NOT_FOR_US: Final = frozenset(
    {"http_403", "http_404", "invalid_scope", "unauthorized_client", "platform_gone"}
)
"""Failures by which the LMS says that a course's people are none of ours."""
MOST_FAILURES: Final = 10
"""In a row; then nobody asks before the course's page is looked at again."""


@dataclass(frozen=True, slots=True)
class RosterDue:
    """A course whose roster and groups are to be asked for."""

    course_id: int
    connection_id: int
    offered: Offered
    failures: int


@dataclass(frozen=True, slots=True)
class RosterState:
    """How the last asking for a course's roster and groups went."""

    offered: bool
    """Whether the LMS offers any of the two."""
    roster_ms: int | None
    """When the roster last came whole."""
    groups_ms: int | None
    problem: str
    """Code of the last failure; empty: it went well."""

    @property
    def not_for_us(self) -> bool:
        """Whether the LMS doesn't let us: somebody has to mend that there."""
        return self.problem in NOT_FOR_US


class CourseServices:
    """Queries on the services of courses."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def of(self, course_id: int) -> Offered | None:
        """What the last launch said; None where none did yet."""
        statement = select(*OFFERED).where(CourseServicesRow.course_id == course_id)
        row = self._database.read(lambda c: c.execute(statement).first())
        return offered_of(row) if row else None

    def platform_of(self, course_id: int) -> int | None:
        """The row of the platform whose course this is; None where there is no such course."""
        statement = select(CourseRow.connection_id).where(CourseRow.id == course_id)
        return self._database.read(lambda c: c.execute(statement).scalar())

    def save(self, course_id: int, offered: Offered, now_ms: int) -> None:
        """What a launch says now. A roster or groups at a new address are due at once; grades are,
        since what stood in their way may be gone.
        """
        values: dict[str, Any] = {
            "memberships_url": offered.memberships_url,
            "line_items_url": offered.line_items_url,
            "grade_scopes": json.dumps(offered.grade_scopes),
            "groups_url": offered.groups_url,
            "group_sets_url": offered.group_sets_url,
            "updated_ms": now_ms,
        }
        due_ms = now_ms if offered.knows_people else None
        new = insert(self._database, CourseServicesRow).values(
            course_id=course_id, roster_due_ms=due_ms, **values
        )
        moved = or_(
            CourseServicesRow.memberships_url != new.excluded.memberships_url,
            CourseServicesRow.groups_url != new.excluded.groups_url,
        )
        changes = {
            **values,
            "roster_due_ms": case(
                (moved, new.excluded.roster_due_ms), else_=CourseServicesRow.roster_due_ms
            ),
            "failures": case((moved, 0), else_=CourseServicesRow.failures),
        }
        statement = new.on_conflict_do_update(index_elements=["course_id"], set_=changes)

        def change(connection: Connection) -> None:
            connection.execute(statement)
            course_changed(connection, course_id)

        self._database.write(change)

    def want(self, course_id: int, now_ms: int, *, fresh_ms: int = FRESH_MS) -> bool:
        """Somebody looks at the course: its roster is due, unless it came within ``fresh_ms``, with
        all links that are graded, or is due already, perhaps after a pause since it was in vain.
        Whether that changed anything.
        """
        row = CourseServicesRow
        new_link = UNASKED.where(MeetingRow.course_id == course_id).exists()
        statement = (
            update(row)
            .where(
                row.course_id == course_id,
                row.roster_due_ms.is_(None),
                or_(row.memberships_url != "", row.groups_url != ""),
                or_(
                    func.coalesce(row.roster_ms, row.groups_ms, 0) <= now_ms - fresh_ms,
                    and_(row.memberships_url != "", new_link),
                ),
            )
            .values(roster_due_ms=now_ms)
        )
        return self._database.write_statement(lambda c: c.execute(statement).rowcount) > 0

    def take_due(self, now_ms: int, *, limit: int = 20) -> list[RosterDue]:
        """Courses to ask for, put off in the same moment: no two workers get the same one, and
        what a worker dies over comes up again.
        """
        row = CourseServicesRow
        due = (
            select(row.course_id)
            .where(row.roster_due_ms <= now_ms)
            .order_by(row.roster_due_ms)
            .limit(limit)
        )
        return self._take(row.course_id.in_(chosen(due)), now_ms)

    def take(self, course_id: int, now_ms: int) -> RosterDue | None:
        """A certain course, due or not; None where its LMS offers no roster and no groups."""
        row = CourseServicesRow
        offers = or_(row.memberships_url != "", row.groups_url != "")
        return next(iter(self._take(and_(row.course_id == course_id, offers), now_ms)), None)

    def _take(self, which: ColumnElement[bool], now_ms: int) -> list[RosterDue]:
        row = CourseServicesRow
        connection = (
            select(CourseRow.connection_id).where(CourseRow.id == row.course_id).scalar_subquery()
        )
        take = (
            update(row)
            .where(which)
            .values(roster_due_ms=now_ms + HELD_MS)
            .returning(row.course_id, row.failures, connection.label("connection_id"), *OFFERED)
        )
        rows = self._database.write(lambda c: c.execute(take).all())
        return [
            RosterDue(one.course_id, one.connection_id, offered_of(one), one.failures)
            for one in rows
        ]

    def came(self, course_id: int, *, roster_ms: int | None, groups_ms: int | None) -> None:
        """All that was asked for came; None: that wasn't asked for."""
        row = CourseServicesRow
        statement = (
            update(row)
            .where(row.course_id == course_id)
            .values(
                roster_due_ms=None,
                failures=0,
                problem="",
                roster_ms=func.coalesce(roster_ms, row.roster_ms),
                groups_ms=func.coalesce(groups_ms, row.groups_ms),
            )
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def failed(self, due: RosterDue, problem: str, now_ms: int, *, for_good: bool) -> None:
        """It was in vain. ``for_good``: the LMS doesn't let us, so that asking soon is no use."""
        failures = due.failures + 1
        pause_ms = LONGEST_PAUSE_MS if for_good else _pause_ms(failures)
        statement = (
            update(CourseServicesRow)
            .where(CourseServicesRow.course_id == due.course_id)
            .values(
                failures=failures,
                problem=problem[:60],
                roster_due_ms=None if failures >= MOST_FAILURES else now_ms + pause_ms,
            )
        )
        self._database.write_statement(lambda c: c.execute(statement))

    def state(self, course_id: int) -> RosterState:
        """How it stands with a course's roster and groups."""
        row = CourseServicesRow
        statement = select(
            row.roster_ms,
            row.groups_ms,
            row.problem,
            or_(row.memberships_url != "", row.groups_url != "").label("offered"),
        ).where(row.course_id == course_id)
        found = self._database.read(lambda c: c.execute(statement).first())
        if found is None:
            return RosterState(offered=False, roster_ms=None, groups_ms=None, problem="")
        return RosterState(bool(found.offered), found.roster_ms, found.groups_ms, found.problem)


def _pause_ms(failures: int) -> int:
    return min(SHORTEST_PAUSE_MS << min(failures - 1, 12), LONGEST_PAUSE_MS)
