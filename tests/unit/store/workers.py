"""Other processes of the bridge, for what must hold between processes."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import cache
from multiprocessing import get_context
from typing import Any

from sqlalchemy import text

from lti_bridge.errors import StoreError
from lti_bridge.settings import Conferencing
from lti_bridge.store import ToolKeys, Vault, open_store, schema
from tests.unit.store.values import KEY, NOW, a_database, a_platform, an_old_platform

PROCESSES = 4


@cache
def _pool() -> ProcessPoolExecutor:
    """The same four for all tests, since starting them is the slow part; they end by themselves."""
    pool = ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"))
    for each in [pool.submit(time.sleep, 0.3) for _ in range(PROCESSES)]:
        each.result()  # so long that each process gets one
    return pool


def in_four_processes(work: Callable[..., Any], *arguments: Any) -> list[Any]:
    """What a function gives in four other processes that run it at the same moment."""
    pool = _pool()
    moment = time.time() + 0.1
    flights = [pool.submit(_at, moment, work, *arguments) for _ in range(PROCESSES)]
    return [flight.result(timeout=60) for flight in flights]


def _at(moment: float, work: Callable[..., Any], *arguments: Any) -> Any:
    time.sleep(max(0.0, moment - time.time()))
    return work(*arguments)


# What they do. It stands here so that they need to import no test.


def upgrade(url: str) -> str | None:
    with a_database(url) as database:
        schema.upgrade(database)
        return schema.present(database)


def write_many(url: str) -> list[str]:
    failures = []
    statement = text("INSERT INTO nonces VALUES (:n, 'd', :t, :t)")
    with a_database(url) as database:
        for _ in range(40):
            values = {"n": secrets.token_hex(16), "t": NOW}
            try:
                database.write(lambda c, v=values: c.execute(statement, v))
            except StoreError as error:
                failures.append(error.message)
    return failures


def synchronise(url: str) -> int:
    with closing(open_store(url, [KEY])) as store:
        platforms = [a_platform(), a_platform(client_id="client-2"), an_old_platform()]
        store.platforms.synchronise(platforms, NOW)
        return len(store.platforms.all())


def tool_keys(url: str) -> list[str]:
    with closing(open_store(url, [KEY])) as store:
        return [key.kid for key in store.keys.all()]


def rotate_keys(url: str) -> bool:
    with closing(open_store(url, [KEY])) as store:
        return store.keys.follow()


def rotate_keys_that_are_due(url: str) -> bool:
    with closing(open_store(url, [KEY])) as store:
        keys = ToolKeys(store.database, Vault([KEY]), now=lambda: time.time() + 90 * 86_400)
        return keys.follow_if_due(90)


def replace_keys(url: str) -> None:
    with closing(open_store(url, [KEY])) as store:
        store.keys.replace()


def synchronise_services(url: str) -> list[tuple[str, str, str]]:
    with closing(open_store(url, [KEY])) as store:
        services = [
            Conferencing(
                name="live", kind="meetingz", url="https://live.example/", secret="x" * 20
            ),
            Conferencing(
                name="webinars",
                kind="onstream",
                url="https://onstream.example/api/2/",
                username="johndoe",
                password="y" * 20,
                timezone="UP1",
            ),
        ]
        store.services.synchronise(services, NOW)
        return [(each.name, each.kind, each.managed_by) for each in store.services.all()]


def take_slots(url: str, name: str, seconds: float, rounds: int) -> list[tuple[float, float]]:
    """When each of this process's calls began and ended, by two threads."""
    times = []

    def call() -> None:
        for _ in range(rounds):
            with closing_store(url) as store, store.call_slots.one(name, calls=10, seconds=seconds):
                began = time.time()
                time.sleep(0.005)
                times.append((began, time.time()))

    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def closing_store(url: str) -> Any:
    return closing(open_store(url, (KEY,)))


def take_gradings(url: str, now_ms: int) -> list[int]:
    """Meetings whose grading this process got, one after another."""
    found: list[int] = []
    with closing_store(url) as store:
        while tasks := store.gradebook.take_due(now_ms, 60_000, limit=1):
            found += [task.meeting.id for task in tasks]
    return found


def bring(url: str, old: Any, new: Any) -> tuple[bool, tuple[str, ...]]:
    with closing_store(url) as store:
        brought = store.moving.bring(old, new, NOW)
        return brought.whole, brought.notes
