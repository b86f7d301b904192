"""Guessing passwords: from one address, from many, and what it means for who has the right one."""

from __future__ import annotations

import time
from ipaddress import IPv6Address

import pyotp
import pytest

from lti_bridge.admin import Passwords, SigningIn
from lti_bridge.admin.signing_in import BY_ADDRESS, BY_BOTH, PACES
from lti_bridge.errors import BridgeError
from lti_bridge.security import Limits, client_address
from lti_bridge.store import open_store, schema

PASSWORD = "correct horse battery"
HOME = "198.51.100.7"
AWAY = "192.0.2.9"
PASSWORDS = Passwords()
HASH = PASSWORDS.hashed(PASSWORD)


@pytest.fixture
def store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/bridge.db", ["k" * 40])
    schema.upgrade(store.database)
    yield store
    store.close()


@pytest.fixture
def door(store):
    now_ms = int(time.time() * 1000)
    for name in ("ana", "eve"):
        store.administrators.add(name, HASH, ["manageAdmins"], now_ms)
    return SigningIn(
        store.administrators, store.admin_sessions, store.audit, Limits(), PASSWORDS, time.time
    )


def outcome(door, name="ana", password=PASSWORD, code="", address=AWAY):
    try:
        door.with_password(name, password, code, address)
    except BridgeError as error:
        return error.code
    return "in"


def pressed(door):
    """As after many guesses at ana's account, the turn of this half minute included."""
    limit, pace = PACES[0]
    while door.limits.take(limit, "ana"):
        pass
    door.limits.take(pace, "ana")


def besieged(door, name="ana", times=PACES[0][0].times + 1):
    """What an account's guessers were told, each at an address of their own."""
    return [
        outcome(door, name, "a wrong password", address=f"203.0.113.{number}")
        for number in range(times)
    ]


def test_many_addresses_that_guess_at_an_account_are_slowed_down(door):
    said = besieged(door, times=PACES[0][0].times + 3)
    assert said == ["sign_in_wrong"] * (PACES[0][0].times + 1) + ["slowed_down"] * 2


def test_who_signed_in_from_there_before_gets_in_whoever_else_guesses(door):
    assert outcome(door, address=HOME) == "in"
    pressed(door)
    assert outcome(door, address=HOME) == "in"
    assert outcome(door, password="a wrong password", address=HOME) == "slowed_down"
    assert outcome(door, "eve", address=HOME) == "in", "another account isn't held up"


def test_who_has_the_second_step_gets_in_from_anywhere(door, store):
    secret = pyotp.random_base32()
    number = store.administrators.by_name("ana").id
    store.administrators.set_second_step(number, secret, ["aaaaa-bbbbb"])
    pressed(door)
    assert outcome(door) == "slowed_down", "the password alone"
    assert outcome(door, code="aaaaa-ccccc") == "slowed_down"
    assert outcome(door, code=pyotp.TOTP(secret).now()) == "in"
    assert outcome(door, code=" AAAAA-bbbbb ") == "in"
    assert outcome(door, code="aaaaa-bbbbb") == "slowed_down", "it is used up"
    wrong = outcome(door, password="a wrong password", code=pyotp.TOTP(secret).now())
    assert wrong == "slowed_down"


def test_the_right_password_from_elsewhere_is_slowed_down_like_a_wrong_one(door):
    pressed(door)
    assert outcome(door) == outcome(door, password="a wrong password") == "slowed_down"


def test_names_that_are_not_there_are_told_the_same(door):
    times = PACES[0][0].times + 3
    assert besieged(door, "nobody", times) == besieged(door, "ana", times)


def test_one_address_is_held_up_at_one_account_and_widely_at_all(door):
    for _ in range(BY_BOTH.times):
        door.limits.take(BY_BOTH, "eve", AWAY)
    assert outcome(door, "eve") == "too_many_tries"
    assert outcome(door, "ana") == "in"
    while door.limits.take(BY_ADDRESS, AWAY):
        pass
    assert outcome(door, "ana") == "too_many_tries"
    assert outcome(door, "ana", address=HOME) == "in"


def test_a_network_of_ipv6_is_one_address(door):
    inside = [str(IPv6Address("2001:db8:1:2::") + number) for number in range(BY_BOTH.times)]
    for each in inside:
        assert outcome(door, password="wrong", address=client_address(each, "", [])) != "in"
    there = client_address("2001:db8:1:2:ffff::1", "", [])
    beside = client_address("2001:db8:1:3::1", "", [])
    assert outcome(door, address=there) == "too_many_tries"
    assert outcome(door, address=beside) == "in"
