"""Meetings made once, found again, and kept to their times."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lti_bridge.conferencing import Created, MeetingInfo
from lti_bridge.conferencing.onstream import Onstream
from lti_bridge.errors import RemoteRejected, RemoteUnavailable
from lti_bridge.simulators.serving import Server
from tests.unit.conferencing.onstream.accounts import (
    LECTURE,
    NOW,
    STANDING,
    Told,
    an_account,
    asked,
    connected,
    said,
    settings_for,
)
from tests.unit.conferencing.services import a_client

TODAY = datetime(2026, 11, 18, 11, 7, tzinfo=UTC)


@pytest.fixture
def account():
    return an_account()


@pytest.fixture
def service(account):
    with connected(account) as service:
        yield service


def test_a_standing_meeting_becomes_a_session_from_now_on(account, service):
    created = service.create(STANDING)
    assert created == Created(remote_id="1")
    session = account.sessions[1]
    assert session.topic == "Biology – Lectures"
    assert session.friendly_url == "lti-0123"
    assert session.start_time == TODAY, "the whole minute"
    assert session.duration == 720
    assert session.password == "", "ours aren't Onstream's"
    assert session.invitees == []
    assert session.custom_data == {
        "custom1": "LTI Bridge",
        "custom2": "lti-0123",
        "custom3": "bbb-origin=LTI Bridge",
        "custom4": "meets-id-course=12",
    }
    assert asked(account) == ["PUT session"]


def test_a_scheduled_meeting_becomes_a_session_of_its_time(account, service):
    service.create(LECTURE)
    assert account.sessions[1].start_time == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert account.sessions[1].duration == 90


@pytest.mark.parametrize(
    ("minutes", "lasts"), [(89, 90), (90, 150), (149, 150), (150, 210), (90 + 1440, 90)]
)
def test_a_class_that_goes_on_past_its_time_has_a_longer_session(account, minutes, lasts):
    now = LECTURE.starts_ms / 1000 + minutes * 60
    with connected(account, now=lambda: now) as service:
        known = replace(LECTURE, remote_id=service.create(LECTURE).remote_id)
        assert account.sessions[1].duration == lasts
        account.faults.forget()
        service.create(known)
    assert asked(account) == ["GET session"]
    assert account.sessions[1].start_time == datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_a_standing_meeting_may_have_an_end_of_its_own(account, service):
    service.create(replace(STANDING, duration_minutes=45))
    assert account.sessions[1].duration == 45


def test_only_what_create_needs_is_said(account, service):
    service.create(STANDING)
    assert said(account.faults.requests[0]).keys() == {
        "topic",
        "duration",
        "start_time",
        "friendly_url",
        "custom_data",
    }


@pytest.mark.parametrize("meeting", [STANDING, LECTURE])
def test_creating_again_changes_nothing(account, service, meeting):
    created = service.create(meeting)
    known = replace(meeting, remote_id=created.remote_id)
    account.faults.forget()
    assert service.create(known) == created
    assert asked(account) == ["GET session"]
    assert len(account.sessions) == 1


@pytest.mark.parametrize("meeting", [STANDING, LECTURE])
def test_a_meeting_whose_number_was_lost_is_found_by_its_friendly_url(account, service, meeting):
    """The answer to the first PUT never came, or the row was never written."""
    service.create(replace(meeting, meeting_id="lti-another"))
    created = service.create(meeting)
    service.create(replace(meeting, meeting_id="lti-a-third"))
    account.faults.forget()
    assert service.create(meeting) == created == Created(remote_id="2")
    assert asked(account) == ["PUT session", "GET sessions"]
    assert len(account.sessions) == 3


def test_it_is_found_among_many(account, service):
    created = service.create(STANDING)
    for number in range(250):
        service.create(replace(STANDING, meeting_id=f"lti-x{number}"))
    account.faults.forget()
    assert service.create(STANDING) == created
    assert asked(account) == ["PUT session", *["GET sessions"] * 3]


def test_a_friendly_url_in_the_way_that_is_nowhere_to_be_seen_is_refused():
    service = Told()
    service.answer = lambda request: "[]" if request.method == "GET" else (409, {}, "")
    with connected(service) as onstream, pytest.raises(RemoteRejected) as failure:
        onstream.create(STANDING)
    assert failure.value.code == "http_409"
    assert asked(service) == ["PUT session", "GET sessions"]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_other_refusals_are_passed_on(status):
    service = Told((status, {}, ""))
    with connected(service) as onstream, pytest.raises(RemoteRejected) as failure:
        onstream.create(STANDING)
    assert failure.value.code == f"http_{status}"
    assert asked(service) == ["PUT session"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_that_was_deleted_is_made_anew(status):
    service = Told()
    service.answer = lambda request: (status, {}, "") if request.method == "GET" else '{"id": 8}'
    with connected(service) as onstream:
        assert onstream.create(replace(STANDING, remote_id="7")) == Created(remote_id="8")
    assert asked(service) == ["GET session", "PUT session"]


def test_a_session_that_was_deleted_in_the_account_is_made_anew(account, service):
    created = service.create(STANDING)
    del account.sessions[1]
    again = service.create(replace(STANDING, remote_id=created.remote_id))
    assert again == Created(remote_id="2")


def test_a_service_that_does_not_answer_makes_nothing_anew():
    service = Told((500, {}, ""))
    with connected(service) as onstream, pytest.raises(RemoteUnavailable):
        onstream.create(replace(STANDING, remote_id="7"))
    assert asked(service) == ["GET session"]


@pytest.mark.parametrize("status", [400, 403, 405, 409])
def test_a_change_that_is_refused_keeps_nobody_out(status):
    service = Told()
    service.answer = lambda request: (
        (status, {}, "") if request.method == "POST" else '{"id": 7, "topic": "x"}'
    )
    with connected(service) as onstream:
        created = onstream.create(replace(STANDING, remote_id="7"))
    assert created.remote_id == "7"
    assert created.warnings == (
        f"The session stays as it was: POST session failed (http_{status}).",
    )


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_session_that_goes_while_it_is_changed_is_told(status):
    service = Told()
    service.answer = lambda request: (
        (status, {}, "") if request.method == "POST" else '{"id": 7, "topic": "x"}'
    )
    with connected(service) as onstream, pytest.raises((RemoteRejected, RemoteUnavailable)):
        onstream.create(replace(STANDING, remote_id="7"))


def test_a_number_that_is_none_of_onstream_is_not_asked_for(account, service):
    assert service.create(replace(STANDING, remote_id="not-a-number")) == Created(remote_id="1")


def test_creating_at_once_makes_one_session(account):
    """Twelve processes, each with a client of its own."""
    barrier = threading.Barrier(12)
    with Server(account) as server, ExitStack() as stack:
        url = account.url_for(server)

        def create(_number):
            client = stack.enter_context(a_client())
            onstream = Onstream(settings_for(url), client, now=lambda: NOW)
            barrier.wait()
            return onstream.create(STANDING)

        with ThreadPoolExecutor(12) as pool:
            assert set(pool.map(create, range(12))) == {Created(remote_id="1")}
    assert len(account.sessions) == 1


class Time:
    def __init__(self, seconds=NOW):
        self.seconds = seconds

    def __call__(self):
        return self.seconds


def test_a_standing_session_is_moved_when_its_time_is_over(account):
    time = Time()
    with connected(account, now=time) as service:
        known = replace(STANDING, remote_id=service.create(STANDING).remote_id)
        for minutes, moved in ((719, False), (720, True), (1439, False), (10_000, True)):
            time.seconds = NOW + minutes * 60
            account.faults.forget()
            assert service.create(known) == Created(remote_id="1")
            assert asked(account) == ["GET session", *["POST session"] * moved]
            if moved:
                assert said(account.faults.requests[-1]).keys() == {"id", "start_time"}
                assert account.sessions[1].start_time == TODAY + timedelta(minutes=minutes)
    assert len(account.sessions) == 1


def test_a_standing_session_that_was_put_off_is_moved_to_now(account, service):
    known = replace(STANDING, remote_id=service.create(STANDING).remote_id)
    account.sessions[1].start_time += timedelta(days=1)
    service.create(known)
    assert account.sessions[1].start_time == TODAY


def test_a_standing_session_without_a_time_is_moved_to_now():
    service = Told('{"id": 7, "topic": "", "start_time": "0000-00-00 00:00:00"}')
    with connected(service) as onstream:
        onstream.create(replace(STANDING, remote_id="7"))
    assert said(service.faults.requests[1]) == {"id": 7, "start_time": "2026-11-18 11:07:00"}


def test_a_scheduled_session_follows_what_we_say(account, service):
    known = replace(LECTURE, remote_id=service.create(LECTURE).remote_id)
    changes = [
        ({"name": "Botany"}, {"topic": "Botany"}),
        ({"lasts_minutes": 60}, {"duration": 60}),
        ({"starts_ms": LECTURE.starts_ms + 60_000}, {"start_time": "2026-11-25 10:01:00"}),
    ]
    for change, told in changes:
        known = replace(known, **change)
        account.faults.forget()
        service.create(known)
        assert asked(account) == ["GET session", "POST session"]
        assert said(account.faults.requests[-1]) == {"id": 1, **told}
    assert account.sessions[1].friendly_url == "lti-0456"
    assert account.sessions[1].custom_data["custom2"] == "lti-0456"
    assert account.mails == []


def test_a_scheduled_session_stays_when_its_time_is_over(account):
    with connected(account, now=lambda: NOW + 10**8) as service:
        known = replace(LECTURE, remote_id=service.create(LECTURE).remote_id)
        account.faults.forget()
        service.create(known)
    assert asked(account) == ["GET session"]


def test_a_renamed_course_renames_its_standing_session(account, service):
    known = replace(STANDING, remote_id=service.create(STANDING).remote_id)
    service.create(replace(known, name=" Botany "))
    assert account.sessions[1].topic == "Botany"
    assert account.sessions[1].start_time == TODAY
    account.faults.forget()
    service.create(replace(known, name=" Botany "))
    assert asked(account) == ["GET session"]


@pytest.mark.parametrize(
    ("code", "dst", "settings", "summer"),
    [
        ("UP1", False, {"timezone": "UP1", "daylight_saving": "off"}, "12:00"),
        ("UP1", True, {"timezone": "UP1", "daylight_saving": "on"}, "13:00"),
        ("UP1", True, {"timezone": "UP1"}, "13:00"),
        ("UM5", True, {"timezone": "UM5"}, "07:00"),
        ("UP35", False, {"timezone": "UP35"}, "14:30"),
        ("UTC", False, {}, "11:00"),
    ],
)
def test_times_are_on_the_clock_of_the_account(code, dst, settings, summer):
    starts = datetime(2026, 7, 1, 11, tzinfo=UTC)
    account = an_account(timezone=code, dst=dst)
    with connected(account, **settings) as service:
        meeting = replace(LECTURE, starts_ms=int(starts.timestamp() * 1000))
        service.create(meeting)
        assert said(account.faults.requests[0])["start_time"] == f"2026-07-01 {summer}:00"
        assert "timezone" not in said(account.faults.requests[0])
        assert account.sessions[1].start_time == starts
        info = service.info(meeting.meeting_id)
    assert info.started_ms == meeting.starts_ms


def test_the_zone_is_said_where_the_settings_want_it(account):
    with connected(account, timezone="UTC", daylight_saving="off", send_timezone=True) as service:
        created = service.create(LECTURE)
        assert said(account.faults.requests[0])["timezone"] == "UTC"
        account.faults.forget()
        later = replace(LECTURE, remote_id=created.remote_id, starts_ms=LECTURE.starts_ms + 1000)
        service.create(later)
        assert said(account.faults.requests[1]) == {
            "id": 1,
            "start_time": "2026-11-25 10:00:01",
            "timezone": "UTC",
        }


def test_in_the_hour_that_comes_twice_nothing_is_edited_for_ever():
    account = an_account(timezone="UP1", dst=False)
    twice = int(datetime(2026, 10, 25, 1, 30, tzinfo=UTC).timestamp() * 1000)
    with connected(account, timezone="UP1") as service:
        meeting = replace(LECTURE, starts_ms=twice)
        known = replace(meeting, remote_id=service.create(meeting).remote_id)
        account.faults.forget()
        service.create(known)
    assert asked(account) == ["GET session"]


def test_long_metadata_is_cut_with_a_warning(account, service):
    meeting = replace(STANDING, metadata={"a": "x" * 300, "b": "y"})
    created = service.create(meeting)
    assert account.sessions[1].custom_data["custom3"] == "a=" + "x" * 198
    assert created.warnings == ("Metadata was cut to 200 characters.",)
    assert service.create(replace(meeting, remote_id="1")).warnings == ()


def test_what_is_known_of_a_meeting(service):
    service.create(LECTURE)
    expected = MeetingInfo(
        running=False,
        meeting_id="lti-0456",
        name="Biology – Lectures",
        remote_id="1",
        started_ms=LECTURE.starts_ms,
        duration_minutes=90,
        metadata={"meets-id-course": "12", "bbb-origin": "LTI Bridge"},
    )
    assert service.info("lti-0456") == expected
    assert service.info("1") == expected
    assert list(service.meetings()) == [expected]


def test_the_code_for_the_telephone_is_given_where_there_is_one():
    with connected(an_account(voip=True)) as service:
        service.create(STANDING)
        assert service.info("lti-0123").voice_bridge == "100001"


def test_what_is_not_there_is_none(account, service):
    assert service.info("lti-0123") is None
    assert service.info("99") is None
    service.create(STANDING)
    del account.sessions[1]
    assert service.info("1") is None
    assert service.info("lti-0123") is None


def test_a_failure_is_not_taken_for_absence():
    for status in (401, 500):
        with connected(Told((status, {}, ""))) as service:
            for meeting_id in ("7", "lti-0123"):
                with pytest.raises((RemoteRejected, RemoteUnavailable)):
                    service.info(meeting_id)


@pytest.mark.parametrize(
    ("link", "friendly"),
    [
        ("http://domain.com/user/lti-0123", "lti-0123"),
        ("http://domain.com/user/lti-0123/", "lti-0123"),
        ("http://domain.com/user/lti-0123?x=/y#/z", "lti-0123"),
        ("", "7"),
    ],
)
def test_sessions_of_others_are_listed_too(link, friendly):
    body = f'[{{"id": 7, "topic": "Theirs", "session_link": "{link}", "custom_data": [{{"custom1": "x"}}]}}]'
    with connected(Told(body)) as service:
        (info,) = service.meetings()
    assert info == MeetingInfo(
        running=False, meeting_id=friendly, name="Theirs", remote_id="7", metadata={"custom1": "x"}
    )


def test_a_cancelled_meeting_is_deleted_once_and_for_all(account, service):
    created = service.create(LECTURE)
    service.create(STANDING)
    service.cancel(replace(LECTURE, remote_id=created.remote_id))
    assert list(account.sessions) == [2]
    service.cancel(replace(LECTURE, remote_id=created.remote_id))
    service.cancel(LECTURE)
    service.cancel(STANDING)
    assert account.sessions == {}


def test_a_cancellation_that_is_refused_is_told():
    with connected(Told((403, {}, ""))) as service, pytest.raises(RemoteRejected):
        service.cancel(replace(LECTURE, remote_id="7"))
