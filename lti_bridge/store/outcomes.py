"""Where LTI 1.1 takes grades (Basic Outcomes): one address and ID for each person and meeting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import time
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError

from lti_bridge.errors import StoreError
from lti_bridge.store.journal import Journal
from lti_bridge.store.tables import (
    AliasRow,
    ConnectionRow,
    CourseRow,
    MeetingRow,
    OutcomeLinkRow,
    UserRow,
)
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where somebody's grade for a meeting goes."""

    meeting_id: int
    user_id: int
    service_url: str
    sourced_id: str = field(repr=False)


class Outcomes:
    """Queries on where grades go."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time) -> None:
        """Queries run in transactions of ``database``. ``now``: UNIX seconds."""
        self._database = database
        self._now = now

    def add(self, outcomes: list[Outcome]) -> None:
        """Remember them, of several for one person and meeting the last. Those of a class of a
        series are its whole series'.

        Those of a meeting or person that is gone by now (it may have been moved meanwhile) are
        left out. Raises :class:`StoreError`.
        """
        now_ms = int(self._now() * 1000)
        latest = {(one.meeting_id, one.user_id): one for one in outcomes}

        def change(connection: Connection) -> None:
            for one in latest.values():
                meeting = _graded_in(connection, one)
                if meeting is not None:
                    _keep(connection, replace(one, meeting_id=meeting), now_ms)

        try:
            self._database.write(change)
        except IntegrityError:
            raise StoreError("A meeting or person went in this very moment.", code="gone") from None

    def of_meeting(self, meeting: int) -> list[Outcome]:
        """Everybody's, of a meeting."""
        statement = (
            select(OutcomeLinkRow.__table__)
            .where(OutcomeLinkRow.meeting_id == meeting)
            .order_by(OutcomeLinkRow.user_id)
        )
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [
            Outcome(row.meeting_id, row.user_id, row.service_url, row.sourced_id) for row in rows
        ]

    def platform_of(self, meeting: int) -> int | None:
        """The LTI 1.1 platform whose key signs what is sent for a meeting: that of its course, or
        the one that the course came from; None where it has nothing to do with LTI 1.1.
        """
        statement = (
            select(ConnectionRow.id)
            .select_from(MeetingRow)
            .join(CourseRow, CourseRow.id == MeetingRow.course_id)
            .outerjoin(AliasRow, and_(AliasRow.kind == "course", AliasRow.row_id == CourseRow.id))
            .join(
                ConnectionRow,
                or_(
                    ConnectionRow.id == CourseRow.connection_id,
                    ConnectionRow.id == AliasRow.connection_id,
                ),
            )
            .where(MeetingRow.id == meeting, ConnectionRow.version == "1.1")
            .order_by(ConnectionRow.id)
        )
        return self._database.read(lambda c: c.execute(statement).scalars().first())


def _graded_in(connection: Connection, one: Outcome) -> int | None:
    """The meeting whose grades are sent there; None where it or the person is gone."""
    statement = select(func.coalesce(MeetingRow.graded_with_id, MeetingRow.id)).where(
        MeetingRow.id == one.meeting_id, exists().where(UserRow.id == one.user_id)
    )
    return connection.execute(statement).scalar()


def _keep(connection: Connection, one: Outcome, now_ms: int) -> None:
    values = {
        "service_url": one.service_url,
        "sourced_id": one.sourced_id,
        "updated_ms": now_ms,
    }
    connection.execute(
        insert(connection, OutcomeLinkRow)
        .values(meeting_id=one.meeting_id, user_id=one.user_id, **values)
        .on_conflict_do_update(
            index_elements=["meeting_id", "user_id"],
            set_=values,
            where=or_(
                OutcomeLinkRow.service_url != one.service_url,
                OutcomeLinkRow.sourced_id != one.sourced_id,
            ),
        )
    )


class OutcomeJournal(Journal[Outcome]):
    """Writes them a moment later, so that a launch pays nothing for it."""
