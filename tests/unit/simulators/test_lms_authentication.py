"""Every rule of the authentication request, kept and broken."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import jwt
import pytest

from lti_bridge.errors import LaunchRefused, MalformedRequest, NotAllowed
from lti_bridge.simulators.lms import Tool, create_lms, demo

from .lms_browser import Browser, lms_and_tool, sign_in

LINK = demo.ALGEBRA.link("frame")
OTHER_TOOL = Tool(
    "client-2", "d2", "https://other.example/login", "https://other.example/launch", "Other"
)


@pytest.fixture(scope="module")
def campus():
    with lms_and_tool() as pair:
        lms, _ = pair
        lms.add_tool(OTHER_TOOL)
        yield pair


@pytest.fixture
def good(campus):
    lms, tool = campus
    return tool.request_for(lms.login_parameters(demo.BEN, LINK))


def _posted_back(lms, parameters, browser=None):
    """What the LMS posts to the tool for these parameters."""
    page = (browser or Browser()).get(f"{lms.auth_login_url}?{urlencode(parameters)}")
    assert page.status == 200
    assert page.form.action == next(iter(lms.tools.values())).launch_url
    return page.form.fields


def test_a_good_request_is_answered_by_get_and_by_post(campus, good):
    lms, _ = campus
    browser = sign_in(lms, demo.BEN)
    by_get = browser.get(f"{lms.auth_login_url}?{urlencode(good)}").form.fields
    by_post = browser.post(lms.auth_login_url, good).form.fields
    for fields in (by_get, by_post):
        assert fields["state"] == "state-1"
        claims = jwt.decode(fields["id_token"], options={"verify_signature": False})
        assert claims["sub"] == demo.BEN.id


def test_a_posted_request_is_read_from_its_body_alone(campus, good):
    lms, _ = campus
    page = Browser().post(f"{lms.auth_login_url}?{urlencode(good)}", {})
    assert page.status == 400


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scope": "openid email"}, "invalid_scope"),
        ({"scope": "OpenID"}, "invalid_scope"),
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"response_type": "id_token token"}, "unsupported_response_type"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"login_hint": "somebody"}, "login_required"),
        ({"login_hint": "usr:qL7d+Zk/4w=="}, "login_required"),
        ({"lti_message_hint": "made-up"}, "invalid_request"),
        ({"lti_message_hint": "W10.made-up"}, "invalid_request"),
        ({"lti_message_hint": "ü.ü"}, "invalid_request"),
    ],
)
def test_a_wrong_value_is_answered_with_its_error(campus, good, change, error):
    lms, _ = campus
    fields = _posted_back(lms, good | change)
    assert fields["error"] == error
    assert fields["error_description"]
    assert fields["state"] == "state-1"
    assert "id_token" not in fields


@pytest.mark.parametrize(
    "name",
    [
        "scope",
        "response_type",
        "response_mode",
        "prompt",
        "login_hint",
        "lti_message_hint",
        "nonce",
        "state",
    ],
)
def test_each_parameter_must_be_there_once(campus, good, name):
    lms, _ = campus
    missing = {key: value for key, value in good.items() if key != name}
    for parameters in (missing, good | {name: ""}, [*good.items(), (name, good[name])]):
        fields = _posted_back(lms, parameters)
        assert fields["error"] == "invalid_request"
        assert name in fields["error_description"]
        assert fields.get("state") == (None if name == "state" else "state-1")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "nobody"},
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": "https://evil.example/launch"},
        {"redirect_uri": OTHER_TOOL.launch_url},
        {"client_id": OTHER_TOOL.client_id},
    ],
)
def test_an_unknown_client_or_redirect_uri_gets_a_page_and_no_answer(campus, good, change):
    lms, _ = campus
    page = Browser().get(f"{lms.auth_login_url}?{urlencode(good | change)}")
    assert page.status == 400
    assert page.headers["Content-Type"].startswith("text/html")
    assert "<form" not in page.text
    assert "evil.example" not in page.text


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_client_or_redirect_uri_given_twice_gets_a_page(campus, good, name):
    lms, _ = campus
    twice = [*good.items(), (name, good[name])]
    assert Browser().get(f"{lms.auth_login_url}?{urlencode(twice)}").status == 400


def test_only_a_redirect_uri_equal_in_every_byte_is_registered(campus, good):
    lms, tool = campus
    for near in ("/", "?x=1", "#x", "%20"):
        page = Browser().get(
            f"{lms.auth_login_url}?{urlencode(good | {'redirect_uri': tool.launch_url + near})}"
        )
        assert page.status == 400


def test_a_message_hint_of_another_tool_is_refused(campus, good):
    lms, _ = campus
    theirs = lms.login_parameters(demo.BEN, replace(LINK, client_id=OTHER_TOOL.client_id))
    fields = _posted_back(lms, good | {"lti_message_hint": theirs["lti_message_hint"]})
    assert fields["error"] == "invalid_request"


def test_a_message_hint_of_another_person_is_refused(campus, good):
    lms, _ = campus
    hers = lms.login_parameters(demo.SARA, LINK)["lti_message_hint"]
    fields = _posted_back(lms, good | {"lti_message_hint": hers})
    assert fields["error"] == "login_required"


def test_an_old_message_hint_is_refused(campus, good):
    lms, tool = campus
    lms.gate.hint_lifetime = 0
    try:
        old = tool.request_for(lms.login_parameters(demo.BEN, LINK))
    finally:
        lms.gate.hint_lifetime = 600
    assert _posted_back(lms, old)["error"] == "invalid_request"


def test_a_message_hint_of_another_lms_is_refused(campus, good):
    lms, tool = campus
    stranger = create_lms(issuer=lms.issuer, tools=list(lms.tools.values()))
    fields = _posted_back(lms, tool.request_for(stranger.login_parameters(demo.BEN, LINK)))
    assert fields["error"] == "invalid_request"


def test_a_session_of_another_person_stops_the_launch(campus, good):
    lms, _ = campus
    fields = _posted_back(lms, good, sign_in(lms, demo.SARA))
    assert fields["error"] == "login_required"


def test_launch_form_answers_as_the_endpoint_does(campus, good):
    lms, _ = campus
    form = lms.launch_form(demo.BEN, LINK, f"{lms.auth_login_url}?{urlencode(good)}")
    assert form.keys() == {"id_token", "state"}
    assert form["state"] == "state-1"
    claims = jwt.decode(form["id_token"], options={"verify_signature": False})
    assert claims["nonce"] == "nonce-1"


@pytest.mark.parametrize("change", [{"prompt": "login"}, {"client_id": "x"}, {"nonce": ""}])
def test_launch_form_refuses_what_the_endpoint_refuses(campus, good, change):
    lms, _ = campus
    with pytest.raises(MalformedRequest):
        lms.launch_form(demo.BEN, LINK, f"{lms.auth_login_url}?{urlencode(good | change)}")


def test_launch_form_is_for_one_person_one_link_and_one_address(campus, good):
    lms, _ = campus
    query = urlencode(good)
    url = f"{lms.auth_login_url}?{query}"
    with pytest.raises(NotAllowed):
        lms.launch_form(demo.SARA, LINK, url)
    with pytest.raises(MalformedRequest, match="another link"):
        lms.launch_form(demo.BEN, demo.ALGEBRA.link("join"), url)
    for elsewhere in (f"https://elsewhere.example/lti/auth?{query}", f"{lms.issuer}/lti?{query}"):
        with pytest.raises(MalformedRequest, match="authentication URL"):
            lms.launch_form(demo.BEN, LINK, elsewhere)


def test_no_refusal_repeats_what_was_sent(campus, good):
    lms, _ = campus
    for name in good:
        changed = good | {name: "s3cret"}
        if name in {"state", "nonce"}:
            continue
        with pytest.raises(LaunchRefused) as refused:
            lms.launch_form(demo.BEN, LINK, f"{lms.auth_login_url}?{urlencode(changed)}")
        assert "s3cret" not in str(refused.value)
        assert dict(parse_qsl(urlencode(good)))["lti_message_hint"] not in str(refused.value)


def test_nobody_launches_a_link_of_a_course_they_are_not_in(campus):
    lms, _ = campus
    with pytest.raises(NotAllowed):
        lms.login_parameters(demo.TOMAS, demo.LITERATURE.link("frame"))
    with pytest.raises(NotAllowed):
        lms.login_parameters(demo.ANA, replace(LINK, id="rl-unknown"))
