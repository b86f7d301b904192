"""What services told us by callbacks: each once, however often it was told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import delete, select

from lti_bridge.store.tables import NoticeRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from lti_bridge.store.engine import Database
    from lti_bridge.store.marks import Marks

NoticeKind = Literal["ended", "recording", "attendance"]
CLEARED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing a service told."""

    meeting: int
    """The meeting's row."""
    kind: NoticeKind
    subject: str
    """The recording's ID, or which of the meeting's sessions it is about."""
    data: str = field(default="", repr=False)
    """JSON of what can't be asked for again."""
    at_ms: int = 0


class Notices:
    """Queries on notices."""

    def __init__(self, database: Database, marks: Marks) -> None:
        """Queries run in transactions of ``database``; ``marks`` tell who was erased of late."""
        self._database = database
        self._marks = marks

    def note(self, notice: Notice) -> bool:
        """Keep it; False where it was told before: what came first stays."""
        data = self._without_erased(notice.data) if notice.kind == "attendance" else notice.data
        values = {"data": data, "at_ms": notice.at_ms}
        statement = (
            insert(self._database, NoticeRow)
            .values(meeting_id=notice.meeting, kind=notice.kind, subject=notice.subject, **values)
            .on_conflict_do_nothing(index_elements=["meeting_id", "kind", "subject"])
            .returning(NoticeRow.id)  # PostgreSQL's driver counts no rows of an INSERT
        )
        return self._database.write_statement(lambda c: c.execute(statement).first()) is not None

    def _without_erased(self, data: str) -> str:
        """What was told of a class, without times of people who were erased meanwhile."""
        told = json.loads(data or "{}")
        stays = [(one, _known_by(one)) for one in told.get("stays", ())]
        texts = {text for _, known_by in stays for text in known_by}
        erased = self._database.read(lambda c: self._marks.among(c, texts))
        if not erased:
            return data
        return json.dumps({**told, "stays": [one for one, by in stays if not by & erased]})

    def of_meeting(self, meeting: int) -> list[Notice]:
        """What was told of a meeting, oldest first."""
        statement = (
            select(NoticeRow.__table__)
            .where(NoticeRow.meeting_id == meeting)
            .order_by(NoticeRow.at_ms, NoticeRow.id)
        )
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [Notice(r.meeting_id, r.kind, r.subject, r.data, r.at_ms) for r in rows]

    def clear(self, before_ms: int) -> int:
        """Forget some that are older; how many."""
        old = select(NoticeRow.id).where(NoticeRow.at_ms < before_ms).limit(CLEARED_AT_ONCE)
        statement = delete(NoticeRow).where(NoticeRow.id.in_(old))
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)


def _known_by(stay: Any) -> set[str]:
    if not isinstance(stay, dict):
        return set()
    return {stay.get("user_id", ""), stay.get("full_name", "")}
