"""Databases with the current schema and nothing in them, made quickly: fixtures to import."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from lti_bridge.store import Database, Store, schema
from lti_bridge.store.tables import Base
from tests.unit.store.values import opened

ENGINES = ("sqlite", "postgresql")


def upgraded(url: str) -> str:
    """The same URL, its database with the current schema."""
    database = Database(url)
    try:
        schema.upgrade(database)
    finally:
        database.close()
    return url


@pytest.fixture(scope="session")
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Gives a migrated database of an engine, the same each time; it goes with the server."""
    made: dict[str, str] = {}
    name = f"migrated_{secrets.token_hex(6)}"

    def make(engine: str) -> str:
        if engine == "sqlite":
            return upgraded(f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'bridge.db'}")
        server = request.getfixturevalue("postgresql")
        _say(server, f"CREATE DATABASE {name}")
        # Nobody pulls the plug on a test.
        _say(server, f"ALTER DATABASE {name} SET synchronous_commit = off")
        url = make_url(server).set(drivername="postgresql+psycopg", database=name)
        return upgraded(url.render_as_string(hide_password=False))

    def get(engine: str) -> str:
        if engine not in made:
            made[engine] = make(engine)
        return made[engine]

    return get


@pytest.fixture(params=ENGINES)
def store_url(
    request: pytest.FixtureRequest, migrated: Callable[[str], str], tmp_path: Path
) -> str:
    """An empty database with the current schema, once of each engine."""
    return emptied(request.param, migrated, tmp_path)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store that knows one platform, once on each engine."""
    with opened(store_url) as store:
        yield store


def emptied(engine: str, migrated: Callable[[str], str], folder: Path) -> str:
    """A copy of SQLite's file; PostgreSQL's one database with every table emptied."""
    url = migrated(engine)
    if engine == "sqlite":
        copy = folder / f"{secrets.token_hex(4)}.db"
        shutil.copy(str(make_url(url).database), copy)
        return f"sqlite:///{copy}"
    deletes = [str(table.delete()) for table in reversed(Base.metadata.sorted_tables)]
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    # The log of what administrators did is only added to, unless triggers rest.
    resting = "SET session_replication_role = replica"
    _say(conninfo, "; ".join([resting, *deletes, "ALTER SEQUENCE connections_id_seq RESTART"]))
    return url


def _say(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
