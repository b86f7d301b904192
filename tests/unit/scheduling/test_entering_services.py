"""Ways in where services can do less, or fail: what a page may say, and who waits for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.conferencing import Capability, Entry
from lti_bridge.directory import Person
from lti_bridge.errors import CircuitOpen, RemoteMalformed, RemoteRejected, ServiceMissing
from lti_bridge.scheduling import Trouble, Waiting, visitor_for
from lti_bridge.scheduling.opening import STAYS_SECONDS
from lti_bridge.store import Profile
from tests.unit.scheduling.rooms import ANN, TEACHER, follow

MODERATOR = Waiting("moderator")
TESS = replace(TEACHER, key="5")
BEN = replace(ANN, key="6")
ONLOOKER = replace(ANN, key="8", observer=True)


def seen(status):
    return status.running, status.participants


# What a page may show.


def test_capabilities_are_those_of_the_meetings_service(new_site):
    site = new_site("meetingz", without=frozenset({"getMeetingInfo"}))
    meeting, entrance = site.meeting(), site.entrance()
    assert Capability.LIVE_COUNTS in entrance.capabilities(meeting.id)
    assert seen(entrance.status(meeting.id)) == (False, None)
    assert Capability.LIVE_COUNTS not in entrance.capabilities(meeting.id)
    assert Capability.RUNNING in entrance.capabilities(meeting.id)


def test_without_counts_it_is_asked_whether_it_runs_and_no_more_for_the_counts(new_site):
    site = new_site("meetingz", without=frozenset({"getMeetingInfo"}))
    meeting, entrance = site.meeting(), site.entrance()
    follow(entrance.enter(meeting.id, TEACHER))
    for _ in range(3):
        assert seen(entrance.status(meeting.id)) == (True, None)
        site.clock.pass_by(6)
    assert site.asked("getMeetingInfo") == 1, "that it doesn't know it is known then"
    assert site.asked("isMeetingRunning") == 3


def test_a_service_that_says_nothing_of_what_runs_has_no_status_and_is_not_asked(new_site):
    site = new_site("onstream")
    meeting, entrance = site.meeting(), site.entrance()
    assert entrance.status(meeting.id) is None
    assert entrance.capabilities(meeting.id) == site.services.service_for("live").capabilities
    assert Capability.RUNNING not in entrance.capabilities(meeting.id)
    assert site.calls() == 0


def test_of_a_service_that_left_the_settings_nothing_can_be_offered(new_site):
    site = new_site("meetingz")
    meeting, entrance = site.meeting(service="elsewhere"), site.entrance()
    assert entrance.capabilities(meeting.id) == frozenset()
    assert entrance.trouble(meeting.id) is None
    with pytest.raises(ServiceMissing):
        entrance.enter(meeting.id, ANN)


def test_of_a_meeting_that_is_gone_nothing_can_be_offered(new_site):
    entrance = new_site("meetingz").entrance()
    assert entrance.capabilities(99) == frozenset()
    assert entrance.trouble(99) is None


# Trouble.


def test_a_service_that_fails_repeatedly_is_told_of_with_its_reason(new_site):
    site = new_site("meetingz")
    meeting, entrance = site.meeting(), site.entrance()
    assert entrance.trouble(meeting.id) is None
    service = site.services.service_for("live")
    site.simulator.faults.set("html")
    for failures in range(1, 6):
        assert entrance.trouble(meeting.id) is None, "not for a few failures"
        with pytest.raises(RemoteMalformed):
            service.is_running(meeting.meeting_id)
        assert service.health.failures == failures
    trouble = entrance.trouble(meeting.id)
    assert isinstance(trouble, Trouble)
    assert trouble.service == "live"
    assert trouble.reason
    assert 0 < trouble.retry_seconds <= 15
    assert "http://" not in trouble.reason
    calls = site.calls()
    with pytest.raises(CircuitOpen):
        entrance.enter(meeting.id, TEACHER)
    assert site.calls() == calls, "it is left alone"


# Waiting for a teacher, where the service doesn't say who is in.


def test_students_wait_until_a_teacher_went_in(new_site):
    site = new_site("onstream")
    meeting, entrance = site.meeting(wait_for_moderator=True), site.entrance()
    assert entrance.enter(meeting.id, BEN) == MODERATOR
    assert not entrance.is_open(meeting.id, BEN)
    assert site.calls() == 0, "who waits makes no session and asks nothing"
    assert entrance.is_open(meeting.id, TESS)
    assert isinstance(entrance.enter(meeting.id, TESS), str)
    assert site.row(meeting).moderator_ms == int(site.clock() * 1000)
    assert entrance.is_open(meeting.id, BEN), "at once"
    assert isinstance(entrance.enter(meeting.id, BEN), str)
    assert isinstance(site.entrance().enter(meeting.id, ONLOOKER), str), "in other processes too"
    assert len(site.simulator.sessions) == 1


def test_another_process_that_had_just_looked_sees_it_within_20_seconds(new_site):
    site = new_site("onstream")
    meeting, other = site.meeting(wait_for_moderator=True), site.entrance()
    assert other.enter(meeting.id, BEN) == MODERATOR
    site.entrance().enter(meeting.id, TESS)
    site.clock.pass_by(20)
    assert other.is_open(meeting.id, BEN)


def test_that_the_teacher_came_is_written_once_and_holds_for_half_a_day(new_site):
    site = new_site("onstream")
    meeting, entrance = site.meeting(wait_for_moderator=True), site.entrance()
    entrance.enter(meeting.id, TESS)
    came = site.row(meeting).moderator_ms
    site.clock.pass_by(60)
    entrance.enter(meeting.id, TESS)
    assert site.row(meeting).moderator_ms == came
    site.clock.pass_by(STAYS_SECONDS - 61)
    assert entrance.is_open(meeting.id, BEN)
    site.clock.pass_by(2)
    assert not entrance.is_open(meeting.id, BEN), "tomorrow's class begins with its teacher"
    entrance.enter(meeting.id, TESS)
    assert site.row(meeting).moderator_ms > came
    assert entrance.is_open(meeting.id, BEN)


def test_a_student_who_goes_in_opens_nothing_for_others(new_site):
    site = new_site("onstream")
    meeting, entrance = site.meeting(), site.entrance()
    entrance.enter(meeting.id, BEN)
    entrance.enter(meeting.id, TESS)
    assert site.row(meeting).moderator_ms is None, "nobody waits in this meeting"


def test_where_the_service_says_what_runs_nothing_is_written(new_site):
    site = new_site("meetingz")
    meeting, entrance = site.meeting(wait_for_moderator=True), site.entrance()
    entrance.enter(meeting.id, TEACHER)
    assert site.row(meeting).moderator_ms is None


def test_a_teacher_whom_the_service_does_not_let_in_opens_nothing(new_site):
    site = new_site("onstream")
    site.simulator.faults.set("500")
    meeting, entrance = site.meeting(wait_for_moderator=True), site.entrance()
    with pytest.raises(Exception, match="live"):
        entrance.enter(meeting.id, TESS)
    assert site.row(meeting).moderator_ms is None


def test_after_its_end_the_next_class_waits_for_its_teacher_again(new_site):
    site = new_site("onstream")
    meeting, entrance = site.meeting(wait_for_moderator=True), site.entrance()
    entrance.enter(meeting.id, TESS)
    entrance.forget(meeting.id)
    assert site.entrance().enter(meeting.id, BEN) == MODERATOR
    assert entrance.enter(meeting.id, BEN) == MODERATOR, "here as well, and not only in 20 seconds"


# A session that is deleted at the service.


def test_a_session_deleted_just_after_it_was_confirmed_is_made_anew_once(new_site):
    site = new_site("onstream")
    meeting, entrance = site.meeting(), site.entrance()
    entrance.enter(meeting.id, TESS)
    (first,) = site.simulator.sessions
    del site.simulator.sessions[first]
    site.clock.pass_by(5)
    url = entrance.enter(meeting.id, BEN)
    assert follow(url) in {200, 302}
    (second,) = site.simulator.sessions
    assert second != first
    assert site.row(meeting).remote_id == str(second)
    assert [one.role for one in site.simulator.sessions[second].invitees] == [2]


def test_one_that_is_deleted_again_and_again_ends_in_a_refusal(new_site):
    site = new_site("onstream")
    meeting, entrance = site.meeting(), site.entrance()
    entrance.enter(meeting.id, TESS)
    site.simulator.sessions.clear()

    def vanishing(environ, start_response):
        """Sessions are gone as soon as they are made."""
        answer = site.simulator.faults(environ, start_response)
        site.simulator.sessions.clear()
        return answer

    site.server.app = vanishing
    with pytest.raises(RemoteRejected) as refusal:
        entrance.enter(meeting.id, BEN)
    assert refusal.value.code == "notFound"
    creates = [
        one
        for one in site.simulator.faults.requests
        if one.method == "PUT" and "/session" in one.path
    ]
    assert len(creates) == 2, "the first, and one more"


def test_another_refusal_is_not_taken_for_a_lost_session(new_site):
    site = new_site("onstream")
    meeting, entrance = site.meeting(), site.entrance()
    entrance.enter(meeting.id, TESS)
    site.simulator.password = "another"
    with pytest.raises(RemoteRejected) as refusal:
        entrance.enter(meeting.id, BEN)
    assert refusal.value.code != "notFound"
    assert len(site.simulator.sessions) == 1


# Who comes, as the service is told.


def test_people_are_known_again_by_our_key_and_keep_one_link(new_site):
    site = new_site("onstream")
    meeting, entrance = site.meeting(), site.entrance()
    assert entrance.enter(meeting.id, BEN) == entrance.enter(meeting.id, BEN)
    assert site.entrance().enter(meeting.id, BEN) == entrance.enter(meeting.id, BEN)
    assert entrance.enter(meeting.id, ONLOOKER) != entrance.enter(meeting.id, BEN)
    (session,) = site.simulator.sessions.values()
    assert sorted(one.role for one in session.invitees) == [2, 3]


def test_the_key_is_the_persons_row():
    person = Person(5, Profile("Ann Bee"), 42, "attendee")
    assert visitor_for(person).key == "5"
    assert visitor_for(replace(person, id=None)).key == ""


def test_a_meeting_that_moves_to_another_service_is_made_there(new_site):
    site, other = new_site("meetingz"), new_site("onstream")
    site.entries = [
        Entry(site.settings),
        Entry(other.settings.model_copy(update={"name": "webinars"})),
    ]
    meeting = site.meeting()
    follow(site.entrance().enter(meeting.id, TESS))
    site.store.meetings.ended(meeting.id, 1_700_000_000_000)
    site.store.services.assign_course(meeting.course_id, "webinars")
    assert site.store.meetings.follow_platforms(("live", "webinars"), 0) == 1
    site.entrance().enter(meeting.id, TESS)
    (session,) = other.simulator.sessions
    assert site.row(meeting).remote_id == str(session)
