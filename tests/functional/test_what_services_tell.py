"""BigBlueButton tells by itself: a meeting has ended, a recording is ready, who attended."""

from __future__ import annotations

import json
import time

import jwt
import pytest

from tests.campus import FORM, MEETINGZ_SECRET, ask
from tests.functional.test_every_service import class_page
from tests.functional.tools import LTI

JSON = {"Content-Type": "application/json"}
RECORDED = {f"{LTI}custom": {"record": "true", "embed": "true"}}
KEY = MEETINGZ_SECRET.encode().ljust(64, b"\0")  # the same HMAC key, without a warning


@pytest.fixture
def campus(new_campus):
    campus = new_campus(kind="bigbluebutton")
    class_page(campus.launch(campus.student, campus.link(), claims=RECORDED))
    return campus


@pytest.fixture
def meeting(campus):
    (meeting,) = campus.service.meetings.values()
    return meeting


def addresses(meeting):
    """Where the service was told to tell, as create said it."""
    said = {name.lower(): value for name, value in meeting.parameters.items()}
    return {
        "ended": said["meta_endcallbackurl"],
        "recording": said["meta_bbb-recording-ready-url"],
        "attendance": said["meta_analytics-callback-url"],
    }


def end(campus, meeting):
    with campus.service._calls.meetings.lock:
        campus.service._calls.meetings.end(meeting)
    campus.service.settle(10)


def noted(campus):
    return {one.kind: one for one in campus.bridge.store.notices.of_meeting(1)}


def signed(meeting_id, record_id, secret=KEY, algorithm="HS256"):
    token = jwt.encode({"meeting_id": meeting_id, "record_id": record_id}, secret, algorithm)
    return f"signed_parameters={token}"


def bearer(seconds=60, secret=KEY, algorithm="HS512"):
    token = jwt.encode({"exp": int(time.time()) + seconds}, secret, algorithm)
    return {**JSON, "Authorization": f"Bearer {token}"}


def attended(meeting_id):
    return json.dumps({"meeting_id": meeting_id, "internal_meeting_id": "x", "data": {}})


def test_all_that_a_class_leaves_is_told_and_taken(campus, meeting):
    end(campus, meeting)
    told = {callback.kind: callback.status for callback in campus.service.callbacks}
    assert set(told.values()) == {204}, told
    assert len(told) == 3
    notices = noted(campus)
    assert set(notices) == {"ended", "recording", "attendance"}
    assert notices["recording"].subject == meeting.internal_id
    who = json.loads(notices["attendance"].data)
    assert [stay["full_name"] for stay in who["stays"]] == ["Ben Okafor"]
    assert who["stays"][0]["joined_ms"] == pytest.approx(time.time() * 1000, abs=60_000)


def test_after_the_end_the_next_who_comes_gets_a_new_class_at_once(campus, meeting):
    end(campus, meeting)
    class_page(campus.launch(campus.other_student, campus.link(), claims=RECORDED))
    (anew,) = campus.service.meetings.values()
    assert anew.meeting_id == meeting.meeting_id
    assert anew.create_time != meeting.create_time


def test_a_class_that_is_said_to_have_ended_and_hasnt_goes_on(campus, meeting):
    before = campus.service.faults.count("/create")
    assert ask("GET", f"{addresses(meeting)['ended']}?recordingmarks=false").status == 204
    assert noted(campus) == {}
    class_page(campus.launch(campus.other_student, campus.link(), claims=RECORDED))
    assert campus.service.faults.count("/create") == before


def test_create_says_the_same_addresses_each_time(campus, meeting):
    before = addresses(meeting)
    campus.bridge.store.meetings.ended(1, 1_700_000_000_000)
    campus.restart()
    class_page(campus.launch(campus.student, campus.link(), claims=RECORDED))
    last = [one for one in campus.service.faults.requests if one.path.endswith("/create")][-1]
    assert all(url.rpartition("/")[2] in last.query for url in before.values())


@pytest.mark.parametrize("purpose", ["ended", "recording", "attendance"])
def test_an_address_that_wasnt_given_out_tells_nothing(campus, meeting, purpose):
    base, _, mark = addresses(meeting)[purpose].rpartition("/")
    method = "GET" if purpose == "ended" else "POST"
    others = [other for name, other in addresses(meeting).items() if name != purpose]
    wrong = [f"{base}/{mark[:-2]}", f"{base}/x", f"{base}/{others[0].rpartition('/')[2]}"]
    wrong.append(f"{base.replace(meeting.meeting_id, 'lti-another')}/{mark}")
    assert [ask(method, url, "", FORM).status for url in wrong] == [401] * 4
    assert noted(campus) == {}


def test_a_recording_needs_the_services_own_signature(campus, meeting):
    url = addresses(meeting)["recording"]
    mine, record = meeting.meeting_id, "some-recording"
    for body in (
        "",
        "signed_parameters=",
        "signed_parameters=a.b.c",
        signed(mine, record, b"another-secret".ljust(64, b"\0")),
        signed(mine, record, KEY, "HS512"),
        f"signed_parameters={jwt.encode({'meeting_id': mine}, None, 'none')}",
    ):
        assert ask("POST", url, body, FORM).status == 401, body
    for body in (signed(mine, ""), signed("lti-another", record)):
        assert ask("POST", url, body, FORM).status == 400
    assert noted(campus) == {}


def test_a_recording_that_the_service_doesnt_know_is_not_believed(campus, meeting):
    body = signed(meeting.meeting_id, "made-up")
    assert ask("POST", addresses(meeting)["recording"], body, FORM).status == 204
    assert noted(campus) == {}


def test_while_the_service_cant_be_asked_it_is_to_tell_again(campus, meeting):
    campus.service.faults.set("down")
    body = signed(meeting.meeting_id, "some-recording")
    urls = addresses(meeting)
    assert ask("POST", urls["recording"], body, FORM).status == 503
    assert ask("GET", urls["ended"]).status == 503
    assert noted(campus) == {}


def test_who_attended_needs_a_token_that_holds(campus, meeting):
    url, body = addresses(meeting)["attendance"], attended(meeting.meeting_id)
    for headers in (
        JSON,
        {**JSON, "Authorization": "Basic eDp5"},
        {**JSON, "Authorization": "Bearer "},
        bearer(seconds=-3600),
        bearer(secret=b"another-secret".ljust(64, b"\0")),
        bearer(algorithm="HS256"),
        {**JSON, "Authorization": f"Bearer {jwt.encode({'a': 1}, KEY, 'HS512')}"},
    ):
        assert ask("POST", url, body, headers).status == 401, headers
    for wrong in ("", "[]", "{}", '{"data": 1}', attended("lti-another"), "\x00", "[" * 100_000):
        assert ask("POST", url, wrong, bearer()).status == 400, wrong[:40]
    assert noted(campus) == {}
    assert ask("POST", url, body, bearer()).status == 204
    assert set(noted(campus)) == {"attendance"}


def test_a_body_without_end_is_not_read(campus, meeting):
    body = "x" * 5_000_000
    assert ask("POST", addresses(meeting)["attendance"], body, bearer()).status == 413


def test_nothing_of_it_is_in_a_log(campus, meeting, capsys):
    end(campus, meeting)
    body = signed(meeting.meeting_id, "r", b"another-secret".ljust(64, b"\0"))
    answer = ask("POST", addresses(meeting)["recording"], body, FORM)
    log = capsys.readouterr()
    for secret in (MEETINGZ_SECRET, addresses(meeting)["recording"].rpartition("/")[2], "Okafor"):
        assert secret not in log.out + log.err + answer.text
