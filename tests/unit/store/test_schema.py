from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from lti_bridge.errors import SchemaOutOfDate
from lti_bridge.store import Database, schema
from lti_bridge.store.tables import LOCAL_NUMBERS, Base
from tests.unit.store.values import a_database, at_once, plan_of
from tests.unit.store.workers import in_four_processes, upgrade


@pytest.fixture
def database(empty_url):
    with a_database(empty_url) as database:
        yield database


def other_default(_context, _column, _model, inspected, _default, rendered):
    """SQLite gives an empty text back in brackets; None leaves the rest to the library."""
    return False if (inspected, rendered) == ("('')", "") else None


def test_the_migrations_make_exactly_the_tables_of_the_models(database):
    schema.upgrade(database)
    options = {
        "compare_type": True,
        "compare_server_default": other_default if database.is_sqlite else True,
    }

    def differences(connection):
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, Base.metadata)

    assert database.read(differences) == []


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (f"coalesce(meets_id, id + {LOCAL_NUMBERS}) = 7", "ix_users_number"),
        ("lower(email) = 'a@b.example'", "ix_users_email_lower"),
    ],
)
def test_indexes_on_expressions_are_used(database, query, index):
    schema.upgrade(database)
    assert index in plan_of(database, f"SELECT id FROM users WHERE {query}")  # noqa: S608 - our own


def test_the_names_of_migrations_begin_with_their_revisions():
    scripts = ScriptDirectory.from_config(schema._config())
    known = [one.revision for one in scripts.walk_revisions()]
    assert schema._known() == tuple(reversed(known))
    assert scripts.get_heads() == [schema.wanted()]


def test_who_only_compares_revisions_does_without_alembic(tmp_path):
    program = (
        "import sys\n"
        "from lti_bridge.store import Database, schema\n"
        "import lti_bridge.wsgi\n"
        f"schema.present(Database('sqlite:///{tmp_path}/empty.db')), schema.wanted()\n"
        "print([name for name in ('alembic', 'mako') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert said.stdout.decode().strip() == "[]"


def test_an_empty_database_is_brought_to_this_version(database):
    assert schema.present(database) is None
    assert schema.upgrade(database) == (None, schema.wanted())
    assert schema.present(database) == schema.wanted()
    schema.check(database)


def test_upgrading_again_changes_nothing(database):
    schema.upgrade(database)
    assert schema.upgrade(database) == (schema.wanted(), schema.wanted())


def test_four_processes_may_upgrade_an_empty_database_at_once(empty_url):
    assert in_four_processes(upgrade, empty_url) == [schema.wanted()] * 4


def test_threads_may_upgrade_an_empty_database_at_once(empty_url):
    assert at_once(6, lambda _: upgrade(empty_url)) == [schema.wanted()] * 6


def test_an_empty_database_is_refused_with_the_command_that_mends_it(database):
    with pytest.raises(SchemaOutOfDate, match="schema none") as refusal:
        schema.check(database)
    assert refusal.value.code == "schema_too_old"
    assert "lti-bridge db upgrade" in refusal.value.remedy


@pytest.mark.parametrize("touch", [schema.check, schema.upgrade])
def test_a_schema_of_a_newer_version_is_refused_and_left_alone(database, touch):
    schema.upgrade(database)
    database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(SchemaOutOfDate, match="9999") as refusal:
        touch(database)
    assert refusal.value.code == "schema_too_new"
    assert schema.present(database) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(database):
    def half(connection):
        Base.metadata.create_all(connection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.migrate(half)
    assert database.read(lambda c: inspect(c).get_table_names()) == []


def test_sqlite_makes_a_table_anew_without_losing_what_refers_to_it(empty_database):
    url = empty_database("sqlite")
    with a_database(url) as database:
        for statement in (
            "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
            "CREATE TABLE children (parent INTEGER REFERENCES parents ON DELETE CASCADE)",
            "INSERT INTO parents VALUES (1)",
            "INSERT INTO children VALUES (1)",
        ):
            database.write(lambda c, s=statement: c.execute(text(s)))

        def anew(connection):
            connection.execute(text("CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT)"))
            connection.execute(text("INSERT INTO parents_new (id) SELECT id FROM parents"))
            connection.execute(text("DROP TABLE parents"))
            connection.execute(text("ALTER TABLE parents_new RENAME TO parents"))

        database.migrate(anew)
        count = text("SELECT count(*) FROM children")
        assert database.read(lambda c: c.execute(count).scalar_one()) == 1
        database.write(lambda c: c.execute(text("DELETE FROM parents")))
        assert database.read(lambda c: c.execute(count).scalar_one()) == 0, "and back to normal"


def test_the_revision_wanted_is_known_without_a_database():
    assert schema.wanted() == "0008"


def test_a_database_object_of_another_thread_sees_theupgrade(empty_url):
    with a_database(empty_url) as one, a_database(empty_url) as other:
        assert isinstance(other, Database)
        assert schema.present(other) is None
        schema.upgrade(one)
        schema.check(other)
