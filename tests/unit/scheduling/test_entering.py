from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from lti_bridge.conferencing import Visitor
from lti_bridge.directory import Person
from lti_bridge.errors import NotAllowed, RemoteError, RemoteUnavailable
from lti_bridge.scheduling import Waiting, visitor_for
from lti_bridge.store import Profile
from tests.unit.scheduling.rooms import ANN, TEACHER, follow
from tests.unit.store.values import at_once

MODERATOR = Waiting("moderator")


def seen(status):
    """What a page shows of it."""
    return status.running, status.participants, status.moderators


def given(url):
    return {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}


def test_everybody_gets_in_by_their_role_and_with_the_create_time(building):
    meeting, entrance = building.meeting(), building.entrance()
    urls = [entrance.enter(meeting.id, visitor) for visitor in (ANN, TEACHER)]
    assert [follow(url) for url in urls] == [302, 302]
    (there,) = building.simulator.meetings.values()
    assert [(one.full_name, one.role, one.user_id) for one in there.participants] == [
        ("Ann Bee", "VIEWER", "42"),
        ("Tess Teacher", "MODERATOR", "7"),
    ]
    assert given(urls[0])["createTime"] == str(there.create_time)
    assert len(building.creates) == 1


def test_64_people_at_once_get_in_or_are_told_to_wait_a_moment(building):
    building.simulator.faults.set("slow", seconds=0.3)
    meeting, entrance = building.meeting(), building.entrance()
    ways = at_once(64, lambda _: entrance.enter(meeting.id, ANN))
    waiting = [way for way in ways if way == Waiting("opening")]
    assert len(waiting) <= 64 - 49
    assert all(isinstance(way, str) for way in ways if way not in waiting)
    assert isinstance(entrance.enter(meeting.id, ANN), str)
    assert len(building.creates) == 1


def test_who_has_to_wait_for_a_moderator_creates_nothing_and_gets_in_once_it_runs(building):
    meeting, entrance = building.meeting(wait_for_moderator=True), building.entrance()
    for _ in range(3):
        assert entrance.enter(meeting.id, ANN) == MODERATOR
        assert not entrance.is_open(meeting.id, ANN)
        building.clock.pass_by(6)
    assert building.creates == []
    assert entrance.is_open(meeting.id, TEACHER)
    way = entrance.enter(meeting.id, TEACHER)
    building.clock.pass_by(6)
    assert entrance.enter(meeting.id, ANN) == MODERATOR, "created, but nobody is in"
    assert follow(way) == 302
    assert entrance.enter(meeting.id, ANN) == MODERATOR, "asked less than 5 seconds ago"
    building.clock.pass_by(5)
    assert entrance.is_open(meeting.id, ANN)
    assert follow(entrance.enter(meeting.id, ANN)) == 302
    (there,) = building.simulator.meetings.values()
    assert len(there.participants) == 2


def test_the_first_moderator_who_goes_in_is_the_host_and_that_is_written_once(building):
    meeting, entrance = building.meeting(), building.entrance()
    course = building.store.meetings.by_id(meeting.id).course_id
    tess, tom = (
        building.store.people.arrive(
            1, sub, Profile(sub), course_id=course, role="moderator", now_ms=1
        ).id
        for sub in ("tess", "tom")
    )
    entrance.enter(meeting.id, replace(ANN, key=str(tom)))
    assert building.store.meetings.by_id(meeting.id).host_id is None
    entrance.enter(meeting.id, replace(TEACHER, key=""))
    assert building.store.meetings.by_id(meeting.id).host_id is None, "an anonymous teacher"
    for one in (tess, tom):
        entrance.enter(meeting.id, replace(TEACHER, key=str(one)))
    assert building.store.meetings.by_id(meeting.id).host_id == tess


def test_without_waiting_no_status_is_asked_for(building):
    meeting, entrance = building.meeting(), building.entrance()
    assert entrance.is_open(meeting.id, ANN)
    entrance.enter(meeting.id, ANN)
    assert building.asked("isMeetingRunning") == building.asked("getMeetingInfo") == 0


def test_waiting_can_be_switched_on_while_people_come(building):
    meeting, book = building.meeting(), building.book()
    entrance = building.entrance()
    assert entrance.is_open(meeting.id, ANN)
    book.set_waiting(meeting.id, wait_for_moderator=True)
    assert book.by_id(meeting.id).wait_for_moderator
    assert entrance.is_open(meeting.id, ANN), "another process sees it a little later"
    building.clock.pass_by(20)
    assert not entrance.is_open(meeting.id, ANN)


def test_200_who_look_on_cost_one_status_call_in_five_seconds(building):
    meeting, entrance = building.meeting(wait_for_moderator=True), building.entrance()
    building.simulator.faults.set("slow", seconds=0.05)
    for turn in range(5):
        statuses = at_once(40, lambda _: entrance.status(meeting.id))
        # Before the very first answer only a few wait for it; the others hear that none is known.
        assert {seen(one) for one in statuses if one is not None} == {(False, 0, 0)}
        assert all(statuses) or turn == 0
        assert at_once(4, lambda _: entrance.is_open(meeting.id, ANN)) == [False] * 4
        building.clock.pass_by(0.9)
    assert building.asked("getMeetingInfo") == 1
    assert building.asked("isMeetingRunning") == 0
    building.clock.pass_by(1)
    entrance.status(meeting.id)
    assert building.asked("getMeetingInfo") == 2


def test_200_who_wait_cost_one_call_in_five_seconds(building):
    meeting, entrance = building.meeting(wait_for_moderator=True), building.entrance()
    building.simulator.faults.set("slow", seconds=0.05)
    for _ in range(5):
        assert set(at_once(40, lambda _: entrance.enter(meeting.id, ANN))) == {MODERATOR}
        building.clock.pass_by(0.9)
    assert building.asked("getMeetingInfo") == 1
    assert building.asked("isMeetingRunning") == 0


def test_the_status_says_how_many_are_in(building):
    meeting, entrance = building.meeting(), building.entrance()
    for visitor in (ANN, TEACHER):
        follow(entrance.enter(meeting.id, visitor))
    assert seen(entrance.status(meeting.id)) == (True, 2, 1)


def test_a_service_without_get_meeting_info_is_asked_whether_it_runs(building):
    meeting, entrance = building.meeting(), building.entrance()
    building.simulator.faults.set("html", where=lambda path: path.endswith("/getMeetingInfo"))
    assert seen(entrance.status(meeting.id)) == (False, None, None)
    follow(entrance.enter(meeting.id, ANN))
    building.clock.pass_by(6)
    assert seen(entrance.status(meeting.id)) == (True, None, None)
    assert building.asked("getMeetingInfo") == building.asked("isMeetingRunning") == 2


def test_while_the_service_is_down_the_status_is_unknown_and_hardly_asked_for(building):
    meeting, entrance = building.meeting(wait_for_moderator=True), building.entrance()
    building.simulator.faults.set("500")
    assert set(at_once(40, lambda _: entrance.status(meeting.id))) == {None}
    for _ in range(50):
        assert entrance.status(meeting.id) is None
        with pytest.raises(RemoteUnavailable):
            entrance.is_open(meeting.id, ANN)
    assert building.asked("getMeetingInfo") + building.asked("isMeetingRunning") == 1
    building.clock.pass_by(1.1)
    building.simulator.faults.clear()
    assert seen(entrance.status(meeting.id)) == (False, 0, 0)
    assert not entrance.is_open(meeting.id, ANN)


@pytest.mark.parametrize("visitor", [ANN, TEACHER])
def test_while_the_service_is_down_nobody_is_sent_into_it(building, visitor):
    building.simulator.faults.set("500")
    meeting = building.meeting(wait_for_moderator=True)
    with pytest.raises(RemoteError):
        building.entrance().enter(meeting.id, visitor)


def test_a_meeting_that_is_gone_lets_nobody_in(building):
    entrance = building.entrance()
    for ask in (
        lambda: entrance.enter(99, ANN),
        lambda: entrance.is_open(99, ANN),
        lambda: entrance.status(99),
        lambda: entrance.meeting(99),
    ):
        with pytest.raises(NotAllowed) as refusal:
            ask()
        assert refusal.value.code == "meeting_gone"


def test_a_call_that_ended_just_before_is_not_made_again(building):
    # Two threads that looked into the memory before either asked, one after the other.
    meeting, statuses = building.meeting(), building.statuses()
    service = building.services.service_for("live")
    assert statuses._look(meeting, service) == statuses._look(meeting, service)
    assert building.asked("getMeetingInfo") == 1
    opener = building.opener()
    assert opener._open(meeting) == opener._open(meeting)
    assert len(building.creates) == 1


PERSON = Person(5, Profile("Ann Bee", "Ann", "B.", "ann@example.edu"), 42, "attendee")


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        (Profile("Ann Bee", "Other", "Name", "x@y"), "Ann Bee"),
        (Profile("  Ann Bee "), "Ann Bee"),
        (Profile("", "Ann", "Bee", "x@y"), "Ann Bee"),
        (Profile(" ", "", "Bee", "x@y"), "Bee"),
        (Profile("", "Ann"), "Ann"),
        (Profile(email="ann.bee@example.edu"), "ann.bee"),
        (Profile(email="@example.edu"), "Participant 5"),
        (Profile(), "Participant 5"),
        (Profile("علی رضایی"), "علی رضایی"),
    ],
)
def test_nobody_is_nameless_in_a_class(profile, name):
    visitor = visitor_for(replace(PERSON, profile=profile))
    assert visitor == Visitor(name, "attendee", "42", key="5")


def test_who_has_no_number_yet_joins_without_one():
    assert visitor_for(replace(PERSON, meets_id=None)).user_id == ""
    anonymous = Person(None, Profile(), None, "moderator")
    assert visitor_for(anonymous) == Visitor("Participant", "moderator", "")
