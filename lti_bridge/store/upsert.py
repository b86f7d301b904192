"""INSERT … ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy imports apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy.dialects import postgresql, sqlite

from lti_bridge.store.engine import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.tables import Base

Insert: TypeAlias = "sqlite.Insert | postgresql.Insert"


def insert(where: Database | Connection, table: type[Base]) -> Insert:
    """An insert of this database's own kind."""
    is_sqlite = where.is_sqlite if isinstance(where, Database) else where.dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)
