"""A service at rest takes no new meetings; those that run go on. And what create is told."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from lti_bridge.conferencing import Callbacks
from lti_bridge.errors import RemoteUnavailable, ServiceMissing, ServiceResting
from lti_bridge.scheduling import Opener, Waiting
from lti_bridge.scheduling.opening import STAYS_SECONDS, details
from tests.unit.scheduling.rooms import ANN, TEACHER, follow
from tests.unit.scheduling.sites import URLS
from tests.unit.store.values import at_once


def refused(call):
    with pytest.raises(ServiceResting) as refusal:
        call()
    return refusal.value


def test_a_new_meeting_is_not_made_and_it_is_said_how_to_go_on(new_site):
    site = new_site("meetingz")
    site.rest()
    meeting = site.meeting()
    error = refused(lambda: site.opener().open(meeting))
    assert isinstance(error, ServiceMissing)
    assert (error.code, error.status) == ("service_resting", 503)
    assert "conferencing wake live" in error.remedy
    assert site.asked("create") == 0
    assert site.row(meeting).confirmed_ms == 0


def test_once_it_is_awake_people_get_in_at_once(new_site):
    site = new_site("meetingz")
    site.rest()
    meeting, opener = site.meeting(), site.opener()
    refused(lambda: opener.open(meeting))
    site.rest(resting=False)
    created = opener.open(meeting)
    assert created.create_time == site.simulator.meetings[meeting.meeting_id].create_time


def test_a_meeting_that_runs_goes_on_for_whoever_comes(new_site):
    site = new_site("meetingz")
    meeting, entrance = site.meeting(), site.entrance()
    assert follow(entrance.enter(meeting.id, TEACHER)) == 302
    made = site.row(meeting)
    site.rest()
    for process in (entrance, site.entrance()):
        site.clock.pass_by(21)
        url = process.enter(meeting.id, ANN)
        assert f"createTime={made.create_time}" in url
        assert follow(url) == 302
    assert site.asked("create") == 1
    row = site.row(meeting)
    assert (row.create_time, row.remote_id) == (made.create_time, made.remote_id)
    assert row.confirmed_ms == int(site.clock() * 1000), "confirmed by its running"


def test_one_that_was_made_and_that_nobody_joined_does_not_run(new_site):
    site = new_site("meetingz")
    meeting = site.meeting()
    site.opener().open(meeting)
    site.rest()
    site.clock.pass_by(21)
    refused(lambda: site.opener().open(meeting))


def test_within_20_seconds_of_a_confirmation_nobody_is_asked(new_site):
    site = new_site("meetingz")
    meeting = site.meeting()
    created = site.opener().open(meeting)
    site.rest()
    calls = site.calls()
    site.clock.pass_by(10)
    assert site.opener().open(meeting).create_time == created.create_time
    assert site.calls() == calls


def test_one_that_has_ended_is_not_made_again_while_it_rests(new_site):
    site = new_site("meetingz")
    meeting, entrance = site.meeting(), site.entrance()
    follow(entrance.enter(meeting.id, TEACHER))
    site.services.service_for("live").end(meeting.meeting_id, meeting.moderator_password)
    entrance.forget(meeting.id)
    site.rest()
    refused(lambda: entrance.enter(meeting.id, ANN))


def test_a_resting_service_that_fails_is_said_to_fail(new_site):
    site = new_site("meetingz")
    meeting = site.meeting()
    site.rest()
    site.simulator.faults.set("500")
    opener = site.opener()
    for _ in range(20):
        with pytest.raises(RemoteUnavailable):
            opener.open(meeting)
    assert site.asked("isMeetingRunning") == 1, "a failure is the answer to everybody for a moment"
    site.simulator.faults.clear()
    site.clock.pass_by(2)
    refused(lambda: opener.open(meeting))


def test_many_at_once_ask_a_resting_service_little(new_site):
    site = new_site("meetingz")
    meeting, opener = site.meeting(), site.opener()
    follow(site.entrance(opener).enter(meeting.id, TEACHER))
    site.rest()
    site.clock.pass_by(21)
    results = at_once(32, lambda _: opener.open(meeting).create_time)
    assert set(results) == {site.row(meeting).create_time}
    assert site.asked("isMeetingRunning") == 1


def test_where_the_service_does_not_say_what_runs_a_meeting_goes_on_for_half_a_day(new_site):
    site = new_site("onstream")
    meeting = site.meeting()
    made = site.opener().open(meeting)
    site.rest()
    site.clock.pass_by(STAYS_SECONDS - 1)
    calls = site.calls()
    assert site.opener().open(meeting).remote_id == made.remote_id
    assert site.calls() == calls, "nothing to ask"


def test_and_after_half_a_day_without_anybody_it_does_not(new_site):
    site = new_site("onstream")
    meeting = site.meeting()
    site.opener().open(meeting)
    site.rest()
    site.clock.pass_by(STAYS_SECONDS + 1)
    refused(lambda: site.opener().open(meeting))


def test_who_has_to_wait_waits_also_while_it_rests(new_site):
    site = new_site("meetingz")
    site.rest()
    meeting, entrance = site.meeting(wait_for_moderator=True), site.entrance()
    assert entrance.enter(meeting.id, ANN) == Waiting("moderator")
    refused(lambda: entrance.enter(meeting.id, TEACHER))


# What create is told, and what it says.


def test_callbacks_are_given_with_each_create_and_are_the_same(new_site):
    site = new_site("bigbluebutton")
    meeting = site.meeting()
    for _ in range(2):
        site.opener(URLS).open(meeting)
        site.clock.pass_by(21)
    creates = [r.query for r in site.simulator.faults.requests if r.path.endswith("/create")]
    assert len(creates) == 2
    assert creates[0] == creates[1]
    sent = dict(parse_qsl(creates[0]))
    assert sent["meta_endCallbackUrl"] == URLS.ended_url
    assert sent["meta_bbb-recording-ready-url"] == URLS.recording_ready_url
    assert sent["meta_analytics-callback-url"] == URLS.analytics_url
    assert sent["meetingKeepEvents"] == "true"


def test_without_them_none_are_said(new_site):
    site = new_site("bigbluebutton")
    meeting = site.meeting()
    site.opener().open(meeting)
    (create,) = [r.query for r in site.simulator.faults.requests if r.path.endswith("/create")]
    assert "allback" not in create
    assert details(meeting).callbacks == Callbacks()
    assert details(meeting, URLS).callbacks == URLS


@pytest.mark.parametrize("kind", ["bigbluebutton", "onstream"])
def test_what_the_service_calls_it_is_remembered_and_said_next_time(new_site, kind):
    site = new_site(kind)
    meeting, opener = site.meeting(), site.opener()
    created = opener.open(meeting)
    assert created.remote_id
    row = site.row(meeting)
    assert (row.remote_id, row.create_time) == (created.remote_id, created.create_time)
    assert details(row).remote_id == created.remote_id
    for process in (opener, site.opener()):
        assert process.open(meeting).remote_id == created.remote_id, "from memory or the row"
    site.clock.pass_by(21)
    assert site.opener().open(meeting).remote_id == created.remote_id
    assert len(site.simulator.sessions if kind == "onstream" else site.simulator.meetings) == 1


def test_one_that_has_ended_is_made_at_the_next_coming_and_not_20_seconds_later(new_site):
    site = new_site("bigbluebutton")
    meeting, opener = site.meeting(), site.opener()
    opener.open(meeting)
    opener.forget(meeting.id)
    assert site.row(meeting).confirmed_ms == 0
    opener.open(meeting)
    assert site.asked("create") == 2


def test_what_could_not_be_said_to_the_service_is_told_to_the_operator(new_site):
    site = new_site("onstream")
    long, short = site.meeting(lti_context_id="c" * 255), site.meeting(link="link-2")
    told = []
    opener = Opener(
        site.store.meetings,
        site.services,
        warned=lambda meeting, warnings: told.append((meeting.id, len(warnings))),
        now=site.clock,
    )
    for meeting in (long, short, long):
        opener.open(meeting)
    assert told == [(long.id, 1)]
    site.clock.pass_by(21)
    site.opener().open(long)
    assert site.row(long).confirmed_ms == int(site.clock() * 1000), "nobody need be told"
