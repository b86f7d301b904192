from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.conferencing.signing import signed_query
from tests.unit.conferencing.services import SECRET, sha1

EXAMPLE = [
    ("name", "Test Meeting"),
    ("meetingID", "abc123"),
    ("attendeePW", "111222"),
    ("moderatorPW", "333444"),
]


def test_the_documents_worked_example():
    assert signed_query("create", EXAMPLE, SECRET) == (
        "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
        "&checksum=1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17"
    )


@pytest.mark.parametrize(("algorithm", "length"), [("sha256", 64), ("sha384", 96), ("sha512", 128)])
def test_other_hashes_are_over_the_same_string(algorithm, length):
    query, _, checksum = signed_query("create", EXAMPLE, SECRET, algorithm).rpartition("&checksum=")
    assert len(checksum) == length
    assert checksum == hashlib.new(algorithm, f"create{query}{SECRET}".encode()).hexdigest()


def test_a_call_without_parameters_is_signed_too():
    expected = sha1(f"getMeetings{SECRET}")
    assert signed_query("getMeetings", [], SECRET) == f"checksum={expected}"


def test_empty_values_are_not_sent():
    query = signed_query("create", [("record", ""), ("name", "x"), ("duration", "")], SECRET)
    assert query.startswith("name=x&checksum=")


def test_halves_of_surrogate_pairs_do_no_harm():
    assert signed_query("join", [("fullName", "a\ud83db")], SECRET).startswith("fullName=a%3Fb&")


@given(st.text(min_size=1), st.text(min_size=1))
def test_whatever_the_text_it_is_ascii_and_reads_back_as_it_was(one, other):
    query = signed_query("create", [("name", one), ("meta_x", other)], SECRET)
    assert query.isascii()
    assert query.isprintable()
    assert " " not in query
    assert parse_qsl(query)[:2] == [("name", one), ("meta_x", other)]
