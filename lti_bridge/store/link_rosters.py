"""Who may see the link of a graded meeting, where the LMS shows its links to some people only.

Asked for beside the course's roster, for links of graded meetings alone: it says who *could* have
been in class. An LMS that doesn't answer for links is taken by its course's roster. A series has
one column of the gradebook, one link that leads to it and one roster, which holds for each of its
classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, literal, select, update

from lti_bridge.store.gradebook import attendance_changed
from lti_bridge.store.roster import AT_ONCE
from lti_bridge.store.tables import GradingRow, LinkMemberRow, MeetingRow, UserRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from lti_bridge.store.engine import Database


@dataclass(frozen=True, slots=True)
class GradedLink:
    """A link whose meeting is graded."""

    meeting: int
    """Its row."""
    resource_link_id: str


_LINK: Final = func.coalesce(MeetingRow.resource_link_id, MeetingRow.named_by_link_id, "")
"""The link of a standing meeting, or the one that names a meeting or its series."""


def has_graded_link() -> ColumnElement[bool]:
    """Of rows of meetings joined with their gradings: whether its link is worth a question."""
    return GradingRow.enabled & (_LINK != "") & MeetingRow.group_id.is_(None)


class LinkRosters:
    """Queries on who may see the links of graded meetings."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def graded(self, course_id: int) -> list[GradedLink]:
        """The links of a course to ask for."""
        statement = (
            select(MeetingRow.id, _LINK)
            .join(GradingRow, GradingRow.meeting_id == MeetingRow.id)
            .where(MeetingRow.course_id == course_id, has_graded_link())
            .order_by(MeetingRow.id)
        )
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [GradedLink(*row) for row in rows]

    def save_page(
        self, meeting: int, connection_id: int, lti_user_ids: Sequence[str], run_ms: int
    ) -> None:
        """A page of a link's roster whose reading began at ``run_ms``; who isn't known from the
        course's roster is left out.
        """
        for start in range(0, len(lti_user_ids), AT_ONCE):
            part = lti_user_ids[start : start + AT_ONCE]
            self._database.write(partial(_save, meeting, connection_id, part, run_ms))

    def finish(self, meeting: int, run_ms: int) -> None:
        """It came whole: who isn't on it can't have been expected in class."""

        def change(connection: Connection) -> None:
            row = LinkMemberRow
            gone = delete(row).where(row.meeting_id == meeting, row.seen_ms < run_ms)
            connection.execute(gone)
            _stamp(connection, meeting, link_asked_ms=run_ms, link_roster_ms=run_ms)
            attendance_changed(connection, meeting)

        self._database.write(change)

    def refused(self, meeting: int, run_ms: int) -> None:
        """The LMS says nothing of this link (any more): its course's roster counts."""

        def change(connection: Connection) -> None:
            _stamp(connection, meeting, link_asked_ms=run_ms, link_roster_ms=None)
            connection.execute(delete(LinkMemberRow).where(LinkMemberRow.meeting_id == meeting))
            attendance_changed(connection, meeting)

        self._database.write(change)

    def failed(self, meeting: int, run_ms: int) -> None:
        """It was in vain this time: what is known of the link stays until the next roster."""
        self._database.write(lambda c: _stamp(c, meeting, link_asked_ms=run_ms))


def _save(
    meeting: int,
    connection_id: int,
    part: Sequence[str],
    run_ms: int,
    connection: Connection,
) -> None:
    people = select(literal(meeting), UserRow.id, literal(run_ms)).where(
        UserRow.connection_id == connection_id, UserRow.lti_user_id.in_(part)
    )
    new = insert(connection, LinkMemberRow).from_select(
        ["meeting_id", "user_id", "seen_ms"], people
    )
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["meeting_id", "user_id"], set_={"seen_ms": new.excluded.seen_ms}
        )
    )


def _stamp(connection: Connection, meeting: int, **values: Any) -> None:
    connection.execute(update(GradingRow).where(GradingRow.meeting_id == meeting).values(**values))


UNASKED: Final = (
    select(GradingRow.meeting_id)
    .join(MeetingRow, MeetingRow.id == GradingRow.meeting_id)
    .where(has_graded_link(), GradingRow.link_asked_ms.is_(None))
)
"""Gradings whose link the LMS was never asked about."""
