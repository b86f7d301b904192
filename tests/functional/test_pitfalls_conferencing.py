"""PITFALLS.md, "Conferencing": what launches get right towards the service."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.functional.tools import LTI, follow, link_of_its_own, only_meeting, press, read, refused

WAITING = {f"{LTI}custom": {"wait_for_moderator": "true", "action": "join"}}


def creates(campus):
    return [r for r in campus.meetingz.faults.requests if r.path.endswith("/create")]


def test_the_bytes_that_are_signed_are_the_bytes_that_are_sent(campus):
    odd = "a b+c%20&d=é 王 👩‍🏫 ~*'()!"
    claims = {
        "name": odd,
        f"{LTI}context": {"id": odd, "title": odd},
        f"{LTI}resource_link": {"id": odd, "title": odd},
    }
    follow(campus.launch(campus.student, campus.link(), claims=claims))
    meeting = only_meeting(campus)
    assert meeting.metadata["bbb-context-id"] == odd
    assert meeting.joined[-1].full_name == odd


def test_a_second_create_is_the_same_to_the_byte_and_its_warning_is_success(campus):
    change = text("UPDATE meetings SET confirmed_ms = NULL")
    for _ in range(3):
        follow(campus.launch(campus.student, campus.link()))
        campus.bridge.store.database.write(lambda c: c.execute(change))
        campus.restart()
    assert len(creates(campus)) == 3
    assert len({request.query for request in creates(campus)}) == 1
    assert only_meeting(campus).create_calls == 3


def test_students_who_wait_for_a_moderator_create_nothing(campus):
    answer = campus.launch(campus.student, campus.link(), claims=WAITING)
    page = read(answer)
    assert page.form.action == "/course/join"
    assert page.scripts
    read(press(campus, page))
    assert creates(campus) == []
    assert campus.meetingz.meetings == {}


def test_they_get_in_once_a_moderator_is_there(campus):
    link = campus.link()
    page = read(campus.launch(campus.student, link, claims=WAITING))
    teacher = campus.launch(campus.teacher, link, claims=WAITING)
    follow(teacher)
    campus.restart()  # what was known of the meeting holds for five seconds
    follow(press(campus, page))
    assert [one.role for one in only_meeting(campus).participants] == ["MODERATOR", "VIEWER"]


def test_parameters_without_a_value_are_not_sent_at_all(campus):
    campus.launch(
        campus.student,
        campus.link(),
        remove=[f"{LTI}launch_presentation", f"{LTI}context"],
        claims={f"{LTI}custom": {"embed": "true"}},
    )
    (request,) = creates(campus)
    assert "=&" not in request.query
    for name in ("record", "duration", "maxParticipants", "logoutURL", "welcome"):
        assert f"{name}=" not in request.query


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        b"<response/>",
        b"<response><returncode/></response>",
        b"<response><returncode>SUCCESS",
        b"<report><returncode>SUCCESS</returncode></report>",
        b'<!DOCTYPE x [<!ENTITY e "x">]><response><returncode>&e;</returncode></response>',
        b"\xff\xfe\x00",
        b"not xml",
        b'{"returncode": "SUCCESS"}',
    ],
    ids=range(10),
)
def test_answers_that_are_no_answers_are_503_with_a_retry(shared, body):
    shared.meetingz.faults.set("html", body=body)
    claims = link_of_its_own(repr(body))
    answer = shared.launch(shared.student, shared.link(), claims=claims)
    gets_well(shared)
    failed = body == b"<response><returncode/></response>"
    page = refused(shared, answer, 503, "remote:failed" if failed else "remote:malformed")
    assert page.form.action == "/course/join"


def gets_well(campus):
    """The service answers again, before it has failed so often that it would be left alone."""
    campus.meetingz.faults.clear()
    claims = link_of_its_own(f"well {campus.meetingz.faults.count('/create')}")
    assert campus.launch(campus.student, campus.link(), claims=claims).status == 303


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("checksumError", "remote:checksumError"),
        ("&lt;b&gt;x&lt;/b&gt;" * 20, f"remote:{'bx/b' * 20}"[:60]),
        ("", "remote:failed"),
    ],
)
def test_a_refusal_of_the_service_is_told_by_its_key_and_nothing_else(shared, key, reason):
    refusal_by_key(shared, key, reason)


def test_a_key_far_too_long_for_the_launch_list_does_not_stop_it(new_campus):
    refusal_by_key(new_campus("postgresql"), "x" * 500, f"remote:{'x' * 60}"[:60])


def refusal_by_key(campus, key, reason):
    body = (
        "<response><returncode>FAILED</returncode>"
        f"<messageKey>{key}</messageKey><message>secret is 639259d4</message></response>"
    ).encode()
    campus.meetingz.faults.set("html", body=body)
    answer = campus.launch(campus.student, campus.link(), claims=link_of_its_own(key))
    gets_well(campus)
    page = refused(campus, answer, 503, reason)
    assert page.form.action == "/course/join"
    assert "639259d4" not in answer.text
    assert "<b>" not in answer.text


def test_elements_that_are_missing_or_unknown_do_no_harm(campus):
    body = b"<response><more><x/></more><returncode>SUCCESS</returncode><createTime>x</createTime></response>"
    campus.meetingz.faults.set("html", body=body)
    assert "createTime" not in campus.launch(campus.student, campus.link()).joined_as
    page = read(campus.launch(campus.teacher, campus.link("frame")))
    assert page.form.action == "/course/join"


def test_the_secret_and_the_passwords_are_on_no_page(campus):
    secret = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
    follow(
        campus.launch(
            campus.student, campus.link("frame"), claims={f"{LTI}custom": {"embed": "true"}}
        )
    )
    meeting = only_meeting(campus)
    pages = [
        campus.launch(campus.teacher, campus.link("frame")),
        campus.launch(campus.student, campus.link("frame")),
    ]
    campus.meetingz.faults.set("down")
    pages.append(campus.launch(campus.student, campus.link()))
    for page in pages:
        for hidden in (secret, meeting.attendee_password, meeting.moderator_password):
            assert hidden not in page.text
