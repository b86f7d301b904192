"""How the database answers: each list, with each filter, by its indexes and without sorting all.

Besides what the plans say, one table that is full decides it on PostgreSQL: without any hint, none
of these reads a large table from its beginning to its end.
"""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event, text
from sqlalchemy.dialects import postgresql, sqlite

from lti_bridge.store.reporting import EventFilter, RecordingFilter, Scope
from lti_bridge.store.reporting.statements import Statements
from lti_bridge.store.tables import CourseRow, MeetingRow, RecordingRow, UserRow
from tests.unit.store.values import plan_of

ALL, ONE = Scope(), Scope(frozenset({10}))
LARGE = "users|courses|memberships|meetings|recordings|attendances"


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


@pytest.mark.parametrize("by_meets", [False, True])
@pytest.mark.parametrize("of", [UserRow, CourseRow])
def test_a_page_of_one_connection_comes_in_order_from_one_index(reporting, of, by_meets):
    """However few it has: nobody else's rows are looked at."""
    database, made = reporting.store.database, Statements(by_meets)
    scope = Scope(frozenset({10}), frozenset({1}))
    rows = made.users(scope) if of is UserRow else made.courses(scope)
    plan = plan_of(database, text_of(made.page(rows, of, 1000, 5), database)).upper()
    assert "SORT" not in plan
    assert "TEMP B-TREE" not in plan
    assert f"IX_{of.__tablename__}_CONNECTION_ID_{'NUMBER' if by_meets else 'ID'}".upper() in plan


SOME_PEOPLE = """
    INSERT INTO users (id, connection_id, lti_user_id, name, created_ms)
    SELECT n, 1, 'u' || n, 'Ann Bee', 0 FROM generate_series(500001, 502000) n"""


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
    if name == "from_lti" and not database.is_sqlite:  # of a few rows every index costs the same
        database.write(lambda c: [c.execute(text(one)) for one in (SOME_PEOPLE, "ANALYZE")])
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


# As it is done: every statement of a request, explained by a PostgreSQL whose tables are full.

FILL = (
    """INSERT INTO users (id, connection_id, lti_user_id, name, created_ms)
       SELECT n, CASE WHEN n % 400 = 7 THEN 1 ELSE 2 + n % 2 END, 'u' || n, 'Ann Bee', 0
       FROM generate_series(100000, 119999) n""",
    """INSERT INTO courses (id, connection_id, lti_context_id, title, created_ms)
       SELECT n, 1 + n % 3, 'c' || n, 'Course', 0 FROM generate_series(10000, 19999) n""",
    """INSERT INTO memberships (course_id, user_id, role, standing, since_ms)
       SELECT 10000 + n % 10000, n, 'attendee', 4, 0 FROM generate_series(100000, 119999) n""",
    """INSERT INTO meetings (id, course_id, resource_link_id, service, meeting_id, name,
       attendee_password_sealed, moderator_password_sealed, meets_connection, lti_context_id,
       created_ms, host_id)
       SELECT n, 10000 + n % 10000, n::text, 's0', 'm' || n, 'Class', '', '', 10, '',
       n::bigint * 1000, n + 90000 FROM generate_series(10000, 24999) n""",
    """INSERT INTO recordings (id, meeting_id, record_id, added_ms, seen_ms, gone)
       SELECT n, n, 'r' || n, n::bigint * 1000, 0, false FROM generate_series(10000, 24999) n""",
    """INSERT INTO attendances (id, meeting_id, source, attendee, joined_ms, name)
       SELECT 1000 + n, 10000 + n % 10000, 'service', n::text, n, 'Ann' FROM generate_series(1, 20000) n""",
    "ANALYZE",
)

REQUESTS = {
    "list_users": 2,
    "list_users&startAfterId=110000": 2,
    "list_users&meetsIdConnections=10": 2,
    "list_users&meetsIdCourses=10005,10006": 2,
    "list_users&meetsIdCourses=10005&meetsIdConnections=20": 2,
    "list_courses": 2,
    "list_courses&startAfterId=15000": 2,
    "list_courses&meetsIdConnections=10&limit=10": 2,
    "list_courses&meetsIdUsers_canAccess=100001,100002": 2,
    "list_courses&meetsIdUsers_isAdministrator=100001": 2,
    "list_courses&meetsIdUsers_isTeacher=100001": 2,
    "list_courses&meetsIdUsers_isStudent=100001&meetsIdUsers_canAccess=100001": 2,
    "list_course_users&meetsIdCourse=10005": 3,
    "list_course_users&meetsIdCourse=10005&roles=teacher&rolesExclude=student": 3,
    "list_conferencing_events": 5,
    "list_conferencing_events&startAfterId=20000": 5,
    "list_conferencing_events&meetsIdCourses=10005,10006": 5,
    "list_conferencing_events&meetsIdUsers_host=100005": 5,
    "list_conference_recordings": 6,
    "list_conference_recordings&startAfterId=20000": 6,
    "list_conference_recordings&meetsIdConferencingEvents=10005,10006": 6,
    "list_conference_recordings&meetsIdCourses=10005": 6,
    "list_conference_recordings&meetsIdUsers_host=100005": 6,
    "list_conference_recordings&timeAddedAfter=24990": 6,
    "get_conferencing_event_attendance&meetsIdConferencingEvent=10005": 2,
    "from_lti_id_user&meetsIdConnection=10&ltiIdUser=u100007": 2,
    "from_lti_id_context&meetsIdConnection=20&ltiIdContext=c10000": 2,
    "download_conference_recording&meetsIdConferenceRecording=10005": 2,
}
"""Each with its queries: one for its entities, one for each kind that they refer to."""


@pytest.fixture(scope="module")
def full(request, tmp_path_factory):
    """A PostgreSQL with so many of each that reading all of them would be a mistake."""
    from tests.unit.api.conftest import on_postgresql

    with on_postgresql(request) as reporting:

        def fill(connection):
            for statement in FILL:
                connection.execute(text(statement))

        reporting.store.database.write(fill)
        reporting.get("list_users?limit=1")  # notes the token, and who numbers
        yield reporting


@pytest.mark.parametrize("asked", REQUESTS)
def test_each_request_takes_a_query_for_each_kind_and_none_reads_a_large_table_whole(full, asked):
    engine, told = full.store.database._reading, []

    def note(connection, _cursor, statement, parameters, *_):
        told.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = full.get(asked.replace("&", "?", 1))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert answer.status in {200, 500} if "download" in asked else answer.status == 200
    asked_for = [one for one in told if "EXISTS" not in one[0]]
    assert len(asked_for) <= REQUESTS[asked], asked_for
    for statement, parameters in asked_for:
        assert "OFFSET" not in statement.upper()
        plan = full.store.database.read(
            lambda c, s=statement, p=parameters: "\n".join(
                row[0] for row in c.exec_driver_sql(f"EXPLAIN {s}", p)
            )
        )
        assert not re.search(rf"Seq Scan on ({LARGE})\b", plan), (statement, plan)
