"""A thousand people who wait for their teacher: what they cost the service, and the bridge."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from tests.bench.client import Connection, Lms, Person, launch

if TYPE_CHECKING:
    from tests.bench.stage import Server
    from tests.bench.world import World

T = TypeVar("T")
R = TypeVar("R")

PAUSE: Final = 10.0
"""Seconds between two questions of one page."""
ROUNDS: Final = 3
THREADS: Final = 16
SESSION: Final = re.compile(rb'name="session" value="([^"]+)"')


@dataclass
class Waited:
    """What came of it."""

    people: int = 0
    pause: float = PAUSE
    calls_per_5s: float = 0.0
    milliseconds: float = 0.0
    """Of server CPU for a question."""


def wait(
    address: tuple[str, int], second: Server, lms: Lms, world: World, people: list[Person]
) -> Waited:
    """Launch everybody at ``address``, then let their pages ask at ``second``."""
    with _connections(address) as connections:
        sessions = _each(people, connections, lambda at, person: _session(at, lms, person))
    with _connections(second.address) as connections:
        calls, cpu, began = world.status_calls(), second.cpu(), time.perf_counter()
        for number in range(ROUNDS):
            _round(sessions, connections, began + number * PAUSE)
        took = max(ROUNDS * PAUSE, time.perf_counter() - began)
        calls, cpu = world.status_calls() - calls, second.cpu() - cpu
    questions = ROUNDS * len(people)
    return Waited(len(people), PAUSE, calls / took * 5, cpu / questions * 1000)


def _session(connection: Connection, lms: Lms, person: Person) -> bytes:
    status = launch(connection, lms, person)
    found = SESSION.search(connection.body)
    if status != 200 or found is None:
        raise AssertionError(f"{person} doesn't wait: {status}")
    return found[1]


def _round(sessions: list[bytes], connections: list[Connection], begins: float) -> None:
    """Everybody asks once, evenly over the pause, as pages do that were opened one by one."""
    numbered = list(enumerate(sessions))

    def ask(connection: Connection, one: tuple[int, bytes]) -> None:
        number, session = one
        due = begins + number * PAUSE / len(sessions)
        time.sleep(max(0.0, due - time.perf_counter()))
        status, _ = connection.post(b"/course/status", b"", bearer=session)
        if status != 200 or b'"open":false' not in connection.body.replace(b" ", b""):
            raise AssertionError(f"status answered {status}: {connection.body[:200]!r}")

    _each(numbered, connections, ask)


def _each(
    ones: list[T], connections: list[Connection], work: Callable[[Connection, T], R]
) -> list[R]:
    threads = len(connections)

    def some(number: int) -> list[R]:
        return [work(connections[number], one) for one in ones[number::threads]]

    with ThreadPoolExecutor(threads) as pool:
        return [one for part in pool.map(some, range(threads)) for one in part]


@contextmanager
def _connections(address: tuple[str, int]) -> Iterator[list[Connection]]:
    made = [Connection(*address) for _ in range(THREADS)]
    try:
        yield made
    finally:
        for one in made:
            one.close()
