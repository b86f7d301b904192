"""The pages in the frame: their session, their rights, waiting and being let in."""

from __future__ import annotations

import hashlib
import json
import time
from urllib.parse import urlencode

import pytest
from itsdangerous import Signer
from itsdangerous.encoding import base64_encode, int_to_bytes
from sqlalchemy import text

from tests.campus import FORM, SECRET_KEY, Browser, ask
from tests.functional.tools import LTI, follow, only_meeting, parameters_of, press, read, refused

SETTINGS = "/course/settings"

PATHS = ["/course/join", "/course/status", "/course/settings"]


def status(campus, session: str):
    headers = {"Authorization": f"Bearer {session}", "Content-Length": "0"}
    answer = ask("POST", f"{campus.url}/course/status", None, headers)
    assert answer.status == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return json.loads(answer.text)


def post(campus, path, **form):
    return ask("POST", f"{campus.url}{path}", urlencode(form), FORM)


def signed_at(session: str, seconds: int) -> str:
    """The same session, signed that long ago."""
    value = session.partition(".")[0]
    stamp = base64_encode(int_to_bytes(int(time.time()) - seconds)).decode()
    signer = Signer(
        SECRET_KEY, salt="lti-bridge.session", key_derivation="hmac", digest_method=hashlib.sha256
    )
    return signer.sign(f"{value}.{stamp}").decode()


@pytest.fixture
def teacher(shared):
    return read(shared.launch(shared.teacher, shared.link("frame")))


@pytest.fixture
def student(shared):
    return read(shared.launch(shared.student, shared.link("frame")))


def test_a_page_carries_its_session_in_its_forms_only(shared, student):
    answer = shared.launch(shared.student, shared.link("frame"))
    page = read(answer)
    assert "Set-Cookie" not in answer.headers
    assert all(page.session not in link.get("href", "") for link in page.links)
    assert page.session not in "".join(page.scripts)
    joined = press(shared, page)
    assert page.session not in joined.location
    assert "Set-Cookie" not in joined.headers


@pytest.mark.parametrize("path", PATHS)
def test_without_a_session_there_is_nothing_to_see(shared, path):
    page = read(post(shared, path), 401)
    assert page.reference
    assert not page.forms
    assert read(post(shared, path, session=""), 401).reference


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("place", [0, 5, -1, -20])
def test_a_session_that_was_touched_is_none(shared, student, path, place):
    signs = list(student.session)
    signs[place] = "A" if signs[place] != "A" else "Q"
    touched = "".join(signs)
    assert read(post(shared, path, session=touched), 401).reference
    bearer = {"Authorization": f"Bearer {touched}", "Content-Length": "0"}
    assert ask("POST", f"{shared.url}{path}", None, bearer).status == 401


@pytest.mark.parametrize("path", PATHS)
def test_a_session_ends_after_twelve_hours(shared, teacher, path):
    old = signed_at(teacher.session, 12 * 3600 + 5)
    page = read(post(shared, path, session=old), 401)
    assert page.reference
    still_good = signed_at(teacher.session, 12 * 3600 - 60)
    assert post(shared, path, session=still_good).status in {200, 303}


def test_a_refused_join_is_in_the_launch_list(shared, student):
    refused(shared, post(shared, "/course/join", session="x"), 401, "session_invalid")
    old = signed_at(student.session, 13 * 3600)
    refused(shared, post(shared, "/course/join", session=old), 401, "session_expired")


def test_a_state_of_a_login_is_no_session(shared):
    login = shared.login(Browser(), shared.student, shared.link())
    state = parameters_of(login.location)["state"]
    assert post(shared, "/course/join", session=state).status == 401


def test_only_the_bearer_scheme_carries_a_session_in_a_header(shared, student):
    for header in (f"Basic {student.session}", student.session, "Bearer", "Bearer "):
        headers = {"Authorization": header, "Content-Length": "0"}
        assert ask("POST", f"{shared.url}/course/status", None, headers).status == 401


@pytest.mark.parametrize("path", ["/course/", *PATHS])
def test_the_address_alone_leads_to_a_page_that_says_what_to_do(shared, path):
    answer = ask("GET", f"{shared.url}{path}")
    page = read(answer, 403)
    assert page.reference
    assert not page.forms
    assert "Set-Cookie" not in answer.headers


def test_a_form_far_too_large_is_refused(shared, student):
    answer = post(shared, "/course/join", session=student.session, more="x" * 100_000)
    assert read(answer, 413).reference


def test_a_meeting_that_is_gone_is_refused(campus):
    page = read(campus.launch(campus.student, campus.link("frame")))
    campus.bridge.store.database.write(lambda c: c.execute(text("DELETE FROM meetings")))
    campus.restart()
    refused(campus, press(campus, page), 403, "meeting_gone")
    assert post(campus, "/course/status", session=page.session).status == 403


def test_status_tells_who_is_in(campus):
    page = read(campus.launch(campus.teacher, campus.link("frame")))
    lead = status(campus, page.session)["lead"]
    assert status(campus, page.session) == {
        "open": True,
        "running": False,
        "participants": 0,
        "trouble": False,
        "classes": "",
        "lead": lead,
    }
    follow(press(campus, page))
    campus.restart()
    assert status(campus, page.session) == {
        "open": True,
        "running": True,
        "participants": 1,
        "trouble": False,
        "classes": "",
        "lead": lead,
    }
    campus.meetingz.faults.set("down")
    campus.restart()
    assert status(campus, page.session) == {
        "open": True,
        "running": None,
        "participants": None,
        "trouble": False,
        "classes": "",
        "lead": lead,
    }


def test_status_is_answered_from_memory(campus):
    page = read(campus.launch(campus.student, campus.link("frame")))
    for _ in range(10):
        status(campus, page.session)
    assert len(campus.meetingz.faults.requests) == 1


def test_a_student_waits_is_told_when_it_opens_and_gets_in(campus):
    link = campus.link("frame")
    teacher = read(campus.launch(campus.teacher, link))
    saved = press(campus, teacher, SETTINGS, wait_for_moderator="true")
    assert read(saved).form_to(SETTINGS).fields["wait_for_moderator"] == "true"

    student = read(campus.launch(campus.student, link))
    assert status(campus, student.session)["open"] is False
    waiting = read(press(campus, student))
    assert waiting.scripts
    assert status(campus, waiting.session)["open"] is False
    assert campus.meetingz.faults.count("/create") == 0

    follow(press(campus, teacher))
    campus.restart()  # else it is known for five seconds that nobody is in
    assert status(campus, waiting.session)["open"] is True
    follow(press(campus, waiting))
    roles = [one.role for one in only_meeting(campus).participants]
    assert roles == ["MODERATOR", "VIEWER"]


def test_a_student_launched_into_a_window_waits_there(campus):
    link = campus.link("window")
    teacher = read(campus.launch(campus.teacher, link))
    press(campus, teacher, SETTINGS, wait_for_moderator="true")
    waiting = read(campus.launch(campus.student, link))
    assert waiting.form.action == "/course/join"
    assert waiting.form.target == ""
    follow(campus.launch(campus.teacher, link, claims={f"{LTI}custom": {"action": "join"}}))
    campus.restart()
    follow(press(campus, waiting))


def test_waiting_can_be_switched_off_again(campus):
    link = campus.link("frame")
    teacher = read(campus.launch(campus.teacher, link))
    on = read(press(campus, teacher, SETTINGS, wait_for_moderator="true"))
    on.form_to(SETTINGS).fields.pop("wait_for_moderator")
    off = read(press(campus, on, SETTINGS))
    assert "wait_for_moderator" not in off.form_to(SETTINGS).fields
    assert press(campus, read(campus.launch(campus.student, link))).joined_as


def test_a_teacher_never_waits(campus):
    link = campus.link("frame")
    teacher = read(campus.launch(campus.teacher, link))
    press(campus, teacher, SETTINGS, wait_for_moderator="true")
    assert press(campus, teacher).joined_as


def test_an_attendee_may_not_change_settings_by_a_forged_form(campus):
    link = campus.link("frame")
    student = read(campus.launch(campus.student, link))
    forged = {"session": student.session, "wait_for_moderator": "true", "role": "moderator"}
    refusal = read(post(campus, "/course/settings", **forged), 403)
    assert refusal.reference
    assert (
        not read(campus.launch(campus.teacher, link))
        .form_to(SETTINGS)
        .fields.get("wait_for_moderator")
    )


def test_while_the_service_is_down_a_waiting_page_goes_on_asking(campus):
    link = campus.link("window")
    press(campus, read(campus.launch(campus.teacher, link)), SETTINGS, wait_for_moderator="true")
    waiting = read(campus.launch(campus.student, link))
    campus.restart()
    campus.meetingz.faults.set("down")
    said = status(campus, waiting.session)
    assert (said["open"], said["running"], said["participants"]) == (False, None, None)
    assert said["trouble"] is False, "nothing to log or fear"
    campus.meetingz.faults.clear()
    time.sleep(1.05)
    assert status(campus, waiting.session)["running"] is False


def test_scripts_and_styles_are_served(shared):
    for name, kind in (
        ("bridge.css", "text/css"),
        ("bridge.js", "javascript"),
        ("icon.svg", "svg"),
    ):
        answer = ask("GET", f"{shared.url}/course/static/{name}")
        assert answer.status == 200
        assert kind in answer.headers["Content-Type"]
        assert "Set-Cookie" not in answer.headers


def test_the_course_address_without_its_slash_leads_nowhere_by_the_host_header(shared):
    answer = ask("GET", f"{shared.url}/course", headers={"Host": "elsewhere.example"})
    assert answer.status == 403
    assert "elsewhere.example" not in answer.text + str(answer.headers)
