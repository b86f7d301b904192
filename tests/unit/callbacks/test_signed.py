"""What a service signs, checked against tokens of two other makers: PyJWT, and bare HMAC."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_bridge.conferencing import RecordingReady
from lti_bridge.conferencing.family.callbacks import LONGEST_ID, attendance, recording_ready
from lti_bridge.errors import LaunchRefused, MalformedRequest, NotAuthentic
from tests.unit.callbacks.tokens import SECRET, bearer, part, ready, token

READY = {"meeting_id": "lti-1", "record_id": "rec-1"}
SECRETS = [
    "x",
    "short",
    SECRET,
    "k" * 63,
    "k" * 64,
    "k" * 65,
    "k" * 128,
    "k" * 129,
    "k" * 5000,
    "ژاله‌-پنهان",
]


def refused(call):
    with pytest.raises(NotAuthentic) as refusal:
        call()
    assert refusal.value.code == "callback_signature"
    assert SECRET not in f"{refusal.value!r} {refusal.value.remedy}"
    return refusal.value


def told(data, **top):
    body = {"version": "1.0", "meeting_id": "lti-1", "internal_meeting_id": "i-1", "data": data}
    return attendance(bearer(), json.dumps(body | top).encode(), SECRET)


def at(hour, minute=0):
    """UNIX milliseconds of a moment of that day, UTC."""
    return int(datetime(2021, 6, 27, hour, minute, tzinfo=UTC).timestamp() * 1000)


def stays(joins, leaves):
    (one,) = [{"ext_user_id": "42", "name": "Ann Bee", "joins": joins, "leaves": leaves}]
    return [(stay.joined_ms, stay.left_ms) for stay in told({"attendees": [one]}).stays]


def said(*hours):
    return [f"2021-06-27 {hour}:00 +0000" for hour in hours]


@pytest.mark.parametrize("secret", SECRETS, ids=len)
def test_a_token_signed_with_the_secret_is_believed_whatever_its_length(secret):
    assert recording_ready(ready("lti-1", "rec-1", secret=secret), secret) == RecordingReady(
        "lti-1", "rec-1"
    )
    key = secret.encode().ljust(64, b"\0")
    assert recording_ready(jwt.encode(READY, key, "HS256"), secret).record_id == "rec-1"
    body = b'{"meeting_id": "lti-1", "data": {}}'
    assert attendance(bearer(secret=secret), body, secret).meeting_id == "lti-1"
    soon = jwt.encode({"exp": int(time.time()) + 60}, key, "HS512")
    assert attendance(f"bearer  {soon} ", body, secret).stays == ()


@pytest.mark.parametrize("secret", SECRETS, ids=len)
def test_a_token_signed_with_another_secret_is_not(secret):
    for other in (f"{secret}x", secret[:-1] or "y", secret.swapcase()):
        if other != secret:
            refused(lambda other=other: recording_ready(ready("l", "r", secret=other), secret))
            refused(lambda other=other: attendance(bearer(secret=other), b"{}", secret))


def test_without_a_secret_nobody_is_believed():
    refused(lambda: recording_ready(ready("l", "r", secret=""), ""))
    refused(lambda: attendance(bearer(secret=""), b"{}", ""))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_recording_is_signed_with_hs256_only(algorithm):
    refused(lambda: recording_ready(ready("l", "r", algorithm=algorithm), SECRET))


@pytest.mark.parametrize("algorithm", ["HS256", "HS384"])
def test_attendance_is_signed_with_hs512_only(algorithm):
    soon = token({"exp": int(time.time()) + 60}, algorithm)
    refused(lambda: attendance(f"Bearer {soon}", b"{}", SECRET))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "None", "typ": "JWT"},
        {"alg": "RS256"},
        {"alg": ["HS256"]},
        {"alg": None},
        {"alg": 256},
        {"typ": "JWT"},
        {"alg": "HS256", "crit": ["exp"]},
        {"alg": "HS256", "b64": False, "crit": ["b64"]},
        {"alg": "HS256", "kid": 7},
        [],
        5,
        b"{",
        b"\xff",
        b"[" * 50_000,
    ],
    ids=repr,
)
def test_any_other_header_is_refused_in_peace(header):
    signed = ready("lti-1", "rec-1", header=header)
    refused(lambda: recording_ready(signed, SECRET))
    refused(lambda: recording_ready(signed.rpartition(".")[0] + ".", SECRET))


@pytest.mark.parametrize("secret", ["secret", ""])
def test_what_pyjwt_signs_with_none_is_refused(secret):
    refused(lambda: recording_ready(jwt.encode(READY, None, "none"), secret))


@pytest.mark.parametrize(
    "payload", [[], 5, None, "x", b"{", b"", b"\xff", b"[" * 50_000], ids=lambda p: repr(p)[:20]
)
def test_a_signed_payload_that_is_no_object_is_refused(payload):
    refused(lambda: recording_ready(token(payload), SECRET))


@pytest.mark.parametrize("exp", [0, None, "soon", [], {}, True, "", -(10**400)], ids=repr)
def test_a_token_that_says_no_time_or_one_long_past_is_refused(exp):
    refused(lambda: attendance(f"Bearer {token({'exp': exp}, 'HS512')}", b"{}", SECRET))


@pytest.mark.parametrize("exp", [b'{"exp": Infinity}', b'{"exp": NaN}', b'{"exp": -Infinity}'])
def test_a_time_that_is_no_number_is_refused(exp):
    refused(lambda: attendance(f"Bearer {token(exp, 'HS512')}", b"{}", SECRET))


def test_clocks_may_differ_by_a_minute():
    body = b'{"meeting_id": "lti-1", "data": {}}'
    assert attendance(bearer(-50), body, SECRET).meeting_id == "lti-1"
    refused(lambda: attendance(bearer(-62), body, SECRET))
    assert recording_ready(token({**READY, "exp": time.time() - 50}), SECRET)
    refused(lambda: recording_ready(token({**READY, "exp": time.time() - 62}), SECRET))


def test_who_attended_needs_an_end_of_validity():
    refused(lambda: attendance(f"Bearer {token({}, 'HS512')}", b"{}", SECRET))


@pytest.mark.parametrize("authorization", ["", "Basic eDp5", "Bearer", "Token x", "é", "\ud800"])
def test_who_attended_needs_a_bearer(authorization):
    with pytest.raises(NotAuthentic):
        attendance(authorization, b"{}", SECRET)


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole[:-1],
        lambda whole: whole + "A",
        lambda whole: whole.replace(".", "", 1),
        lambda whole: "." + whole,
        lambda whole: whole + ".",
        lambda whole: whole.rpartition(".")[0],
        lambda whole: (
            f"{whole.partition('.')[0]}.{part({'meeting_id': 'l2', 'record_id': 'r'})}."
            + whole.rpartition(".")[2]
        ),
        lambda whole: f"{whole} {whole}",
        lambda whole: whole + "\ud800",
        lambda whole: whole + "x" * 3_000_000,
    ],
)
def test_a_token_that_somebody_touched_is_refused(change):
    refused(lambda: recording_ready(change(ready("lti-1", "rec-1")), SECRET))


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "." * 1000,
        "x" * 3_000_000,
        token({**READY, "more": "x" * 3_000_000}, secret="another"),
    ],
    ids=len,
)
def test_what_is_no_token_of_the_services_is_refused_however_large(shown):
    refused(lambda: recording_ready(shown, SECRET))


def test_a_large_one_that_is_signed_is_read():
    whole = token({**READY, "more": "x" * 1_000_000})
    assert recording_ready(whole, SECRET).record_id == "rec-1"


@pytest.mark.parametrize("record_id", ["x" * LONGEST_ID, "شناسه-۱", "a,b", "a/b?c&d", "ف‌ض"])
def test_the_ids_of_a_recording_are_taken_as_they_are(record_id):
    found = recording_ready(ready("lti-1", record_id), SECRET)
    assert (found.meeting_id, found.record_id) == ("lti-1", record_id)


@pytest.mark.parametrize("name", ["meeting_id", "record_id"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        ",",
        " , ",
        "x" * (LONGEST_ID + 1),
        "a\0b",
        "a\nb",
        None,
        7,
        1.5,
        True,
        [],
        {},
        ["a"],
    ],
)
def test_ids_that_no_recording_can_have_are_unreadable(name, value):
    with pytest.raises(MalformedRequest) as refusal:
        recording_ready(token({**READY, name: value}), SECRET)
    assert refusal.value.code == "callback_unreadable"


def test_what_was_told_of_a_class_is_read_with_its_zone():
    found = told(
        {"start": "2021-06-27 18:52:00 +0200", "finish": "2021-06-27 10:00:00 -0700", "x": 1}
    )
    assert (found.started_ms, found.ended_ms) == (at(16, 52), at(17))
    assert found.is_final
    assert (found.meeting_id, found.remote_meeting_id) == ("lti-1", "i-1")


@pytest.mark.parametrize(
    ("joins", "leaves", "expected"),
    [
        (["08:00"], ["09:00"], [(8, 9)]),
        (["08:00"], [], [(8, None)]),
        (["08:00", "10:00"], ["09:00", "11:00"], [(8, 9), (10, 11)]),
        (["10:00", "08:00"], ["11:00", "09:00"], [(8, 9), (10, 11)]),
        (["08:00", "10:00"], ["09:00"], [(8, 9), (10, None)]),
        (["08:00", "08:30"], ["09:00", "10:00"], [(8, 9), (8.5, 10)]),
        (["08:00", "10:00"], ["11:00"], [(8, 11), (10, None)]),
        (["10:00"], ["09:00", "11:00"], [(10, 11)]),
        (["10:00"], ["09:00"], [(10, None)]),
        (["08:00", "08:00"], ["08:00", "08:00"], [(8, 8), (8, 8)]),
        ([], ["09:00"], []),
        ([], [], []),
    ],
)
def test_joins_and_leaves_are_paired_and_nobody_leaves_before_they_came(joins, leaves, expected):
    hours = {None: None} | {h / 2: at(h // 2, h % 2 * 30) for h in range(48)}
    assert stays(said(*joins), said(*leaves)) == [(hours[a], hours[b]) for a, b in expected]


ODD = [None, 0, 1.5, True, "", "x", [], {}, [None], [1], ["x"], [[]], {"x": []}, "2021-06-27"]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_what_is_odd_within_a_body_is_passed_over(odd):
    attendee = {"ext_user_id": odd, "name": odd, "joins": said("08:00"), "leaves": odd}
    found = told(
        {"start": odd, "finish": odd, "attendees": [odd, attendee], "metadata": odd},
        internal_meeting_id=odd,
    )
    assert (found.started_ms, found.ended_ms, found.is_final) == (None, None, False)
    assert [(stay.joined_ms, stay.left_ms) for stay in found.stays] == [(at(8), None)]
    assert told({"attendees": odd}).stays == ()
    assert told({"attendees": [{"joins": odd, "leaves": said("08:00")}]}).stays == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"null",
        b"5",
        b'"x"',
        b"[]",
        b"{}",
        b'{"data": {}}',
        b'{"meeting_id": "lti-1"}',
        b'{"meeting_id": "lti-1", "data": null}',
        b'{"meeting_id": "lti-1", "data": []}',
        b'{"meeting_id": "lti-1", "data": "x"}',
        b'{"meeting_id": "", "data": {}}',
        b'{"meeting_id": null, "data": {}}',
        b'{"meeting_id": {"a": 1}, "data": {}}',
        b'{"meeting_id": "a\\u0000", "data": {}}',
        b'{"meeting_id": "lti-1", "data": {}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"1" * 10_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_body_that_says_nothing_is_unreadable(body):
    with pytest.raises(MalformedRequest) as refusal:
        attendance(bearer(), body, SECRET)
    assert refusal.value.code == "callback_unreadable"


def test_what_no_database_can_keep_is_left_out_and_long_names_are_cut():
    odd = "a\0b\x1fc\ud800" + "x" * 300
    found = told(
        {"attendees": [{"ext_user_id": odd, "name": odd, "joins": said("08:00")}]},
        internal_meeting_id=odd,
    )
    for kept in (found.remote_meeting_id, found.stays[0].user_id, found.stays[0].full_name):
        assert kept.startswith("abc")
        assert len(kept) == LONGEST_ID
        assert "\0" not in kept
        kept.encode()
    whole = "سارا م‌رادی 👩‍🏫"
    person = {"name": whole, "ext_user_id": 42, "joins": said("08:00")}
    (stay,) = told({"attendees": [person]}).stays
    assert (stay.full_name, stay.user_id) == (whole, "42")


def test_a_class_of_thousands_is_read_in_a_moment():
    person = {"name": "Ann", "ext_user_id": "1", "joins": said("08:00"), "leaves": said("09:00")}
    began = time.process_time()
    assert len(told({"attendees": [person] * 5000}).stays) == 5000
    assert time.process_time() - began < 5


def test_nothing_of_a_body_is_shown_by_its_repr():
    person = {"name": "Ann Bee", "ext_user_id": "42", "joins": said("08:00")}
    assert "Ann Bee" not in repr(told({"attendees": [person]}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=60) | JSON, st.sampled_from(["HS256", "HS512", "none"]), JSON)
def test_whatever_is_shown_as_a_token_is_refused_by_our_own_errors(payload, algorithm, header):
    shown = token(payload, algorithm, header=header or None)
    for call in (
        lambda: recording_ready(shown, SECRET),
        lambda: attendance(f"Bearer {shown}", b"{}", SECRET),
    ):
        with pytest.raises(LaunchRefused):
            call()
