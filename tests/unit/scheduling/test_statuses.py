"""However many wait, on however many nodes: one status call in five seconds."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from lti_bridge.conferencing import Attendee, MeetingInfo
from lti_bridge.errors import RemoteError, StoreUnavailable
from lti_bridge.scheduling import SharedStatuses
from lti_bridge.scheduling.statuses import MOST_NAMES, NOBODY, packed, unpacked
from tests.unit.scheduling.rooms import ANN, TEACHER, follow
from tests.unit.scheduling.workers import ask_with_threads
from tests.unit.store.values import at_once
from tests.unit.store.workers import in_four_processes

FULL = MeetingInfo(
    running=True,
    participants=2,
    moderators=1,
    started_ms=1_760_000_000_000,
    recording=False,
    dial_number="+49 30 1234",
    voice_bridge="70123",
    attendees=(
        Attendee("7", "Tess Teacher", "moderator", has_joined_voice=True),
        Attendee("42", "علی", "attendee", has_video=True),
    ),
)


def asked(building):
    return building.asked("getMeetingInfo") + building.asked("isMeetingRunning")


def people_in(building, meeting, *visitors):
    entrance = building.entrance()
    for visitor in visitors:
        follow(entrance.enter(meeting.id, visitor))


def test_a_thousand_who_wait_on_four_nodes_cost_one_call_in_five_seconds(building, store_url):
    meeting = building.meeting(wait_for_moderator=True)
    building.simulator.faults.set("slow", seconds=0.2)
    answers = in_four_processes(ask_with_threads, store_url, building.url, meeting.id, 10, 25)
    told = [one for process in answers for one in process]
    assert len(told) == 1000
    assert set(told) <= {"False", "unknown"}
    assert "False" in told
    assert asked(building) == 1


def test_what_one_process_was_told_another_reads(building):
    meeting, here, there = building.meeting(), building.statuses(), building.statuses()
    people_in(building, meeting, TEACHER, ANN)
    first = here.ask(meeting)
    assert (first.running, first.participants) == (True, 2)
    assert {one.full_name for one in first.attendees} == {"Tess Teacher", "Ann Bee"}
    second = there.ask(meeting)
    assert (second.participants, second.started_ms) == (2, first.started_ms)
    assert [(one.full_name, one.role) for one in second.attendees] == [
        (one.full_name, one.role) for one in first.attendees
    ]
    assert asked(building) == 1


def test_a_page_on_its_way_asks_nobody(building):
    meeting, here, there = building.meeting(), building.statuses(), building.statuses()
    assert here.known(meeting) is None
    assert asked(building) == 0
    there.ask(meeting)
    assert here.known(meeting) is None, "it looked a moment ago"
    building.clock.pass_by(1)
    assert here.known(meeting).running is False
    building.clock.pass_by(20)
    assert here.known(meeting).running is False, "old, but better than nothing"
    building.clock.pass_by(10)
    assert here.known(meeting) is None
    assert asked(building) == 1


def test_while_one_asks_the_others_have_the_answer_before(building):
    meeting, here, there = building.meeting(), building.statuses(), building.statuses()
    here.ask(meeting)
    building.clock.pass_by(6)
    assert building.store.statuses.claim(meeting.id, int(building.clock() * 1000), 5000)
    people_in(building, meeting, TEACHER)
    assert there.ask(meeting).running is False, "another node is just asking"
    assert here.ask(meeting).running is False
    assert asked(building) == 1
    building.clock.pass_by(5)
    assert here.ask(meeting).running is True, "that node must have died"


def test_nobody_waits_for_a_service_that_hangs_while_an_older_answer_is_there(building):
    meeting, statuses = building.meeting(), building.statuses()
    statuses.ask(meeting)
    building.clock.pass_by(6)
    building.simulator.faults.set("slow", seconds=1.0)
    one = threading.Thread(target=statuses.ask, args=(meeting,))
    one.start()
    while not statuses._asking.under_way(meeting.id):
        pass
    assert [statuses.ask(meeting).running for _ in range(50)] == [False] * 50
    assert one.is_alive(), "it still asks"
    one.join()
    assert asked(building) == 2


def test_where_nothing_is_known_only_a_few_wait_for_a_service_that_hangs(building):
    meeting, statuses = building.meeting(), building.statuses()
    building.simulator.faults.set("slow", seconds=1.0)
    answers = at_once(20, lambda _: statuses.ask(meeting))
    assert answers.count(None) >= 15
    assert [one.running for one in answers if one is not None] == [False] * (
        20 - answers.count(None)
    )
    assert asked(building) == 1


def test_a_service_that_is_down_is_asked_once_a_second_by_all_together(building):
    meeting = building.meeting()
    building.simulator.faults.set("500")
    here, there = building.statuses(), building.statuses()
    for seconds in range(4):
        for _ in range(5):
            with pytest.raises(RemoteError):
                here.ask(meeting)
            assert there.ask(meeting) is None
        assert asked(building) == seconds + 1
        building.clock.pass_by(1)


def test_without_the_database_each_process_asks_by_itself(building):
    class Down:
        def __getattr__(self, _name):
            return self

        def __call__(self, *_arguments):
            raise StoreUnavailable("It is down.", remedy="Start it.", code="store")

    statuses = SharedStatuses(Down(), building.services, clock=building.clock, now=building.clock)
    meeting = building.meeting()
    assert statuses.ask(meeting).running is False
    assert statuses.ask(meeting).running is False
    assert asked(building) == 1
    building.simulator.faults.set("500")
    building.clock.pass_by(6)
    with pytest.raises(RemoteError):
        statuses.ask(meeting)


def test_after_the_end_nobody_says_that_it_runs(building):
    meeting, here, there = building.meeting(), building.statuses(), building.statuses()
    people_in(building, meeting, TEACHER)
    assert here.ask(meeting).running
    building.services.service_for("live").end(meeting.meeting_id)
    here.forget(meeting.id)
    assert not here.ask(meeting).running
    assert not there.ask(meeting).running


def test_a_status_comes_out_as_it_went_in():
    assert unpacked(packed(FULL)) == FULL
    assert unpacked(packed(NOBODY)) == NOBODY


def test_of_a_very_large_class_the_first_names_are_kept_and_the_number_of_all():
    crowd = tuple(Attendee(str(n), f"Student {n}", "attendee") for n in range(3000))
    there = unpacked(packed(replace(FULL, participants=3000, attendees=crowd)))
    assert there.participants == 3000
    assert there.attendees == crowd[:MOST_NAMES]


@pytest.mark.parametrize(
    "text",
    ["", "null", "7", "[]", "{}", "{", '{"attendees":[]}', '{"attendees":7,"running":true}',
     '{"attendees":[[1,2]],"running":true}', '{"attendees":[],"running":true,"newer":1}', "\x00"],
)  # fmt: skip
def test_what_another_version_wrote_is_not_known(text):
    assert unpacked(text) is None
