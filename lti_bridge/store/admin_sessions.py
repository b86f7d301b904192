"""Browsers that are signed in to the admin pages."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, or_, select, update

from lti_bridge.store.administrators import Administrator, administrator
from lti_bridge.store.tables import AdminAccountRow, AdminSessionRow
from lti_bridge.store.tokens import hashed

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from lti_bridge.store.engine import Database

IDLE_MS: Final = 30 * 60_000
"""So long after the last page it ends …"""
LONGEST_MS: Final = 12 * 3_600_000
"""… and so long after the first one at the latest."""
NOTED_MS: Final = 60_000
"""Seen anew is written down once in a minute."""


class AdminSessions:
    """Queries on sessions; those that ended let nobody in, and go with the next that begins."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def begin(self, account: int, now_ms: int) -> str:
        """A new session; its token of 256 random bits, which nobody can find out again."""
        token = secrets.token_urlsafe(32)

        def change(connection: Connection) -> None:
            connection.execute(delete(AdminSessionRow).where(_over(now_ms)))
            connection.execute(
                insert(AdminSessionRow).values(
                    token_hash=hashed(token),
                    account_id=account,
                    created_ms=now_ms,
                    seen_ms=now_ms,
                )
            )

        self._database.write(change)
        return token

    def whose(self, token: str, now_ms: int) -> Administrator | None:
        """Whose session it is; None where it is nobody's, or ended, or they are disabled."""
        # Of 256 random bits the hash says nothing, nor does the time that finding it takes.
        statement = (
            select(AdminAccountRow.__table__, AdminSessionRow.seen_ms)
            .join(AdminSessionRow, AdminSessionRow.account_id == AdminAccountRow.id)
            .where(
                AdminSessionRow.token_hash == hashed(token),
                AdminAccountRow.disabled_ms.is_(None),
                ~_over(now_ms),
            )
        )
        row = self._database.read(lambda c: c.execute(statement).first())
        if row is None:
            return None
        if row.seen_ms < now_ms - NOTED_MS:
            seen = (
                update(AdminSessionRow)
                .where(AdminSessionRow.token_hash == hashed(token))
                .values(seen_ms=now_ms)
            )
            self._database.write_statement(lambda c: c.execute(seen))
        return administrator(row)

    def end(self, token: str) -> None:
        """Sign that browser out."""
        statement = delete(AdminSessionRow).where(AdminSessionRow.token_hash == hashed(token))
        self._database.write_statement(lambda c: c.execute(statement))

    def end_all(self, account: int) -> int:
        """Sign somebody out everywhere; from how many browsers."""
        statement = delete(AdminSessionRow).where(AdminSessionRow.account_id == account)
        return int(self._database.write_statement(lambda c: c.execute(statement).rowcount))

    def clear(self, now_ms: int) -> int:
        """Forget those that ended; how many."""
        statement = delete(AdminSessionRow).where(_over(now_ms))
        return self._database.write_statement(lambda c: c.execute(statement).rowcount)


def _over(now_ms: int) -> ColumnElement[bool]:
    return or_(
        AdminSessionRow.seen_ms <= now_ms - IDLE_MS,
        AdminSessionRow.created_ms <= now_ms - LONGEST_MS,
    )
