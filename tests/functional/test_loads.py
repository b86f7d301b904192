"""How busy services are: asked once a minute in one call each, over their real calls."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from lti_bridge.app.background import jobs_of
from lti_bridge.conferencing import Created, MeetingDetails, MeetingInfo, Visitor
from lti_bridge.errors import RemoteError
from lti_bridge.jobs.loads import in_all
from lti_bridge.simulators.bigbluebutton import create_mconf
from lti_bridge.simulators.serving import Server
from lti_bridge.store.weeks import WEEK_MS, monday
from tests.campus import ask
from tests.functional.test_collecting import hold_a_class
from tests.functional.test_several_services import SECOND


@pytest.fixture
def second():
    """Another service beside the campus's own."""
    service = create_mconf(secret=SECOND)
    with Server(service) as server:
        service.address = service.url_for(server)
        yield service


def with_second(campus, second):
    campus.restart(f"""
[[conferencing]]
name = "second"
kind = "mconf"
url = "{second.address}"
secret = "{SECOND}"
""")
    return jobs_of(campus.bridge)


def hold_elsewhere(campus, people=3):
    """A class of somebody else's on the campus's server."""
    service = campus.bridge.services.service_for("live")
    meeting = MeetingDetails("somebody-elses", "Theirs", "attendee-pw", "moderator-pw")
    created = service.create(meeting)
    for number in range(people):
        visitor = Visitor(f"Person {number}", "attendee", user_id=f"theirs-{number}")
        assert ask("GET", service.join_url(meeting, visitor, created)).status in {200, 302, 303}
    service.create(replace(meeting, meeting_id="nobody-is-in"))
    assert isinstance(created, Created)


def latest(campus):
    return campus.bridge.store.loads.latest(0)


@pytest.mark.parametrize("kind", ["meetingz", "bigbluebutton"])
def test_a_call_says_what_runs_and_what_of_it_is_ours(new_campus, kind):
    campus = new_campus(kind=kind, meets=False)
    hold_a_class(campus)
    hold_elsewhere(campus)
    before = len(campus.service.faults.requests)
    assert jobs_of(campus.bridge).loads() == 1
    assert len(campus.service.faults.requests) == before + 1
    load = latest(campus)["live"]
    assert (load.meetings, load.people) == (2, 5)
    assert (load.own_meetings, load.own_people) == (1, 2)
    told = ask("GET", f"{campus.url}/metrics").text
    assert 'lti_bridge_service_meetings{service="live"} 2.0' in told
    assert 'lti_bridge_service_people{service="live"} 5.0' in told


def test_a_service_that_fails_holds_up_no_other_and_is_told_of(new_campus, second):
    campus = new_campus(meets=False)
    jobs = with_second(campus, second)
    for fault in ("500", "html"):
        campus.service.faults.set(fault)
        with pytest.raises(RemoteError):
            jobs.loads()
    assert set(latest(campus)) == {"second"}
    failures = campus.bridge.store.loads.failures()
    assert set(failures) == {"live"}
    assert "getMeetings" in failures["live"].words
    campus.service.faults.clear()
    assert jobs.loads() == 2
    assert set(latest(campus)) == {"live", "second"}


def test_a_service_that_can_not_tell_is_not_asked(new_campus):
    campus = new_campus(kind="onstream", meets=False)
    campus.launch(campus.teacher, campus.link())
    before = len(campus.service.faults.requests)
    assert jobs_of(campus.bridge).loads() == 0
    assert len(campus.service.faults.requests) == before
    assert latest(campus) == {}


def test_minutes_become_hours_and_go_in_their_time(new_campus):
    campus = new_campus(meets=False)
    jobs = jobs_of(campus.bridge)

    def later(days):
        return replace(jobs, now=lambda: time.time() + days * 86_400.0)

    for _ in range(3):
        jobs.loads()
    later(4).retention()
    (hour,) = campus.bridge.store.loads.hourly(0)
    assert latest(campus)["live"].at_ms == hour.at_ms
    later(401).retention()
    assert latest(campus) == {}


def test_a_terms_weeks_are_counted_once_and_the_last_two_again(new_campus):
    campus = new_campus(meets=False)
    jobs = jobs_of(campus.bridge)
    assert jobs.weeks() == 18
    hold_a_class(campus)
    jobs.sampling()
    assert jobs.weeks() == 2
    now_ms = int(time.time() * 1000)
    *before, this = campus.bridge.store.weeks.since(monday(now_ms) - 17 * WEEK_MS)
    assert (this.classes, this.people) == (1, 2)
    assert {(week.classes, week.people) for week in before} == {(0, 0)}


def test_a_server_that_does_not_know_the_call_is_no_failure(new_campus):
    campus = new_campus(meets=False, simulated={"without": frozenset({"getMeetings"})})
    jobs = jobs_of(campus.bridge)
    assert jobs.loads() == 1, "its document announces the call"
    assert jobs.loads() == 0, "now it is known not to tell"
    assert latest(campus) == {}
    assert campus.bridge.store.loads.failures() == {}


def test_people_whom_a_service_does_not_count_are_not_taken_for_nobody():
    running = [MeetingInfo(running=True, participants=3), MeetingInfo(running=True)]
    assert in_all(running) is None
    assert in_all(running[:1]) == 3
    assert in_all([]) == 0
