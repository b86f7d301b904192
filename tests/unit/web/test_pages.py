"""What stands on each page, as it leaves the bridge."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from lti_bridge.simulators.lms import CLAIM
from lti_bridge.web.wording import NO_WINDOW
from tests.campus import FORM, Browser, ask
from tests.functional.tools import press, read, refused

SETTINGS = "/course/settings"


@pytest.fixture
def teachers_page(campus):
    return read(campus.launch(campus.teacher, campus.link("frame")))


@pytest.fixture
def students_page(campus):
    return read(campus.launch(campus.student, campus.link("frame")))


def test_a_student_reads_under_which_name_they_join(students_page):
    assert "You join as Ben Okafor." in students_page.text
    assert [form.target for form in students_page.forms[:2]] == ["_blank", ""]
    assert students_page.forms[0].action == "/course/join"
    assert students_page.title == "Live class"


def test_a_teacher_has_a_setting_as_well(teachers_page):
    assert (teachers_page.language, teachers_page.direction) == ("en", "ltr")
    assert "Ana Pereira (teacher)" in teachers_page.text
    actions = [form.action for form in teachers_page.forms]
    assert actions[0] == "/course/join"
    assert {
        SETTINGS,
        "/course/grading",
        "/course/attendance/term",
        "/course/live",
        "/course/guests",
        "/course/plan",
        "/course/people",
        "/course/preferences/save",
    } <= set(actions)


def test_the_course_page_of_a_student_has_none(campus):
    claims = {f"{CLAIM}custom": {"action": "course"}}
    page = read(campus.launch(campus.student, campus.link("frame"), claims=claims))
    actions = [form.action for form in page.forms]
    assert actions[:2] == ["/course/join", "/course/attendance/term"]
    assert not {"/course/settings", "/course/live", "/course/plan", "/course/people"} & set(actions)


def test_the_setting_is_kept_and_shown(campus, teachers_page):
    saved = read(press(campus, teachers_page, SETTINGS, wait_for_moderator="true"))
    assert "Saved" in saved.text
    assert saved.form_to(SETTINGS).fields["wait_for_moderator"] == "true"
    again = read(press(campus, saved, SETTINGS, wait_for_moderator=""))
    assert "wait_for_moderator" not in again.form_to(SETTINGS).fields


def test_who_must_wait_is_told_so_before_and_after(campus, teachers_page):
    press(campus, teachers_page, SETTINGS, wait_for_moderator="true")
    page = read(campus.launch(campus.student, campus.link("frame")))
    assert "If your teacher isn’t there yet" in page.text
    waiting = read(press(campus, page))
    assert waiting.title == waiting.headline == "Waiting for your teacher"
    assert waiting.forms[0].action == "/course/join"
    assert waiting.forms[0].target == ""
    assert "Algebra I · Live class" in waiting.text


def test_a_students_setting_is_refused(campus, students_page):
    answer = press(campus, students_page)
    assert answer.status == 303
    form = {"session": students_page.session, "wait_for_moderator": "true"}
    refusal = ask("POST", f"{campus.url}/course/settings", urlencode(form), FORM)
    assert read(refusal, 403).headline == "Only teachers of this course can do that"


def test_the_status_is_told_to_the_script(campus, students_page):
    headers = {"Authorization": f"Bearer {students_page.session}", "Content-Length": "0"}
    answer = ask("POST", f"{campus.url}/course/status", None, headers)
    told = json.loads(answer.text)
    assert told.pop("lead")
    assert told == {
        "open": True,
        "running": False,
        "participants": 0,
        "trouble": False,
        "classes": "",
    }
    campus.meetingz.faults.set("down")
    other = read(campus.launch(campus.student, campus.link("frame", course=2)))
    headers["Authorization"] = f"Bearer {other.session}"
    answer = ask("POST", f"{campus.url}/course/status", None, headers)
    told = json.loads(answer.text)
    assert told.pop("lead")
    assert told == {
        "open": True,
        "running": None,
        "participants": None,
        "trouble": False,
        "classes": "",
    }


def test_a_service_that_is_down_leads_to_a_retry(campus, students_page):
    campus.meetingz.faults.set("down")
    page = read(press(campus, students_page), 503)
    assert page.headline == "We can’t get you into class just now"
    assert page.forms[0].action == "/course/join"
    assert page.reference


def test_an_address_without_its_form_says_where_to_begin(campus):
    page = read(ask("GET", f"{campus.url}/course/"), 403)
    assert page.headline == "Open this from your course"
    assert not page.forms


def test_a_link_without_names_is_a_live_class(campus):
    claims = {f"{CLAIM}resource_link": {"id": "nameless"}}
    remove = [f"{CLAIM}context"]
    page = read(campus.launch(campus.student, campus.link("frame"), claims=claims, remove=remove))
    assert page.headline == page.title == "Live class"


def test_without_a_cookie_a_new_tab_is_offered_where_it_can_be(campus):
    form = campus.form(Browser(), campus.student, campus.link("frame"))
    page = refused(campus, campus.post_launch(Browser(), form), 403, "cookie_missing")
    assert page.headline == "One more click"
    (link,) = page.links
    assert link["target"] == "_blank"


def test_without_cookie_and_without_a_way_to_begin_again_the_advice_is_another(campus):
    browser = Browser()
    parameters = campus.lms.login_parameters(campus.student, campus.link("frame"))
    parameters["target_link_uri"] += "?" + "x" * 3_000
    login = browser.ask("POST", f"{campus.url}/lti/login", parameters)
    form = campus.lms.launch_form(campus.student, campus.link("frame"), login.location)
    page = refused(campus, campus.post_launch(Browser(), form), 403, "cookie_missing")
    assert page.headline == str(NO_WINDOW.headline)
    assert not page.links
