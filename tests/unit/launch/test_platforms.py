"""The platforms as a process knows them: read again now and then, never in a launch's way."""

from __future__ import annotations

import threading

import pytest

from lti_bridge.errors import NotAllowed, StoreUnavailable
from lti_bridge.launch import PlatformBook
from tests.unit.launch.values import a_platform


class Stored:
    """A store that can be down or slow."""

    def __init__(self):
        self.platforms = [a_platform()]
        self.reads = 0
        self.is_down = False
        self.entered, self.hold = threading.Event(), None

    def all(self):
        self.reads += 1
        self.entered.set()
        if self.hold:
            self.hold.wait(5)
        if self.is_down:
            raise StoreUnavailable("down")
        return list(self.platforms)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def stored():
    return Stored()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def book(stored, clock):
    return PlatformBook(stored, clock=clock)


def test_platforms_are_read_once_in_twenty_seconds(book, stored, clock):
    for clock.now in (0.0, 10.0, 19.9):
        assert book.by_id(1).name == "Riverbank"
        assert book.by_issuer("https://lms.example.edu", "").id == 1
    assert stored.reads == 1
    clock.now = 20.0
    stored.platforms.append(a_platform(id=2, issuer="https://two.example"))
    assert book.by_issuer("https://two.example", "client-1").id == 2
    assert stored.reads == 2


def test_a_change_can_be_seen_at_once(book, stored):
    book.by_id(1)
    stored.platforms = []
    book.forget()
    with pytest.raises(NotAllowed):
        book.by_id(1)
    assert book.find(1) is None


def test_a_database_that_is_down_is_told_of_only_while_nothing_is_known(book, stored, clock):
    stored.is_down = True
    with pytest.raises(StoreUnavailable):
        book.by_id(1)
    assert book.find(1) is None
    assert book.origins() == ()
    stored.is_down = False
    assert book.by_id(1)
    stored.is_down = True
    clock.now = 60.0
    assert book.by_id(1)
    assert book.origins() == ("https://lms.example.edu",)


def test_one_thread_reads_again_and_the_others_go_on(book, stored, clock):
    book.by_id(1)
    clock.now, stored.hold = 60.0, threading.Event()
    stored.entered.clear()
    reader = threading.Thread(target=book.by_id, args=(1,))
    reader.start()
    assert stored.entered.wait(5)
    assert book.by_id(1)
    assert stored.reads == 2
    stored.hold.set()
    reader.join()


def test_threads_that_come_first_wait_for_one_reading(book, stored):
    stored.hold = threading.Event()
    found = []
    crowd = [threading.Thread(target=lambda: found.append(book.by_id(1))) for _ in range(4)]
    for thread in crowd:
        thread.start()
    assert stored.entered.wait(5)
    stored.hold.set()
    for thread in crowd:
        thread.join()
    assert len(found) == 4
    assert stored.reads == 1


def test_every_platforms_origins_once(book, stored):
    stored.platforms.append(a_platform(id=2, hosts=frozenset({"lms.example.edu", "b.example"})))
    assert book.origins() == ("https://lms.example.edu", "https://b.example")
