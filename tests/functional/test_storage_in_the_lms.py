"""The LMS keeps what binds a launch to its browser; over HTTP, the browser's part played by hand."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest

from tests.campus import FORM, Browser, ask
from tests.functional.tools import parameters_of, read, refused


@pytest.fixture
def campus(new_campus):
    campus = new_campus()
    campus.lms.storage = "_parent"
    return campus


def attributes(answer):
    """What a page tells its script."""
    assert answer.status == 200, (answer.status, answer.text)
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'data-(\w+)="([^"]*)"', answer.text)
    }


def begin(campus, browser=None, **changes):
    """A login; what its page hands to the LMS, and where it goes."""
    parameters = campus.lms.login_parameters(campus.student, campus.link()) | changes
    answer = (browser or Browser()).ask("POST", f"{campus.url}/lti/login", parameters)
    return attributes(answer), html.unescape(re.search(r'href="([^"]+)" hidden', answer.text)[1])


def launch_form(campus, location):
    return campus.lms.launch_form(campus.student, campus.link(), location)


def post(campus, form, origin=None):
    headers = FORM | ({"Origin": origin} if origin else {})
    return ask("POST", f"{campus.url}/lti/launch", urlencode(form), headers)


def test_a_browser_without_cookies_gets_in_by_what_the_lms_kept(campus):
    kept, location = begin(campus)
    assert kept["storage"] == "put"
    assert kept["origin"] == campus.lms.issuer
    assert kept["frame"] == "_parent"
    assert location.startswith(f"{campus.lms.auth_login_url}?")
    form = launch_form(campus, location)
    asked = attributes(post(campus, form))
    assert (asked["storage"], asked["key"], asked["origin"], asked["frame"]) == (
        "get", kept["key"], kept["origin"], "_parent"
    )  # fmt: skip
    assert "value" not in asked
    again = form | {"stored_mark": kept["value"]}
    assert post(campus, again, campus.url).joined_as["fullName"] == "Ben Okafor"


def test_a_browser_with_cookies_goes_straight_in(campus):
    browser = Browser()
    _, location = begin(campus, browser)
    assert campus.post_launch(browser, launch_form(campus, location)).joined_as


def test_the_pages_are_framed_by_the_lms_alone_and_say_where_they_come_from(campus):
    parameters = campus.lms.login_parameters(campus.student, campus.link())
    login = ask("POST", f"{campus.url}/lti/login", urlencode(parameters), FORM)
    _, location = begin(campus)
    asking = post(campus, launch_form(campus, location))
    for answer in (login, asking):
        policy = answer.headers["Content-Security-Policy"]
        assert f"frame-ancestors 'self' {campus.lms.issuer}" in policy
        assert "script-src 'self'" in policy
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
    assert login.headers.get_all("Set-Cookie")
    assert asking.headers.get_all("Set-Cookie") is None


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1"])
def test_a_mark_that_a_stranger_sends_along_counts_for_nothing(campus, origin):
    """Who began a login in their own browser knows its mark, and could post it in another's."""
    kept, location = begin(campus)
    form = launch_form(campus, location) | {"stored_mark": kept["value"]}
    refused(campus, post(campus, form, origin), 403, "cookie_missing")


def test_another_logins_mark_is_another_browsers(campus):
    first, _ = begin(campus)
    _, location = begin(campus)
    form = launch_form(campus, location) | {"stored_mark": first["value"]}
    refused(campus, post(campus, form, campus.url), 403, "other_browser")


@pytest.mark.parametrize(
    "mark", ["x", "é", "\ud800".encode("utf-8", "surrogatepass"), "A" * 10_000]
)
def test_whatever_the_lms_gives_back(campus, mark):
    _, location = begin(campus)
    form = launch_form(campus, location) | {"stored_mark": mark}
    assert read(post(campus, form, campus.url), 403 if mark != b"\xed\xa0\x80" else 400).reference


def test_where_nothing_was_kept_one_button_opens_a_window_of_its_own(campus):
    _, location = begin(campus)
    answer = post(campus, launch_form(campus, location) | {"stored_mark": ""}, campus.url)
    page = refused(campus, answer, 403, "cookie_missing")
    (link,) = [one for one in page.links if "/lti/login" in one["href"]]
    assert link["target"] == "_blank"
    assert "lti_storage_target" not in link["href"], "there the LMS isn't around it"
    browser = Browser()
    login = browser.ask("GET", f"{campus.url}{link['href']}")
    assert campus.post_launch(browser, launch_form(campus, login.location)).joined_as


def test_a_replay_is_one_here_too(campus):
    kept, location = begin(campus)
    form = launch_form(campus, location) | {"stored_mark": kept["value"]}
    assert post(campus, form, campus.url).joined_as
    assert post(campus, form, campus.url).joined_as, "a double click"
    other = form | {"id_token": campus.lms.token_for(
        campus.student, campus.link(), parameters_of(location)["nonce"], claims={"name": "Else"}
    )}  # fmt: skip
    refused(campus, post(campus, other, campus.url), 401, "replay")


def test_what_would_be_refused_anyway_is_refused_at_once(campus):
    _, location = begin(campus)
    form = launch_form(campus, location)
    refused(campus, post(campus, form | {"state": form["state"] + "x"}), 403, "state_invalid")
    refused(
        campus,
        post(campus, {"error": "login_required", "state": form["state"]}),
        401,
        "platform_error",
    )
    refused(campus, post(campus, {}), 400, "launch_incomplete")


def test_a_token_that_is_not_genuine_gets_no_further_than_before(campus):
    kept, location = begin(campus)
    form = launch_form(campus, location) | {"stored_mark": kept["value"]}
    token = form["id_token"]
    broken = form | {"id_token": token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB")}
    refused(campus, post(campus, broken, campus.url), 401, "signature")


@pytest.mark.parametrize("target", ["", "x" * 101, "سارا", "a\x00b"])
def test_a_target_that_names_no_frame_is_as_none(campus, target):
    parameters = campus.lms.login_parameters(campus.student, campus.link())
    parameters |= {"lti_storage_target": target}
    assert ask("POST", f"{campus.url}/lti/login", urlencode(parameters), FORM).status == 303


@pytest.mark.parametrize("target", ["'\"><script>alert(1)</script>", "post message & forwarding"])
def test_a_targets_name_is_only_a_name(campus, target):
    kept, location = begin(campus, lti_storage_target=target)
    assert kept["frame"] == target
    asked = attributes(post(campus, launch_form(campus, location)))
    assert asked["frame"] == target


def test_it_costs_no_query_and_no_call_before_the_mark_is_there(campus):
    from tests.functional.test_budget import remote_calls, traced

    _, location = begin(campus)
    form = launch_form(campus, location)
    before = remote_calls(campus)
    with traced() as statements:
        attributes(post(campus, form))
    assert statements.reads == statements.writes == []
    assert remote_calls(campus) == before
