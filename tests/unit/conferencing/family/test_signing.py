from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.conferencing.family.signing import Signer
from tests.unit.conferencing.services import SECRET, sha1

EXAMPLE = [
    ("name", "Test Meeting"),
    ("meetingID", "abc123"),
    ("attendeePW", "111222"),
    ("moderatorPW", "333444"),
]
SIGNER = Signer(SECRET)


def test_the_documents_worked_example():
    assert SIGNER.query("create", EXAMPLE) == (
        "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
        "&checksum=1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17"
    )


@pytest.mark.parametrize(
    ("algorithm", "length"), [("sha1", 40), ("sha256", 64), ("sha384", 96), ("sha512", 128)]
)
def test_every_hash_is_over_the_same_string(algorithm, length):
    query, _, checksum = Signer(SECRET, algorithm).query("create", EXAMPLE).rpartition("&checksum=")
    assert len(checksum) == length
    assert checksum == hashlib.new(algorithm, f"create{query}{SECRET}".encode()).hexdigest()


def test_a_call_without_parameters_is_signed_too():
    expected = sha1(f"getMeetings{SECRET}")
    assert SIGNER.query("getMeetings", []) == f"checksum={expected}"
    assert SIGNER.query("getMeetings", [("x", "")]) == f"checksum={expected}"


def test_empty_values_are_sent_only_where_they_say_something():
    values = [("record", ""), ("name", "x"), ("duration", "")]
    assert SIGNER.query("create", values).startswith("name=x&checksum=")
    kept = SIGNER.query("updateRecordings", values, keep_empty=True)
    assert kept.startswith("record=&name=x&duration=&checksum=")


def test_the_checksum_of_a_form_covers_an_empty_query_and_travels_in_it():
    body = SIGNER.form("create", EXAMPLE)
    values = dict(parse_qsl(body.decode("ascii"), strict_parsing=True))
    assert values.pop("checksum") == sha1(f"create{SECRET}")
    assert list(values.items()) == EXAMPLE


def test_halves_of_surrogate_pairs_do_no_harm():
    assert SIGNER.query("join", [("fullName", "a\ud83db")]).startswith("fullName=a%3Fb&")


def test_a_secret_in_any_script_is_hashed_as_utf_8():
    query, _, checksum = Signer("رمز-é").query("create", EXAMPLE).rpartition("&checksum=")
    assert checksum == sha1(f"create{query}رمز-é")


def test_no_repr_shows_the_secret():
    assert SECRET not in repr(SIGNER)


@given(st.text(min_size=1), st.text(min_size=1))
def test_whatever_the_text_it_is_ascii_and_reads_back_as_it_was(one, other):
    query = SIGNER.query("create", [("name", one), ("meta_x", other)])
    assert query.isascii()
    assert query.isprintable()
    assert " " not in query
    assert parse_qsl(query)[:2] == [("name", one), ("meta_x", other)]
    signed, _, checksum = query.rpartition("&checksum=")
    assert sha1(f"create{signed}{SECRET}") == checksum
