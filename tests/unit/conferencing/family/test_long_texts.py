"""Texts too long for a URL: shortened with a warning, or sent by POST."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_bridge.conferencing import MeetingDetails
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.conferencing.family.calls import LONGEST_QUERY
from lti_bridge.conferencing.family.parameters import fitted
from lti_bridge.conferencing.family.service import LONGEST_PARAMETERS
from lti_bridge.conferencing.family.signing import encoded
from tests.unit.conferencing.family.simulated import MEETING, SLIDE, pair_of
from tests.unit.conferencing.services import DETAILS, FAMILY, sent

LONG = "سلام! Welcome 🎓 <b>& hello</b>\n" * 600


@pytest.mark.parametrize("kind", [Meetingz, MconfLive])
@pytest.mark.parametrize(
    ("said", "parameter"),
    [("welcome", "welcome"), ("moderator_only_message", "moderatorOnlyMessage")],
)
def test_a_text_too_long_is_shortened_with_a_warning_and_still_signed_right(kind, said, parameter):
    with pair_of(kind) as pair:
        details = replace(DETAILS, **{said: LONG})
        created = pair.service.create(details)
        assert len(pair.last.query) <= LONGEST_QUERY
        assert len(pair.last.query) > LONGEST_QUERY - 200, "no more is cut than must be"
        given = sent(pair.last)
        assert given[parameter].endswith("…")
        assert LONG.startswith(given[parameter].removesuffix("…"))
        assert pair.simulator.meetings[MEETING].parameters == given
        (warning,) = created.warnings
        assert parameter in warning
        assert pair.service.create(details) == created, "the same every time"


@pytest.mark.parametrize("kind", [Meetingz, MconfLive])
def test_the_moderators_message_is_shortened_before_everybodys(kind):
    with pair_of(kind) as pair:
        texts = {"welcome": "w" * 3000, "moderator_only_message": "m" * 9000}
        created = pair.service.create(replace(DETAILS, **texts))
        given = sent(pair.last)
        assert given["welcome"] == "w" * 3000
        assert given["moderatorOnlyMessage"].endswith("m…")
        assert len(created.warnings) == 1
        texts = {"welcome": "w" * 9000, "moderator_only_message": "m" * 9000}
        created = pair.service.create(replace(DETAILS, meeting_id="lti-2", **texts))
        given = sent(pair.last)
        assert "moderatorOnlyMessage" not in given
        assert given["welcome"].endswith("w…")
        assert len(created.warnings) == 2


def test_bigbluebutton_is_told_all_of_it_in_a_form():
    with pair_of(BigBlueButton) as pair:
        details = replace(DETAILS, welcome=LONG, moderator_only_message=LONG)
        created = pair.service.create(details)
        assert created.warnings == ()
        assert (pair.last.method, pair.last.query) == ("POST", "")
        assert pair.last.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert sent(pair.last) == pair.simulator.meetings[MEETING].parameters
        assert pair.simulator.meetings[MEETING].parameters["welcome"] == LONG
        assert pair.service.create(details) == created
        pair.service.create(replace(DETAILS, meeting_id="lti-2", welcome="short"))
        assert pair.last.method == "GET"


def test_with_slides_the_body_is_taken_and_texts_are_shortened():
    with pair_of(BigBlueButton) as pair:
        created = pair.service.create(replace(DETAILS, welcome=LONG, slides=(SLIDE,)))
        assert len(pair.last.query) <= LONGEST_QUERY
        assert sent(pair.last)["welcome"].endswith("…")
        assert len(created.warnings) == 1


@pytest.mark.parametrize("kind", FAMILY)
def test_the_longest_meeting_there_is_fits(kind):
    longest = MeetingDetails(
        meeting_id="lti-" + "f" * 32,
        name="🎓" * 255,
        attendee_password="a" * 24,
        moderator_password="b" * 24,
        logout_url="https://lms.example.edu/" + "x" * 1360,
        record=True,
        metadata={
            "bbb-context-id": "𝔘" * 255,
            "bbb-origin": "LTI Bridge",
            "bridge-meeting": "lti-" + "f" * 32,
            "meets-id-connection": "9" * 10,
            "meets-id-course": "9" * 19,
        },
    )
    with pair_of(kind) as pair:
        assert pair.service.create(longest).warnings == ()
        name = pair.simulator.meetings[longest.meeting_id].parameters["name"]
    assert name == (longest.name if kind is not BigBlueButton else "🎓" * 127 + "…")


texts = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(derandomize=True, database=None, max_examples=300, deadline=None)
@given(welcome=texts, message=texts, factor=st.integers(1, 40), longest=st.integers(60, 2000))
def test_whatever_is_cut_it_fits_and_is_the_beginning(welcome, message, factor, longest):
    values = [
        ("name", "x" * 20),
        ("welcome", welcome * factor),
        ("record", "true"),
        ("moderatorOnlyMessage", message * factor),
    ]
    kept, cut = fitted(values, longest)
    assert len(encoded(kept)) <= longest
    assert [name for name, _ in kept] == [name for name, _ in values]
    for (name, before), (_, after) in zip(values, kept, strict=True):
        if name in cut:
            assert after == "" or before.startswith(after.removesuffix("…"))
            assert after != before
        else:
            assert after == before
    if len(encoded(values)) <= longest:
        assert cut == []


def test_what_cannot_be_cut_is_left_as_it_is():
    values = [("name", "x" * 500)]
    assert fitted(values, 100) == (values, [])
    assert LONGEST_PARAMETERS < LONGEST_QUERY
