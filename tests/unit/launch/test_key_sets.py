"""Platforms' keys: kept, fetched when needed, never because a stranger wants it."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Response

from lti_bridge.errors import NotAuthentic, RemoteError, RemoteMalformed, RemoteUnavailable
from lti_bridge.http import Client
from lti_bridge.launch.key_sets import KeySets, usable_keys
from lti_bridge.simulators.lms.keys import KeyRing, SigningKey
from lti_bridge.simulators.serving import Server
from lti_bridge.store import open_store, schema
from tests.unit.launch.values import FUZZ, NOW, a_platform

SMALL = SigningKey(generate_private_key(65537, 1024), "small")  # noqa: S505 - too small on purpose


class Lms:
    """A key set over a real socket, and what the bridge knows of it; ``now`` may be moved."""

    def __init__(self, server, client, store):
        self.ring = KeyRing()
        self.status, self.body = 200, None
        self.requests = 0
        self.now = NOW
        self.hold = None
        server.app = self.answer
        self.platform = a_platform(key_set_url=f"{server.url}/jwks")
        self.client, self.platforms = client, store.platforms
        self.keys = self.restarted()

    def restarted(self):
        return KeySets(self.client, self.platforms, now=lambda: self.now)

    @property
    def kid(self):
        return self.ring.current.kid

    def answer(self, environ, start_response):
        self.requests += 1
        if self.hold:
            self.hold.wait(5)
        body = json.dumps(self.ring.key_set()) if self.body is None else self.body
        return Response(body, status=self.status)(environ, start_response)

    def refused(self, kid):
        with pytest.raises(NotAuthentic) as caught:
            self.keys.key_for(self.platform, kid)
        return caught.value.code


@pytest.fixture
def lms(new_database):
    store = open_store(new_database("sqlite"), ["a secret key of at least thirty-two signs"])
    schema.upgrade(store.database)
    client = Client(allow_http=True, allow_private_networks=True, failures_to_open=1000)
    with Server(lambda _environ, _start: []) as server:
        yield Lms(server, client, store)
    client.close()
    store.close()


def test_a_key_is_fetched_once_and_kept_as_an_object(lms):
    key = lms.keys.key_for(lms.platform, lms.kid)
    assert key.public_numbers() == lms.ring.current.private.public_key().public_numbers()
    lms.now += 7199
    assert lms.keys.key_for(lms.platform, lms.kid) is key
    assert lms.requests == 1


def test_the_first_launch_after_a_rotation_never_waits(lms):
    for _ in range(4):
        lms.ring.rotate(keep_old=False)
        assert lms.keys.key_for(lms.platform, lms.kid)
    assert lms.requests == 4


def test_made_up_key_names_cost_the_lms_one_request_in_ten_seconds(lms):
    lms.keys.key_for(lms.platform, lms.kid)
    assert {lms.refused(f"made-up-{n}") for n in range(50)} == {"kid_unknown"}
    assert lms.requests == 2
    lms.now += 10
    assert lms.refused("made-up") == "kid_unknown"
    assert lms.requests == 3
    assert lms.keys.key_for(lms.platform, lms.kid)


def test_made_up_key_names_from_many_sides_at_once_cost_one_request(lms):
    lms.hold = threading.Event()
    with ThreadPoolExecutor(20) as crowd:
        answers = [crowd.submit(lms.refused, f"made-up-{n}") for n in range(20)]
        lms.hold.set()
        assert {answer.result() for answer in answers} == {"kid_unknown"}
    assert lms.requests == 1


def test_the_clock_going_back_does_not_stop_fetching(lms):
    lms.refused("made-up")
    lms.now -= 3600
    lms.ring.rotate(keep_old=True)
    assert lms.keys.key_for(lms.platform, lms.kid)


def test_an_old_key_set_is_fetched_anew_and_withdrawn_keys_end(lms):
    old = lms.kid
    lms.keys.key_for(lms.platform, old)
    lms.ring.rotate(keep_old=False)
    lms.now += 7201
    assert lms.refused(old) == "kid_unknown"
    assert lms.requests == 2


@pytest.mark.parametrize(("status", "body"), [(503, None), (200, "<html>"), (200, '{"keys":[]}')])
def test_while_the_key_set_is_down_the_last_good_keys_hold_for_a_day(lms, status, body):
    lms.keys.key_for(lms.platform, lms.kid)
    lms.status, lms.body = status, body
    lms.now = NOW + 86_399
    assert lms.keys.key_for(lms.platform, lms.kid)
    asked = lms.requests
    assert lms.keys.key_for(lms.platform, lms.kid)
    assert lms.requests == asked
    lms.now = NOW + 86_420
    with pytest.raises(RemoteError):
        lms.keys.key_for(lms.platform, lms.kid)


def test_the_last_good_keys_outlive_a_restart(lms):
    lms.keys.key_for(lms.platform, lms.kid)
    lms.status = 503
    stored = a_platform(
        key_set_url=lms.platform.key_set_url,
        key_set=json.dumps(lms.ring.key_set()),
        key_set_ms=int(NOW * 1000),
    )
    lms.now += 80_000
    assert lms.restarted().key_for(stored, lms.kid)
    lms.now += 10_000
    with pytest.raises(RemoteUnavailable):
        lms.restarted().key_for(stored, lms.kid)


def test_keys_that_another_process_fetched_are_taken_over(lms):
    lms.keys.key_for(lms.platform, lms.kid)
    lms.ring.rotate(keep_old=True)
    newer = a_platform(
        key_set_url=lms.platform.key_set_url,
        key_set=json.dumps(lms.ring.key_set()),
        key_set_ms=int((NOW + 60) * 1000),
    )
    assert lms.keys.key_for(newer, lms.kid)
    assert lms.requests == 1


def test_nobody_can_say_while_the_key_set_is_down(lms):
    lms.status = 503
    with pytest.raises(RemoteUnavailable) as caught:
        lms.keys.key_for(lms.platform, lms.kid)
    assert caught.value.code == "key_set_down"
    with pytest.raises(RemoteUnavailable):
        lms.keys.key_for(lms.platform, lms.kid)
    assert lms.requests == 2  # the door out tries a 503 once more by itself
    lms.status = 200
    lms.now += 10
    assert lms.keys.key_for(lms.platform, lms.kid)


def test_a_new_key_name_while_the_key_set_is_down_may_be_a_rotation(lms):
    lms.keys.key_for(lms.platform, lms.kid)
    lms.status = 503
    for _ in range(2):
        with pytest.raises(RemoteError):
            lms.keys.key_for(lms.platform, "the-new-key")
    assert lms.keys.key_for(lms.platform, lms.kid)


def test_the_job_may_fetch_at_any_time(lms):
    lms.refused("made-up")
    assert set(lms.keys.refresh(lms.platform).keys) == {lms.kid}
    lms.status = 404
    with pytest.raises(RemoteMalformed):
        lms.keys.refresh(lms.platform)


def number(value: int) -> str:
    octets = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


GOOD = SigningKey.generate().jwk


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"use": None},
        {"alg": "RS384"},
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": ["RS256"]},
        {"kty": "EC"},
        {"kty": "oct"},
        {"kid": None},
        {"kid": 5},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"n": SMALL.jwk["n"]},
        {"n": number(1 << 20_000 | 1)},
        {"n": ""},
        {"n": 5},
        {"n": None},
        {"n": "é"},
        {"n": ["x"]},
        {"n": "A"},
        {"e": ""},
        {"e": number(1)},
        {"e": number(2)},
        {"e": None},
    ],
)
def test_a_key_that_does_not_fit_is_passed_over(changes):
    jwk = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    if changes.get("use", "") is None:
        jwk["use"] = None
    assert usable_keys({"keys": [jwk]}) == {}


@pytest.mark.parametrize("changes", [{}, {"key_ops": ["verify"]}, {"x5c": ["x"], "use": "sig"}])
def test_a_key_that_fits_is_used_whatever_stands_beside_it(changes):
    enc = {**KeyRing().current.jwk, "use": "enc", "kid": GOOD["kid"]}
    found = usable_keys({"keys": ["x", None, 1, [], {}, enc, {**GOOD, **changes}, enc]})
    assert [number(key.public_numbers().n) for key in found.values()] == [GOOD["n"]]


def test_members_that_are_optional_may_be_missing():
    jwk = {name: GOOD[name] for name in ("kty", "kid", "n", "e")}
    assert set(usable_keys({"keys": [jwk]})) == {GOOD["kid"]}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@FUZZ
@given(_JSON | st.fixed_dictionaries({"keys": _JSON}))
def test_a_key_set_of_any_shape_holds_no_key(document):
    assert usable_keys(document) == {}


@FUZZ
@given(st.dictionaries(st.sampled_from(list(GOOD)), _JSON))
def test_members_of_any_type_do_no_harm(changes):
    usable_keys({"keys": [{**GOOD, **changes}]})
