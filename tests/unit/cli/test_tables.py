from __future__ import annotations

import re

import pytest

from lti_bridge.cli.tables import length, plain, shown, table, when
from lti_bridge.conferencing import Attendee, MeetingInfo


def test_columns_are_as_wide_as_what_is_in_them():
    assert list(table(("name", "n"), [("Biology", "1"), ("漢字", "22"), ("e\u0301", "")])) == [
        "NAME     N",
        "Biology  1",
        "漢字     22",
        "e\u0301        –",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("a\nb\r\tc", "a b  c"),
        ("right\u202eleft", "right left"),
        ("half \ud800", "half"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("", "–"),
    ],
)
def test_nothing_from_elsewhere_steers_the_terminal(text, said):
    assert shown(text) == said


def test_times_are_this_machines_with_their_zone():
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:20[+-]\d\d:\d\d", when(1_760_000_000_000))
    assert when(None) == when(10**20) == "–"


@pytest.mark.parametrize(
    ("ms", "said"),
    [(None, "–"), (0, "0:00:00"), (3_723_999, "1:02:03"), (360_000_000, "100:00:00")],
)
def test_lengths_are_hours_minutes_and_seconds(ms, said):
    assert length(ms) == said


def test_values_become_plain_data_without_what_is_nobodys():
    info = MeetingInfo(
        running=True,
        moderator_password="secret",
        attendees=(Attendee("1", "Ann", "attendee"),),
        metadata={"a": "b"},
    )
    said = plain(info, frozenset({"moderator_password"}))
    assert "moderator_password" not in said
    assert said["attendees"][0]["full_name"] == "Ann"
    assert said["metadata"] == {"a": "b"}
