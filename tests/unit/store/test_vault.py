from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_bridge.errors import StoreError
from lti_bridge.store import Vault
from tests.unit.store.values import KEY, NOW, OTHER_KEY, a_meeting, a_platform, opened

SECRET = "the secret of گروه ۱ 🎓"


def test_a_sealed_secret_shows_nothing_and_opens_again():
    sealed = Vault([KEY]).seal(SECRET)
    assert SECRET not in sealed
    assert sealed.isascii()
    assert Vault([KEY]).open(sealed) == SECRET


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_text_can_be_sealed(secret):
    assert Vault([KEY]).open(Vault([KEY]).seal(secret)) == secret


def test_sealing_twice_looks_different():
    vault = Vault([KEY])
    assert vault.seal(SECRET) != vault.seal(SECRET)


def test_after_rotation_the_old_key_opens_and_the_new_one_seals():
    old, both, new = Vault([KEY]), Vault([OTHER_KEY, KEY]), Vault([OTHER_KEY])
    assert both.open(old.seal(SECRET)) == SECRET
    assert new.open(both.seal(SECRET)) == SECRET
    with pytest.raises(StoreError):
        old.open(both.seal(SECRET))


@pytest.mark.parametrize("spoil", [lambda s: s[:-4], lambda s: "A" + s[1:], lambda _: ""])
def test_a_secret_that_was_tampered_with_does_not_open(spoil):
    with pytest.raises(StoreError):
        Vault([KEY]).open(spoil(Vault([KEY]).seal(SECRET)))


def test_with_the_wrong_key_the_remedy_is_said_and_no_secret(store_url):
    with opened(store_url) as store:
        meeting = a_meeting(store)
        store.keys.all()
    with opened(store_url, (OTHER_KEY,)) as store:
        for touch in (lambda: store.meetings.by_id(meeting.id), store.keys.all):
            with pytest.raises(StoreError) as failure:
                touch()
            error = failure.value
            assert error.code == "sealed_with_another_key"
            assert "secret_key" in error.remedy
            shown = f"{error!r} {error} {error.remedy}"
            for secret in (KEY, OTHER_KEY, meeting.moderator_password):
                assert secret not in shown
    with opened(store_url, (OTHER_KEY, KEY)) as store:
        assert store.meetings.by_id(meeting.id) == meeting


def test_no_repr_shows_a_secret(store):
    store.platforms.synchronise([a_platform()], NOW)
    meeting = a_meeting(store)
    claim = store.meetings.claim(meeting.id, now_ms=NOW, confirmed_before_ms=0, hold_ms=1)
    values = [store, meeting, claim, Vault([KEY]), *store.keys.all(), *store.platforms.all()]
    values += [getattr(store, name) for name in type(store).__slots__]
    shown = " ".join(f"{value!r} {value}" for value in values)
    for secret in (KEY, meeting.attendee_password, meeting.moderator_password, "PRIVATE"):
        assert secret not in shown
