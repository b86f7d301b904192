from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from multiprocessing import get_context
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import delete

from lti_bridge.errors import (
    NotAllowed,
    RemoteError,
    RemoteTimeout,
    RemoteUnavailable,
    ServiceMissing,
)
from lti_bridge.http.flights import Crowded
from lti_bridge.scheduling.opening import HOLD_SECONDS, MOST_WAITING, details
from lti_bridge.store.tables import MeetingRow
from tests.unit.scheduling.workers import open_and_hang, open_with_threads
from tests.unit.store.values import at_once
from tests.unit.store.workers import in_four_processes


def create_time(building, meeting):
    return building.simulator.meetings[meeting.meeting_id].create_time


def test_a_meeting_is_created_and_its_time_remembered(building):
    meeting = building.meeting()
    opened = building.opener().open(meeting).create_time
    assert opened == create_time(building, meeting)
    row = building.store.meetings.by_id(meeting.id)
    assert (row.create_time, row.confirmed_ms) == (opened, int(building.clock() * 1000))


def test_within_20_seconds_it_is_created_once_and_then_again(building):
    meeting, opener = building.meeting(), building.opener()
    opened = set()
    for _ in range(4):
        opened |= {opener.open(meeting).create_time, building.opener().open(meeting).create_time}
        building.clock.pass_by(4.9)
    assert len(building.creates) == 1
    building.clock.pass_by(0.4)
    opened |= {opener.open(meeting).create_time}
    assert len(building.creates) == 2
    assert opened == {create_time(building, meeting)}


def test_64_threads_make_one_create_and_none_waits_for_a_seat(building):
    building.simulator.faults.set("slow", seconds=0.3)
    meeting, opener = building.meeting(), building.opener()
    results = at_once(64, lambda _: opener.open(meeting).create_time)
    assert len(building.creates) == 1
    kinds = Counter(type(one) for one in results)
    assert kinds.keys() <= {int, Crowded}
    assert kinds[int] >= MOST_WAITING + 1, "the first, and as many as may wait for it"
    assert {opener.open(meeting).create_time for _ in range(64)} == {create_time(building, meeting)}
    assert len(building.creates) == 1


def test_every_other_course_has_a_create_of_its_own(building):
    opener = building.opener()
    meetings = [building.meeting(link=str(number)) for number in range(8)]
    times = at_once(8, lambda number: opener.open(meetings[number]).create_time)
    assert times == [create_time(building, meeting) for meeting in meetings]
    assert len(building.creates) == 8


def test_four_processes_with_16_threads_each_make_one_create(building, store_url):
    building.simulator.faults.set("slow", seconds=0.2)
    meeting = building.meeting()
    results = in_four_processes(open_with_threads, store_url, building.url, meeting.id, 16)
    assert {one for share in results for one in share} == {create_time(building, meeting)}
    assert len(building.creates) == 1


def test_create_says_the_same_every_time_whoever_asks(building):
    meeting = building.meeting()
    for stale in (meeting, replace(meeting, name="An older name", logout_url="", confirmed_ms=0)):
        for opener in (building.opener(), building.opener()):
            opener.open(stale)
            building.clock.pass_by(21)
    assert len(building.creates) == 4
    assert len(set(building.creates)) == 1


def test_details_are_what_the_contract_says(building):
    meeting = building.meeting()
    assert details(meeting) == details(building.store.meetings.by_id(meeting.id))
    building.opener().open(meeting)
    given = dict(parse_qsl(building.creates[0]))
    assert given.pop("checksum")
    assert given == {
        "name": "Biology – Lectures",
        "meetingID": meeting.meeting_id,
        "attendeePW": meeting.attendee_password,
        "moderatorPW": meeting.moderator_password,
        "logoutURL": "https://lms.example.edu/back",
        "meta_bbb-context-id": "course-1",
        "meta_bbb-origin": "LTI Bridge",
        "meta_bridge-meeting": meeting.meeting_id,
        "meta_meets-id-connection": "7",
        "meta_meets-id-course": "12",
    }


def test_what_is_not_known_is_not_said(building):
    meeting = building.meeting(meets_course_id=None, lti_context_id="", record=True)
    metadata = details(meeting).metadata
    assert sorted(metadata) == ["bbb-origin", "bridge-meeting", "meets-id-connection"]
    assert details(meeting).record


def test_a_create_that_fails_is_the_answer_to_everybody_for_a_moment(building):
    building.simulator.faults.set("500")
    meeting, opener = building.meeting(), building.opener()
    results = at_once(40, lambda _: _tried(opener, meeting))
    results += [_tried(opener, meeting) for _ in range(300)]
    assert {type(one) for one in results} == {RemoteUnavailable}
    assert len(building.creates) == 1
    assert len({id(one) for one in results}) == 1, "and no traceback that grows with it"
    depth, trace = 0, results[0].__traceback__
    while trace is not None:
        depth, trace = depth + 1, trace.tb_next
    assert depth < 50
    building.simulator.faults.clear()
    building.clock.pass_by(1.1)
    assert opener.open(meeting).create_time == create_time(building, meeting), (
        "the claim was given back"
    )


def _tried(opener, meeting):
    try:
        return opener.open(meeting).create_time
    except RemoteError as error:
        return error


def test_another_process_may_try_at_once_after_a_failure(building):
    meeting = building.meeting()
    building.simulator.faults.set("500", times=1)
    with pytest.raises(RemoteUnavailable):
        building.opener().open(meeting)
    assert building.opener().open(meeting).create_time == create_time(building, meeting)


def test_a_service_that_left_the_settings_is_said_and_the_claim_given_back(building):
    meeting = building.meeting(service="elsewhere")
    for _ in range(2):
        with pytest.raises(ServiceMissing):
            building.opener().open(meeting)
    assert building.store.meetings.by_id(meeting.id).confirmed_ms == 0


def test_a_meeting_that_is_gone_is_said(building):
    meeting = building.meeting()
    building.store.database.write(lambda c: c.execute(delete(MeetingRow)))
    with pytest.raises(NotAllowed) as refusal:
        building.opener().open(meeting)
    assert refusal.value.code == "meeting_gone"


def claimed(building, meeting):
    """As another process holds it that is calling ``create`` just now."""
    return building.store.meetings.claim(
        meeting.id,
        now_ms=int(building.clock() * 1000),
        confirmed_before_ms=0,
        hold_ms=int(HOLD_SECONDS * 1000),
    )


class Hurrying:
    """A clock by which every look takes so many seconds."""

    def __init__(self, start, step):
        self.seconds, self.step = start, step

    def __call__(self):
        self.seconds += self.step
        return self.seconds


def test_while_another_process_creates_this_one_waits_for_its_answer(building):
    meeting = building.meeting()
    claim = claimed(building, meeting)
    opener = building.opener()

    def work(number):
        if number == 0:
            return opener.open(meeting).create_time
        time.sleep(0.12)
        building.store.meetings.confirmed(claim, 555, "", int(building.clock() * 1000))
        return None

    assert at_once(2, work)[0] == 555
    assert building.creates == []
    assert opener.open(meeting).create_time == 555


def test_another_process_that_takes_too_long_is_not_waited_for(building):
    meeting = building.meeting()
    building.store.meetings.claim(
        meeting.id,
        now_ms=int(building.clock() * 1000),
        confirmed_before_ms=0,
        hold_ms=60_000,
    )
    opener = building.opener(now=Hurrying(building.clock(), 1.5))
    with pytest.raises(RemoteTimeout) as failure:
        opener.open(meeting)
    assert (failure.value.code, failure.value.service) == ("opening_elsewhere", "live")
    assert building.creates == []


def test_a_process_that_died_while_creating_is_succeeded_by_the_next(building, store_url):
    meeting = building.meeting()
    building.simulator.faults.set("slow", seconds=30)
    process = get_context("spawn").Process(
        target=open_and_hang, args=(store_url, building.url, meeting.id)
    )
    process.start()
    while not building.creates:
        time.sleep(0.01)
    process.kill()
    process.join()
    building.simulator.faults.clear()
    assert not building.simulator.meetings or len(building.creates) == 1
    later = time.time() + HOLD_SECONDS - 1

    def now():
        return later + time.time() - started

    started = time.time()
    assert building.opener(now=now).open(meeting).create_time == create_time(building, meeting)
    assert time.time() - started > 0.2, "not before the claim has run out"
    assert len(building.creates) == 2
    assert len(set(building.creates)) == 1
