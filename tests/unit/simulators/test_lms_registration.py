"""The LMS's side of Dynamic Registration 1.0: strict about tokens, shapes, addresses and keys."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from lti_bridge.simulators.lms import DEMO_CAMPUS, create_lms, demo
from lti_bridge.simulators.lms.quirks import QUIRKS
from lti_bridge.simulators.serving import Server
from tests.campus import ask
from tests.functional.tools import parameters_of

from .lms_browser import lms_and_tool, sign_in

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"


@contextmanager
def running(preset=""):
    lms = create_lms(issuer="http://unknown.invalid", preset=preset)
    with Server(lms) as server:
        lms.issuer = server.url
        yield lms


@pytest.fixture(scope="module")
def lms():
    with running() as lms:
        yield lms


@pytest.fixture(scope="module")
def keys():
    """A tool that only publishes a key."""

    def app(environ, start_response):
        found = environ["PATH_INFO"] == "/jwks"
        body = json.dumps({"keys": [{"kty": "RSA", "kid": "1", "n": "x", "e": "AQAB"}]}).encode()
        start_response("200 OK" if found else "404 Not Found", [("Content-Type", "text/plain")])
        return [body if found else b"no"]

    with Server(app) as server:
        yield server.url


def document(url, **changes):
    host = url.partition("//")[2]
    made = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{url}/login",
        "redirect_uris": [f"{url}/launch"],
        "client_name": "A tool",
        "jwks_uri": f"{url}/jwks",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": "",
        TOOL: {
            "domain": host,
            "target_link_uri": f"{url}/launch",
            "claims": ["iss", "sub"],
            "messages": [{"type": "LtiResourceLinkRequest"}],
        },
    } | changes
    return {name: value for name, value in made.items() if value is not None}


def send(lms, body, token=None, kind="application/json"):
    bearer = {"Authorization": f"Bearer {lms.registry.token() if token is None else token}"}
    return ask(
        "POST", f"{lms.issuer}/lti/register", json.dumps(body), {"Content-Type": kind, **bearer}
    )


def test_a_tool_is_registered_with_a_token_once(lms, keys):
    token = lms.registry.token()
    made = send(lms, document(keys), token)
    assert made.status == 200, made.text
    answer = json.loads(made.body)
    assert answer["client_id"] in lms.tools
    assert answer[TOOL]["deployment_id"] == lms.tools[answer["client_id"]].deployment_id
    again = send(lms, document(keys), token)
    assert (again.status, json.loads(again.body)["error"]) == (401, "invalid_token")


def test_without_a_token_nothing_is_registered(lms, keys):
    for token in ("", "x"):
        assert send(lms, document(keys), token).status == 401
    assert ask("POST", f"{lms.issuer}/lti/register", "{}", {}).status == 400


def changed_tool(url, **changes):
    inner = document(url)[TOOL] | changes
    return {TOOL: {name: value for name, value in inner.items() if value is not None}}


@pytest.mark.parametrize(
    "changes",
    [
        {"application_type": "native"},
        {"response_types": ["code"]},
        {"grant_types": ["implicit"]},
        {"grant_types": "implicit client_credentials"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"initiate_login_uri": "login"},
        {"redirect_uris": []},
        {"redirect_uris": [7]},
        {"client_name": ""},
        {"jwks_uri": None},
        {"scope": None},
        {TOOL: None},
        {TOOL: []},
    ],
    ids=str,
)
def test_a_registration_that_isnt_as_the_specification_has_it(lms, keys, changes):
    before = set(lms.tools)
    answer = send(lms, document(keys, **changes))
    assert (answer.status, json.loads(answer.body)["error"]) == (400, "invalid_client_metadata")
    assert set(lms.tools) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"domain": "elsewhere.example"},
        {"domain": None},
        {"target_link_uri": "/launch"},
        {"claims": ["sub", "shoe_size"]},
        {"claims": None},
        {"custom_parameters": {"a": 1}},
        {"custom_parameters": {"a": "$No.such.variable"}},
        {"messages": []},
        {"messages": ["LtiResourceLinkRequest"]},
        {"messages": [{"type": "LtiUnheardOf"}]},
        {"messages": [{"type": "LtiResourceLinkRequest", "placements": ["nowhere"]}]},
    ],
    ids=str,
)
def test_a_tool_configuration_that_isnt_as_the_specification_has_it(lms, keys, changes):
    answer = send(lms, document(keys, **changed_tool(keys, **changes)))
    assert (answer.status, json.loads(answer.body)["error"]) == (400, "invalid_client_metadata")


def test_the_tools_key_set_is_fetched(lms, keys):
    for address in (f"{keys}/nothing", "http://127.0.0.1:1/jwks"):
        assert send(lms, document(keys, jwks_uri=address)).status == 400


def test_what_is_no_json_object_is_refused(lms):
    for body in ([], "x", None):
        assert send(lms, body).status == 400
    assert send(lms, {}, kind="text/plain").status == 400


def test_the_openid_configuration_is_complete(lms):
    answer = ask("GET", f"{lms.issuer}/.well-known/openid-configuration")
    found = json.loads(answer.body)
    assert found["issuer"] == lms.issuer
    for name in (
        "authorization_endpoint",
        "registration_endpoint",
        "jwks_uri",
        "token_endpoint",
        "scopes_supported",
        "response_types_supported",
        "id_token_signing_alg_values_supported",
        "claims_supported",
    ):
        assert found[name], name


def test_one_that_shows_its_configuration_to_token_holders_alone():
    with running("canvas") as lms:
        where = f"{lms.issuer}/.well-known/openid-configuration"
        assert ask("GET", where).status == 401
        bearer = {"Authorization": f"Bearer {lms.registry.token()}"}
        assert ask("GET", where, headers=bearer).status == 200


def test_only_administrators_look_after_tools():
    with lms_and_tool() as (lms, _):
        teacher = sign_in(lms, demo.ANA)
        assert teacher.get(f"{lms.issuer}/admin/tools").status == 403
        nadia = sign_in(lms, demo.NADIA)
        page = nadia.get(f"{lms.issuer}/admin/tools")
        assert page.status == 200
        first = next(iter(lms.tools))
        assert first in page.text
        for url in ("", "javascript:alert(1)", "tool.example/register"):
            assert nadia.post(f"{lms.issuer}/admin/tools/register", {"url": url}).status == 400
        opened = nadia.post(
            f"{lms.issuer}/admin/tools/register", {"url": "https://tool.example/register?invite=x"}
        )
        assert "frame-src 'self' https://tool.example;" in opened.headers["Content-Security-Policy"]
        assert nadia.post(f"{lms.issuer}/admin/tools/use", {"client_id": "none"}).status == 400
        assert nadia.post(f"{lms.issuer}/admin/tools/use", {"client_id": first}).status == 303


def test_an_opening_url_keeps_the_tools_own_query(lms):
    opening = lms.registry.opening("https://tool.example/register?invite=x")
    assert parameters_of(opening)["invite"] == "x"
    assert set(parameters_of(opening)) == {"invite", "openid_configuration", "registration_token"}
    assert lms.registry.opening("https://tool.example/register").count("?") == 1


def test_without_a_preset_the_campus_is_as_it_was():
    assert create_lms().campus is DEMO_CAMPUS


@pytest.mark.parametrize("preset", [key for key in QUIRKS if key])
def test_a_preset_speaks_of_the_same_people_everywhere(preset):
    lms = create_lms(issuer="http://lms.example", preset=preset)
    users = {user.id for user in lms.campus.users}
    assert len(users) == len(DEMO_CAMPUS.users)
    assert not users & {user.id for user in DEMO_CAMPUS.users}
    for course in lms.campus.courses:
        assert set(course.roles) <= users
    links = [link.id for course in lms.campus.courses for link in course.links]
    assert len(set(links)) == len(links)
