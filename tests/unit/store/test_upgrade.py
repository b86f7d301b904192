"""From the schema of the version before, with a university's rows in it, to this one."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table, inspect, text

from lti_bridge.errors import SchemaOutOfDate
from lti_bridge.store import Vault, open_store, schema
from lti_bridge.store.tables import Base
from tests.unit.store.test_schema import other_default
from tests.unit.store.test_services import of_file
from tests.unit.store.values import KEY, NOW, a_database, a_platform
from tests.unit.store.workers import in_four_processes, upgrade

MEETING_ID = "lti-0123456789abcdef"


def rows_of_0001():
    """A course, two people in it and its meeting, as version 0.1 left them."""
    vault = Vault([KEY])
    return {
        "connections": {
            "id": 1,
            "name": "Riverbank",
            "type": "Other",
            "version": "1.3",
            "issuer": "https://lms.example.edu",
            "client_id": "client-1",
            "auth_login_url": "https://lms.example.edu/auth",
            "key_set_url": "https://lms.example.edu/jwks",
            "meets_connection": 7,
            "conferencing": "live",
            "managed_by": "file",
            "created_ms": NOW,
            "updated_ms": NOW,
        },
        "deployments": {
            "connection_id": 1,
            "deployment_id": "deployment-1",
            "state": "allowed",
            "first_seen_ms": NOW,
        },
        "courses": {
            "id": 3,
            "connection_id": 1,
            "lti_context_id": "course-1",
            "title": "زیست‌شناسی",
            "meets_id": 12,
            "created_ms": NOW,
        },
        "users": {
            "id": 5,
            "connection_id": 1,
            "lti_user_id": "ann",
            "name": "Ann Bee",
            "meets_id": 42,
            "created_ms": NOW,
        },
        "memberships": {"course_id": 3, "user_id": 5, "role": "moderator", "since_ms": NOW},
        "meetings": {
            "id": 9,
            "course_id": 3,
            "resource_link_id": "link-1",
            "service": "live",
            "meeting_id": MEETING_ID,
            "name": "Biology – Lectures",
            "attendee_password_sealed": vault.seal("attendee-pass"),
            "moderator_password_sealed": vault.seal("moderator-pass"),
            "meets_course_id": 12,
            "meets_connection": 7,
            "lti_context_id": "course-1",
            "create_time": 1411067830029,
            "confirmed_ms": NOW,
            "created_ms": NOW,
        },
    }


@pytest.fixture
def database(empty_url):
    """One of the version before, with rows in it."""
    with a_database(empty_url) as database:

        def to_0001(connection):
            command.upgrade(schema._config(connection), "0001")
            for name, values in rows_of_0001().items():
                table = Table(name, MetaData(), autoload_with=connection)
                connection.execute(table.insert(), values)

        database.migrate(to_0001)
        yield database


def everything(database, but=()):
    """Every row of every table that the version before had, without the columns that are new."""

    def read(connection):
        found = {}
        for name in rows_of_0001():
            table = Table(name, MetaData(), autoload_with=connection)
            rows = connection.execute(table.select()).mappings()
            found[name] = [{k: v for k, v in row.items() if (name, k) not in but} for row in rows]
        return found

    return database.read(read)


NEW_COLUMNS = {
    ("courses", "conferencing"),
    ("courses", "events_asked_ms"),
    ("courses", "events_wanted_ms"),
    ("meetings", "attendance_final"),
    ("meetings", "begins_ms"),
    ("meetings", "came_from"),
    ("meetings", "collected_ms"),
    ("meetings", "ends_ms"),
    ("meetings", "used_ms"),
    ("meetings", "host_id"),
    ("meetings", "own_service"),
    ("meetings", "remote_id"),
    ("meetings", "moderator_ms"),
    ("memberships", "standing"),
    ("connections", "other_secret_sealed"),
    ("connections", "other_secret_until_ms"),
    ("connections", "policies"),
    ("connections", "preset"),
    ("meetings", "group_id"),
    ("meetings", "line_item_url"),
    ("meetings", "link_token"),
    ("meetings", "named_by_link_id"),
    ("meetings", "text"),
    ("meetings", "title"),
    ("meetings", "series_id"),
    ("meetings", "occurrence_ms"),
    ("meetings", "opens_early"),
    ("meetings", "cancelled_ms"),
    ("meetings", "changed"),
    ("meetings", "sequence"),
    ("meetings", "room"),
    ("meetings", "graded_with_id"),
    ("meetings", "reminded_ms"),
    ("users", "language"),
    ("users", "zone"),
    ("users", "calendar"),
    ("users", "remind_minutes"),
    ("users", "browser_zone"),
    ("users", "remind_language"),
    ("memberships", "left_ms"),
    ("memberships", "roster_ms"),
}


def test_serving_is_refused_until_it_is_upgraded(database):
    with pytest.raises(SchemaOutOfDate, match="0001") as refusal:
        schema.check(database)
    assert refusal.value.code == "schema_too_old"


def test_not_a_row_is_lost_or_changed(database):
    before = everything(database)
    assert all(len(rows) == 1 for rows in before.values())
    assert schema.upgrade(database) == ("0001", "0008")
    assert everything(database, NEW_COLUMNS) == before
    schema.check(database)


def test_what_is_new_is_empty(database):
    schema.upgrade(database)
    tables = everything(database)
    assert {(t, c): tables[t][0][c] for t, c in NEW_COLUMNS} == {
        ("courses", "conferencing"): None,
        ("courses", "events_asked_ms"): None,
        ("courses", "events_wanted_ms"): None,
        ("meetings", "attendance_final"): False,
        ("meetings", "begins_ms"): None,
        ("meetings", "collected_ms"): None,
        ("meetings", "ends_ms"): None,
        ("meetings", "used_ms"): NOW,  # as confirmed
        ("meetings", "host_id"): None,
        ("memberships", "standing"): 0,
        ("meetings", "own_service"): None,
        ("meetings", "remote_id"): "",
        ("meetings", "moderator_ms"): None,
        ("connections", "other_secret_sealed"): None,
        ("connections", "other_secret_until_ms"): None,
        ("connections", "policies"): "{}",
        ("connections", "preset"): "",
        ("meetings", "group_id"): None,
        ("meetings", "line_item_url"): "",
        ("meetings", "link_token"): None,
        ("meetings", "named_by_link_id"): None,
        ("meetings", "text"): "",
        ("meetings", "title"): "",
        ("meetings", "series_id"): None,
        ("meetings", "occurrence_ms"): None,
        ("meetings", "opens_early"): 0,
        ("meetings", "came_from"): "",
        ("meetings", "cancelled_ms"): None,
        ("meetings", "changed"): False,
        ("meetings", "sequence"): 0,
        ("meetings", "room"): "{}",
        ("meetings", "graded_with_id"): None,
        ("meetings", "reminded_ms"): None,
        ("users", "language"): "",
        ("users", "zone"): "",
        ("users", "calendar"): "",
        ("users", "remind_minutes"): None,
        ("users", "browser_zone"): "",
        ("users", "remind_language"): "",
        ("memberships", "left_ms"): None,
        ("memberships", "roster_ms"): None,
    }
    names = database.read(lambda c: inspect(c).get_table_names())
    assert {"services", "invitations", "notices"} <= set(names)


def test_afterwards_the_schema_is_that_of_the_models(database):
    schema.upgrade(database)
    options = {
        "compare_type": True,
        "compare_server_default": other_default if database.is_sqlite else True,
    }

    def differences(connection):
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, Base.metadata)

    assert database.read(differences) == []


def test_references_hold_afterwards_as_before(database):
    schema.upgrade(database)
    database.write(lambda c: c.execute(text("DELETE FROM courses")))
    for table in ("meetings", "memberships"):
        query = text(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
        assert database.read(lambda c, q=query: c.execute(q).scalar_one()) == 0


def test_the_meeting_goes_on_where_it_was(database, empty_url):
    schema.upgrade(database)
    store = open_store(empty_url, [KEY])
    try:
        store.platforms.synchronise([a_platform()], NOW)
        store.services.synchronise([of_file()], NOW)
        (meeting,) = [store.meetings.standing(3, "link-1")]
        assert (meeting.id, meeting.service, meeting.meeting_id) == (9, "live", MEETING_ID)
        assert meeting.moderator_password == "moderator-pass"
        assert (meeting.create_time, meeting.confirmed_ms) == (1411067830029, NOW)
        assert store.meetings.follow_platforms(("live",), NOW) == 0
        assert store.services.assign_course(3, "backup")
    finally:
        store.close()


def test_four_nodes_may_upgrade_it_at_once(database, empty_url):
    before = everything(database)
    assert in_four_processes(upgrade, empty_url) == ["0008"] * 4
    assert everything(database, NEW_COLUMNS) == before


RELEASED = [f"{number:04}" for number in range(1, int(schema.wanted()))]
"""Every schema before this one that somebody may have."""


@pytest.mark.parametrize("released", RELEASED)
def test_from_every_released_schema_no_row_of_any_table_is_lost_or_changed(empty_url, released):
    with a_database(empty_url) as database:
        database.migrate(lambda c: command.upgrade(schema._config(c), released))
        database.write(fill_every_table)
        before = database.read(all_rows)
        assert all(len(rows) == 1 for rows in before.values())
        assert schema.upgrade(database) == (released, schema.wanted())
        schema.check(database)
        after = database.read(all_rows)
        for name, (row,) in before.items():
            (kept,) = after[name]
            assert {column: kept[column] for column in row} == row, name
        assert not [name for name, rows in after.items() if rows and name not in before]


def reflected(connection):
    """The tables as they are, those that others refer to first; but for Alembic's own."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def all_rows(connection):
    return {
        table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
        for table in reflected(connection)
    }


def fill_every_table(connection):
    """A row in each: version 0.1's as they were, in further columns and tables whatever fits."""
    known = rows_of_0001()
    for table in reflected(connection):
        row = {column.name: something(column, known) for column in table.columns}
        known[table.name] = {**row, **known.get(table.name, {})}
        connection.execute(table.insert(), known[table.name])


def something(column, known):
    for key in column.foreign_keys:
        referred = known.get(key.column.table.name, {})
        return referred.get(key.column.name)  # None: to a table that comes later, or to itself
    kind = column.type.python_type
    if kind is str:
        text = "{}" if column.server_default and "{" in str(column.server_default.arg) else "wörd"
        return text[: column.type.length]
    return {bool: True, int: 7, float: 1.5, bytes: b"\0\xff"}[kind]
