"""Small, form-encoded, each parameter once."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from lti_bridge.errors import MalformedRequest
from lti_bridge.launch.forms import LARGEST_BODY, MOST_FIELDS, parse, read_form
from tests.unit.launch.values import FUZZ

FORM = "application/x-www-form-urlencoded"


def posted(body: bytes, kind: str = FORM, **environ) -> Request:
    built = EnvironBuilder(method="POST", data=body, content_type=kind).get_environ()
    return Request(built | environ)


def refused(body: bytes, kind: str = FORM, **environ) -> str:
    with pytest.raises(MalformedRequest) as caught:
        read_form(posted(body, kind, **environ))
    return caught.value.code


def test_a_form_is_read():
    assert read_form(posted(b"state=a%2Bb+c&id_token=&x=%D8%B3")) == {
        "state": "a+b c",
        "id_token": "",
        "x": "س",
    }


@pytest.mark.parametrize("kind", [f"{FORM}; charset=UTF-8", FORM.upper(), f"{FORM} ;x=y"])
def test_parameters_of_the_content_type_do_not_matter(kind):
    assert read_form(posted(b"a=1", kind)) == {"a": "1"}


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/form-data", "text/plain"])
def test_what_is_no_form_is_refused(kind):
    assert refused(b"a=1", kind) == "content_type"


@pytest.mark.parametrize(
    "body", [b"a=%ff", b"a=\xff", b"a=%C3", b"a=%ED%A0%80", "a=é".encode(), b"\x80=1"]
)
def test_what_is_no_utf_8_can_not_be_read(body):
    assert refused(body) == "unreadable"


def test_a_parameter_stands_there_once():
    assert refused(b"a=1&b=2&a=1") == "repeated_parameter"
    assert refused(b"a=1&%61=2") == "repeated_parameter"


def test_more_fields_than_any_launch_has_are_refused():
    assert len(parse(urlencode([(f"f{n}", "") for n in range(MOST_FIELDS)]).encode())) == 200
    assert refused(urlencode([(f"f{n}", "") for n in range(MOST_FIELDS + 1)]).encode())


def test_a_body_larger_than_any_launch_is_not_read():
    body = b"a=" + b"x" * LARGEST_BODY
    assert refused(body) == "too_large"
    assert refused(body, CONTENT_LENGTH="", **{"wsgi.input_terminated": True}) == "too_large"
    assert read_form(posted(body[:LARGEST_BODY]))["a"] == "x" * (LARGEST_BODY - 2)


def test_nothing_is_an_empty_form():
    assert read_form(posted(b"")) == {}
    assert parse(b"") == {}


@FUZZ
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")), max_size=5
    )
)
def test_what_was_encoded_comes_back(pairs):
    assert parse(urlencode(pairs).encode()) == pairs


@FUZZ
@given(st.binary(max_size=60))
def test_bytes_of_any_kind_are_read_or_refused(body):
    with suppress(MalformedRequest):
        parse(body)
