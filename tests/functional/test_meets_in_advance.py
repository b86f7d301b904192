"""The whole mapping brought over in advance, whatever happens on the way; and a night of faults."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle

import pytest
import sqlalchemy as sa

from lti_bridge.errors import RemoteError
from lti_bridge.simulators.meets import seed
from lti_bridge.store.tables import CourseRow, MeetsAttendanceRow, MeetsEventRow, UserRow
from tests.campus import DEMO_CAMPUS
from tests.functional.test_classes_at_meets import later, page_of, taught
from tests.unit.cli.house import run

PEOPLE = 4500
ENGINES = ("sqlite", "postgresql")
ENROLLED = [
    (person, number)
    for number, course in enumerate(DEMO_CAMPUS.courses)
    for person in DEMO_CAMPUS.users
    if person.id in course.roles
]


def enrolled(campus):
    """MEETS knows everybody of the campus, and learns nothing more."""
    courses = [campus.meets.add_course(1, one.id, one.title) for one in DEMO_CAMPUS.courses]
    people = [campus.meets.add_user(1, one.id, first=one.given_name) for one in DEMO_CAMPUS.users]
    return courses, people


def sync(campus, *arguments):
    return run("meets", "sync", *arguments, "--config", campus.file)


def numbers(campus, table):
    query = sa.select(table.meets_id).where(table.meets_id.is_not(None))
    return sorted(campus.bridge.store.database.read(lambda c: c.execute(query).scalars().all()))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_morning_of_term_makes_no_call_at_all(new_campus, engine):
    campus = new_campus(engine, learn=False)
    courses, people = enrolled(campus)
    assert sync(campus).code == 0
    campus.restart()
    campus.meets.faults.forget()
    before = campus.meets.calls.total()
    for person, course in ENROLLED:
        joined = campus.launch(person, campus.link("join", course)).joined_as
        assert int(joined["userID"]) in people
    assert campus.meets.calls.total() == before
    assert campus.meets.faults.requests == []
    assert numbers(campus, CourseRow) == courses


class Crowd:
    """A campus whose MEETS has thousands, and a sync of it as a process."""

    def __init__(self, campus):
        self.campus = campus
        for n in range(PEOPLE):
            campus.meets.add_user(1, f"user-{n:05}")

    def started(self, **options):
        command = [sys.executable, "-m", "lti_bridge.cli", "meets", "sync", "--config"]
        options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
        # A shell that runs the tests in the background has Ctrl-C ignored, for children too.
        return subprocess.Popen(
            [*command, str(self.campus.file)],
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            **options,
        )

    def held_up_after(self, pages):
        """The pages after so many of them come only once the fault is cleared."""
        seen = iter(range(1000))
        self.campus.meets.faults.set(
            "slow",
            seconds=60,
            where=lambda path: path.endswith("list_users") and next(seen) >= pages,
        )

    @property
    def asked(self):
        return self.campus.meets.calls["list_users"]

    def until(self, count):
        end = time.monotonic() + 60
        while len(numbers(self.campus, UserRow)) < count:
            assert time.monotonic() < end, "the pages didn't come in time"
            time.sleep(0.02)


@pytest.mark.parametrize(
    ("engine", "how"), [("sqlite", signal.SIGKILL), ("postgresql", signal.SIGINT)]
)
def test_a_sync_that_ends_half_way_goes_on_where_it_was(new_campus, engine, how):
    crowd = Crowd(new_campus(engine))
    crowd.held_up_after(2)
    process = crowd.started()
    try:
        crowd.until(2000)
        os.kill(process.pid, how)
        assert process.wait(timeout=30) != 0
    finally:
        process.kill()
        process.wait()
    crowd.campus.meets.faults.clear()
    before = crowd.asked
    assert numbers(crowd.campus, UserRow) == list(range(1, 2001))
    found = {one["kind"]: one for one in sync(crowd.campus, "--json").json}
    assert (found["user"]["went_on"], found["user"]["taken"]) == (True, PEOPLE)
    # Two pages it has. Three it needs; the one that nobody waited for any more may come too.
    assert crowd.asked - before <= 4
    assert numbers(crowd.campus, UserRow) == list(range(1, PEOPLE + 1)), "nobody lost or doubled"


def test_a_sync_shows_on_a_terminal_how_far_it_is(new_campus):
    crowd = Crowd(new_campus())
    assert sync(crowd.campus).err == "", "nothing moves where nobody looks"
    ours, theirs = pty.openpty()
    process = crowd.started(stderr=theirs)
    os.close(theirs)
    told = _read(ours, process)
    assert process.wait(timeout=60) == 0
    shown = re.findall(r"people of connection 1 .*?(\d+)/(\d+)", told)
    assert shown[-1] == (str(PEOPLE), str(PEOPLE))
    assert len(set(shown)) > 2, "and it moves"


def _read(terminal: int, process: subprocess.Popen) -> str:
    found = b""
    with suppress(OSError):  # the other end is closed
        while select.select([terminal], [], [], 60)[0]:
            if not (part := os.read(terminal, 65536)):
                break
            found += part
    os.close(terminal)
    return found.decode(errors="replace")


# A night in which MEETS does everything wrong that it can.


def _half(campus) -> Callable[[str], bool]:
    seen = iter(range(1_000_000))
    return lambda _path: next(seen) % 2 == 0


NIGHT = [
    ("500", {}),
    ("html", {}),
    ("slow", {"seconds": 0.2}),
    ("down", {"half": True}),
    ("500", {"half": True}),
]


def test_whatever_meets_does_all_night_nothing_is_lost_and_everybody_gets_in(new_campus):
    campus = taught(new_campus(learn=False))
    courses, people = enrolled(campus)
    seed(campus.meets, connections=1, users=1500, courses=10, events=0, recordings=0)
    page_of(campus, campus.teacher)
    visits = cycle(ENROLLED)
    for hours, (fault, wishes) in enumerate(NIGHT, start=1):
        half = {"where": _half(campus)} if wishes.get("half") else {}
        seconds = {"seconds": wishes["seconds"]} if "seconds" in wishes else {}
        campus.meets.faults.set(fault, **half, **seconds)
        campus.restart()  # whose breakers know nothing: each hour brings the fault anew
        jobs = later(campus, 7.0 * hours)
        assert _gets_in(campus, *next(visits))
        assert sync(campus).code in {0, 1}, "in words, and never a trace"
        for job in (jobs.ask_meets_again, jobs.meets_events):
            with suppress(RemoteError):
                job()
        assert _gets_in(campus, *next(visits))
    campus.meets.faults.clear()
    campus.restart()
    assert sync(campus).code == 0
    page_of(campus, campus.teacher)
    for hours in (80, 90):
        later(campus, hours).meets_events()
    every = [number for number, _ in campus.meets.records.users.after(0)]
    assert numbers(campus, UserRow) == every
    assert set(courses) <= set(numbers(campus, CourseRow))
    _has_all_that_meets_has(campus, courses[0])
    assert set(people) <= set(every)


def _gets_in(campus, person, course):
    return campus.launch(person, campus.link("join", course)).joined_as


def _has_all_that_meets_has(campus, course):
    """Of the course that was looked at: each event once, and who was in each once."""
    theirs = {n: e for n, e in campus.meets.records.events.after(0) if course in e.courses}
    query = sa.select(MeetsEventRow.meets_id, MeetsEventRow.id).join(
        CourseRow, sa.and_(CourseRow.id == MeetsEventRow.course_id, CourseRow.meets_id == course)
    )
    found = campus.bridge.store.database.read(lambda c: c.execute(query).all())
    assert sorted(meets_id for meets_id, _ in found) == sorted(theirs)
    for meets_id, row in found:
        stays = sa.select(sa.func.count()).where(MeetsAttendanceRow.event_id == row)
        count = campus.bridge.store.database.read(lambda c, q=stays: c.execute(q).scalar_one())
        assert count == len(theirs[meets_id].attendance)


def test_while_jobs_wait_for_a_slow_meets_launches_do_not(new_campus):
    campus = taught(new_campus())
    known, stranger = campus.student, campus.other_student
    page_of(campus, known)
    campus.meets.faults.set("slow", seconds=60)
    jobs = [
        threading.Thread(target=_quietly, args=(job,))
        for job in (later(campus).meets_events, lambda: sync(campus))
    ]
    for job in jobs:
        job.start()
    end = time.monotonic() + 30
    while len({r.path for r in campus.meets.faults.requests if "list_" in r.path}) < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    started = time.monotonic()
    assert campus.launch(known, campus.link()).joined_as
    quick = time.monotonic() - started
    assert campus.launch(stranger, campus.link()).joined_as, "without a number, for now"
    assert all(job.is_alive() for job in jobs), "MEETS is still thinking"
    assert quick < 10, "nothing waits for it"
    campus.meets.faults.clear()
    for job in jobs:
        job.join(timeout=60)
        assert not job.is_alive()


def _quietly(job):
    with suppress(RemoteError):
        job()
