"""The worker as a process: killed half-way, it loses nothing and doubles nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lti_bridge.app.background import jobs_of
from lti_bridge.jobs.worker import THREADS
from lti_bridge.store import Profile
from lti_bridge.store.tables import UserRow
from tests.unit.jobs.test_work import later

PEOPLE = 60
MANY = 150
"""So many that they keep a worker busy until another one is there."""
IN_HAND = 20
"""So many a worker takes at once."""


@contextmanager
def worker(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "lti_bridge.cli", "worker", "--config", str(config)],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it didn't come about in time"
        time.sleep(0.02)


def known(campus) -> int:
    query = select(func.count()).where(UserRow.meets_id.is_not(None))
    return campus.bridge.store.database.read(lambda c: c.execute(query).scalar_one())


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_worker_killed_half_way_loses_and_doubles_nothing(new_campus, engine):
    campus = new_campus(engine)
    people = campus.bridge.store.people
    long_ago = int((time.time() - 3600) * 1000)
    course = people.add_course(1, "course", "", "Course", now_ms=long_ago, meets_id=1, asked_ms=1)
    for number in range(PEOPLE):
        people.arrive(
            1, f"person-{number}", Profile(), course_id=course.id, role="attendee", now_ms=long_ago
        )
    with worker(campus.file) as process:
        until(lambda: known(campus) >= 5)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    half = known(campus)
    later(jobs_of(campus.bridge)).ask_meets_again()
    assert known(campus) == PEOPLE, "those in the dead worker's hands come up again"
    asked = campus.meets.calls["from_lti_id_user"]
    assert PEOPLE <= asked <= PEOPLE + THREADS, f"only those in flight come twice (after {half})"
    numbers = select(func.count(UserRow.meets_id.distinct()))
    assert campus.bridge.store.database.read(lambda c: c.execute(numbers).scalar_one()) == PEOPLE


def test_the_worker_ends_with_code_0_at_sigterm(campus):
    with worker(campus.file) as process:
        until(lambda: campus.lms.jwks_requests >= 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_two_workers_on_one_postgresql_ask_for_each_identifier_once(new_campus):
    campus = new_campus("postgresql")
    people = campus.bridge.store.people
    long_ago = int((time.time() - 3600) * 1000)
    course = people.add_course(1, "course", "", "Course", now_ms=long_ago, meets_id=1, asked_ms=1)
    for number in range(PEOPLE):
        people.arrive(
            1, f"person-{number}", Profile(), course_id=course.id, role="attendee", now_ms=long_ago
        )
    with worker(campus.file), worker(campus.file):
        until(lambda: known(campus) == PEOPLE)
    assert campus.meets.calls["from_lti_id_user"] == PEOPLE


def test_what_a_killed_worker_had_in_hand_another_takes_over_and_doubles_nothing(new_campus):
    campus = new_campus("postgresql")
    people = campus.bridge.store.people
    long_ago = int((time.time() - 3600) * 1000)
    course = people.add_course(1, "course", "", "Course", now_ms=long_ago, meets_id=1, asked_ms=1)
    for number in range(MANY):
        people.arrive(
            1, f"person-{number}", Profile(), course_id=course.id, role="attendee", now_ms=long_ago
        )
    campus.meets.faults.set("slow", seconds=0.3)
    with worker(campus.file) as first:
        until(lambda: known(campus) >= 3)
        with worker(campus.file):
            until(lambda: runs_of(campus, "key_sets") >= 2, 60)  # the second is there
            assert runs_of(campus, "ask_meets_again") == 0, "it leaves that to the first"
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
            campus.meets.faults.clear()
            assert known(campus) < MANY - IN_HAND
            until(lambda: known(campus) >= MANY - IN_HAND, 60)
    later(jobs_of(campus.bridge)).ask_meets_again()
    assert known(campus) == MANY, "what was in its hands comes up again a minute later"
    asked = campus.meets.calls["from_lti_id_user"]
    assert MANY <= asked <= MANY + THREADS, "only what was in flight came twice"


def runs_of(campus, name: str) -> int:
    return {run.name: run.runs for run in campus.bridge.store.job_runs.all()}.get(name, 0)
