"""isMeetingRunning, getMeetingInfo, getMeetings, end: over a socket, good and bad."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lti_bridge.conferencing import Created, Visitor
from lti_bridge.conferencing.family import BigBlueButton, MconfLive
from lti_bridge.errors import RemoteRejected
from tests.unit.conferencing.family.simulated import pair_of
from tests.unit.conferencing.services import (
    ANN,
    DETAILS,
    FAMILY,
    TEACHER,
    Canned,
    connected,
    failed,
    follow,
    sent,
)

MEETING = DETAILS.meeting_id


@pytest.fixture(params=FAMILY, ids=lambda kind: kind.kind)
def pair(request):
    with pair_of(request.param) as pair:
        yield pair


def join(pair, *visitors, meeting=DETAILS):
    created = pair.service.create(meeting)
    for visitor in visitors:
        assert follow(pair.service.join_url(meeting, visitor, created))[0] == 302
    return pair.simulator.meetings[meeting.meeting_id]


def test_a_meeting_runs_from_the_first_join_on(pair):
    assert not pair.service.is_running(MEETING)
    assert pair.service.info(MEETING) is None
    join(pair)
    assert not pair.service.is_running(MEETING)
    assert not pair.service.info(MEETING).running
    join(pair, ANN, TEACHER)
    assert pair.service.is_running(MEETING)
    info = pair.service.info(MEETING)
    assert (info.running, info.participants, info.moderators) == (True, 2, 1)
    pair.service.end(MEETING, DETAILS.moderator_password)
    assert not pair.service.is_running(MEETING)
    assert pair.service.info(MEETING) is None


def test_everything_of_a_meeting_is_read(pair):
    details = replace(DETAILS, max_participants=20, duration_minutes=90)
    meeting = join(pair, ANN, TEACHER, meeting=details)
    ann, teacher = meeting.participants
    ann.listening, teacher.voice, teacher.video = True, True, 2
    info = pair.service.info(MEETING)
    assert info.name == DETAILS.name
    assert info.remote_id == meeting.internal_id
    assert info.create_time == meeting.create_time
    assert info.started_ms == int(meeting.started_at * 1000)
    assert info.ended_ms is None
    assert (info.duration_minutes, info.max_participants) == (90, 20)
    assert (info.listeners, info.voice_participants) == (1, 1)
    assert (info.has_user_joined, info.recording, info.forcibly_ended) == (True, True, False)
    assert (info.voice_bridge, info.dial_number) == (meeting.voice_bridge, "613-555-1234")
    assert (info.attendee_password, info.moderator_password) == (
        DETAILS.attendee_password,
        DETAILS.moderator_password,
    )
    assert info.metadata == DETAILS.metadata
    first, second = info.attendees
    assert (first.user_id, first.full_name, first.role) == ("42", "Ann Bee", "attendee")
    assert (first.is_listening_only, first.has_joined_voice, first.has_video) == (
        True,
        False,
        False,
    )
    assert (second.is_presenter, second.has_joined_voice, second.has_video) == (True, True, True)


def test_every_meeting_is_listed_and_none_are_none(pair):
    assert list(pair.service.meetings()) == []
    for number in range(3):
        join(pair, ANN, meeting=replace(DETAILS, meeting_id=f"lti-{number}", name=f"№ {number}"))
    listed = list(pair.service.meetings())
    assert {one.meeting_id: one.name for one in listed} == {
        "lti-0": "№ 0",
        "lti-1": "№ 1",
        "lti-2": "№ 2",
    }
    assert all(one.running and one.participants == 1 for one in listed)
    assert all(one.moderator_password == DETAILS.moderator_password for one in listed)


def test_breakout_rooms_are_told_of():
    with pair_of(BigBlueButton) as pair:
        join(pair, TEACHER)
        # Rooms are made inside the class; the simulator takes a create for one.
        for number in (1, 2):
            pair.service._calls.get(
                "create",
                {
                    "name": f"Room {number}",
                    "meetingID": f"room-{number}",
                    "isBreakout": "true",
                    "parentMeetingID": MEETING,
                    "sequence": str(number),
                    "freeJoin": "true",
                }.items(),
            )
        assert pair.service.info(MEETING).breakout_rooms == ("room-1", "room-2")
        room = pair.service.info("room-2")
        assert (room.parent_meeting_id, room.sequence, room.free_join) == (MEETING, 2, True)
        assert pair.service.info(MEETING).sequence is None
        listed = {one.meeting_id: one for one in pair.service.meetings()}
        assert listed["room-1"].parent_meeting_id == MEETING


def test_end_puts_everybody_out_with_the_moderators_password(pair):
    join(pair, ANN)
    pair.service.end(MEETING, DETAILS.moderator_password)
    assert sent(pair.last) == {"meetingID": MEETING, "password": DETAILS.moderator_password}
    assert pair.simulator.meetings == {}
    assert [one.meeting_id for one in pair.simulator.ended] == [MEETING]


def test_end_asks_for_the_password_where_it_is_not_known(pair):
    join(pair, ANN)
    pair.service.end(MEETING)
    assert [each.path.rpartition("/")[2] for each in pair.simulator.faults.requests][-2:] == [
        "getMeetingInfo",
        "end",
    ]
    assert sent(pair.last)["password"] == DETAILS.moderator_password
    assert pair.simulator.meetings == {}


def test_end_of_a_meeting_that_is_not_there_is_no_error(pair):
    pair.service.end(MEETING)
    pair.service.end(MEETING, "any")
    pair.service.cancel(DETAILS)
    assert [request.path.rpartition("/")[2] for request in pair.simulator.faults.requests] == [
        "getMeetingInfo",
        "end",
        "end",
    ]


def test_a_wrong_password_ends_nothing(pair):
    join(pair, ANN)
    with pytest.raises(RemoteRejected) as refusal:
        pair.service.end(MEETING, "attendee-pass")
    assert refusal.value.code == "invalidPassword"
    assert "attendee-pass" not in f"{refusal.value!r} {refusal.value} {refusal.value.remedy}"
    assert MEETING in pair.simulator.meetings


def test_cancel_ends_what_runs(pair):
    join(pair, ANN)
    pair.service.cancel(DETAILS)
    assert pair.simulator.meetings == {}


@pytest.mark.parametrize("call", ["is_running", "info", "end"])
def test_a_meeting_id_that_cannot_be_one_is_refused(pair, call):
    with pytest.raises(RemoteRejected) as refusal:
        getattr(pair.service, call)("a,b")
    assert refusal.value.code == "validationError"


@pytest.mark.parametrize("key", ["notFound", "invalidMeetingIdentifier", "meetingForciblyEnded"])
def test_services_that_do_not_know_a_meeting_say_so_in_several_ways(key):
    for kind in FAMILY:
        with connected(kind, Canned(failed(key))) as service:
            assert not service.is_running(MEETING)
            assert service.info(MEETING) is None
            service.end(MEETING)
            service.end(MEETING, "pass")
            service.cancel(DETAILS)
            service.check()
            with pytest.raises(RemoteRejected):
                service.create(DETAILS)


def test_who_was_in_is_told_by_mconf():
    with pair_of(MconfLive) as pair:
        for number in range(3):
            join(pair, ANN, TEACHER, meeting=replace(DETAILS, meeting_id=f"lti-{number}"))
        meeting = pair.simulator.meetings["lti-1"]
        pair.service.end("lti-1")
        (found,) = pair.service.attendance(["lti-1"])
        assert found.is_final
        assert found.remote_meeting_id == meeting.internal_id
        assert found.name == DETAILS.name
        assert [(stay.user_id, stay.full_name) for stay in found.stays] == [
            ("42", "Ann Bee"),
            ("7", "Tess Teacher"),
        ]
        assert all(stay.joined_ms <= stay.left_ms <= found.ended_ms for stay in found.stays)
        assert found.started_ms == int(meeting.started_at * 1000)
        some = {each.meeting_id: each for each in pair.service.attendance(["lti-0", "lti-1"])}
        assert set(some) == {"lti-0", "lti-1"}
        assert not some["lti-0"].is_final
        assert [stay.left_ms for stay in some["lti-0"].stays] == [None, None]
        assert len(list(pair.service.attendance())) == 3
        assert list(pair.service.attendance(["lti-9"])) == []


def test_people_who_have_not_left_may_have_no_time_of_leaving():
    with pair_of(MconfLive, left_time="missing") as pair:
        join(pair, ANN)
        (found,) = pair.service.attendance()
        assert [stay.left_ms for stay in found.stays] == [None]


def test_a_person_without_number_is_known_by_the_services_own(pair):
    join(pair, Visitor("Guest", "attendee"))
    (one,) = pair.service.info(MEETING).attendees
    assert re.fullmatch("[a-z0-9_]+", one.user_id)


def test_created_holds_the_services_own_number_where_it_gives_one(pair):
    created = pair.service.create(DETAILS)
    internal = pair.simulator.meetings[MEETING].internal_id
    expected = internal if isinstance(pair.service, BigBlueButton) else ""
    assert created == Created(
        create_time=pair.simulator.meetings[MEETING].create_time, remote_id=expected
    )
