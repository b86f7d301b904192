from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.directory.text import clean, shorten

TEACHER = "👩🏽‍🏫"  # a woman, her skin, a joiner, a school
IRAN = "🇮🇷"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
SIGNS = [
    "a",
    "é",
    "e\u0301",
    "o\u0302\u0323",
    TEACHER,
    IRAN,
    SCOTLAND,
    "❤\ufe0f",
    "7\ufe0f\u20e3",
    "ی\u200c",
    "ش\u0651\u064e",
    "क्ष",
    "நி",
    "한",
    "\u1112\u1161\u11ab",  # the same syllable in three pieces
    "\r\n",
    "ｶ\uff9e",
]
"""Each is one sign to the person who reads it."""


def test_clean_text_stays_as_it_is():
    for text in ("", "Ann Bee", "\u202eعلی\u202c", "a\tb\nc", "'\"<b>&amp;", *SIGNS, "x" * 255):
        assert clean(text) == text


@pytest.mark.parametrize("code", [0, 1, 8, 0xB, 0xC, 0xE, 0x1F, 0x7F, 0xD800, 0xDFFF, 0xFFFE])
def test_what_no_database_and_no_xml_can_hold_is_taken_out(code):
    assert clean(f"a{chr(code)}b") == "ab"


@given(st.text(), st.integers(1, 60))
def test_clean_is_never_too_long_and_clean_again_the_same(text, limit):
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert clean(cleaned, limit) == cleaned
    cleaned.encode()


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30))
def test_clean_changes_no_printable_text(text):
    kept = text.replace("\ufffe", "").replace("\uffff", "")
    assert clean(text) == kept


@given(st.text(st.characters(categories=("Cs", "Cc", "Lu"))))
def test_cleaned_text_can_be_stored_and_sent(text):
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


def test_short_text_is_not_shortened():
    assert shorten("x" * 10, 10) == "x" * 10


def test_long_text_ends_in_an_ellipsis():
    assert shorten("x" * 11, 10) == "x" * 9 + "…"
    assert shorten("nine char and more", 10) == "nine char…", "no blank before it"
    assert shorten("ab", 1) == "…"


@given(st.lists(st.sampled_from(SIGNS), min_size=1, max_size=12), st.integers(1, 40))
def test_it_is_never_cut_within_a_sign(signs, limit):
    text = "".join(signs)
    shortened = shorten(text, limit)
    assert len(shortened) <= limit
    if shortened != text:
        whole = ["".join(signs[:n]).rstrip() for n in range(len(signs))]
        assert shortened.removesuffix("…") in whole


@pytest.mark.parametrize("sign", [sign for sign in SIGNS if sign != "\r\n"])
def test_as_many_whole_signs_stay_as_there_is_room_for(sign):
    for room in range(len(sign) * 3):
        shortened = shorten(sign * 4, room + 1)
        assert shortened == sign * (room // len(sign)) + "…"


@given(st.text(), st.integers(1, 30))
def test_no_mark_is_left_without_its_letter_or_put_on_the_ellipsis(text, limit):
    shortened = shorten(text, limit)
    assert len(shortened) <= limit
    if shortened != text:
        rest = text[len(shortened.removesuffix("…")) :].lstrip()
        assert not rest or shortened == "…" or not unicodedata.combining(rest[0])


def test_a_heap_of_marks_on_one_letter_goes_as_a_whole():
    assert shorten("Z" + "\u0301" * 300, 255) == "…"
    assert shorten("Ann Z" + "\u0301" * 300, 255) == "Ann…"
