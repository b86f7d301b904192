from __future__ import annotations

from lti_bridge.directory.memory import Memory
from tests.unit.directory.launches import Clock
from tests.unit.store.values import at_once


def test_what_was_put_is_there_for_good_or_for_its_time():
    clock = Clock()
    memory = Memory(10, clock=clock)
    assert memory.put("a", 1) == 1
    memory.put("b", 2, 60)
    clock.pass_by(59.9)
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == (1, 2, None)
    clock.pass_by(0.1)
    assert (memory.get("a"), memory.get("b")) == (1, None)
    memory.put("b", 3, 60)
    assert memory.get("b") == 3


def test_what_is_forgotten_is_gone_and_forgetting_twice_is_nothing():
    memory = Memory(10)
    memory.put("a", 1)
    memory.forget("a")
    memory.forget("a")
    assert memory.get("a") is None


def test_a_full_memory_forgets_the_oldest_tenth():
    memory = Memory(20)
    for number in range(20):
        memory.put(number, number)
    memory.put(0, 0)
    memory.put(20, 20)
    known = {number for number in range(21) if memory.get(number) is not None}
    assert known == set(range(21)) - {1, 2}


def test_a_tiny_memory_holds_the_latest():
    memory = Memory(1)
    memory.put("a", 1)
    memory.put("b", 2)
    assert (memory.get("a"), memory.get("b")) == (None, 2)


def test_threads_never_make_it_larger_than_it_may_be():
    memory = Memory(50)

    def fill(thread):
        for number in range(200):
            memory.put((thread, number), number)

    assert at_once(8, fill) == [None] * 8
    assert len(memory._entries) <= 50
