"""The addresses that services are given: always the same, one for each meeting and purpose."""

from __future__ import annotations

import re
from dataclasses import astuple

import pytest

from lti_bridge.callbacks import CallbackUrls
from lti_bridge.security import Signers
from lti_bridge.store import Meeting
from tests.unit.store.values import KEY, OTHER_KEY

URLS = CallbackUrls("https://bridge.example.edu", Signers([KEY]))


def a_row(meeting_id="lti-0123"):
    values = dict.fromkeys(Meeting.__slots__, 1)
    return Meeting(**{**values, "meeting_id": meeting_id})


def mark_of(url):
    return url.rpartition("/")[2]


def test_each_purpose_has_an_address_below_ours():
    given = astuple(URLS.for_meeting(a_row()))
    purposes = ("ended", "recording", "attendance")
    for url, purpose in zip(given, purposes, strict=True):
        pattern = rf"https://bridge\.example\.edu/callbacks/{purpose}/lti-0123/[\w-]{{43}}"
        assert re.fullmatch(pattern, url, re.ASCII)
        assert URLS.is_ours(purpose, "lti-0123", mark_of(url))
    assert len({mark_of(url) for url in given}) == 3


def test_they_are_the_same_each_time_and_on_every_node():
    other_node = CallbackUrls("https://bridge.example.edu", Signers([KEY]))
    assert URLS.for_meeting(a_row()) == other_node.for_meeting(a_row())


def test_a_mark_holds_for_its_purpose_and_meeting_only():
    mark = mark_of(URLS.for_meeting(a_row()).ended_url)
    for purpose, meeting_id in (
        ("recording", "lti-0123"),
        ("attendance", "lti-0123"),
        ("ended", "lti-0124"),
        ("ended", "LTI-0123"),
        ("ended", "lti-0123 "),
        ("ended", ""),
    ):
        assert not URLS.is_ours(purpose, meeting_id, mark)


@pytest.mark.parametrize("mark", ["", "x", "é", "\ud800", "a" * 5000, "\0", "=", "."])
def test_any_other_mark_is_refused_in_peace(mark):
    assert not URLS.is_ours("ended", "lti-0123", mark)


def test_after_rotation_of_the_key_addresses_given_before_still_hold():
    mark = mark_of(URLS.for_meeting(a_row()).ended_url)
    rotated = CallbackUrls("https://bridge.example.edu", Signers([OTHER_KEY, KEY]))
    assert rotated.is_ours("ended", "lti-0123", mark)
    assert rotated.for_meeting(a_row()) != URLS.for_meeting(a_row())
    later = CallbackUrls("https://bridge.example.edu", Signers([OTHER_KEY]))
    assert not later.is_ours("ended", "lti-0123", mark)


def test_no_repr_shows_a_mark_or_a_key():
    given = URLS.for_meeting(a_row())
    shown = f"{given!r} {URLS!r}"
    assert KEY not in shown
    for url in astuple(given):
        assert mark_of(url) not in shown
