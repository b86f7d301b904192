"""One asks, all get it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_bridge.http.flights import Crowded, Flights


class Call:
    """Something slow that counts how often it was asked, and ends when it is let."""

    def __init__(self, error: Exception | None = None) -> None:
        self.times = 0
        self.begun = threading.Event()
        self.go = threading.Event()
        self._error = error

    def __call__(self) -> int:
        self.times += 1
        self.begun.set()
        assert self.go.wait(10)
        if self._error:
            raise self._error
        return 42


def test_of_many_threads_one_asks_and_all_get_the_answer():
    flights: Flights[str, int] = Flights()
    call = Call()
    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(flights.call, "a", call)
        assert call.begun.wait(10)
        others = [pool.submit(flights.call, "a", call) for _ in range(19)]
        call.go.set()
        assert [one.result(10) for one in (first, *others)] == [42] * 20
    assert call.times <= 2, "those that came after the answer may have asked once more"


def test_all_get_the_failure_too_and_the_next_asks_anew():
    flights: Flights[str, int] = Flights()
    call = Call(ValueError("no"))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(flights.call, "a", call)
        assert call.begun.wait(10)
        call.go.set()
        with pytest.raises(ValueError, match="no"):
            first.result(10)
    assert flights.call("a", lambda: 7) == 7


def test_different_keys_do_not_wait_for_each_other():
    flights: Flights[str, int] = Flights()
    call = Call()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(flights.call, "a", call)
        assert call.begun.wait(10)
        assert flights.call("b", lambda: 7) == 7
        call.go.set()
        assert slow.result(10) == 42


def test_where_every_seat_is_taken_nobody_waits():
    flights: Flights[str, int] = Flights(most_waiting=1)
    call = Call()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(flights.call, "a", call)
        assert call.begun.wait(10)
        second = pool.submit(flights.call, "a", call)
        while flights._seats._value:  # until the second has its seat
            assert not second.done()
        with pytest.raises(Crowded):
            flights.call("a", lambda: 0)
        call.go.set()
        assert first.result(10) == second.result(10) == 42
    assert flights.call("a", lambda: 7) == 7, "the seat is free again"
