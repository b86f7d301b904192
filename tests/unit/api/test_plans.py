"""How the database answers: by its indexes, without sorting what it found."""

from __future__ import annotations

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from lti_bridge.store.reporting import EventFilter, RecordingFilter, Scope
from lti_bridge.store.reporting.statements import Statements
from lti_bridge.store.tables import CourseRow, MeetingRow, RecordingRow, UserRow
from tests.unit.store.values import plan_of

ALL, ONE = Scope(), Scope(frozenset({10}))


def statements(by_meets):
    of = Statements(by_meets)
    return {
        "people": of.page(of.users(ALL), UserRow, 1000, 900_000),
        "courses": of.page(of.courses(ALL), CourseRow, 1000, 900_000),
        "meetings": of.page(of.events(ALL, EventFilter()), MeetingRow, 1000, 90_000),
        "recordings": of.page(of.recordings(ALL, RecordingFilter()), RecordingRow, 1000, 90_000),
    }


def text_of(statement, database):
    dialect = sqlite.dialect() if database.is_sqlite else postgresql.dialect()
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("by_meets", [False, True])
@pytest.mark.parametrize("name", ["people", "courses", "meetings", "recordings"])
def test_a_page_is_read_where_it_begins_and_nothing_is_sorted(reporting, name, by_meets):
    database = reporting.store.database
    query = text_of(statements(by_meets)[name], database)
    assert "OFFSET" not in query.upper().replace("OFFSET 0", "")  # SQLAlchemy writes 0 for SQLite
    plan = plan_of(database, query).upper()
    assert "SORT" not in plan
    assert "TEMP B-TREE" not in plan
    assert "INDEX" in plan or "PRIMARY KEY" in plan
    if by_meets and name in {"people", "courses"}:
        assert "_NUMBER" in plan


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("from_lti", "UQ_USERS"),
        ("members", "MEMBERSHIPS"),
        ("host", "HOST_ID"),
        ("course", "MEETINGS_COURSE"),
        ("attendance", "ATTENDANCES"),
    ],
)
def test_what_is_looked_for_is_found_by_an_index(reporting, name, index):
    database, of = reporting.store.database, Statements(by_meets=False)
    queries = {
        "from_lti": of.users(ONE).where(UserRow.lti_user_id == "x", UserRow.connection_id == 1),
        "members": of.members(of.users(ALL), 3),
        "host": of.events(ALL, EventFilter(hosts=[5])),
        "course": of.events(ALL, EventFilter(courses=[5])),
    }
    query = (
        "SELECT * FROM attendances WHERE meeting_id = 3 ORDER BY joined_ms"
        if name == "attendance"
        else text_of(queries[name], database)
    )
    plan = plan_of(database, query).upper()
    assert index in plan or (database.is_sqlite and "SQLITE_AUTOINDEX" in plan), plan
