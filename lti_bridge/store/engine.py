"""Engines, transactions, and what a database's errors mean to the rooms above.

SQLite writes go through one connection per process: a pool of one is the lock. Several writing
connections would meet in SQLite's busy handler, which sleeps. Reads have connections of their
own (WAL mode: they neither wait nor are waited for).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from lti_bridge.errors import StoreUnavailable

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")

LOCK_SECONDS: Final = 5
"""How long a write usually waits for another process's write before it gives up."""
POOL_SIZE: Final = 8
"""Connections a pool keeps open while nobody uses them."""


class Database:
    """Three doors, each of which takes what is to be done and does it.

    :meth:`read` and :meth:`write` are SQLAlchemy's, :meth:`raw` is the driver's own. What goes
    through the first two within :meth:`together` is one transaction.
    """

    def __init__(self, url: str, *, lock_seconds: float = LOCK_SECONDS) -> None:
        """``url`` as in the settings. Nothing is opened before the first call.

        ``lock_seconds``: how long to wait for other processes' writes, and for a connection.
        """
        self.url: Final[URL] = make_url(url)
        self.is_sqlite: Final[bool] = self.url.get_backend_name() == "sqlite"
        self._lock_seconds = lock_seconds
        engines = _sqlite_engines if self.is_sqlite else _postgresql_engines
        self._reading, self.writing, self._autocommit = engines(self.url, lock_seconds)
        self._driver_error: Final[type[Exception]] = self.writing.dialect.loaded_dbapi.Error
        self._joined = _Joined()

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction for whatever this thread reads and writes within: all of it counts, or,
        where anything is raised, nothing.

        For methods of several repositories that belong together, as a change and the line of the
        audit log that tells of it. Others wait for its end: call nothing remote within. Raises
        as :meth:`write`.
        """
        if self._joined.connection is not None:
            yield
            return
        if not self.is_sqlite:
            # A connection that died in the pool is found here, while there is nothing to repeat.
            _done(self.writing.connect, lambda c: c.execute(text("SELECT 1")))
        with _telling(), self.writing.begin() as connection:
            self._joined.connection = connection
            try:
                yield
            finally:
                self._joined.connection = None

    def read(self, query: Callable[[Connection], T]) -> T:
        """What ``query`` returns; raises :class:`StoreUnavailable`."""
        if self._joined.connection is not None:
            return _part_of(self._joined.connection, query)
        return _done(self._reading.connect, query)

    def write(self, change: Callable[[Connection], T]) -> T:
        """Run ``change`` in one transaction; all of it counts, or nothing.

        Where a connection turns out to be dead it runs once more, on another. Raises
        :class:`StoreUnavailable`. An :class:`sqlalchemy.exc.IntegrityError` goes through: a
        unique key that is taken is an answer, not a failure.
        """
        if self._joined.connection is not None:
            return _part_of(self._joined.connection, change)
        return _done(self.writing.begin, change)

    def write_statement(self, change: Callable[[Connection], T]) -> T:
        """As :meth:`write`, for a change that is a single statement: that is whole by itself.

        On PostgreSQL it saves saying BEGIN and COMMIT, each a way to the server and back.
        """
        if self.is_sqlite or self._joined.connection is not None:
            return self.write(change)
        return _done(self._autocommit.connect, change)

    def migrate(self, change: Callable[[Connection], T]) -> T:
        """As :meth:`write`, for a change of the schema.

        SQLite alters most things by making the table anew and dropping the old one, and a drop
        first deletes all rows, with whatever refers to them. So foreign keys rest meanwhile;
        they can't be switched within a transaction, hence a connection of its own.
        """
        if not self.is_sqlite:
            return self.write(change)
        engine = _sqlite_engine(self.url, self._lock_seconds, poolclass=NullPool)
        event.listen(engine, "begin", _begin_immediate)
        event.listen(engine, "connect", _foreign_keys_off)
        return _done(engine.begin, change)

    def raw(self, work: Callable[[Any], T]) -> T:
        """What ``work`` does with the driver's own connection, in autocommit mode.

        For the one write of a launch: SQLAlchemy's own way costs more than the write. ``work``
        is one that may run again. Raises :class:`StoreUnavailable`.
        """
        # After a restart of the server each connection in the pool is dead, and found so once.
        for others in range(POOL_SIZE, -1, -1):
            try:
                fairy = self._autocommit.raw_connection()
                try:
                    return work(fairy.driver_connection)
                except self._driver_error as error:
                    if not (others and self._is_dead(error, fairy.driver_connection)):
                        raise
                    fairy.invalidate()
                finally:
                    fairy.close()
            except SQLAlchemyError as error:
                raise unavailable(error) from None
            except self._driver_error as error:
                raise unavailable(error) from None
        raise AssertionError("unreachable")  # pragma: no cover - the last round returns or raises

    def _is_dead(self, error: Exception, connection: Any) -> bool:
        return self._autocommit.dialect.is_disconnect(error, connection, None)  # type: ignore[arg-type] # any driver error

    def close(self) -> None:
        """Give every connection back."""
        for engine in (self._reading, self.writing, self._autocommit):
            engine.dispose()


def one_at_a_time(connection: Connection, key: int) -> None:
    """Let a transaction wait until others that said the same ``key`` have come to their end.

    SQLite has but one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def unavailable(error: Exception) -> StoreUnavailable:
    """What a driver's error means: its class says enough, its text may hold values."""
    cause = getattr(error, "orig", None) or error
    return StoreUnavailable(
        f"The database can't be used just now ({type(cause).__name__}).",
        remedy="Look whether the database server runs and the disk has room.",
        code="database",
    )


class _Joined(threading.local):
    """The transaction that a thread is in, by :meth:`Database.together`."""

    connection: Connection | None = None


@contextmanager
def _telling() -> Iterator[None]:
    """A driver's error told as ours, except a key that is taken."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        raise unavailable(error) from None


def _part_of(connection: Connection, work: Callable[[Connection], T]) -> T:
    """Done within a transaction, so that what fails of it leaves the rest of it as it was."""
    with _telling(), connection.begin_nested():
        return work(connection)


def _done(
    door: Callable[[], AbstractContextManager[Connection]], work: Callable[[Connection], T]
) -> T:
    with _telling():
        try:
            return _through(door, work)
        except DBAPIError as error:
            # A connection that died while it lay in the pool says nothing about the database.
            if not error.connection_invalidated:
                raise
            return _through(door, work)


def _through(
    door: Callable[[], AbstractContextManager[Connection]], work: Callable[[Connection], T]
) -> T:
    with door() as connection:
        return work(connection)


def _sqlite_engines(url: URL, lock_seconds: float) -> tuple[Engine, Engine, Engine]:
    with suppress(OSError):  # the first call says that there is no such folder
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    reading = _sqlite_engine(
        url,
        lock_seconds,
        isolation_level="AUTOCOMMIT",
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        pool_timeout=lock_seconds,
    )
    writing = _sqlite_engine(
        url,
        lock_seconds,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=lock_seconds * 2,
    )
    event.listen(writing, "begin", _begin_immediate)
    return reading, writing, writing


def _sqlite_engine(url: URL, lock_seconds: float, **options: Any) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": lock_seconds},
        **options,
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        _wal(connection, lock_seconds * 2)
        _pragmas(connection)

    event.listen(engine, "connect", prepare)
    return engine


def _pragmas(connection: sqlite3.Connection) -> None:
    for pragma in (
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-1000",  # KiB, of each connection: the system keeps the file's pages, too
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _wal(connection: sqlite3.Connection, patience: float) -> None:
    """Switch once and for all; of several that open a new file at once, some have to try again.

    SQLite's own waiting (``timeout``) mostly leaves this one out.
    """
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def _foreign_keys_off(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys=OFF").close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and then writes can't be upgraded once another has written.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql_engines(url: URL, lock_seconds: float) -> tuple[Engine, Engine, Engine]:
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_SIZE,
        "pool_timeout": lock_seconds,
        "connect_args": {
            "connect_timeout": 3,
            "application_name": "lti-bridge",
            # A server that vanished without a word is noticed in seconds instead of hours.
            "tcp_user_timeout": LOCK_SECONDS * 1000,
            "keepalives_idle": LOCK_SECONDS,
            "keepalives_interval": 2,
        },
    }
    shared = create_engine(url, **options)
    direct = create_engine(url, isolation_level="AUTOCOMMIT", **options)

    def limit_locks(connection: psycopg.Connection, _record: object) -> None:
        connection.execute(f"SET lock_timeout = {int(lock_seconds * 1000)}")
        connection.commit()

    for engine in (shared, direct):
        event.listen(engine, "connect", limit_locks)
    return direct, shared, direct
