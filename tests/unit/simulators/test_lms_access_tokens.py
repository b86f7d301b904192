"""The LMS's token endpoint is as strict as Security Framework 1.0, 4.1 has it."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from lti_bridge.simulators.lms import Scope
from tests.campus import FORM, ask
from tests.unit.lms_api.house import House, private_key

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
def house():
    with ExitStack() as stack:
        yield House(stack.enter_context)


def assertion(house, *, key=None, algorithm="RS256", kid="kid-1", **changes):
    now = int(time.time())
    claims = {
        "iss": "client-1",
        "sub": "client-1",
        "aud": house.lms.auth_token_url,
        "iat": now,
        "exp": now + 60,
        "jti": f"jti-{time.perf_counter_ns()}",
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key or private_key(), algorithm=algorithm, headers={"kid": kid})


def request(house, **changes):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": changes.pop("client_assertion", None) or assertion(house),
        "scope": Scope.MEMBERSHIPS.value,
        **changes,
    }
    body = urlencode({name: value for name, value in form.items() if value is not None})
    answer = ask("POST", house.lms.auth_token_url, body, FORM)
    return answer.status, json.loads(answer.body)


def test_a_good_one_is_answered_as_rfc_6749_says(house):
    status, answer = request(house, scope=f"{Scope.SCORES.value} {Scope.GROUPS.value}")
    assert status == 200
    assert answer.pop("access_token")
    assert answer == {
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": f"{Scope.SCORES.value} {Scope.GROUPS.value}",
    }


@pytest.mark.parametrize("audience", ["issuer", "list"])
def test_the_audience_may_be_the_lms_itself_or_a_list(house, audience):
    aud = house.lms.issuer if audience == "issuer" else ["x", house.lms.auth_token_url]
    assert request(house, client_assertion=assertion(house, aud=aud))[0] == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"client_assertion_type": "x"}, "invalid_request"),
        ({"scope": None}, "invalid_request"),
        ({"scope": "x"}, "invalid_scope"),
        ({"scope": " "}, "invalid_scope"),
        ({"scope": f"{Scope.GROUPS.value} x"}, "invalid_scope"),
        ({"client_assertion": "x"}, "invalid_client"),
        ({"client_assertion": "a.b.c"}, "invalid_client"),
        ({"client_assertion": "W10.W10."}, "invalid_client"),
    ],
)
def test_what_the_form_must_hold(house, changes, error):
    status, answer = request(house, **changes)
    assert status in {400, 401}
    assert answer["error"] == error


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "client-2", "sub": "client-2"},
        {"sub": "client-2"},
        {"sub": None},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"iat": None},
        {"exp": True},
        {"exp": 1},
        {"exp": 4_000_000_000},
        {"iat": 4_000_000_000, "exp": 4_000_000_060},
        {"jti": None},
        {"jti": 7},
        {"kid": "kid-2"},
        {"key": "public secret", "algorithm": "HS256"},
        {"key": generate_private_key(65537, 2048)},
    ],
)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_what_the_assertion_must_hold(house, changes):
    status, answer = request(house, client_assertion=assertion(house, **changes))
    assert (status, answer["error"]) == (401, "invalid_client")


def test_an_assertion_is_good_once(house):
    text = assertion(house)
    assert request(house, client_assertion=text)[0] == 200
    assert request(house, client_assertion=text)[0] == 401


def test_without_the_tools_keys_nobody_is_let_in(house):
    house.tool_server.stop()
    status, answer = request(house)
    assert (status, answer["error"]) == (401, "invalid_client")


def test_requests_are_counted(house):
    request(house)
    request(house, scope="x")
    assert house.lms.tokens.requests == 2
