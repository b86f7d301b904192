"""The state of a login: signed, short-lived, bound to one browser."""

from __future__ import annotations

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer
from itsdangerous.encoding import base64_encode, int_to_bytes

from lti_bridge.errors import NotAllowed, NotAuthentic
from lti_bridge.launch import state as states
from lti_bridge.security import Signers
from tests.unit.launch.values import FUZZ

KEY = "0f8e2b7c91d34a56b7c8d9e0f1a2b3c4d5e6"
SIGNERS = Signers([KEY])
A_STATE = states.State(7, "0123456789abcdef")
LOGIN = {"iss": "https://lms.example.edu", "login_hint": "a b+c=%20&é سارا", "client_id": ""}


def signed_at(seconds: float) -> str:
    """A state that was signed so many seconds ago, made without the room's own code."""
    stamp = base64_encode(int_to_bytes(int(time.time() - seconds))).decode()
    signer = Signer(
        KEY, salt="lti-bridge.state", key_derivation="hmac", digest_method=hashlib.sha256
    )
    return signer.sign(f"7.abc...{stamp}").decode()


def refusal(text: str) -> str:
    with pytest.raises((NotAllowed, NotAuthentic)) as caught:
        states.read(SIGNERS, text)
    return caught.value.code


def test_what_is_put_in_comes_out():
    signed, state = states.begin(SIGNERS, 7, LOGIN)
    assert states.read(SIGNERS, signed) == state
    assert (state.platform_id, state.login) == (7, LOGIN)


def test_a_state_is_safe_in_a_url():
    signed, _ = states.begin(SIGNERS, 7, LOGIN)
    assert set(signed) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_no_two_logins_have_the_same_nonce():
    assert len({states.begin(SIGNERS, 7, {})[1].nonce for _ in range(100)}) == 100


def test_hints_too_long_to_travel_twice_are_not_carried():
    signed, _ = states.begin(SIGNERS, 7, {"login_hint": "x" * 3000})
    assert states.read(SIGNERS, signed).login == {}
    assert len(signed) < 200
    signed, _ = states.begin(SIGNERS, 7, {"login_hint": "x" * 2000})
    assert states.read(SIGNERS, signed).login == {"login_hint": "x" * 2000}


def test_a_login_without_parameters_carries_none():
    signed, _ = states.begin(SIGNERS, 7, {})
    assert states.read(SIGNERS, signed).login == {}


@pytest.mark.parametrize("seconds", [0, 300, 598, -30])
def test_a_state_lives_for_ten_minutes_and_clocks_of_nodes_may_differ(seconds):
    assert states.read(SIGNERS, signed_at(seconds)).nonce == "abc"


@pytest.mark.parametrize("seconds", [602, 86_400, -90])
def test_but_no_longer(seconds):
    assert refusal(signed_at(seconds)) == "state_expired"


@pytest.mark.parametrize("place", range(0, 120, 7))
def test_a_state_that_was_touched_is_not_ours(place):
    signed, _ = states.begin(SIGNERS, 7, LOGIN)
    other = "A" if signed[place] != "A" else "B"
    assert refusal(signed[:place] + other + signed[place + 1 :]) == "state_invalid"


@pytest.mark.parametrize("text", ["", ".", "7.abc..", "x" * 5000, "é", "\x00", "7.abc..AAAA.sig"])
def test_what_we_did_not_sign_is_not_ours(text):
    assert refusal(text) == "state_invalid"


def test_a_session_is_no_state_and_another_bridges_state_is_not_ours():
    assert refusal(SIGNERS.session.sign("7.abc.").decode()) == "state_invalid"
    other, _ = states.begin(Signers(["another key of at least 32 characters"]), 7, {})
    assert refusal(other) == "state_invalid"


def test_a_key_that_was_rotated_out_of_signing_still_verifies():
    signed, state = states.begin(SIGNERS, 7, {})
    rotated = Signers(["a new key of at least thirty-two signs", KEY])
    assert states.read(rotated, signed) == state
    assert states.begin(rotated, 7, {})[0] != signed


@FUZZ
@given(st.text())
def test_whatever_is_sent_is_refused_in_an_orderly_way(text):
    assert refusal(text) == "state_invalid"


def test_the_cookie_works_in_a_frame_and_only_for_this_host():
    (header,) = states.cookie_headers(A_STATE, "mark", secure=True)
    assert header.startswith("__Host-lti-0123456789=mark; ")
    for attribute in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert f" {attribute}" in header
    assert " Max-Age=600" in header
    assert "Domain" not in header


def test_over_plain_http_a_plain_cookie_comes_with_it():
    framed, plain = states.cookie_headers(A_STATE, "mark", secure=False)
    names = states.cookie_names(A_STATE, secure=False)
    assert (framed.partition("=")[0], plain.partition("=")[0]) == names
    assert "Partitioned" in framed
    assert "Secure" not in plain
    assert " HttpOnly" in plain


@pytest.mark.parametrize("target", ["", "_parent", "post_message_forwarding", "a.b c", "x" * 100])
def test_the_platforms_storage_is_carried_along(target):
    signed, state = states.begin(SIGNERS, 7, LOGIN, target)
    assert states.read(SIGNERS, signed) == state
    assert state.storage_target == target


@pytest.mark.parametrize("target", ["", "_parent", "a.b.c", "post message & forwarding"])
def test_whether_storage_is_named_shows_without_reading_it(target):
    signed, _ = states.begin(SIGNERS, 7, LOGIN, target)
    assert states.names_storage(signed) is (states.read(SIGNERS, signed).storage_target != "")


@pytest.mark.parametrize("text", ["", ".", "...", "7.abc", "7.abc..", "no state at all"])
def test_what_is_no_state_names_none(text):
    assert not states.names_storage(text)
