"""A term of attendance: what it costs to look at it again, against the first time.

60 classes and 300 people on SQLite, with two stays of each from the service and two that the bridge
saw: 65,000 in all. CPU of the process, the page's numbers only; medians, and their ratio.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, text

from lti_bridge.reports.terms import Terms
from lti_bridge.store import Store, open_store, schema
from lti_bridge.store.tables import AttendanceRow, MeetingRow, MembershipRow, UserRow

CLASSES, PEOPLE, ROUNDS = 60, 300, 5
MINUTE_MS, DAY_MS = 60_000, 86_400_000
BEGINS_MS = 1_760_000_000_000
KEY = "a key that seals nothing of worth in a benchmark"
TARGET = 0.2


def measure() -> tuple[float, float]:
    """Milliseconds of the first time, and of every other."""
    with tempfile.TemporaryDirectory(prefix="lti-bridge-terms-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bridge.db'}", [KEY])
        try:
            schema.upgrade(store.database)
            store.database.write(_fill)
            return _times(store)
        finally:
            store.close()


def _times(store: Store) -> tuple[float, float]:
    found: tuple[list[float], list[float]] = ([], [])
    now_ms = BEGINS_MS + (CLASSES + 1) * DAY_MS
    for _ in range(ROUNDS):
        terms = Terms(store.attendances)
        for times in found:
            start = time.process_time()
            report = terms.of_course(1, now_ms)
            times.append((time.process_time() - start) * 1000)
            assert len(report.classes) == CLASSES
            assert len(report.people) == PEOPLE
    return statistics.median(found[0]), statistics.median(found[1])


def _fill(connection: Connection) -> None:
    connection.execute(text(LMS))
    connection.execute(text("INSERT INTO courses (id, connection_id, lti_context_id, created_ms)"
                            " VALUES (1, 1, 'algebra', 0)"))  # fmt: skip
    people = range(1, PEOPLE + 2)
    connection.execute(insert(UserRow), [_person(one) for one in people])
    connection.execute(insert(MembershipRow), [_member(one) for one in people])
    connection.execute(insert(MeetingRow), [_class(one) for one in range(1, CLASSES + 1)])
    luck = random.Random(7)  # noqa: S311 - the same every time
    for number in range(1, CLASSES + 1):
        connection.execute(insert(AttendanceRow), [*_stays(number, people, luck)])


LMS = """INSERT INTO connections (id, name, type, version, issuer, client_id, meets_connection,
    conferencing, managed_by, created_ms, updated_ms)
    VALUES (1, 'LMS', 'Moodle', '1.3', 'https://lms.example', '1', 1, 'live', 'admin', 0, 0)"""


def _person(row: int) -> dict[str, Any]:
    name = f"Ann Bee {row}"
    return {"id": row, "connection_id": 1, "lti_user_id": str(row), "name": name, "created_ms": 0}


def _member(row: int) -> dict[str, Any]:
    teaches = row > PEOPLE
    return {
        "course_id": 1, "user_id": row, "role": "moderator" if teaches else "attendee",
        "standing": 1 if teaches else 4, "roster_ms": 1, "since_ms": 0,
    }  # fmt: skip


def _class(row: int) -> dict[str, Any]:
    begins_ms = BEGINS_MS + row * DAY_MS
    return {
        "id": row, "course_id": 1, "service": "live", "meeting_id": f"lti-{row}",
        "name": f"Class {row}", "attendee_password_sealed": "", "moderator_password_sealed": "",
        "meets_connection": 1, "lti_context_id": "algebra", "created_ms": 0,
        "begins_ms": begins_ms, "ends_ms": begins_ms + 60 * MINUTE_MS, "attendance_final": True,
    }  # fmt: skip


def _stays(row: int, people: range, luck: random.Random) -> Iterator[dict[str, Any]]:
    begins_ms = BEGINS_MS + row * DAY_MS
    for person in people:
        if person <= PEOPLE and luck.random() < 0.1:
            continue
        came = begins_ms + luck.randrange(-5 * MINUTE_MS, 20 * MINUTE_MS)
        left = begins_ms + luck.randrange(30 * MINUTE_MS, 65 * MINUTE_MS)
        half = (came + left) // 2
        for source, late in (("service", 0), ("sampled", 20_000)):
            for joined, gone in ((came, half - MINUTE_MS), (half, left)):
                yield {
                    "meeting_id": row, "source": source, "attendee": str(person),
                    "user_id": person, "was_host": person > PEOPLE, "joined_ms": joined + late,
                    "left_ms": gone, "name": f"Ann Bee {person}",
                }  # fmt: skip


def markdown(times: tuple[float, float]) -> str:
    first, again = times
    lines = [
        "\n## A term of attendance\n",
        (
            f"SQLite with {CLASSES} classes of {PEOPLE} people and some 65,000 stays; CPU of the"
            " numbers that the page shows.\n"
        ),
        "| the same page | first, ms | again, ms | ratio | target |",
        "| --- | ---: | ---: | ---: | ---: |",
        f"| a teacher's | {first:.0f} | {again:.0f} | {again / first:.2f} | ≤ {TARGET} |",
    ]
    return "\n".join(lines) + "\n"
