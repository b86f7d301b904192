"""What BigBlueButton sends by itself: as the simulator sends it, and as somebody else might."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_bridge.conferencing import Attendance, Callbacks, Stay
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.errors import CapabilityMissing, LaunchRefused, MalformedRequest, NotAuthentic
from lti_bridge.simulators.serving import Server
from tests.unit.conferencing.family.simulated import pair_of
from tests.unit.conferencing.services import (
    ANN,
    DETAILS,
    SECRET,
    TEACHER,
    Canned,
    a_client,
    a_service,
    follow,
)

KEY = SECRET.encode().ljust(64, b"\0")


@pytest.fixture(scope="module")
def service():
    with a_client() as client:
        yield BigBlueButton(a_service("https://x.example/", kind="bigbluebutton"), client)


def signed(claims, algorithm="HS256", key=KEY):
    return jwt.encode(claims, key, algorithm=algorithm)


def bearer(key=KEY, algorithm="HS512", **claims):
    claims = {"exp": int(time.time()) + 60, **claims}
    return f"Bearer {signed(claims, algorithm, key)}"


def test_all_three_are_sent_after_a_class_and_understood():
    with Server(Canned()) as us, pair_of(BigBlueButton) as pair:
        bridge = us.app
        callbacks = Callbacks(f"{us.url}/ended?sig=a%20b", f"{us.url}/ready?r=1", f"{us.url}/who")
        created = pair.service.create(replace(DETAILS, callbacks=callbacks))
        for visitor in (TEACHER, ANN):
            assert follow(pair.service.join_url(DETAILS, visitor, created))[0] == 302
        pair.service.end(DETAILS.meeting_id)
        pair.simulator.settle()
        sent = {request.path: request for request in bridge.faults.requests}
        assert set(sent) == {"/ended", "/ready", "/who"}
        assert sent["/ended"].query == "sig=a%20b&recordingmarks=true"
        token = sent["/ready"].body.decode().removeprefix("signed_parameters=")
        ready = pair.service.recording_ready(token)
        assert ready.meeting_id == DETAILS.meeting_id
        assert ready.record_id == created.remote_id
        who = sent["/who"]
        attendance = pair.service.attendance_sent(who.headers["Authorization"], who.body)
        assert (attendance.meeting_id, attendance.name) == (DETAILS.meeting_id, DETAILS.name)
        assert attendance.remote_meeting_id == created.remote_id
        assert attendance.is_final
        assert {(stay.user_id, stay.full_name) for stay in attendance.stays} == {
            ("7", "Tess Teacher"),
            ("42", "Ann Bee"),
        }
        assert all(
            attendance.started_ms <= stay.joined_ms <= stay.left_ms for stay in attendance.stays
        )


@pytest.mark.parametrize("kind", [Meetingz, MconfLive])
def test_the_others_send_nothing(kind):
    with pair_of(kind) as pair:
        with pytest.raises(CapabilityMissing):
            pair.service.recording_ready(signed({}))
        with pytest.raises(CapabilityMissing):
            pair.service.attendance_sent(bearer(), b"{}")


READY = {"meeting_id": "lti-1", "record_id": "r-1"}


@pytest.mark.parametrize(
    "token",
    [
        signed(READY, key=b"another-secret".ljust(64, b"\0")),
        signed(READY, "HS512"),
        jwt.encode(READY, None, algorithm="none"),
        signed({**READY, "exp": 1}),
        signed(READY)[:-3],
        "",
        "a.b.c",
        "\ud800",
        "🎓.🎓.🎓",
        "x" * 10_000,
    ],
)
def test_what_is_not_signed_by_the_service_is_not_believed(service, token):
    with pytest.raises(NotAuthentic) as refusal:
        service.recording_ready(token)
    assert refusal.value.code == "callback_signature"
    assert SECRET not in f"{refusal.value!r} {refusal.value} {refusal.value.remedy}"
    with pytest.raises(NotAuthentic):
        service.attendance_sent(f"Bearer {token}", b"{}")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"meeting_id": "lti-1"},
        {**READY, "record_id": ""},
        {**READY, "record_id": 7},
        {**READY, "record_id": ["r"]},
        {**READY, "meeting_id": "x" * 257},
    ],
)
def test_what_is_signed_and_says_nothing_is_unreadable(service, claims):
    with pytest.raises(MalformedRequest) as refusal:
        service.recording_ready(signed(claims))
    assert refusal.value.code == "callback_unreadable"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "callback_unsigned"),
        ("Basic eDp5", "callback_unsigned"),
        (bearer()[7:], "callback_unsigned"),
        (bearer(b"other".ljust(64, b"\0")), "callback_signature"),
        (bearer(algorithm="HS256"), "callback_signature"),
        (bearer(exp=int(time.time()) - 3600), "callback_signature"),
        (f"Bearer {signed({}, 'HS512')}", "callback_signature"),
    ],
)
def test_attendance_is_taken_only_from_the_service(service, authorization, code):
    with pytest.raises(NotAuthentic) as refusal:
        service.attendance_sent(authorization, b"{}")
    assert refusal.value.code == code


def test_a_service_without_secret_believes_nobody():
    with a_client() as client:
        settings = a_service("https://x.example/", kind="bigbluebutton", secret=None)
        service = BigBlueButton(settings, client)
        with pytest.raises(NotAuthentic):
            service.recording_ready(signed(READY, key=b"\0" * 64))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"meeting_id": "lti-1"}',
        b'{"meeting_id": "lti-1", "data": []}',
        b'{"meeting_id": 7, "data": {}}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_says_nothing_is_unreadable(service, body):
    with pytest.raises(MalformedRequest) as refusal:
        service.attendance_sent(bearer(), body)
    assert refusal.value.code == "callback_unreadable"


def ms(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


def test_who_came_twice_has_two_stays_and_who_has_not_left_no_end(service):
    body = {
        "meeting_id": "lti-1",
        "internal_meeting_id": "aa11-1",
        "data": {
            "metadata": {"meeting_name": "شیمی"},
            "start": "2021-06-27 18:52:12 +0200",
            "finish": "2021-06-27 20:00:00 +0200",
            "attendees": [
                {
                    "ext_user_id": "42",
                    "name": "علی",
                    "joins": ["2021-06-27 18:53:00 +0200", "2021-06-27 19:30:00 +0200"],
                    "leaves": ["2021-06-27 19:00:00 +0200"],
                },
                {"ext_user_id": 7, "name": None, "joins": ["2021-06-27 16:53:00 +0000", "odd", 3]},
                {"joins": "none"},
                "nobody",
            ],
        },
    }
    assert service.attendance_sent(bearer(), json.dumps(body).encode()) == Attendance(
        meeting_id="lti-1",
        name="شیمی",
        remote_meeting_id="aa11-1",
        started_ms=ms(2021, 6, 27, 16, 52, 12),
        ended_ms=ms(2021, 6, 27, 18),
        stays=(
            Stay("42", "علی", ms(2021, 6, 27, 16, 53), ms(2021, 6, 27, 17)),
            Stay("42", "علی", ms(2021, 6, 27, 17, 30), None),
            Stay("7", "", ms(2021, 6, 27, 16, 53), None),
        ),
    )


@pytest.mark.parametrize(
    "moment",
    [
        "",
        None,
        "0001-01-01 00:00:00 +2359",
        "9999-12-31 23:59:59 -1200",
        "1960-01-01 00:00:00 +0000",
    ],
)
def test_times_of_no_class_are_none(service, moment):
    body = json.dumps({"meeting_id": "lti-1", "data": {"start": moment, "finish": moment}})
    found = service.attendance_sent(bearer(), body.encode())
    assert (found.started_ms, found.ended_ms, found.is_final) == (None, None, False)


NAMES = ("meeting_id", "data", "attendees", "joins", "leaves", "start", "name", "ext_user_id")
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9))
    | st.just("2021-06-27 18:52:12 +0200"),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=15,
)


@partial(settings, derandomize=True, database=None, deadline=None)(max_examples=150)
@given(data=st.dictionaries(st.sampled_from(NAMES), JSON), claims=st.dictionaries(st.text(), JSON))
def test_whatever_is_signed_is_a_value_or_a_refusal(service, data, claims):
    body = json.dumps({"meeting_id": "lti-\ud800", "data": data}).encode()
    found = service.attendance_sent(bearer(), body)
    for text in (found.meeting_id, found.name, *(stay.full_name for stay in found.stays)):
        text.encode()
    refusal = None
    try:
        service.recording_ready(signed({**claims, "meeting_id": data.get("name")}))
    except LaunchRefused as error:
        refusal = error
    assert refusal
