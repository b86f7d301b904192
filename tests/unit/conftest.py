"""Stores for unit tests: a database of each test's own, of each engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from lti_bridge.store import Store
from tests.unit.store.stores import upgraded
from tests.unit.store.values import opened

ENGINES = ("sqlite", "postgresql")
MIGRATED = "migrated"


@pytest.fixture(scope="session")
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Gives a migrated database of an engine, the same each time, to copy; it goes with the run."""
    made: dict[str, str] = {}

    def make(engine: str) -> str:
        if engine == "sqlite":
            return upgraded(f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'bridge.db'}")
        server = request.getfixturevalue("postgresql")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {MIGRATED}")
        url = make_url(server).set(drivername="postgresql+psycopg", database=MIGRATED)
        return upgraded(url.render_as_string(hide_password=False))

    def get(engine: str) -> str:
        if engine not in made:
            made[engine] = make(engine)
        return made[engine]

    return get


@pytest.fixture(params=ENGINES)
def store_url(
    request: pytest.FixtureRequest,
    migrated: Callable[[str], str],
    empty_database: Callable[..., str],
) -> str:
    """A database of the test's own, the current schema in it and nobody, once of each engine."""
    url = migrated(request.param)
    if request.param == "postgresql":
        return empty_database(request.param, MIGRATED)
    copy = empty_database(request.param)
    shutil.copy(str(make_url(url).database), str(make_url(copy).database))
    return copy


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store that knows one platform, once on each engine."""
    with opened(store_url) as store:
        yield store
