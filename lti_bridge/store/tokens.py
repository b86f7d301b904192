"""Tokens of the reporting API: made once, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, or_, select, update

from lti_bridge.store.tables import ApiTokenRow

if TYPE_CHECKING:
    from sqlalchemy import Row

    from lti_bridge.store.engine import Database

PERMISSIONS: Final = (
    "manageAdmins",
    "manageConnections",
    "viewData",
    "manageConferencingAccounts",
    "manageContent",
)
"""As MEETS calls them (its manual, "admin")."""
PREFIX: Final = "mb_"
"""So that a token is recognised as one, by people and by scanners of secrets."""
USED_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token, without its secret."""

    id: int
    name: str
    permissions: frozenset[str]
    connections: frozenset[int]
    """The only ``meetsIdConnection`` it sees; empty: all."""
    per_minute: int | None
    created_ms: int
    expires_ms: int | None
    revoked_ms: int | None
    used_ms: int | None

    def holds(self, now_ms: int) -> bool:
        """Whether it lets anybody in."""
        return self.revoked_ms is None and (self.expires_ms is None or now_ms < self.expires_ms)


class ApiTokens:
    """Queries on tokens."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def add(
        self,
        name: str,
        permissions: Sequence[str],
        now_ms: int,
        *,
        connections: Sequence[int] = (),
        per_minute: int | None = None,
        expires_ms: int | None = None,
    ) -> tuple[ApiToken, str]:
        """A new token, and its secret, which nobody can find out again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        values = {
            "name": name,
            "token_hash": hashed(secret),
            "permissions": json.dumps(sorted(permissions)),
            "connections": json.dumps(sorted(connections)),
            "per_minute": per_minute,
            "created_ms": now_ms,
            "expires_ms": expires_ms,
        }
        statement = insert(ApiTokenRow).values(**values).returning(ApiTokenRow.__table__)
        row = self._database.write_statement(lambda c: c.execute(statement).one())
        return _token(row), secret

    def find(self, secret: str) -> ApiToken | None:
        """The token with that secret, whether or not it still holds."""
        # Of 256 random bits the hash says nothing, nor does the time that finding it takes.
        statement = select(ApiTokenRow.__table__).where(ApiTokenRow.token_hash == hashed(secret))
        row = self._database.read(lambda c: c.execute(statement).first())
        return _token(row) if row else None

    def all(self) -> list[ApiToken]:
        """Every token, those that hold no more included."""
        statement = select(ApiTokenRow.__table__).order_by(ApiTokenRow.id)
        return [_token(row) for row in self._database.read(lambda c: c.execute(statement).all())]

    def revoke(self, token: int, now_ms: int) -> bool:
        """Let it hold no more; False where there is none that does."""
        statement = (
            update(ApiTokenRow)
            .where(ApiTokenRow.id == token, ApiTokenRow.revoked_ms.is_(None))
            .values(revoked_ms=now_ms)
        )
        return bool(self._database.write_statement(lambda c: c.execute(statement).rowcount))

    def used(self, token: int, now_ms: int) -> None:
        """It was used just now; noted to the minute."""
        stale = or_(ApiTokenRow.used_ms.is_(None), ApiTokenRow.used_ms < now_ms - USED_MS)
        statement = update(ApiTokenRow).where(ApiTokenRow.id == token, stale).values(used_ms=now_ms)
        self._database.write_statement(lambda c: c.execute(statement))


def hashed(secret: str) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _token(row: Row[Any]) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        permissions=frozenset(json.loads(row.permissions)),
        connections=frozenset(json.loads(row.connections)),
        per_minute=row.per_minute,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        revoked_ms=row.revoked_ms,
        used_ms=row.used_ms,
    )
