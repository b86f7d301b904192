"""What services say of meetings just now: asked for by one process of all, read by the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, literal, or_, select, update

from lti_bridge.store.tables import MeetingRow, MeetingStatusRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from lti_bridge.store.engine import Database

SET_BACK_MS: Final = 60_000
"""A question that was asked so far in the future was asked by a clock that has been set back."""


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """The last answer."""

    status: str
    """As it was put down; this room doesn't read it."""
    answered_ms: int


class Statuses:
    """Queries on what is known of meetings just now."""

    def __init__(self, database: Database) -> None:
        """Which database."""
        self._database = database

    def last(self, meeting: int) -> StatusAnswer | None:
        """The last answer, however old; None where there was none."""
        row = self._database.read(lambda c: c.execute(_LAST, {"meeting": meeting}).first())
        return StatusAnswer(row.status, row.answered_ms) if row and row.status else None

    def claim(self, meeting: int, now_ms: int, pause_ms: int) -> bool:
        """Whether it is the caller's turn to ask the service: nobody did for ``pause_ms``.

        One statement decides, across threads, processes and nodes. False, too, where there is no
        such meeting.
        """
        row = MeetingStatusRow
        there = select(MeetingRow.id, literal(now_ms)).where(MeetingRow.id == meeting)
        statement = (
            insert(self._database, row)
            .from_select(["meeting_id", "asked_ms"], there)
            .on_conflict_do_update(
                index_elements=["meeting_id"],
                set_={"asked_ms": now_ms},
                where=or_(row.asked_ms <= now_ms - pause_ms, row.asked_ms > now_ms + SET_BACK_MS),
            )
            .returning(row.meeting_id)
        )
        taken = self._database.write_statement(lambda c: c.execute(statement).scalar())
        return taken is not None

    def answered(self, meeting: int, status: str, now_ms: int) -> None:
        """The service answered."""
        self._set(meeting, status=status, answered_ms=now_ms)

    def ask_from(self, meeting: int, asked_ms: int) -> None:
        """It failed: the next may ask as if it had been asked at ``asked_ms``."""
        self._set(meeting, asked_ms=asked_ms)

    def forget(self, meeting: int) -> None:
        """What was known doesn't hold any more: the next who wants to know asks."""
        statement = delete(MeetingStatusRow).where(MeetingStatusRow.meeting_id == meeting)
        self._database.write_statement(lambda c: c.execute(statement))

    def clear(self, before_ms: int, *, limit: int = 1000) -> int:
        """Forget up to ``limit`` answers that are older: they hold names; how many went."""
        old = (
            select(MeetingStatusRow.meeting_id)
            .where(MeetingStatusRow.asked_ms < before_ms)
            .limit(limit)
        )
        statement = delete(MeetingStatusRow).where(MeetingStatusRow.meeting_id.in_(old))
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)

    def _set(self, meeting: int, **values: str | int) -> None:
        statement = (
            update(MeetingStatusRow).where(MeetingStatusRow.meeting_id == meeting).values(**values)
        )
        self._database.write_statement(lambda c: c.execute(statement))


_LAST: Final = select(MeetingStatusRow.status, MeetingStatusRow.answered_ms).where(
    MeetingStatusRow.meeting_id == bindparam("meeting")
)
