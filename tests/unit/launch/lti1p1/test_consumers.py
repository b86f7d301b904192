"""The LMSs of LTI 1.1 as a process knows them."""

from __future__ import annotations

import pytest

from lti_bridge.errors import StoreUnavailable
from lti_bridge.launch.lti1p1 import ConsumerBook
from tests.unit.launch.values import a_platform

OLD = a_platform(
    id=2,
    version="1.1",
    issuer="",
    client_id="",
    consumer_key="sakai",
    shared_secret="its secret",
    hosts=frozenset({"sakai.example.edu:8443", "old.example.edu"}),
)


class Stored:
    def __init__(self, *platforms):
        self.platforms = platforms
        self.reads = 0
        self.is_down = False

    def of_lti_1p1(self):
        self.reads += 1
        if self.is_down:
            raise StoreUnavailable("down")
        return list(self.platforms)


@pytest.fixture
def stored():
    return Stored(OLD)


def test_a_platform_is_found_by_its_key_and_its_row(stored):
    book = ConsumerBook(stored)
    assert book.by_key("sakai") is OLD
    assert book.find(2) is OLD
    assert (book.by_key("SAKAI"), book.by_key(""), book.find(1)) == (None, None, None)
    assert stored.reads == 1, "and read once"


def test_who_frames_its_pages_is_said_without_a_scheme(stored):
    assert ConsumerBook(stored).origins() == ("old.example.edu", "sakai.example.edu:8443")


def test_one_whose_secret_cannot_be_opened_lets_nobody_in():
    locked = a_platform(id=2, version="1.1", consumer_key="sakai", shared_secret="")
    book = ConsumerBook(Stored(locked))
    assert book.by_key("sakai") is None
    assert book.find(2) is locked


def test_an_unreachable_store_is_told_to_launches_and_to_nobody_else(stored):
    stored.is_down = True
    book = ConsumerBook(stored)
    with pytest.raises(StoreUnavailable):
        book.by_key("sakai")
    assert (book.find(2), book.origins()) == (None, ())


def test_no_secret_is_in_its_repr():
    assert "its secret" not in repr(OLD)
