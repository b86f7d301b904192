"""A store on an empty database, and what the store's tests put into it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url, text

from lti_bridge.settings import Platform
from lti_bridge.store import Database, Meeting, NewMeeting, Profile, Store, open_store

KEY = "kW7pQx2vLr9tZb4nYc8mJd5hSg3fAe6u"
OTHER_KEY = "Xq9mTz4wBn7rVk2pLs6yHd3jGf8cWe5a"
OLD_SECRET = "shared-secret-of-the-old-sakai"
NOW = 1_760_000_000_000
ANN = Profile("Ann Bee", "Ann", "Bee", "ann@example.edu")

ALIKE = (
    "abc",
    "ABC",
    "abc ",
    " abc",
    "abc\t",
    "\u00e9",  # é in one piece
    "e\u0301",  # é in two
    "E\u0301",
    "ß",
    "ss",
    "ａｂｃ",
    "ab\u00adc",
    "a%c",
    "a_c",
    "'; DROP TABLE courses; --",
    "دانشجو",
    "1",
    "01",
    "x" * 255,
    "X" * 255,
    "م" * 255,
    "漢" * 255,
    "𝔘" * 255,
)
"""Identifiers that a careless database takes for one another, and the longest there are."""


def a_platform(**changes: Any) -> Platform:
    values: dict[str, Any] = {
        "name": "Riverbank",
        "type": "Other",
        "version": "1.3",
        "issuer": "https://lms.example.edu",
        "client_id": "client-1",
        "deployment_ids": ("deployment-1",),
        "auth_login_url": "https://lms.example.edu/auth",
        "auth_token_url": "https://lms.example.edu/token",
        "key_set_url": "https://lms.example.edu/jwks",
        "meets_connection": 7,
        "conferencing": "live",
    }
    return Platform(**{**values, **changes})


def an_old_platform(**changes: Any) -> Platform:
    """One of LTI 1.1."""
    values: dict[str, Any] = {
        "name": "Old Sakai",
        "type": "Other",
        "version": "1.1",
        "consumer_key": "sakai",
        "shared_secret": OLD_SECRET,
        "meets_connection": 8,
        "conferencing": "live",
    }
    return Platform(**{**values, **changes})


@contextmanager
def opened(url: str, keys: tuple[str, ...] = (KEY,)) -> Iterator[Store]:
    """A store on a database whose schema is current; it knows one platform."""
    store = open_store(url, keys)
    try:
        store.platforms.synchronise([a_platform()], NOW)
        yield store
    finally:
        store.close()


@contextmanager
def a_database(url: str, **options: Any) -> Iterator[Database]:
    database = Database(url, **options)
    try:
        yield database
    finally:
        database.close()


def a_meeting(store: Store, link: str = "link-1", **changes: Any) -> Meeting:
    course = store.people.add_course(1, "course-1", "", "Biology", now_ms=NOW)
    values: dict[str, Any] = {
        "course_id": course.id,
        "resource_link_id": link,
        "service": "live",
        "name": "Biology – Lectures",
        "logout_url": "https://lms.example.edu/back",
        "meets_course_id": 12,
        "meets_connection": 7,
        "lti_context_id": "course-1",
    }
    return store.meetings.add_standing(NewMeeting(**{**values, **changes}), NOW)


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What ``work`` gave each of so many threads that began together; exceptions as values."""
    together = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        together.wait()
        try:
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - the test says what it should have been
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@contextmanager
def gone(url: str) -> Iterator[None]:
    """The database can't be reached meanwhile; nobody may be connected."""
    address = make_url(url)
    name = str(address.database)
    if address.get_backend_name() == "sqlite":
        away = Path(f"{name}.away")
        Path(name).rename(away)
        Path(name).mkdir()
        yield
        Path(name).rmdir()
        away.rename(name)
        return
    server = address.set(drivername="postgresql", database="postgres")
    conninfo = server.render_as_string(hide_password=False)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" RENAME TO "{name}_away"')
        yield
        connection.execute(f'ALTER DATABASE "{name}_away" RENAME TO "{name}"')


def hang_up(url: str) -> int:
    """End every connection to a PostgreSQL database, as its restart would; how many there were."""
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    return len(ended)


def plan_of(database, query):
    """How the database would answer, were its tables full: which indexes it uses."""
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"

    def plan(connection):
        if not database.is_sqlite:
            for way in ("seqscan", "bitmapscan"):  # chosen only because the tables are small
                connection.execute(text(f"SET LOCAL enable_{way} = off"))
        return " ".join(str(row) for row in connection.execute(text(f"{explain} {query}")))

    return database.write(plan)
