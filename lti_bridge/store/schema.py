"""The schema's version: which one the database has, which one this version wants, and the way up.

Alembic is configured here, in code: migrations lie inside the package, so that an installed
wheel can upgrade without a source tree. It is imported by who upgrades alone: a server process
only compares two revisions, and would carry a tenth of its memory for nothing.
"""

from __future__ import annotations

import warnings
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from sqlalchemy import column, inspect, select, table
from sqlalchemy.exc import SAWarning

from lti_bridge.errors import SchemaOutOfDate
from lti_bridge.store.engine import one_at_a_time

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database

LOCK_KEY: Final = 0x4C5449
"""Any number, the same for all nodes: one upgrades, the others wait."""

_VERSION: Final = table("alembic_version", column("version_num"))
"""Where Alembic keeps the revision that a database is at."""


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "lti_bridge.store:migrations")
    config.attributes["connection"] = connection
    return config


@cache
def _known() -> tuple[str, ...]:
    """The revisions of this version, oldest first: with each, its migration's name begins."""
    names = (one.name for one in files("lti_bridge.store.migrations.versions").iterdir())
    return tuple(sorted(name.partition("_")[0] for name in names if name[:1].isdecimal()))


def wanted() -> str:
    """The revision this version of the bridge was written for."""
    return _known()[-1]


def present(database: Database) -> str | None:
    """The revision the database is at; None for an empty one."""

    def read(connection: Connection) -> str | None:
        if not inspect(connection).has_table(_VERSION.name):
            return None
        return connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()

    return database.read(read)


def check(database: Database) -> None:
    """Raise :class:`SchemaOutOfDate` unless the database is at this version's revision."""
    has, wants = present(database), wanted()
    if has == wants:
        return
    _refuse_newer(has)
    raise SchemaOutOfDate(
        f"The database has schema {has or 'none'}, this version needs {wants}.",
        remedy="Run: lti-bridge db upgrade --config FILE",
        code="schema_too_old",
    )


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the schema up to date; (revision before, revision after).

    Safe to run by several processes at once: one does it, the others wait. Raises
    :class:`SchemaOutOfDate` for a schema that this version doesn't know.
    """
    before = present(database)
    if before == wanted():  # as at nearly every start
        return before, before
    _refuse_newer(before)

    def run(connection: Connection) -> None:
        from alembic import command

        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        one_at_a_time(connection, LOCK_KEY)
        with warnings.catch_warnings():
            # Indexes on expressions can't be read back; none of the tables made anew has one.
            warnings.filterwarnings("ignore", "Skipped unsupported reflection", SAWarning)
            command.upgrade(_config(connection), "head")

    database.migrate(run)
    return before, wanted()


def _refuse_newer(has: str | None) -> None:
    if has is not None and has not in _known():
        raise SchemaOutOfDate(
            f"The database has schema {has}, which is newer than this version of the bridge.",
            remedy="Run the version of the bridge that upgraded it, or a newer one.",
            code="schema_too_new",
        )
