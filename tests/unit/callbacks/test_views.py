"""What services tell over HTTP: who is believed, what is noted, and what they are answered."""

from __future__ import annotations

import json

import pytest

from lti_bridge.callbacks.views import LARGEST_BODY, LARGEST_FORM
from lti_bridge.simulators.bigbluebutton import Recording
from tests.campus import FORM, ask
from tests.unit.callbacks.house import JSON
from tests.unit.callbacks.tokens import SECRET, bearer, ready
from tests.unit.store.values import at_once

PURPOSES = ("ended", "recording", "attendance")


def attended(meeting_id, **changes):
    person = {
        "ext_user_id": "42",
        "name": "آن بی",
        "joins": ["2021-06-27 18:52:12 +0200"],
        "leaves": ["2021-06-27 19:52:12 +0200"],
    }
    data = {"start": "2021-06-27 18:50:00 +0200", "attendees": [person]}
    body = {"meeting_id": meeting_id, "internal_meeting_id": "internal-1", "data": data}
    return json.dumps(body | changes)


def tell(house, purpose, meeting, url=None):
    """Something genuine of that purpose, to its own address or another."""
    if url is None:
        urls = house.urls.for_meeting(meeting)
        url = {
            "ended": urls.ended_url,
            "recording": urls.recording_ready_url,
            "attendance": urls.analytics_url,
        }[purpose]
    if purpose == "ended":
        return ask("GET", url)
    if purpose == "recording":
        return ask("POST", url, f"signed_parameters={ready(meeting.meeting_id, 'rec-1')}", FORM)
    return ask("POST", url, attended(meeting.meeting_id), {**JSON, "Authorization": bearer()})


def add_recording(house, record_id, meeting_id):
    return house.simulator.recordings.add(record_id=record_id, meeting_id=meeting_id)


# A meeting has ended.


def test_a_meeting_that_has_ended_is_noted_and_made_anew_by_the_next(house):
    meeting = house.meeting()
    answer = house.tell_ended(meeting)
    assert (answer.status, answer.body) == (204, b"")
    assert house.ended == [meeting.id]
    (notice,) = house.notices(meeting)
    assert (notice.kind, notice.subject) == ("ended", str(meeting.create_time))
    assert json.loads(notice.data) == {"recording_marks": True}
    assert notice.at_ms > 1_700_000_000_000


@pytest.mark.parametrize("marks", ["", "&recordingmarks=false", "&recordingmarks=", "&recording"])
def test_without_marks_there_are_none(house, marks):
    meeting = house.meeting()
    assert house.tell_ended(meeting, marks).status == 204
    assert json.loads(house.notices(meeting)[0].data) == {"recording_marks": False}


def test_one_that_runs_is_not_believed_to_have_ended(house):
    meeting = house.meeting()
    service = house.services.service_for("live")
    assert not service.is_running(meeting.meeting_id)
    join(house, meeting)
    assert service.is_running(meeting.meeting_id)
    assert house.tell_ended(meeting).status == 204
    assert house.ended == []
    assert house.notices(meeting) == []


def join(house, meeting):
    there = house.there(meeting)
    query = {
        "meetingID": meeting.meeting_id,
        "fullName": "Tess",
        "password": there.moderator_password,
    }
    with house.simulator._calls.meetings.lock:
        house.simulator._calls.meetings.join(query)


def test_one_that_the_service_does_not_know_any_more_has_ended(house):
    meeting = house.meeting()
    with house.simulator._calls.meetings.lock:
        house.simulator._calls.meetings.end(house.there(meeting))
    house.simulator.settle()
    assert house.ended == [meeting.id], "the service tells by itself"
    assert house.tell_ended(meeting).status == 204
    assert house.ended == [meeting.id] * 2
    assert len([one for one in house.notices(meeting) if one.kind == "ended"]) == 1


# A recording is ready.


def test_a_recording_of_the_meeting_is_noted_by_its_id(house):
    meeting = house.meeting()
    add_recording(house, "rec-1", meeting.meeting_id)
    assert house.tell_ready(meeting, "rec-1").status == 204
    (notice,) = house.notices(meeting)
    assert (notice.kind, notice.subject, notice.data) == ("recording", "rec-1", "")


@pytest.mark.parametrize("state", ["unpublished", "processing", "processed"])
def test_a_recording_is_noted_whether_or_not_it_is_shown(house, state):
    meeting = house.meeting()
    recording = add_recording(house, "rec-1", meeting.meeting_id)
    assert isinstance(recording, Recording)
    with house.simulator._calls.meetings.lock:
        recording.state = state
    assert house.tell_ready(meeting, "rec-1").status == 204
    assert [notice.subject for notice in house.notices(meeting)] == ["rec-1"]


def test_a_recording_that_the_service_does_not_know_is_taken_and_not_noted(house):
    meeting, other = house.meeting(), house.meeting("link-2")
    add_recording(house, "rec-1", other.meeting_id)
    add_recording(house, "rec-12", meeting.meeting_id)
    for record_id in ("made-up", "rec", "rec-1", "rec-12,made-up", "REC-12", "rec-12 ", "%"):
        assert house.tell_ready(meeting, record_id).status == 204
    assert house.notices(meeting) == house.notices(other) == []


def test_a_recording_whose_id_no_service_could_be_asked_for_is_unreadable(house):
    meeting = house.meeting()
    for record_id in ("", " ", ",", "a\0b", "x" * 256):
        answer = house.tell_ready(meeting, record_id)
        assert (answer.status, answer.text) == (400, "callback_unreadable")
    assert house.notices(meeting) == []


@pytest.mark.parametrize("options", [{"secret": "another"}, {"algorithm": "HS512"}])
def test_a_recording_that_the_service_did_not_sign_is_refused(house, options):
    meeting = house.meeting()
    add_recording(house, "rec-1", meeting.meeting_id)
    answer = house.tell_ready(meeting, "rec-1", **options)
    assert (answer.status, answer.text) == (401, "callback_signature")
    assert house.notices(meeting) == []
    assert house.simulator.faults.count("/getRecordings") == 0, "nothing is asked for a stranger"


@pytest.mark.parametrize("body", ["", "signed_parameters=", "other=x", "\x00\xff", "&&&=;"])
def test_a_form_without_a_token_is_refused(house, body):
    url = house.urls.for_meeting(house.meeting()).recording_ready_url
    assert ask("POST", url, body.encode("latin-1"), FORM).status == 401
    assert ask("POST", url, body.encode("latin-1"), JSON).status == 401


# Who attended.


def test_who_attended_is_noted_with_everything_that_cannot_be_asked_for_again(house):
    meeting = house.meeting()
    assert house.tell_attended(meeting, attended(meeting.meeting_id)).status == 204
    (notice,) = house.notices(meeting)
    assert (notice.kind, notice.subject) == ("attendance", "internal-1")
    kept = json.loads(notice.data)
    assert kept["stays"] == [
        {
            "user_id": "42",
            "full_name": "آن بی",
            "joined_ms": 1624812732000,
            "left_ms": 1624816332000,
        }
    ]
    assert (kept["started_ms"], kept["ended_ms"]) == (1624812600000, None)


def test_each_time_the_meeting_was_held_has_a_notice_of_its_own(house):
    meeting = house.meeting()
    for session in ("internal-1", "internal-2", "internal-1"):
        body = attended(meeting.meeting_id, internal_meeting_id=session)
        assert house.tell_attended(meeting, body).status == 204
    assert [one.subject for one in house.notices(meeting)] == ["internal-1", "internal-2"]


@pytest.mark.parametrize("authorization", ["", "Basic eDp5", bearer(-3600), bearer(secret="other")])
def test_who_attended_is_taken_from_the_service_only(house, authorization):
    meeting = house.meeting()
    answer = house.tell_attended(meeting, attended(meeting.meeting_id), authorization)
    assert answer.status == 401
    assert house.notices(meeting) == []


@pytest.mark.parametrize("subject", ["a\0b", "\ud800", "x" * 5000, ["x"], None, 7])
def test_whatever_the_service_calls_the_session_is_kept_on_both_engines(house, subject):
    meeting = house.meeting()
    body = attended(meeting.meeting_id, internal_meeting_id=subject)
    assert house.tell_attended(meeting, body).status == 204
    assert len(house.notices(meeting)) == 1


# All three.


@pytest.mark.parametrize("purpose", PURPOSES)
def test_what_is_told_twice_is_noted_once(house, purpose):
    meeting = house.meeting()
    add_recording(house, "rec-1", meeting.meeting_id)
    statuses = [tell(house, purpose, meeting).status for _ in range(2)]
    statuses += [one.status for one in at_once(4, lambda _: tell(house, purpose, meeting))]
    assert statuses == [204] * 6
    assert [notice.kind for notice in house.notices(meeting)] == [purpose]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_an_address_that_was_not_given_out_is_refused(house, purpose):
    meeting, other = house.meeting(), house.meeting("link-2")
    add_recording(house, "rec-1", meeting.meeting_id)
    mine, others = house.urls.for_meeting(meeting), house.urls.for_meeting(other)
    names = {
        "ended": "ended_url",
        "recording": "recording_ready_url",
        "attendance": "analytics_url",
    }
    url = getattr(mine, names[purpose])
    base, _, mark = url.rpartition("/")
    foreign = getattr(others, names[purpose]).rpartition("/")[2]
    marks = [mark[:-1], mark + "A", mark.swapcase(), "x", foreign, "%F0%9F%8E%93", "%00"]
    marks += [
        getattr(mine, name).rpartition("/")[2] for key, name in names.items() if key != purpose
    ]
    for wrong in marks:
        answer = tell(house, purpose, meeting, f"{base}/{wrong}")
        assert (answer.status, answer.text) == (401, "callback_mark")
    moved = url.replace(meeting.meeting_id, other.meeting_id)
    assert tell(house, purpose, meeting, moved).status == 401
    assert house.notices(meeting) == house.notices(other) == []
    assert house.ended == []
    assert house.simulator.faults.count("/isMeetingRunning") == 0, "nothing is asked for a stranger"


@pytest.mark.parametrize("purpose", ["recording", "attendance"])
def test_what_is_about_another_meeting_is_refused(house, purpose):
    meeting, other = house.meeting(), house.meeting("link-2")
    add_recording(house, "rec-1", other.meeting_id)
    for about in (other.meeting_id, "elsewhere", meeting.meeting_id.upper()):
        answer = (
            house.tell_ready(meeting, "rec-1", about=about)
            if purpose == "recording"
            else house.tell_attended(meeting, attended(about))
        )
        assert (answer.status, answer.text) == (400, "callback_other")
    assert house.notices(meeting) == house.notices(other) == []


@pytest.mark.parametrize("purpose", PURPOSES)
def test_of_a_meeting_that_is_gone_here_no_more_is_to_be_told(house, purpose):
    meeting = house.meeting()
    house.forget()
    answer = tell(house, purpose, meeting)
    assert (answer.status, answer.body) == (410, b"")
    assert house.visits[-1].meeting_id is None


@pytest.mark.parametrize("purpose", ["ended", "recording"])
@pytest.mark.parametrize("fault", ["down", "500", "html", "wrong_xml"])
def test_while_the_service_cannot_be_asked_it_is_to_tell_again(house, purpose, fault):
    meeting = house.meeting()
    add_recording(house, "rec-1", meeting.meeting_id)
    house.simulator.faults.set(fault)
    assert tell(house, purpose, meeting).status == 503
    assert house.notices(meeting) == []
    assert house.ended == []
    house.simulator.faults.clear()
    assert tell(house, purpose, meeting).status == 204
    assert len(house.notices(meeting)) == 1


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_meeting_whose_service_left_the_settings_is_to_be_told_of_again(house, purpose):
    meeting = house.meeting()
    house.store.database.write(
        lambda c: c.exec_driver_sql("UPDATE meetings SET service = 'elsewhere'")
    )
    answer = tell(house, purpose, meeting)
    assert (answer.status, answer.text) == (503, "service_missing")


def test_a_body_without_end_is_not_read(house):
    urls = house.urls.for_meeting(house.meeting())
    form = b"signed_parameters=" + b"x" * LARGEST_FORM
    assert ask("POST", urls.recording_ready_url, form, FORM).status == 413
    headers = {**JSON, "Authorization": bearer()}
    assert ask("POST", urls.analytics_url, b" " * (LARGEST_BODY + 1), headers).status == 413


@pytest.mark.parametrize("purpose", PURPOSES)
def test_other_methods_and_addresses_are_none_of_ours(house, purpose):
    meeting = house.meeting()
    urls = house.urls.for_meeting(meeting)
    assert ask("POST", urls.ended_url, "").status == 405
    assert ask("GET", urls.recording_ready_url).status == 405
    assert ask("GET", urls.analytics_url).status == 405
    for path in (f"/callbacks/{purpose}/{meeting.meeting_id}", "/callbacks/", "/callbacks/x/y/z"):
        assert ask("GET", house.urls.public_url + path).status == 404


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_visit_says_by_numbers_what_was_told(house, purpose):
    meeting = house.meeting()
    add_recording(house, "rec-1", meeting.meeting_id)
    tell(house, purpose, meeting)
    visit = house.visits[-1]
    assert (visit.step, visit.outcome) == (f"callback:{purpose}", "callback")
    assert visit.meeting_id == meeting.id
    assert SECRET not in repr(visit)
    assert house.urls.for_meeting(meeting).ended_url not in repr(visit)
