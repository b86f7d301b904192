"""Who is in class, seen once a minute: with every kind of service, over its real calls."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import pytest

from lti_bridge.app.background import jobs_of
from lti_bridge.errors import RemoteError
from tests.functional.grading import row_of, rows
from tests.functional.test_collecting import RECORDED, end_it
from tests.functional.test_every_service import class_page

ROWS = "SELECT user_id, name, was_host, joined_ms, left_ms FROM attendances WHERE source = :s"


def at(campus, minutes):
    return replace(jobs_of(campus.bridge), now=lambda: time.time() + minutes * 60.0)


def hold_a_class(campus):
    for person in (campus.teacher, campus.student):
        class_page(campus.launch(person, campus.link(), claims=RECORDED))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.parametrize("kind", ["meetingz", "mconf", "bigbluebutton"])
def test_who_is_in_is_noted(new_campus, kind, engine):
    campus = new_campus(engine, kind=kind, meets=False)
    hold_a_class(campus)
    for minute in (0, 1, 2):
        assert at(campus, minute).sampling() == 1
    found = rows(campus, ROWS, s="sampled")
    assert {(one.user_id, bool(one.was_host)) for one in found} == {
        (row_of(campus, campus.teacher), True),
        (row_of(campus, campus.student), False),
    }
    assert all(115_000 < one.left_ms - one.joined_ms < 130_000 for one in found)


def test_a_service_that_doesn_t_say_who_is_in_is_not_asked(new_campus):
    campus = new_campus(kind="onstream", meets=False)
    for person in (campus.teacher, campus.student):
        campus.launch(person, campus.link())
    before = len(campus.service.faults.requests)
    assert at(campus, 0).sampling() == 0
    assert len(campus.service.faults.requests) == before
    assert rows(campus, ROWS, s="sampled") == []


def test_a_minute_costs_a_call_for_each_class_and_nothing_when_it_is_over(new_campus):
    campus = new_campus(kind="bigbluebutton", meets=False)
    hold_a_class(campus)
    before = len(campus.service.faults.requests)
    at(campus, 0).sampling()
    assert len(campus.service.faults.requests) == before + 1
    end_it(campus)
    before = len(campus.service.faults.requests)
    assert at(campus, 1).sampling() == 0
    assert len(campus.service.faults.requests) == before, "it told us that it ended"


def test_a_service_that_fails_is_told_of_and_asked_again(new_campus):
    campus = new_campus(kind="mconf", meets=False)
    hold_a_class(campus)
    for fault in ("500", "html"):
        campus.service.faults.set(fault)
        with pytest.raises(RemoteError):
            at(campus, 0).sampling()
    campus.service.faults.clear()
    campus.restart()
    assert at(campus, 1).sampling() == 1


def test_what_the_service_tells_afterwards_has_the_word(new_campus):
    campus = new_campus(kind="bigbluebutton", meets=False)
    hold_a_class(campus)
    at(campus, 0).sampling()
    end_it(campus)
    assert at(campus, 10).collect_records() == 1
    sources = {row.source for row in rows(campus, "SELECT source FROM attendances")}
    assert sources == {"sampled", "callback"}
    (number,) = {row.id for row in rows(campus, "SELECT id FROM meetings")}
    told = rows(campus, "SELECT * FROM attendances WHERE source = 'callback'")
    assert len(campus.bridge.store.reports.attendance(number)) == len(told) == 2


def test_a_class_that_nobody_came_to_leaves_nothing(new_campus):
    campus = new_campus(kind="bigbluebutton", meets=False)
    campus.launch(campus.teacher, campus.link(), claims=RECORDED)  # its window was closed at once
    assert at(campus, 0).sampling() == 0
    assert rows(campus, ROWS, s="sampled") == []


def test_a_service_that_fails_is_asked_once_a_run(new_campus):
    campus = new_campus(kind="bigbluebutton", meets=False)
    hold_a_class(campus)
    class_page(campus.launch(campus.teacher, campus.link("join"), claims=RECORDED))
    campus.service.faults.set("html")
    before = len(campus.service.faults.requests)
    with pytest.raises(RemoteError):
        at(campus, 0).sampling()
    assert len(campus.service.faults.requests) == before + 1


def test_a_run_ends_before_the_next_begins(new_campus):
    campus = new_campus(kind="bigbluebutton", meets=False)
    hold_a_class(campus)
    class_page(campus.launch(campus.teacher, campus.link("join"), claims=RECORDED))
    minutes = itertools.count()
    slow = replace(
        jobs_of(campus.bridge), now=lambda: time.time() + 55.0 * next(minutes)
    )  # fmt: skip
    assert slow.sampling() == 0, "it has no time left"
    assert at(campus, 0).sampling() == 2
