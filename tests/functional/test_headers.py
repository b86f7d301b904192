"""Security headers of every page, and who may frame it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.campus import Browser, ask
from tests.functional.tools import LTI, parameters_of, press, read

WAITING = {
    f"{LTI}custom": {"wait_for_moderator": "true", "action": "join"},
    f"{LTI}resource_link": {"id": "waits"},
}


def pages(campus):
    teacher = campus.launch(campus.teacher, campus.link("frame"))
    yield "course", teacher
    yield "join", campus.launch(campus.student, campus.link("frame"))
    yield "waiting", campus.launch(campus.student, campus.link(), claims=WAITING)
    yield "settings", press(campus, read(teacher), 1)
    yield "refused launch", campus.launch(campus.student, campus.link(), claims={"exp": 1})
    yield "refused login", ask("GET", f"{campus.url}/lti/login")
    form = campus.form(Browser(), campus.student, campus.link())
    yield "no cookie", campus.post_launch(Browser(), form)
    yield "address alone", ask("GET", f"{campus.url}/course/join")
    yield "nothing there", ask("GET", f"{campus.url}/nothing")
    yield "wrong method", ask("PUT", f"{campus.url}/lti/launch")
    yield "bad session", ask("POST", f"{campus.url}/course/join", b"", {"Content-Length": "0"})


@pytest.fixture(scope="module")
def answers(shared):
    return dict(pages(shared))


def policy_of(answer):
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


def test_every_page_has_its_security_headers(shared, answers):
    assert len(answers) == 11
    for name, answer in answers.items():
        headers = answer.headers
        assert headers["Cache-Control"] == "no-store", name
        assert headers["Referrer-Policy"] == "no-referrer", name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert "Set-Cookie" not in headers, name
        assert "X-Frame-Options" not in headers, name
        assert "camera=()" in headers["Permissions-Policy"], name
        assert "unsafe" not in headers["Content-Security-Policy"], name


def test_only_the_platform_and_we_ourselves_may_frame_a_page(shared, answers):
    for name, answer in answers.items():
        policy = policy_of(answer)
        assert policy["frame-ancestors"] == ["'self'", shared.lms.issuer], name
        assert policy["default-src"] == ["'none'"], name
        assert policy["script-src"] == ["'self'"], name
        assert policy["base-uri"] == ["'none'"], name


def test_nothing_on_a_page_needs_what_its_policy_forbids(answers):
    for name, answer in answers.items():
        assert "<style" not in answer.text, name
        assert " style=" not in answer.text, name
        assert " onclick=" not in answer.text, name
        for script in read(answer, answer.status).scripts:
            assert script.startswith("/course/static/"), name


def test_a_page_of_a_platform_that_was_taken_out_meanwhile_still_leads_into_class(campus):
    page = read(campus.launch(campus.student, campus.link("frame")))
    settings = campus.file.read_text()
    campus.file.write_text(settings.replace('client_id = "client-1"', 'client_id = "client-2"'))
    campus.restart()
    assert press(campus, page).joined_as
    campus.meetingz.faults.set("down")
    forget = text("UPDATE meetings SET confirmed_ms = NULL")
    campus.bridge.store.database.write(lambda c: c.execute(forget))
    campus.restart()
    policy = policy_of(press(campus, page))
    assert policy["frame-ancestors"] == ["'self'", campus.lms.issuer]


def test_each_platforms_pages_are_for_that_platform_alone(campus):
    campus.restart("""
[[platform]]
name = "Another"
type = "Other"
version = "1.3"
issuer = "https://another.example"
client_id = "client-1"
auth_login_url = "https://another.example/auth"
auth_token_url = "https://another.example/token"
key_set_url = "https://another.example/jwks"
hosts = ["school.example"]
meets_connection = 2
conferencing = "live"
""")
    own = policy_of(campus.launch(campus.teacher, campus.link("frame")))
    assert own["frame-ancestors"] == ["'self'", campus.lms.issuer]
    nobodys = policy_of(ask("GET", f"{campus.url}/lti/login"))
    assert nobodys["frame-ancestors"] == [
        "'self'",
        campus.lms.issuer,
        "https://another.example",
        "https://school.example",
    ]
    parameters = {
        "iss": "https://another.example",
        "login_hint": "x",
        "target_link_uri": f"{campus.url}/lti/launch",
    }
    login = Browser()
    location = login.ask("POST", f"{campus.url}/lti/login", parameters).location
    assert location.startswith("https://another.example/auth?")
    state = parameters_of(location)["state"]
    answer = login.ask("POST", f"{campus.url}/lti/launch", {"state": state, "id_token": "x"})
    assert policy_of(answer)["frame-ancestors"] == [
        "'self'",
        "https://another.example",
        "https://school.example",
    ]
