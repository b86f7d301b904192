"""Hashes of passwords, and the one that no password has."""

from __future__ import annotations

from argon2 import extract_parameters

from lti_bridge.admin.passwords import Passwords

PASSWORD = "correct horse battery staple"


def test_a_password_fits_its_own_hash_alone():
    passwords = Passwords()
    kept = passwords.hashed(PASSWORD)
    assert passwords.match(kept, PASSWORD)
    assert not passwords.match(kept, f"{PASSWORD}.")
    assert not passwords.match("not a hash", PASSWORD)
    assert passwords.hashed(PASSWORD) != kept, "salted"
    assert not passwords.is_weak(kept)


def test_for_an_unknown_name_as_much_is_worked_out():
    """What is worked out follows from the hash's parameters alone (RFC 9106, 3.1)."""
    passwords = Passwords()
    nobodys = extract_parameters(passwords._nobodys)
    assert nobodys == extract_parameters(passwords.hashed(PASSWORD))
    assert not passwords.match("", PASSWORD)
    assert not passwords.match("", "")
    assert Passwords()._nobodys != passwords._nobodys
