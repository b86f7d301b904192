"""``Link`` headers as RFC 8288 allows them, not only as they usually look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.lms_api.paging import linked, same_origin

HERE = "https://lms.example/a/members?limit=10"


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", None),
        ('<https://lms.example/p2>; rel="next"', "https://lms.example/p2"),
        ("<https://lms.example/p2>;rel=next", "https://lms.example/p2"),
        ("<https://lms.example/p2> ; REL = NEXT", "https://lms.example/p2"),
        ('<https://lms.example/p2>; rel="prev next"', "https://lms.example/p2"),
        (
            '<https://lms.example/p2>; title="a; rel=last, <b>"; rel="next"',
            "https://lms.example/p2",
        ),
        ('<https://lms.example/p2>; title="a \\" b"; rel="next"', "https://lms.example/p2"),
        (
            '<https://x/1>; rel="first", <https://x/3>; rel="next", <https://x/9>; rel="last"',
            "https://x/3",
        ),
        ("<https://x/d>; rel=differences,<https://x/2>; rel=next", "https://x/2"),
        ('<?p=2>; rel="next"', "https://lms.example/a/members?p=2"),
        ('</b>; rel="next"', "https://lms.example/b"),
        ('<//other.example/b>; rel="next"', "https://other.example/b"),
        ('<>; rel="next"', HERE),
        ('<https://x/2#part>; rel="next"', "https://x/2"),
        ('<https://x/2>; rel="last"; rel="next"', None),
        ('<https://x/2>; anchor="https://x/other"; rel="next"', None),
        ('<https://x/2>; rel="nextish"', None),
        ("<https://x/2>; rel", None),
        ("<https://x/2", None),
        ("https://x/2; rel=next", None),
        ('<https://x/a,b>; rel="next"', "https://x/a,b"),
        (', , <https://x/2>; rel="next",', "https://x/2"),
        ('<https://x/2>; rel="next', None),
    ],
)
def test_the_next_page(header, target):
    assert linked(header, "next", HERE) == target


def test_a_target_that_is_no_url_is_said_so():
    with pytest.raises(ValueError, match="IPv6"):
        linked('<https://[x/>; rel="next"', "next", HERE)


@given(st.text(alphabet='<>;,="\\ \trelnx/:[]#', max_size=200))
def test_nothing_breaks_it(header):
    try:
        found = linked(header, "next", HERE)
    except ValueError:
        return
    assert found is None or isinstance(found, str)


@pytest.mark.parametrize(
    "evil", ['<a>;="' * 20_000, "<a>;" * 20_000, ";" * 60_000, '<a>;x="\\' * 9_000]
)
def test_a_hostile_header_takes_no_time(evil):
    assert linked(evil, "next", HERE) is None


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://lms.example/b", True),
        ("https://LMS.example:443/b", True),
        ("http://lms.example/b", False),
        ("https://lms.example:8443/b", False),
        ("https://lms.example.evil.example/b", False),
        ("https://lms.example@evil.example/b", False),
        ("javascript:alert(1)", False),
    ],
)
def test_origins(other, same):
    assert same_origin(HERE, other) is same
