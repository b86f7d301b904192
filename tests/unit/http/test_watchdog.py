from __future__ import annotations

import socket
import threading
import time

import pytest

from lti_bridge.http.watchdog import Watchdog


@pytest.fixture
def watchdog():
    watchdog = Watchdog()
    yield watchdog
    watchdog.close()


@pytest.fixture
def pair():
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(5)
        yield near, far


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "http-deadlines"}


def eventually(condition) -> bool:
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return bool(condition())


def test_a_connection_is_shut_down_at_its_deadline(watchdog, pair):
    near, _ = pair
    watch = watchdog.begin(time.monotonic() + 0.05)
    watchdog.guard(watch, near)

    assert near.recv(1) == b""
    assert watch.fired
    watchdog.end(watch)


def test_a_connection_guarded_after_the_deadline_is_shut_down_at_once(watchdog, pair):
    near, _ = pair
    watch = watchdog.begin(time.monotonic() - 1)
    assert eventually(lambda: watch.fired)

    watchdog.guard(watch, near)

    assert near.recv(1) == b""
    watchdog.end(watch)


def test_a_shorter_deadline_does_not_wait_for_a_longer_one(watchdog, pair):
    near, _ = pair
    patient = watchdog.begin(time.monotonic() + 60)
    hasty = watchdog.begin(time.monotonic() + 0.05)
    watchdog.guard(hasty, near)

    assert near.recv(1) == b""
    assert not patient.fired
    watchdog.end(hasty)
    watchdog.end(patient)


@pytest.mark.parametrize("letting_go", ["release", "end"])
def test_a_connection_let_go_is_left_alone(watchdog, pair, letting_go):
    near, far = pair
    watch = watchdog.begin(time.monotonic() + 0.05)
    other = watchdog.begin(time.monotonic() + 0.06)
    watchdog.guard(watch, near)

    getattr(watchdog, letting_go)(watch)
    assert eventually(lambda: other.fired)
    far.send(b"x")

    assert near.recv(1) == b"x"
    assert watch.fired == (letting_go == "release")
    watchdog.end(watch)
    watchdog.end(other)


def test_a_connection_that_is_already_dead_does_no_harm(watchdog):
    with socket.socket() as unconnected:
        watch = watchdog.begin(time.monotonic() + 0.02)
        watchdog.guard(watch, unconnected)
        assert eventually(lambda: watch.fired)
        watchdog.end(watch)

    later = watchdog.begin(time.monotonic() + 0.02)
    assert eventually(lambda: later.fired)
    watchdog.end(later)


def test_one_thread_serves_all_and_ends_with_close():
    before = threads()
    watchdog = Watchdog()
    assert not threads() - before
    watches = [watchdog.begin(time.monotonic() + 60) for _ in range(50)]
    (thread,) = threads() - before

    for watch in watches[1:]:
        watchdog.end(watch)
    watchdog.close()
    thread.join(0.05)
    assert thread.is_alive()
    watchdog.end(watches[0])

    thread.join(5)
    assert not thread.is_alive()


def test_finished_calls_are_not_kept(watchdog):
    for _ in range(200):
        watchdog.end(watchdog.begin(time.monotonic() + 0.01))

    assert eventually(lambda: not watchdog._heap)
