"""So many calls in any window, whoever makes them."""

from __future__ import annotations

import time

import pytest

from lti_bridge.store import CallSlots
from lti_bridge.store.call_slots import HELD_MS
from tests.unit.store.stores import upgraded
from tests.unit.store.values import at_once, opened
from tests.unit.store.workers import in_four_processes, take_slots

WINDOW = 0.6


class Clock:
    def __init__(self):
        self.seconds = 1_700_000_000.0
        self.slept = []

    def now(self):
        return self.seconds

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def timed(tmp_path):
    """Slots of a SQLite store, by a clock that waits for nobody."""
    clock = Clock()
    with opened(upgraded(f"sqlite:///{tmp_path / 'bridge.db'}")) as store:
        yield clock, CallSlots(store.database, sleep=clock.sleep, now=clock.now)


def test_four_processes_together_never_call_more_often_than_allowed(store, store_url):
    per_process = in_four_processes(take_slots, store_url, "key", WINDOW, 4)
    times = sorted(time for process in per_process for time in process)
    assert len(times) == 4 * 2 * 4
    for _, ended in times:
        later = [began for began, _ in times if ended < began]
        if len(later) >= 10:
            assert later[9] - ended >= WINDOW - 0.01, "the tenth after one is a window later"
    assert times[-1][0] - times[0][0] < 20 * WINDOW, "and nobody waits without need"


def test_threads_of_a_process_share_them_too(store):
    began = time.monotonic()

    def call(_):
        with store.call_slots.one("key", calls=3, seconds=WINDOW):
            return time.monotonic() - began

    times = sorted(at_once(7, call))
    assert times[3] >= WINDOW - 0.02
    assert times[6] >= 2 * WINDOW - 0.02


def test_each_name_has_its_own(timed):
    clock, slots = timed
    for name in ("one", "two"):
        for _ in range(10):
            with slots.one(name, calls=10, seconds=5):
                pass
    assert clock.slept == []
    with slots.one("one", calls=10, seconds=5):
        pass
    assert sum(clock.slept) == pytest.approx(5)


def test_the_time_of_a_slot_is_the_end_of_its_call(timed):
    clock, slots = timed
    with slots.one("key", calls=1, seconds=5):
        clock.seconds += 30
    with slots.one("key", calls=1, seconds=5):
        pass
    assert sum(clock.slept) == pytest.approx(5)


def test_a_call_that_failed_counts_all_the_same(timed):
    clock, slots = timed
    with pytest.raises(ValueError, match="no"), slots.one("key", calls=1, seconds=5):
        raise ValueError("no")
    with slots.one("key", calls=1, seconds=5):
        pass
    assert sum(clock.slept) == pytest.approx(5)


def test_a_process_that_died_in_its_call_gives_the_slot_back_in_time(timed):
    clock, slots = timed
    died = slots.one("key", calls=1, seconds=5)
    died.__enter__()
    with slots.one("key", calls=1, seconds=5):
        pass
    assert HELD_MS / 1000 <= sum(clock.slept) <= HELD_MS / 1000 + 10


def test_a_clock_that_is_set_back_stops_nobody_for_long(timed):
    clock, slots = timed
    with slots.one("key", calls=1, seconds=5):
        pass
    clock.seconds -= 86_400
    with slots.one("key", calls=1, seconds=5):
        pass
    assert sum(clock.slept) <= HELD_MS / 1000 + 10
