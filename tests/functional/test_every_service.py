"""A launch, whichever of the four services the class is held on."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import text, update

from lti_bridge.store.tables import MeetingRow
from tests.campus import KINDS, ask
from tests.functional.tools import INSTRUCTOR, LIS, LTI, ROLES, press, read, refused

FAMILY = [kind for kind in KINDS if kind != "onstream"]


def class_page(answer):
    """What stands at the end of the way in: the class as the service shows it."""
    assert answer.status == 303, (answer.status, answer.text)
    seen = ask("GET", answer.location)
    while seen.status in {302, 303}:
        seen = ask("GET", seen.location)
    assert seen.status == 200, (seen.status, seen.text)
    return {
        name: re.search(rf'id="{name}"[^>]*>([^<]*)<', seen.text)[1].strip()
        for name in ("me", "role", "class-name")
    }


@pytest.fixture(params=KINDS)
def campus(new_campus, request):
    return new_campus(kind=request.param)


@pytest.fixture
def onstream(new_campus):
    return new_campus(kind="onstream")


def test_everybody_gets_into_the_same_class_in_their_role(campus):
    student = class_page(campus.launch(campus.student, campus.link()))
    teacher = class_page(campus.launch(campus.teacher, campus.link("join")))
    again = class_page(
        campus.launch(
            campus.teacher,
            campus.link("window"),
            claims={
                f"{LTI}custom": {"action": "join"},
            },
        )
    )
    assert student["me"] == "Ben Okafor"
    assert student["role"] in {"Attendee", "Participant"}
    assert teacher["role"] == again["role"] == "Moderator"
    assert "Algebra I" in student["class-name"]
    assert student["class-name"] == again["class-name"]


def test_names_in_persian_arrive_as_they_are(campus):
    assert class_page(campus.launch(campus.other_student, campus.link()))["me"] == "سارا محمدی"


def test_after_a_restart_the_same_class_is_found_again(campus):
    first = class_page(campus.launch(campus.student, campus.link()))
    campus.restart()
    assert class_page(campus.launch(campus.student, campus.link())) == first


def test_a_service_that_is_down_is_a_page_with_a_retry_that_works_later(campus):
    campus.service.faults.set("down")
    answer = campus.launch(campus.student, campus.link())
    page = refused(campus, answer, 503, "remote:RemoteUnavailable")
    campus.service.faults.clear()
    campus.restart()  # for a second, a failure is the answer to everybody
    assert class_page(press(campus, page))["me"] == "Ben Okafor"


def test_the_course_page_shows_what_the_service_can_tell(campus):
    page = read(campus.launch(campus.teacher, campus.link("frame")))
    assert page.headline == "Live class"
    assert ("Nobody is in yet" in page.text) == (campus.kind != "onstream")
    assert class_page(press(campus, page))["role"] == "Moderator"


def test_students_wait_for_a_teacher_on_every_service(campus):
    link = campus.link("window")
    page = read(campus.launch(campus.teacher, link))
    press(campus, page, "/course/settings", wait_for_moderator="true")
    waiting = read(campus.launch(campus.student, link))
    assert waiting.headline == "Waiting for your teacher"
    class_page(press(campus, read(campus.launch(campus.teacher, link))))
    campus.restart()  # what a process knows of a running class it knows for some seconds
    assert class_page(campus.launch(campus.student, link))["me"] == "Ben Okafor"


@pytest.mark.parametrize("kind", FAMILY)
def test_join_says_who_comes_as_the_contract_has_it(new_campus, kind):
    campus = new_campus(kind=kind)
    for user, role in ((campus.student, "VIEWER"), (campus.teacher, "MODERATOR")):
        link = campus.link("join")
        query = dict(parse_qsl(urlsplit(campus.launch(user, link).location).query))
        (meeting,) = campus.service.meetings.values()
        assert query["meetingID"] == meeting.meeting_id
        assert query["createTime"] == str(meeting.create_time)
        assert query["userID"].isdigit()
        assert query.get("role") == (role if kind == "bigbluebutton" else None)
        right = meeting.moderator_password if role == "MODERATOR" else meeting.attendee_password
        assert query["password"] == right


# Onstream, where people are invited.


def test_onstream_never_mails_anybody_and_invites_each_person_once(onstream):
    for _ in range(3):
        for user in (onstream.student, onstream.other_student, onstream.teacher):
            class_page(onstream.launch(user, onstream.link("join")))
        onstream.restart()
    (session,) = onstream.service.sessions.values()
    assert sorted(one.role for one in session.invitees) == [1, 2, 2]
    assert onstream.service.mails == []
    asked = [request.method for request in onstream.service.faults.requests]
    assert asked.count("PUT") == 4, "a session and three people"


def test_onstream_isnt_told_anybodys_address(onstream):
    class_page(onstream.launch(onstream.student, onstream.link()))
    (session,) = onstream.service.sessions.values()
    assert all(one.email.endswith("@bridge.invalid") for one in session.invitees)


def test_what_onstream_cant_keep_whole_is_in_the_log(onstream, capsys):
    context = {f"{LTI}context": {"id": "x" * 255, "title": "Algebra I"}}
    class_page(onstream.launch(onstream.student, onstream.link(), claims=context))
    log = capsys.readouterr().out
    assert "warnings" in log
    assert "Metadata was cut to" in log


def test_a_mentor_looks_on(onstream):
    mentor = {ROLES: [f"{LIS}membership#Mentor"]}
    page = class_page(onstream.launch(onstream.student, onstream.link(), claims=mentor))
    assert page["role"] == "Observer"


def test_who_becomes_a_teacher_comes_in_as_moderator(onstream):
    assert class_page(onstream.launch(onstream.student, onstream.link()))["role"] == "Participant"
    promoted = {ROLES: [INSTRUCTOR], f"{LTI}custom": {"action": "join"}}
    page = class_page(onstream.launch(onstream.student, onstream.link(), claims=promoted))
    assert page["role"] == "Moderator"
    (session,) = onstream.service.sessions.values()
    assert len(session.invitees) == 1


def test_an_anonymous_launch_gets_in_as_well(onstream):
    page = class_page(onstream.launch(onstream.student, onstream.link(), remove=["sub"]))
    assert page["me"] == "Ben Okafor"


def test_a_session_that_somebody_deleted_at_onstream_is_made_anew(onstream):
    class_page(onstream.launch(onstream.student, onstream.link()))
    (number,) = onstream.service.sessions
    url = f"{onstream.service.url_for(onstream.meetingz_server)}campus/session/id/{number}"
    sign_in = "Basic Y2FtcHVzOm9uc3RyZWFtLXBhc3Mtd29yZA=="
    assert ask("DELETE", url, None, {"Authorization": sign_in}).status == 200
    onstream.bridge.store.database.write(
        lambda c: c.execute(update(MeetingRow).values(confirmed_ms=None))
    )
    onstream.restart()
    assert class_page(onstream.launch(onstream.student, onstream.link()))["me"] == "Ben Okafor"
    assert onstream.service.sessions.keys() - {number}


def test_no_link_that_lets_people_in_is_kept_in_plain(onstream):
    link = onstream.launch(onstream.student, onstream.link()).location
    token = link.rpartition("/")[2]
    invitations = text("SELECT link_sealed, email, session_id FROM invitations")
    rows = onstream.bridge.store.database.read(lambda c: c.execute(invitations).all())
    stored = repr(rows).encode()
    assert len(rows) == 1
    assert token.encode() not in stored
