"""Whatever is broken elsewhere: the class comes first, and a Retry that works comes second."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from tests.campus import Browser, ask
from tests.functional.tools import LTI, follow, press, read, refused


def test_while_the_service_is_down_there_is_a_retry_that_works_once_it_is_up(campus):
    campus.meetingz.faults.set("down")
    page = refused(
        campus, campus.launch(campus.student, campus.link()), 503, "remote:RemoteUnavailable"
    )
    assert page.form.action == "/course/join"
    again = refused(campus, press(campus, page), 503, "remote:RemoteUnavailable")
    assert again.reference != page.reference
    campus.meetingz.faults.clear()
    time.sleep(1.05)  # for so long a failure is the answer to everybody
    follow(press(campus, again))


@pytest.mark.parametrize("fault", ["html", "cut", "500", "503", "wrong_xml"])
def test_whatever_the_service_answers_it_is_503_with_a_retry(campus, fault):
    campus.meetingz.faults.set(fault)
    for link in (campus.link("window"), campus.link("join")):
        page = read(campus.launch(campus.student, link), 503)
        assert page.form.action == "/course/join"
        assert page.reference


def test_a_service_that_failed_again_and_again_is_left_alone(campus):
    campus.meetingz.faults.set("down")
    for course in range(3):
        for kind in ("frame", "window", "join"):
            presentation = {f"{LTI}launch_presentation": {"document_target": "window"}}
            read(campus.launch(campus.student, campus.link(kind, course), claims=presentation), 503)
    asked = campus.meetingz.faults.count("/create")
    page = campus.launch(
        campus.student, campus.link(), claims={f"{LTI}resource_link": {"id": "one more"}}
    )
    assert campus.meetingz.faults.count("/create") == asked
    refused(campus, page, 503, "remote:CircuitOpen")
    host = campus.meetingz_server.url.removeprefix("http://")
    metrics = ask("GET", f"{campus.url}/metrics").text
    assert f'lti_bridge_breaker_open{{host="{host}"}} 1.0' in metrics


def test_pages_work_while_the_service_is_down(campus):
    campus.meetingz.faults.set("down")
    page = read(campus.launch(campus.teacher, campus.link("frame")))
    for action in ("/course/settings", "/course/grading", "/course/people", "/course/plan"):
        assert page.form_to(action), "a teacher's page, whole"
    assert page.form.action == "/course/join"
    assert read(campus.launch(campus.student, campus.link("frame"))).form.action == "/course/join"


def test_a_service_that_is_not_there_any_more_is_told_of_without_a_retry(campus):
    follow(campus.launch(campus.student, campus.link()))
    campus.restart()  # after which it is moved away below, as another node's settings might
    change = text("UPDATE meetings SET service = 'gone', confirmed_ms = NULL")
    campus.bridge.store.database.write(lambda c: c.execute(change))
    page = refused(campus, campus.launch(campus.student, campus.link()), 503, "service_missing")
    assert page.forms == page.links == []


# MEETS


def test_meets_is_asked_once_for_each_new_identifier(campus):
    for _ in range(3):
        for user in (campus.student, campus.teacher):
            for kind in ("window", "join"):
                campus.launch(user, campus.link(kind))
        campus.restart()
    assert campus.meets.calls == {"from_lti_id_context": 1, "from_lti_id_user": 2}


def test_a_slow_meets_delays_nobody_beyond_three_seconds_and_keeps_nobody_out(campus):
    campus.meets.faults.set("slow", seconds=10)
    began = time.monotonic()
    joined = campus.launch(campus.student, campus.link()).joined_as
    assert time.monotonic() - began < 4
    assert "userID" not in joined
    again = time.monotonic()
    assert campus.launch(campus.student, campus.link()).joined_as
    assert time.monotonic() - again < 1.5


@pytest.mark.parametrize("fault", ["down", "html", "500", "cut"])
def test_whatever_meets_answers_people_are_let_in_under_pending(campus, fault):
    campus.meets.faults.set(fault)
    follow(campus.launch(campus.student, campus.link()))


def test_someone_meets_does_not_know_is_let_in_under_pending(new_campus):
    campus = new_campus(learn=False)
    joined = campus.launch(campus.student, campus.link()).joined_as
    assert "userID" not in joined


def test_under_refuse_a_slow_meets_is_503_with_a_retry_that_works(new_campus):
    campus = new_campus(unknown="refuse")
    campus.meets.faults.set("down")
    answer = campus.launch(campus.student, campus.link())
    page = refused(campus, answer, 503, "remote:RemoteUnavailable")
    (retry,) = page.links
    campus.meets.faults.clear()
    browser = Browser()
    login = browser.ask("GET", f"{campus.url}{retry['href']}")
    form = campus.lms.launch_form(campus.student, campus.link(), login.location)
    assert campus.post_launch(browser, form).joined_as["userID"]


def test_under_refuse_somebody_unknown_is_not_let_in_until_meets_knows_them(new_campus):
    campus = new_campus(unknown="refuse", learn=False)
    answer = campus.launch(campus.student, campus.link())
    refused(campus, answer, 403, "meets_unknown_course")
    campus.meets.add_course(1, "c-9f2b71d04e6a")
    campus.restart()
    answer = campus.launch(campus.student, campus.link())
    refused(campus, answer, 403, "meets_unknown_person")
    number = campus.meets.add_user(1, campus.student.id)
    campus.restart()
    assert campus.launch(campus.student, campus.link()).joined_as["userID"] == str(number)


# Our own database


def test_a_database_that_fails_is_503_with_a_retry_that_works(campus):
    assert campus.launch(campus.student, campus.link()).joined_as
    database = campus.bridge.store.database
    database.write(lambda c: c.execute(text("ALTER TABLE nonces RENAME TO gone")))
    page = refused(campus, campus.launch(campus.student, campus.link()), 503, "database")
    (retry,) = page.links
    database.write(lambda c: c.execute(text("ALTER TABLE gone RENAME TO nonces")))
    browser = Browser()
    login = browser.ask("GET", f"{campus.url}{retry['href']}")
    form = campus.lms.launch_form(campus.student, campus.link(), login.location)
    assert campus.post_launch(browser, form).joined_as


def test_a_mistake_of_our_own_is_a_page_with_a_number_and_a_retry(campus):
    page = read(campus.launch(campus.teacher, campus.link("frame")))
    spoil = text("UPDATE meetings SET attendee_password_sealed = 'é'")
    campus.bridge.store.database.write(lambda c: c.execute(spoil))
    campus.restart()
    answer = press(campus, page)
    refusal = read(answer, 503)
    assert refusal.reference
    assert refusal.form.action == "/course/join"
    assert "Traceback" not in answer.text
    assert "Unicode" not in answer.text
