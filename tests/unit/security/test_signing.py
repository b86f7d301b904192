from __future__ import annotations

import re

import pytest
from itsdangerous import BadSignature

from lti_bridge.security import Signers
from tests.unit.store.values import KEY, OTHER_KEY

NONCE = "the-nonce-of-a-login"


def test_each_purpose_has_a_signature_of_its_own():
    signers = Signers([KEY])
    signed = {
        "state": signers.state.sign(b"value"),
        "browser": signers.browser.sign(b"value"),
        "session": signers.session.sign(b"value"),
        "callback": signers.callback.sign(b"value"),
    }
    for purpose, value in signed.items():
        for other in signed:
            signer = getattr(signers, other)
            if other == purpose:
                assert signer.unsign(value) == b"value"
            else:
                with pytest.raises(BadSignature):
                    signer.unsign(value)


def test_after_rotation_what_the_old_key_signed_still_holds_and_the_new_one_signs():
    old, both, new = Signers([KEY]), Signers([OTHER_KEY, KEY]), Signers([OTHER_KEY])
    assert both.state.unsign(old.state.sign(b"value")) == b"value"
    assert new.state.unsign(both.state.sign(b"value")) == b"value"
    with pytest.raises(BadSignature):
        old.state.unsign(both.state.sign(b"value"))
    assert both.is_browser_of(NONCE, old.browser_mark(NONCE))
    assert new.is_browser_of(NONCE, both.browser_mark(NONCE))
    assert not new.is_browser_of(NONCE, old.browser_mark(NONCE))


def test_a_browser_is_known_by_the_mark_of_its_nonce_only():
    signers = Signers([KEY])
    mark = signers.browser_mark(NONCE)
    assert signers.is_browser_of(NONCE, mark)
    assert not signers.is_browser_of("another nonce", mark)
    assert not signers.is_browser_of(NONCE, signers.browser_mark("another nonce"))
    assert not Signers([OTHER_KEY]).is_browser_of(NONCE, mark)


def test_a_mark_can_stand_in_a_cookie_and_says_nothing():
    mark = Signers([KEY]).browser_mark(NONCE)
    assert mark.isascii()
    assert set(mark) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert NONCE not in mark
    assert KEY not in mark


@pytest.mark.parametrize("mark", ["", "x", "é", "\ud83d", "=", "a" * 5000, "\0", "....", "علی"])
def test_any_cookie_that_is_no_mark_is_refused_in_peace(mark):
    assert not Signers([KEY]).is_browser_of(NONCE, mark)


PURPOSE = "ended:lti-0123"


def test_a_callback_is_known_by_the_mark_of_its_purpose_only():
    signers = Signers([KEY])
    mark = signers.callback_mark(PURPOSE)
    assert mark == Signers([KEY]).callback_mark(PURPOSE), "the same each time"
    assert signers.is_callback_of(PURPOSE, mark)
    for other in ("recording:lti-0123", "ended:lti-0124", "ended:lti-0123 ", "", "ended"):
        assert not signers.is_callback_of(other, mark)
        assert signers.callback_mark(other) != mark
    assert not Signers([OTHER_KEY]).is_callback_of(PURPOSE, mark)


def test_a_browsers_mark_is_no_callbacks_mark():
    signers = Signers([KEY])
    assert not signers.is_callback_of(PURPOSE, signers.browser_mark(PURPOSE))
    assert not signers.is_browser_of(PURPOSE, signers.callback_mark(PURPOSE))


def test_a_callbacks_mark_can_stand_in_a_url_and_says_nothing():
    mark = Signers([KEY]).callback_mark(PURPOSE)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", mark), "256 bits"
    assert KEY not in mark


def test_after_rotation_callbacks_given_out_before_still_hold():
    old, both, new = Signers([KEY]), Signers([OTHER_KEY, KEY]), Signers([OTHER_KEY])
    mark = old.callback_mark(PURPOSE)
    assert both.is_callback_of(PURPOSE, mark)
    assert not new.is_callback_of(PURPOSE, mark)
    assert new.is_callback_of(PURPOSE, both.callback_mark(PURPOSE))


@pytest.mark.parametrize(
    "mark", ["", "x", "é", "\ud83d", "=", "a" * 5000, "\0", "....", "علی", "A" * 43]
)
def test_any_text_that_is_no_callbacks_mark_is_refused_in_peace(mark):
    signers = Signers([KEY])
    assert not signers.is_callback_of(PURPOSE, mark)
    assert not signers.is_callback_of("ended:\ud83d", mark)
    assert not signers.is_callback_of("ended:\ud83d", signers.callback_mark(PURPOSE))


def test_no_repr_shows_a_key():
    signers = Signers([KEY, OTHER_KEY])
    shown = f"{signers!r} {signers.state!r} {signers.browser!r} {signers.session!r} {signers.callback!r}"
    assert KEY not in shown
    assert OTHER_KEY not in shown
