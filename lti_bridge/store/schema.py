"""The schema's version: which one the database has, which one this version wants, and the way up.

Alembic is configured here, in code: migrations lie inside the package, so that an installed
wheel can upgrade without a source tree.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lti_bridge.errors import SchemaOutOfDate
from lti_bridge.store.engine import one_at_a_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database

LOCK_KEY: Final = 0x4C5449
"""Any number, the same for all nodes: one upgrades, the others wait."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "lti_bridge.store:migrations")
    config.attributes["connection"] = connection
    return config


@cache
def wanted() -> str:
    """The revision this version of the bridge was written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:  # pragma: no cover - would mean a package without its migrations
        raise SchemaOutOfDate("This package holds no migrations; it was not built right.")
    return head


def present(database: Database) -> str | None:
    """The revision the database is at; None for an empty one."""
    return database.read(lambda c: MigrationContext.configure(c).get_current_revision())


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
        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        one_at_a_time(connection, LOCK_KEY)
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


@cache
def _known() -> frozenset[str]:
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return frozenset(script.revision for script in scripts)
