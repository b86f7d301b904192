"""Third-party-initiated login: to the platform's own endpoint, which nothing in the request moves."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.errors import MalformedRequest, NotAllowed
from lti_bridge.launch import Login, PlatformBook
from lti_bridge.launch import state as states
from lti_bridge.security import Signers
from tests.unit.launch.values import FUZZ, a_platform

SIGNERS = Signers(["a secret key of at least thirty-two signs"])
BRIDGE = "https://bridge.example.edu"


class Stored:
    """As much of the store as a login needs: platforms that are there."""

    def __init__(self, *platforms):
        self.platforms = list(platforms)

    def all(self):
        return self.platforms


def login(parameters=(), *platforms, **more):
    room = Login(PlatformBook(Stored(*(platforms or (a_platform(),)))), SIGNERS, BRIDGE)
    usual = {
        "iss": "https://lms.example.edu",
        "login_hint": "u1",
        "target_link_uri": f"{BRIDGE}/lti/launch",
    }
    given_ = {**usual, **dict(parameters), **more}
    begun = room.answer({name: value for name, value in given_.items() if value is not None})
    return begun.location, begun.cookies, begun.platform


def sent(location):
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


def test_every_parameter_of_the_authentication_request():
    location, cookies, platform = login(lti_message_hint="m 1&=")
    request = sent(location)
    state, nonce = request.pop("state"), request.pop("nonce")
    assert location.partition("?")[0] == platform.auth_login_url
    assert request == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "redirect_uri": f"{BRIDGE}/lti/launch",
        "client_id": "client-1",
        "login_hint": "u1",
        "lti_message_hint": "m 1&=",
    }
    assert states.read(SIGNERS, state).nonce == nonce
    (cookie,) = cookies
    mark = cookie.partition(";")[0].partition("=")[2]
    assert cookie.startswith(f"__Host-lti-{nonce[:10]}=")
    assert SIGNERS.is_browser_of(nonce, mark)
    assert not SIGNERS.is_browser_of(nonce, mark + "x")
    assert not SIGNERS.is_browser_of("another", mark)
    assert not SIGNERS.is_browser_of(nonce, "é")


def test_no_message_hint_is_sent_where_none_came_and_an_empty_one_where_one_did():
    assert "lti_message_hint" not in sent(login()[0])
    assert sent(login(lti_message_hint="")[0])["lti_message_hint"] == ""


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
@pytest.mark.parametrize("value", [None, ""])
def test_what_a_login_must_have(name, value):
    with pytest.raises(MalformedRequest) as caught:
        login({name: value})
    assert caught.value.code == "login_incomplete"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        f"{BRIDGE}.evil.example/",
        f"{BRIDGE}@evil.example/",
        f"{BRIDGE}:444/lti/launch",
        "http://bridge.example.edu/lti/launch",
        "//bridge.example.edu/",
        "/lti/launch",
        "javascript:alert(1)",
    ],
)
def test_a_target_elsewhere_is_refused(target):
    with pytest.raises(MalformedRequest) as caught:
        login(target_link_uri=target)
    assert caught.value.code == "target_link_uri"


@pytest.mark.parametrize("target", [BRIDGE, f"{BRIDGE}/", f"{BRIDGE}/x?y#z", BRIDGE.upper()])
def test_any_target_of_the_bridge_is_taken(target):
    assert login(target_link_uri=target)


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("https://lms.example.edu/auth", "https://lms.example.edu/auth?scope="),
        ("https://lms.example.edu/auth?tenant=7", "https://lms.example.edu/auth?tenant=7&scope="),
    ],
)
def test_a_query_of_the_platforms_own_is_kept(url, start):
    assert login((), a_platform(auth_login_url=url))[0].startswith(start)


def test_which_of_an_issuers_registrations_is_meant():
    one, two = a_platform(), a_platform(id=2, client_id="client-2")
    for wanted in (one, two):
        location, _, found = login({"client_id": wanted.client_id}, one, two)
        assert found.id == wanted.id
        assert sent(location)["client_id"] == wanted.client_id
    with pytest.raises(MalformedRequest) as caught:
        login((), one, two)
    assert caught.value.code == "client_id_missing"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://unknown.example"},
        {"iss": "https://lms.example.edu/"},
        {"iss": "\x00"},
        {"client_id": "client-9"},
    ],
)
def test_a_platform_nobody_registered_is_refused(changes):
    with pytest.raises(NotAllowed) as caught:
        login(changes)
    assert caught.value.code == "platform_unknown"


_TEXT = st.text(st.characters(codec="utf-8"), min_size=1)


@FUZZ
@given(_TEXT, _TEXT)
def test_hints_are_echoed_exactly(login_hint, message_hint):
    request = sent(login(login_hint=login_hint, lti_message_hint=message_hint)[0])
    assert request["login_hint"] == login_hint
    assert request["lti_message_hint"] == message_hint
