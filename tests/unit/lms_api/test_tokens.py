"""Access tokens, from a token endpoint that checks every word of the assertion."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteTimeout, RemoteUnavailable
from lti_bridge.lms_api import AccessTokens
from lti_bridge.lms_api.assertions import client_assertion
from lti_bridge.simulators.lms import Scope
from lti_bridge.store import ToolKey
from tests.unit.lms_api.house import MEMBERSHIPS, canned, made_up, shows_nothing_of


def token(house, scopes=MEMBERSHIPS, **changes):
    return house.tokens.token(house.with_platform(**changes), scopes)


def test_a_token_is_given(house):
    assert len(token(house)) > 20
    assert house.lms.tokens.requests == 1


def test_somebody_elses_library_takes_the_assertion(house):
    now = time.time()
    text = client_assertion(house.platform, house.key, now)
    claims = jwt.decode(
        text,
        house.key.private_key.public_key(),
        algorithms=["RS256"],
        audience=house.platform.auth_token_url,
        issuer="client-1",
        options={"require": ["iss", "sub", "aud", "iat", "exp", "jti"]},
    )
    assert claims["sub"] == "client-1"
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert claims["iat"] <= now
    assert jwt.get_unverified_header(text) == {"typ": "JWT", "alg": "RS256", "kid": "kid-1"}


def test_no_assertion_is_made_twice(house):
    now = time.time()
    assert client_assertion(house.platform, house.key, now) != client_assertion(
        house.platform, house.key, now
    )


def test_the_audience_is_the_platforms_own_where_it_names_one(house):
    assert token(house, auth_audience=house.lms.issuer)
    with pytest.raises(RemoteRejected) as error:
        token(house, auth_audience="https://elsewhere.example", id=2)
    assert error.value.code == "invalid_client"


def test_the_form_is_what_the_framework_says(house):
    house.service = canned("200 OK", b'{"access_token":"t","token_type":"bearer"}')
    token(house, ("b", "a"), auth_token_url=f"{house.service_server.url}/t")
    (asked,) = house.service.asked
    assert asked["REQUEST_METHOD"] == "POST"
    assert asked["CONTENT_TYPE"] == "application/x-www-form-urlencoded"
    form = parse_qs(asked["body"].decode())
    assert form.pop("client_assertion")
    assert form == {
        "grant_type": ["client_credentials"],
        "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
        "scope": ["a b"],
    }


def test_it_is_kept_until_shortly_before_its_end(house):
    first = token(house)
    house.clock[0] += 3500
    assert token(house) == first
    house.clock[0] += 60
    assert token(house) != first
    assert house.lms.tokens.requests == 2


def test_one_for_other_scopes_is_another(house):
    both = (Scope.SCORES.value, Scope.MEMBERSHIPS.value)
    assert token(house, both) != token(house)
    assert token(house, both) == token(house, both[::-1])
    assert house.lms.tokens.requests == 2


def test_a_short_one_is_used_but_not_kept_for_long(house):
    house.lms.tokens.lifetime = 10
    first = token(house)
    house.clock[0] += 8
    assert token(house) == first
    house.clock[0] += 1.5
    assert token(house) != first


def test_many_at_once_ask_once(house):
    gate = threading.Barrier(8)

    def ask(_):
        gate.wait()
        return token(house)

    with ThreadPoolExecutor(8) as crowd:
        assert len(set(crowd.map(ask, range(8)))) == 1
    assert house.lms.tokens.requests == 1


def test_a_forgotten_one_is_replaced_and_another_stays(house):
    first = token(house)
    house.tokens.forget(house.platform, MEMBERSHIPS, "not that one")
    assert token(house) == first
    house.tokens.forget(house.platform, MEMBERSHIPS, first)
    assert token(house) != first


def test_memory_has_an_end(house, monkeypatch):
    monkeypatch.setattr("lti_bridge.lms_api.tokens.MOST_KEPT", 2)
    for number in range(4):
        token(house, id=number)
    assert len(house.tokens._held) <= 2


def test_a_key_that_the_lms_does_not_find_is_refused(house):
    other = ToolKey("kid-2", generate_private_key(65537, 2048))
    tokens = AccessTokens(house.client, lambda: other)
    with pytest.raises(RemoteRejected) as error:
        tokens.token(house.platform, MEMBERSHIPS)
    assert error.value.code == "invalid_client"
    assert "jwks.json" in error.value.remedy


def test_a_scope_that_the_tool_may_not_have_is_refused(house):
    with pytest.raises(RemoteRejected) as error:
        token(house, ("https://purl.imsglobal.org/spec/unheard-of",))
    assert error.value.code == "invalid_scope"
    assert "Allow" in error.value.remedy


def test_without_a_token_endpoint_nothing_is_asked(house):
    with pytest.raises(RemoteRejected) as error:
        token(house, auth_token_url="")
    assert error.value.code == "no_token_url"


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("down", RemoteUnavailable, "http_503"),
        ("html", RemoteMalformed, "token_malformed"),
        ("no_token", RemoteMalformed, "token_malformed"),
        ("odd_type", RemoteMalformed, "token_malformed"),
        ("invalid_client", RemoteRejected, "invalid_client"),
    ],
)
def test_an_endpoint_that_misbehaves_is_told_apart_and_asked_again(house, fault, kind, code):
    house.lms.tokens.fault = fault
    with pytest.raises(kind) as error:
        token(house)
    assert error.value.code == code
    assert error.value.remedy
    assert (error.value.service, error.value.call) == ("Riverbank", "access token")
    house.lms.tokens.fault = None
    assert token(house)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        ("200 OK", b"", RemoteMalformed, "token_malformed"),
        ("200 OK", b"[]", RemoteMalformed, "token_malformed"),
        ("200 OK", b"[" * 50_000, RemoteMalformed, "token_malformed"),
        ("200 OK", b'{"access_token":""}', RemoteMalformed, "token_malformed"),
        ("200 OK", b'{"access_token":7,"token_type":"Bearer"}', RemoteMalformed, "token_malformed"),
        (
            "200 OK",
            b'{"access_token":"a\\r\\nX: y","token_type":"Bearer"}',
            RemoteMalformed,
            "token_malformed",
        ),
        (
            "200 OK",
            '{"access_token":"é","token_type":"Bearer"}'.encode(),
            RemoteMalformed,
            "token_malformed",
        ),
        ("200 OK", b'{"access_token":"t"}', RemoteMalformed, "token_malformed"),
        ("200 OK", b'{"access_token":"t","token_type":null}', RemoteMalformed, "token_malformed"),
        ("400 No", b'{"error":"invalid_scope"}', RemoteRejected, "invalid_scope"),
        ("400 No", b'{"error":"SECRET of theirs"}', RemoteRejected, "http_400"),
        ("400 No", b'{"error":["x"]}', RemoteRejected, "http_400"),
        ("401 No", b"<html>", RemoteRejected, "http_401"),
        ("404 No", b"", RemoteRejected, "http_404"),
        ("302 Go", b"", RemoteRejected, "http_302"),
        ("429 No", b"", RemoteUnavailable, "http_429"),
    ],
)
def test_whatever_else_it_answers_is_an_error_with_a_remedy(house, status, body, kind, code):
    house.service = canned(status, body)
    with pytest.raises(kind) as error:
        token(house, auth_token_url=f"{house.service_server.url}/t")
    assert error.value.code == code
    assert error.value.remedy
    assert "SECRET" not in f"{error.value} {error.value!r} {error.value.remedy}"


def test_an_endpoint_that_hangs_up_is_unavailable(house):
    def aborts(environ, start_response):
        raise ConnectionAbortedError

    house.service = aborts
    with pytest.raises(RemoteUnavailable) as error:
        token(house, auth_token_url=f"{house.service_server.url}/t")
    assert not isinstance(error.value, RemoteTimeout)


@pytest.mark.parametrize(
    ("lasts", "seconds"),
    [
        ("600", 600),
        ('"600"', 600),
        ("null", 300),
        ("-1", 300),
        ("true", 300),
        ('"soon"', 300),
        ("[]", 300),
        ("1e400", 86_400),
        ("NaN", 300),
        ("9" * 400, 86_400),
    ],
)
def test_how_long_it_lasts_may_be_said_in_odd_ways(house, lasts, seconds):
    house.service = canned(
        "200 OK", f'{{"access_token":"t","token_type":"Bearer","expires_in":{lasts}}}'.encode()
    )
    where = {"auth_token_url": f"{house.service_server.url}/t"}
    token(house, **where)
    house.clock[0] += seconds - 61
    token(house, **where)
    assert len(house.service.asked) == (1 if seconds > 300 else 2 - (seconds - 61 < 270))
    house.clock[0] += 61
    token(house, **where)
    assert len(house.service.asked) == 2


def test_no_token_shows_itself(house):
    secret = made_up()
    house.service = canned(
        "200 OK", f'{{"access_token":"{secret}","token_type":"Bearer"}}'.encode()
    )
    platform = house.with_platform(auth_token_url=f"{house.service_server.url}/t")
    assert house.tokens.token(platform, MEMBERSHIPS) == secret
    assert shows_nothing_of(secret, house.tokens, house.tokens._held, house.transport)
