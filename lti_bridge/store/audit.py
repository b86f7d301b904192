"""What administrators did: written down, and read. Nothing here changes or deletes a line, and
the database refuses who tries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, or_, select

from lti_bridge.store.tables import AuditRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did."""

    at_ms: int
    who: str
    """An administrator's name; of a command, the machine's user, as ``command line (root)``."""
    action: str
    subject: str = ""
    before: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What was, and …"""
    after: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """… what is; without secrets."""
    id: int = 0


class AuditLog:
    """Queries on the log."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def beside(self) -> AbstractContextManager[None]:
        """One transaction for a change and the line that tells of it, both within: there is no
        change without its line, and no line of what didn't happen.
        """
        return self._database.together()

    def add(self, entry: AuditEntry) -> None:
        """Write it down; within :meth:`beside` where it tells of a change here."""
        self._database.write_statement(lambda c: write_down(c, entry))

    def has(self, who: str, action: str, name: str, value: str, since_ms: int) -> bool:
        """Whether somebody did that since then, with this value of ``name`` after it."""
        said = json.dumps({name: value})[1:-1]
        statement = select(AuditRow.id).where(
            AuditRow.at_ms >= since_ms,
            AuditRow.who == _storable(who),
            AuditRow.action == action,
            AuditRow.after.contains(said, autoescape=True),
        )
        return self._database.read(lambda c: c.execute(statement.limit(1)).first()) is not None

    def search(
        self, text: str = "", *, before_id: int | None = None, limit: int = 50
    ) -> list[AuditEntry]:
        """The latest first; where ``text`` is in who, action or subject; below that number."""
        statement = select(AuditRow.__table__).order_by(AuditRow.id.desc()).limit(limit)
        if text:
            columns = (AuditRow.who, AuditRow.action, AuditRow.subject)
            statement = statement.where(
                or_(*(each.icontains(_storable(text), autoescape=True) for each in columns))
            )
        if before_id is not None:
            statement = statement.where(AuditRow.id < before_id)
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [
            AuditEntry(
                id=row.id,
                at_ms=row.at_ms,
                who=row.who,
                action=row.action,
                subject=row.subject,
                before=json.loads(row.before),
                after=json.loads(row.after),
            )
            for row in rows
        ]


def write_down(connection: Connection, entry: AuditEntry) -> None:
    """As :meth:`AuditLog.add`, within the transaction of what was done."""
    statement = insert(AuditRow).values(
        at_ms=entry.at_ms,
        who=_storable(entry.who),
        action=entry.action,
        subject=_storable(entry.subject),
        before=json.dumps(dict(entry.before)),
        after=json.dumps(dict(entry.after)),
    )
    connection.execute(statement)


def _storable(text: str) -> str:
    """What PostgreSQL takes: without NUL and halves of surrogate pairs, and no longer than that."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:255]
