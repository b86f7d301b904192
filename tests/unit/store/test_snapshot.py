"""A value that is read now and then: by one thread, and kept while the store doesn't answer."""

from __future__ import annotations

import threading

import pytest

from lti_bridge.errors import StoreUnavailable
from lti_bridge.store import Snapshot
from lti_bridge.store.snapshot import RELOAD_SECONDS
from tests.unit.directory.launches import Clock
from tests.unit.store.values import at_once

DOWN = StoreUnavailable("The database can't be used just now.")


class Source:
    """Gives a new list each time, or fails, or waits."""

    def __init__(self):
        self.reads = 0
        self.failing = False
        self.go_on = threading.Event()
        self.go_on.set()
        self.asked = threading.Event()

    def __call__(self):
        self.reads += 1
        self.asked.set()
        assert self.go_on.wait(20)
        if self.failing:
            raise DOWN
        return [self.reads]


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def snapshot(source, clock):
    return Snapshot(source, clock=clock)


def test_nothing_is_read_before_somebody_asks(source, snapshot):
    assert source.reads == 0
    assert snapshot.current() == [1]


def test_it_is_the_same_thing_for_20_seconds_and_then_read_anew(source, snapshot, clock):
    first = snapshot.current()
    clock.pass_by(RELOAD_SECONDS - 0.1)
    assert snapshot.current() is first
    clock.pass_by(0.1)
    assert snapshot.current() == [2]
    assert snapshot.current() == [2]
    assert source.reads == 2


def test_an_empty_value_is_a_value(clock):
    reads = []

    def load():
        reads.append(1)
        return ()

    snapshot = Snapshot(load, clock=clock)
    assert snapshot.current() == snapshot.current() == ()
    assert len(reads) == 1


def test_while_the_store_is_down_what_was_known_holds_and_is_asked_for_rarely(
    source, snapshot, clock
):
    first = snapshot.current()
    source.failing = True
    clock.pass_by(RELOAD_SECONDS)
    for _ in range(5):
        assert snapshot.current() is first
    assert source.reads == 2
    source.failing = False
    clock.pass_by(RELOAD_SECONDS)
    assert snapshot.current() == [3]


def test_what_could_never_be_read_is_said_each_time_and_asked_for_each_time(source, snapshot):
    source.failing = True
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            snapshot.current()
    source.failing = False
    assert snapshot.current() == [4]


def test_other_failures_of_loading_go_through_and_leave_it_usable(clock):
    mistakes = [RuntimeError("a mistake")]

    def load():
        if mistakes:
            raise mistakes.pop()
        return [1]

    snapshot = Snapshot(load, clock=clock)
    with pytest.raises(RuntimeError):
        snapshot.current()
    assert snapshot.current() == [1]


def test_whoever_asks_first_reads_for_all(source, snapshot):
    assert at_once(16, lambda _: snapshot.current()) == [[1]] * 16
    assert source.reads == 1


def test_while_one_reads_anew_the_others_go_on_with_what_there_is(source, snapshot, clock):
    first = snapshot.current()
    clock.pass_by(RELOAD_SECONDS)
    source.go_on.clear()
    source.asked.clear()
    reader = threading.Thread(target=snapshot.current)
    reader.start()
    assert source.asked.wait(20)
    assert at_once(8, lambda _: snapshot.current() is first) == [True] * 8
    source.go_on.set()
    reader.join(20)
    assert snapshot.current() == [2]
    assert source.reads == 2


def test_what_is_to_be_forgotten_is_read_at_the_next_question(source, snapshot):
    snapshot.forget()
    assert snapshot.current() == [1]
    snapshot.forget()
    assert snapshot.current() == [2]
    assert snapshot.current() == [2]


def test_what_is_to_be_forgotten_while_it_is_being_read_is_read_once_more(source, snapshot, clock):
    snapshot.current()
    clock.pass_by(RELOAD_SECONDS)
    source.go_on.clear()
    source.asked.clear()
    reader = threading.Thread(target=snapshot.current)
    reader.start()
    assert source.asked.wait(20)
    snapshot.forget()
    source.go_on.set()
    reader.join(20)
    assert snapshot.current() == [3], "what was being read may have been older than the change"


def test_to_forget_while_the_store_is_down_loses_nothing(source, snapshot):
    first = snapshot.current()
    source.failing = True
    snapshot.forget()
    assert snapshot.current() is first


class Held:
    """A clock at which one thread can be held up, between its look and its reading."""

    def __init__(self):
        self.clock = Clock()
        self.holding = threading.Event()
        self.go_on = threading.Event()
        self.thread = None

    def __call__(self):
        if threading.current_thread() is self.thread:
            self.holding.set()
            assert self.go_on.wait(20)
        return self.clock()

    def ask(self, snapshot, found):
        """In a thread that stays held up until ``go_on``."""
        self.thread = threading.Thread(target=lambda: found.append(snapshot.current()))
        self.thread.start()
        assert self.holding.wait(20)


def test_who_finds_another_reading_takes_what_there_is(source):
    held, found = Held(), []
    snapshot = Snapshot(source, clock=held)
    first = snapshot.current()
    held.clock.pass_by(RELOAD_SECONDS)
    held.ask(snapshot, found)
    source.go_on.clear()
    source.asked.clear()
    reader = threading.Thread(target=snapshot.current)
    reader.start()
    assert source.asked.wait(20)
    held.go_on.set()
    held.thread.join(20)
    assert found[0] is first
    source.go_on.set()
    reader.join(20)
    assert source.reads == 2


def test_who_comes_just_after_another_has_read_takes_that(source):
    held, found = Held(), []
    snapshot = Snapshot(source, clock=held)
    snapshot.current()
    held.clock.pass_by(RELOAD_SECONDS)
    held.ask(snapshot, found)
    assert snapshot.current() == [2]
    held.go_on.set()
    held.thread.join(20)
    assert found == [[2]]
    assert source.reads == 2
