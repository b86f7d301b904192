"""``/lti/login``: third-party-initiated login by GET and POST, as platforms really send it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest

from lti_bridge.simulators.lms import Tool
from tests.campus import FORM, Browser, ask
from tests.functional.tools import parameters_of, read, refused

ODD_HINTS = [
    "a b+c%20d&e=f?g#h",
    "'\"<script>",
    "سارا محمدی",
    "👩‍🏫\u202e",
    "\x00\r\n\t",
    "%E2%98",
    "é",
    '{"a":[1]}',
    "x" * 3072,
]


@pytest.fixture
def usual(shared):
    return shared.lms.login_parameters(shared.student, shared.link())


def by_get(campus, parameters, browser=None):
    return (browser or Browser()).ask("GET", f"{campus.url}/lti/login?{urlencode(parameters)}")


def by_post(campus, parameters, browser=None):
    return (browser or Browser()).ask("POST", f"{campus.url}/lti/login", parameters)


@pytest.mark.parametrize("way", [by_get, by_post])
def test_both_methods_lead_to_the_lms_and_into_class(shared, usual, way):
    browser = Browser()
    login = way(shared, usual, browser)
    assert login.status == 303
    assert login.headers["Cache-Control"] == "no-store"
    assert login.location.startswith(f"{shared.lms.auth_login_url}?")
    form = shared.lms.launch_form(shared.student, shared.link(), login.location)
    assert shared.post_launch(browser, form).joined_as["fullName"] == "Ben Okafor"


@pytest.mark.parametrize("way", [by_get, by_post])
@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_login_without_what_it_needs_is_malformed(shared, usual, way, name, value):
    usual = {key: kept for key, kept in usual.items() if key != name}
    usual |= {} if value is None else {name: value}
    refused(shared, way(shared, usual), 400, "login_incomplete")


@pytest.mark.parametrize("missing", ["client_id", "lti_message_hint", "lti_deployment_id"])
def test_what_a_login_may_leave_out(shared, usual, missing):
    del usual[missing]
    assert by_get(shared, usual).status == 303


@pytest.mark.parametrize("name", ["iss", "login_hint", "client_id", "lti_message_hint", "unknown"])
def test_a_repeated_parameter_is_malformed(shared, usual, name):
    query = urlencode([*usual.items(), (name, "1"), (name, "2")])
    refused(shared, ask("GET", f"{shared.url}/lti/login?{query}"), 400, "repeated_parameter")
    refused(shared, ask("POST", f"{shared.url}/lti/login", query, FORM), 400, "repeated_parameter")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://unknown.example"},
        {"iss": "\x00"},
        {"client_id": "client-9"},
        {"client_id": "CLIENT-1"},
    ],
)
def test_an_unknown_platform_is_refused_and_told_of(shared, usual, changes):
    refused(shared, by_post(shared, {**usual, **changes}), 403, "platform_unknown")


def test_a_trailing_slash_makes_another_issuer(shared, usual):
    usual["iss"] += "/"
    refused(shared, by_get(shared, usual), 403, "platform_unknown")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "{url}.evil/", "{url}@evil"],
)
def test_a_target_that_is_not_the_bridge_is_refused(shared, usual, target):
    usual["target_link_uri"] = target.format(url=shared.url)
    refused(shared, by_post(shared, usual), 400, "target_link_uri")


def test_a_refused_login_still_says_who_may_frame_it(shared, usual):
    answer = by_get(shared, {**usual, "iss": "https://unknown.example"})
    assert shared.lms.issuer in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("hint", ODD_HINTS, ids=range(len(ODD_HINTS)))
@pytest.mark.parametrize("way", [by_get, by_post])
def test_hints_come_back_exactly(shared, usual, way, hint):
    login = way(shared, {**usual, "login_hint": hint, "lti_message_hint": hint})
    echoed = parameters_of(login.location)
    assert echoed["login_hint"] == echoed["lti_message_hint"] == hint


def test_a_hint_that_is_percent_encoded_oddly_is_read_as_it_was_meant(shared, usual):
    query = urlencode(usual).replace("login_hint=", "x=1&login_hint=") + "&y=%"
    query = query.replace(quote(usual["login_hint"], safe=""), "%6fdd%zz+", 1)
    login = ask("GET", f"{shared.url}/lti/login?{query}")
    assert parameters_of(login.location)["login_hint"] == "odd%zz "


@pytest.mark.parametrize("query", ["iss=%ff", "iss=%ED%A0%80", "&".join(["a=1"] * 300)])
def test_a_query_that_can_not_be_read_is_malformed(shared, query):
    refused(shared, ask("GET", f"{shared.url}/lti/login?{query}"), 400, "unreadable")


def test_several_logins_in_one_browser_have_nothing_in_common(shared, usual):
    browser = Browser()
    logins = [parameters_of(by_get(shared, usual, browser).location) for _ in range(12)]
    for name in ("state", "nonce"):
        assert len({login[name] for login in logins}) == 12
    assert len(browser.cookies) == 2 * 12, "one each, and a plain one over http"


def test_head_and_options_do_no_harm(shared):
    assert ask("HEAD", f"{shared.url}/lti/login").status == 400
    assert ask("OPTIONS", f"{shared.url}/lti/login").status == 200


def test_two_registrations_of_one_issuer(campus):
    lms = campus.lms.issuer
    campus.restart(f"""
[[platform]]
name = "Riverbank, second registration"
type = "Other"
version = "1.3"
issuer = "{lms}"
client_id = "client-2"
deployment_ids = ["deployment-2"]
auth_login_url = "{lms}/lti/auth"
auth_token_url = "{lms}/lti/token"
key_set_url = "{lms}/lti/jwks"
meets_connection = 2
conferencing = "live"
""")
    urls = (f"{campus.url}/lti/login", f"{campus.url}/lti/launch")
    campus.lms.add_tool(Tool("client-2", "deployment-2", *urls, "Second"))
    link = campus.link()
    second = replace(link, client_id="client-2")

    one = campus.launch(campus.student, link).joined_as
    two = campus.launch(campus.student, second).joined_as
    assert one["meetingID"] != two["meetingID"]

    parameters = campus.lms.login_parameters(campus.student, link)
    del parameters["client_id"]
    refused(campus, by_post(campus, parameters), 400, "client_id_missing")

    # A token of one registration is none of the other's.
    browser = Browser()
    login = campus.login(browser, campus.student, second)
    nonce = parameters_of(login.location)["nonce"]
    form = {
        "state": parameters_of(login.location)["state"],
        "id_token": campus.lms.token_for(campus.student, link, nonce),
    }
    refused(campus, campus.post_launch(browser, form), 401, "audience")


def test_an_authentication_url_with_a_query_of_its_own_keeps_it(campus):
    settings = campus.file.read_text()
    campus.file.write_text(settings.replace('/lti/auth"', '/lti/auth?tenant=a%26b&x="'))
    campus.restart()
    login = campus.login(Browser(), campus.student, campus.link())
    assert login.location.startswith(f"{campus.lms.auth_login_url}?tenant=a%26b&x=&scope=openid&")
    assert parameters_of(login.location)["tenant"] == "a&b"


def test_a_platform_that_left_the_settings_lets_nobody_in(campus):
    browser = Browser()
    form = campus.form(browser, campus.student, campus.link())
    settings = campus.file.read_text()
    campus.file.write_text(settings.replace('client_id = "client-1"', 'client_id = "client-2"'))
    campus.restart()
    refused(campus, campus.post_launch(browser, form), 403, "platform_unknown")


def test_the_page_of_a_wrong_address_has_a_number_too(shared):
    for path in ("/lti/loginn", "/", "/lti/", "/favicon.ico", "/lti/1p1/launchh"):
        assert read(ask("GET", f"{shared.url}{path}"), 404).reference
