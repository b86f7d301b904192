"""Passcodes: how they are kept, and what counts as the same."""

from __future__ import annotations

import pytest

from lti_bridge.scheduling.passcodes import fits, hashed, spelled


def test_it_fits_itself_and_nothing_else():
    kept = hashed("river-2031")
    assert fits("river-2031", kept)
    for wrong in ("", "River-2031", "river-203", "river-20311", "\ud800", "x" * 10_000):
        assert not fits(wrong, kept)


def test_the_same_passcode_is_kept_differently_each_time():
    assert hashed("river-2031") != hashed("river-2031")
    assert "river" not in hashed("river-2031")


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("۱۲۳۴۵۶", "123456"),
        ("١٢٣٤٥٦", "123456"),
        (" 123456\n", "123456"),
        ("１２３", "123"),
        ("é", "e\u0301"),
    ],
)
def test_keyboards_dont_matter(typed, same):
    assert spelled(typed) == spelled(same)
