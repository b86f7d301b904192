from __future__ import annotations

import socket
import sqlite3
import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from lti_bridge.errors import StoreUnavailable
from lti_bridge.store import Database, open_store
from tests.unit.store.stores import upgraded
from tests.unit.store.values import KEY, NOW, a_database, at_once, hang_up, opened
from tests.unit.store.workers import in_four_processes, write_many

PASSWORD = "pass-word-of-the-database"


def count_nonces(connection):
    return connection.execute(text("SELECT count(*) FROM nonces")).scalar_one()


def add_nonce(nonce):
    def add(connection):
        values = {"n": nonce, "d": "d", "t": NOW}
        connection.execute(text("INSERT INTO nonces VALUES (:n, :d, :t, :t)"), values)

    return add


def consume(store, nonce="n"):
    return store.nonces.consume(nonce, "d", now_ms=NOW, expires_ms=NOW, again_within_ms=0)


def test_a_write_happens_whole_or_not_at_all(store):
    def half(connection):
        add_nonce("one")(connection)
        raise KeyError

    with pytest.raises(KeyError):
        store.database.write(half)
    assert store.database.read(count_nonces) == 0


def test_a_key_that_is_taken_is_an_answer_and_not_a_failure(store):
    store.database.write(add_nonce("one"))
    with pytest.raises(IntegrityError):
        store.database.write(add_nonce("one"))
    store.database.write(add_nonce("two"))
    assert store.database.read(count_nonces) == 2


def test_a_statement_that_fails_is_a_store_error_without_its_values(store):
    wrong = text("SELECT * FROM nowhere WHERE secret = :secret")
    for door in (store.database.read, store.database.write):
        with pytest.raises(StoreUnavailable) as failure:
            door(lambda c: c.execute(wrong, {"secret": PASSWORD}))
        assert PASSWORD not in repr(failure.value) + str(failure.value) + failure.value.remedy
    with pytest.raises(StoreUnavailable):
        store.database.raw(lambda c: c.execute("SELECT * FROM nowhere"))
    assert store.database.read(count_nonces) == 0, "and the connections are as good as before"
    assert consume(store) == "first"


def test_sqlite_is_in_wal_mode_with_foreign_keys(new_database):
    with opened(upgraded(new_database("sqlite"))) as store:
        for door in (store.database.read, store.database.write):
            for pragma, value in (("journal_mode", "wal"), ("foreign_keys", 1)):
                got = door(lambda c, p=pragma: c.exec_driver_sql(f"PRAGMA {p}").scalar_one())
                assert got == value


def test_sqlite_makes_the_folder_of_its_file(tmp_path):
    with opened(upgraded(f"sqlite:///{tmp_path}/var/data/bridge.db")):
        assert (tmp_path / "var" / "data" / "bridge.db").exists()


def test_reading_goes_on_while_another_writes(store):
    written, looked = threading.Event(), threading.Event()

    def slowly(connection):
        add_nonce("one")(connection)
        written.set()
        assert looked.wait(5)

    writer = threading.Thread(target=store.database.write, args=(slowly,))
    writer.start()
    assert written.wait(5)
    assert store.database.read(count_nonces) == 0
    looked.set()
    writer.join()
    assert store.database.read(count_nonces) == 1


def test_many_threads_write_without_an_error(store):
    results = at_once(32, lambda number: store.database.write(add_nonce(str(number))))
    assert results == [None] * 32
    assert store.database.read(count_nonces) == 32


def test_four_processes_write_without_an_error(store, store_url):
    assert in_four_processes(write_many, store_url) == [[]] * 4
    assert store.database.read(count_nonces) == 160


def test_a_write_that_another_process_holds_up_too_long_is_given_up(store, store_url):
    with a_database(store_url, lock_seconds=0.2) as impatient:

        def hold(connection):
            add_nonce("one")(connection)
            started = time.monotonic()
            with pytest.raises(StoreUnavailable):
                impatient.write(add_nonce("one"))
            return time.monotonic() - started

        assert store.database.write(hold) < 4


def test_when_every_connection_is_taken_it_is_said_soon(store_url):
    with a_database(store_url, lock_seconds=0.2) as database:
        busy, enough = threading.Barrier(17 if not database.is_sqlite else 2), threading.Event()

        def hold(_connection):
            busy.wait()
            enough.wait()

        holders = [
            threading.Thread(target=database.raw, args=(hold,)) for _ in range(busy.parties - 1)
        ]
        for holder in holders:
            holder.start()
        busy.wait()
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            database.raw(hold)
        assert time.monotonic() - started < 4
        enough.set()
        for holder in holders:
            holder.join()


def test_a_new_sqlite_file_that_another_holds_just_now_is_waited_for(tmp_path):
    holder = sqlite3.connect(tmp_path / "new.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    url = f"sqlite:///{tmp_path}/new.db"
    with a_database(url, lock_seconds=0.05) as impatient, pytest.raises(StoreUnavailable):
        impatient.read(lambda _: None)
    release = threading.Timer(0.1, holder.execute, ["COMMIT"])
    release.start()
    with a_database(url) as database:
        mode = database.read(lambda c: c.exec_driver_sql("PRAGMA journal_mode").scalar_one())
    assert mode == "wal"
    release.join()
    holder.close()


DOWN = [
    "sqlite:///{path}/a-file/bridge.db",
    f"postgresql+psycopg://bridge:{PASSWORD}@127.0.0.1:{{port}}/bridge",
]


@pytest.mark.parametrize("where", DOWN)
def test_a_database_that_is_down_is_said_at_once_and_without_its_password(tmp_path, where):
    (tmp_path / "a-file").write_text("no folder")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        store = open_store(where.format(path=tmp_path, port=unused.getsockname()[1]), [KEY])
        started = time.monotonic()
        for call in (
            lambda: store.people.course(1, "a", ""),
            lambda: store.meetings.set_waiting(1, wait_for_moderator=True),
            lambda: consume(store),
        ):
            with pytest.raises(StoreUnavailable) as failure:
                call()
            error = failure.value
            assert PASSWORD not in f"{error!r} {error} {error.remedy}"
            assert error.remedy
        assert time.monotonic() - started < 2
    store.close()


def test_a_database_server_that_says_nothing_is_given_up_in_seconds():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with a_database(f"postgresql+psycopg://bridge:{PASSWORD}@127.0.0.1:{port}/x") as database:
            started = time.monotonic()
            with pytest.raises(StoreUnavailable):
                database.read(count_nonces)
            assert time.monotonic() - started < 6


@pytest.fixture
def server(new_database):
    url = new_database("postgresql")
    with opened(url) as store:
        yield url, store


def fill_the_pools(store):
    """Idle connections in every pool, as after a busy minute."""

    def slowly(connection):
        connection.execute(text("SELECT pg_sleep(0.02)"))

    at_once(4, lambda _: store.database.read(slowly))
    at_once(4, lambda _: store.database.write(slowly))


def together(store):
    with store.together():
        return store.database.read(count_nonces)


def test_connections_that_died_in_the_pool_are_replaced_without_an_error(server):
    url, store = server
    for use in (
        lambda: store.database.read(count_nonces) == 0,
        lambda: store.database.write(count_nonces) == 0,
        lambda: consume(store) == "first",
        lambda: together(store) == 1,
    ):
        fill_the_pools(store)
        assert hang_up(url) >= 6
        assert use()


def test_a_restart_under_many_nonces_loses_none(server):
    url, store = server
    fill_the_pools(store)
    hang_up(url)
    assert at_once(12, lambda number: consume(store, str(number))) == ["first"] * 12


def test_a_connection_that_dies_over_and_over_is_no_endless_loop(server):
    _, store = server

    def suicide(connection):
        pid = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
        connection.execute("SELECT pg_terminate_backend(%s)", (pid,))

    with pytest.raises(StoreUnavailable):
        store.database.raw(suicide)
    assert consume(store) == "first"

    def suicide_again(connection):
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable):
        store.database.write(suicide_again)
    assert store.database.write(count_nonces) == 1


def test_a_lost_write_runs_again_whole(server):
    _, store = server
    tried = []

    def change(connection):
        add_nonce("one")(connection)
        tried.append(True)
        if len(tried) == 1:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    store.database.write(change)
    assert len(tried) == 2
    assert store.database.read(count_nonces) == 1


def test_no_repr_shows_the_password_of_the_database():
    store = open_store(f"postgresql+psycopg://bridge:{PASSWORD}@127.0.0.1:1/bridge", [KEY])
    shown = f"{store!r} {store.database!r} {store.database.url!r} {store.database.url}"
    assert PASSWORD not in shown
    assert KEY not in shown
    assert not Database(f"postgresql+psycopg://bridge:{PASSWORD}@127.0.0.1:1/x").is_sqlite
    store.close()
