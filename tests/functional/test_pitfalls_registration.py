"""PITFALLS.md, "Registration", line by line: each is a test of that name."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from lti_bridge.app import create_app
from lti_bridge.errors import NotAllowed
from lti_bridge.http import Client
from lti_bridge.launch.registration import configuration
from lti_bridge.settings import Security
from lti_bridge.simulators.serving import Server
from tests.campus import FORM, Campus, ask
from tests.functional.test_registration import invited, new_lms, opened, pressed, registered
from tests.functional.tools import read, refused


@pytest.fixture(scope="module")
def campus(tmp_path_factory):
    """One bridge that knows no LMS yet, for tests that register none."""
    folder = tmp_path_factory.mktemp("campus")
    with Campus(folder, f"sqlite:///{folder / 'bridge.db'}") as campus:
        yield new_lms(lambda: campus)


@pytest.fixture(scope="module")
def strict(campus):
    """Another server of the same bridge, as in life: no plain http, no private networks."""
    bridge = campus.bridge
    settings = bridge.settings.model_copy(update={"security": Security()})
    client = Client(user_agent="test")
    app = create_app(settings, replace(bridge, settings=settings, client=client))
    with Server(app) as server:
        yield server.url
    app.extensions["lti_bridge.journal"].close()
    client.close()


def asked(campus, address, base="", **terms):
    query = urlencode({"openid_configuration": address, "registration_token": "t"})
    url = f"{invited(campus, **terms)}&{query}"
    return ask("GET", url.replace(campus.url, base) if base else url)


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/.well-known/openid-configuration",
        "https://127.1/x",
        "https://2130706433/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fe80::1]/x",
        "https://10.0.0.1/x",
        "https://172.16.3.4/x",
        "https://192.168.1.1/x",
        "https://[fd00::1]/x",
        "https://0.0.0.0/x",
        "https://localhost/x",
    ],
)
def test_loopback_link_local_and_private_addresses_are_not_fetched(campus, strict, address):
    answer = asked(campus, address, strict)
    page = read(answer, 403)
    assert page.headline == "Your learning platform can’t be registered this way"


@pytest.mark.parametrize(
    "address",
    [
        "http://lms.example.edu/x",
        "ftp://lms.example.edu/x",
        "file:///etc/passwd",
        "gopher://lms.example.edu/",
        "//lms.example.edu/x",
        "https://user:secret@lms.example.edu/x",
        "https://lms.example.edu\\@127.0.0.1/x",
        "https://",
        "https://lms.example.edu:0/x",
        "https://lms.example.edu:99999999/x",
        "https://lms.exämple.edu/x",
        "https://lms.example.edu/\r\nHost: x",
        "x",
        "https://lms.example.edu/" + "x" * 3000,
    ],
)
def test_what_is_no_https_address_is_not_fetched(campus, strict, address):
    page = read(asked(campus, address, strict), 400)
    assert page.headline == "Your learning platform can’t be registered this way"


def test_a_name_that_leads_to_a_private_address_is_not_fetched():
    """After DNS answers too: the client looks at the address it connects to."""
    inside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))
    client = Client(resolver=lambda _host, _port: [inside])
    try:
        with pytest.raises(NotAllowed) as caught:
            configuration.fetch(client, "https://lms.example.edu/c", "", (), allow_http=False)
        assert caught.value.code == "registration_address"
    finally:
        client.close()


def answering(body, status="200 OK", headers=(), pause=0.0):
    seen = []

    def app(environ, start_response):
        seen.append(environ["PATH_INFO"])
        time.sleep(pause)
        start_response(status, [("Content-Type", "application/json"), *headers])
        return [body]

    app.seen = seen
    return app


def test_redirects_are_not_followed(campus):
    inside = answering(b"{}")
    with Server(inside) as target:
        away = answering(b"", "302 Found", [("Location", f"{target.url}/secret")])
        with Server(away) as server:
            answer = asked(campus, f"{server.url}/c")
            refused(campus, answer, 400, "registration_configuration")
    assert inside.seen == []


def test_a_configuration_that_is_too_large_is_not_read(campus):
    with Server(answering(b" " * (configuration.LARGEST + 1))) as server:
        refused(campus, asked(campus, f"{server.url}/c"), 503, "remote:registration_unanswered")


def test_a_slow_configuration_is_not_waited_for(campus):
    with Server(answering(b"{}", pause=configuration.FETCH_SECONDS + 1)) as server:
        refused(campus, asked(campus, f"{server.url}/c"), 503, "remote:registration_unanswered")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b"{}", b'{"issuer": 7}', b"[" * 50_000, b"\xff\xfe"],
    ids=lambda body: repr(body[:12]),
)
def test_a_configuration_that_is_none_is_refused(campus, body):
    with Server(answering(body)) as server:
        refused(campus, asked(campus, f"{server.url}/c"), 400, "registration_configuration")


def changed(campus, **changes):
    campus.lms.registry.configuration_changes = changes
    try:
        return opened(campus)
    finally:
        campus.lms.registry.configuration_changes = {}


@pytest.mark.parametrize(
    "issuer",
    ["https://elsewhere.example", "http://127.0.0.1:1", "http://127.0.0.1.elsewhere.example"],
)
def test_an_issuer_that_isnt_at_home_where_its_configuration_is(campus, issuer):
    refused(campus, changed(campus, issuer=issuer), 401, "registration_issuer")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": None},
        {"issuer": "lms"},
        {"issuer": ["http://127.0.0.1"]},
        {"registration_endpoint": None},
        {"jwks_uri": None},
        {"jwks_uri": "javascript:alert(1)"},
        {"token_endpoint": 7},
        {"authorization_endpoint": "data:text/html,x"},
        {"response_types_supported": ["code"]},
        {"id_token_signing_alg_values_supported": ["HS256"]},
        {"token_endpoint_auth_methods_supported": ["client_secret_post"]},
        {"token_endpoint_auth_signing_alg_values_supported": "RS384"},
        {"https://purl.imsglobal.org/spec/lti-platform-configuration": None},
        {"https://purl.imsglobal.org/spec/lti-platform-configuration": []},
        {
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {
                "messages_supported": [{"type": "LtiDeepLinkingRequest"}]
            }
        },
    ],
    ids=str,
)
def test_a_configuration_that_lacks_what_lti_needs(campus, changes):
    refused(campus, changed(campus, **changes), 400, "registration_configuration")


def test_odd_members_that_nothing_depends_on_are_passed_over(campus):
    lti = {
        "product_family_code": 7,
        "version": None,
        "messages_supported": [
            None,
            {"type": 7},
            {"type": "LtiResourceLinkRequest", "placements": [7, "<b>x</b>"]},
        ],
        "variables": "Context.id",
    }
    key = "https://purl.imsglobal.org/spec/lti-platform-configuration"
    answer = changed(campus, scopes_supported={"x": 1}, **{key: lti})
    page = read(answer)
    assert "<b>x</b>" not in answer.text
    assert "Your platform doesn’t offer this." in page.text


def test_a_configuration_that_names_thousands_of_things_can_still_be_registered(campus):
    many = [f"https://lms.example.edu/scope/{number:0200}" for number in range(1000)]
    types = [{"type": "LtiResourceLinkRequest", "placements": [f"{n:0200}" for n in range(50)]}]
    types += [{"type": f"LtiOther{number}", "placements": ["x" * 200]} for number in range(50)]
    key = "https://purl.imsglobal.org/spec/lti-platform-configuration"
    lti = {"messages_supported": types, "variables": [f"$Odd.{n}" for n in range(1000)]}
    page = read(changed(campus, scopes_supported=many[:500], **{key: lti}))
    assert len(page.form.fields["proposal"]) < 50_000


def test_a_private_registration_endpoint_is_not_called(campus, strict):
    """The configuration may be public and name an address inside."""
    form = read(opened(campus)).form
    fields = {"name": "LMS", "meets_connection": "1", **form.fields}
    answer = ask("POST", f"{strict}{form.action}", urlencode(fields), FORM)
    assert answer.status == 503
    assert campus.lms.tools == {}


def test_only_the_hosts_that_the_invitation_names_are_fetched(campus):
    refused(campus, opened(campus, hosts=("lms.example.edu",)), 403, "registration_host")
    read(opened(campus, hosts=("127.0.0.1",)))


def test_registration_token_or_invite_used_twice(new_campus):
    """See test_registration: each has a test of its own there, with its words."""
    campus = new_lms(new_campus)
    url = invited(campus)
    opening = campus.lms.registry.opening(url)
    page = read(ask("GET", opening))
    read(pressed(campus, page))
    refused(campus, pressed(campus, page), 403, "invite_used")
    assert len(campus.lms.tools) == 1


def test_a_second_registration_doesnt_overwrite_an_existing_platforms_keys(new_campus):
    campus = new_lms(new_campus)
    registered(campus)
    (before,) = campus.bridge.store.platforms.all()
    campus.lms.registry.answer_changes = {"client_id": before.client_id}
    campus.lms.registry.configuration_changes = {"jwks_uri": f"{campus.lms.issuer}/evil"}
    registered(campus)
    assert campus.bridge.store.platforms.all() == [before]


def test_a_form_that_is_none(campus):
    for body in ("", "proposal=", "proposal=x&proposal=y", "proposal=" + "x" * 300_000):
        assert ask("POST", f"{campus.url}/lti/register", body, FORM).status in {400, 401}
    answer = ask("POST", f"{campus.url}/lti/register", json.dumps({}), {})
    assert answer.status == 400
