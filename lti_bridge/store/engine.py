"""Engines, transactions, and what a database's errors mean to the rooms above.

SQLite writes go through one connection per process: a pool of one is the lock. Several writing
connections would meet in SQLite's busy handler, which sleeps. Reads have connections of their
own (WAL mode: they neither wait nor are waited for).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from lti_bridge.errors import StoreUnavailable

T = TypeVar("T")

LOCK_SECONDS: Final = 5
"""How long a write waits for another process's write before it gives up."""


class Database:
    """Two doors: :meth:`read` and :meth:`write`; each takes what is to be done and does it."""

    def __init__(self, url: str) -> None:
        """``url`` as in the settings. Nothing is opened before the first call."""
        self.url: Final[URL] = make_url(url)
        self.is_sqlite: Final[bool] = self.url.get_backend_name() == "sqlite"
        self._reading, self.writing, self.autocommit = (
            _sqlite_engines(self.url) if self.is_sqlite else _postgresql_engines(self.url)
        )
        self.driver_errors: Final[tuple[type[Exception], ...]] = (
            self.writing.dialect.loaded_dbapi.Error,
        )

    def read(self, query: Callable[[Connection], T]) -> T:
        """What ``query`` returns; raises :class:`StoreUnavailable`."""
        return self._once_more(self._reading.connect, query)

    def write(self, change: Callable[[Connection], T]) -> T:
        """Run ``change`` in one transaction; all of it counts, or nothing.

        An :class:`sqlalchemy.exc.IntegrityError` goes through: a unique key that is taken is
        an answer, not a failure.
        """
        return self._once_more(self.writing.begin, change)

    def _once_more(self, door: Callable[[], Any], work: Callable[[Connection], T]) -> T:
        # A connection that died while it lay in the pool says nothing about the database.
        for last in (False, True):
            try:
                with door() as connection:
                    result = work(connection)
            except IntegrityError:
                raise
            except DBAPIError as error:
                if last or not error.connection_invalidated:
                    raise unavailable(error) from None
            except SQLAlchemyError as error:
                raise unavailable(error) from None
            else:
                return result
        raise AssertionError("unreachable")  # pragma: no cover - the second round returns or raises

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """The driver's own connection, in autocommit mode, for the one write of a launch."""
        try:
            fairy = self.autocommit.raw_connection()
        except SQLAlchemyError as error:
            raise unavailable(error) from None
        try:
            yield fairy.driver_connection
        except BaseException:
            fairy.invalidate()
            raise
        finally:
            fairy.close()

    def close(self) -> None:
        """Give every connection back."""
        for engine in (self._reading, self.writing, self.autocommit):
            engine.dispose()


def unavailable(error: Exception) -> StoreUnavailable:
    """What a driver's error means: its class says enough, its text may hold values."""
    cause = getattr(error, "orig", None) or error
    return StoreUnavailable(
        f"The database can't be used just now ({type(cause).__name__}).",
        remedy="Look whether the database server runs and the disk has room.",
        code="database",
    )


def _sqlite_engines(url: URL) -> tuple[Engine, Engine, Engine]:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {
        "connect_args": {"check_same_thread": False, "timeout": LOCK_SECONDS},
        "poolclass": QueuePool,
    }
    reading = create_engine(url, isolation_level="AUTOCOMMIT", pool_size=8, **options)
    writing = create_engine(
        url, pool_size=1, max_overflow=0, pool_timeout=LOCK_SECONDS * 2, **options
    )
    event.listen(reading, "connect", _sqlite_pragmas)
    event.listen(writing, "connect", _sqlite_pragmas)
    event.listen(writing, "begin", _begin_immediate)
    return reading, writing, writing


def _sqlite_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={LOCK_SECONDS * 1000}",
        "cache_size=-8000",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and then writes can't be upgraded once another has written.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql_engines(url: URL) -> tuple[Engine, Engine, Engine]:
    options: dict[str, Any] = {
        "max_overflow": 8,
        "pool_timeout": LOCK_SECONDS,
        "connect_args": {"connect_timeout": 3, "application_name": "lti-bridge"},
    }
    shared = create_engine(url, pool_size=8, **options)
    direct = create_engine(url, isolation_level="AUTOCOMMIT", pool_size=8, **options)
    return direct, shared, direct
