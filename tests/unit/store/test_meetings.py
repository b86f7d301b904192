from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from lti_bridge.store import Claim
from lti_bridge.store.tables import MeetingRow
from tests.unit.store.values import ALIKE, NOW, a_meeting, at_once

HOLD = 10_000
FRESH = 20_000


@pytest.fixture
def claim(store):
    def claim(meeting, now=NOW):
        return store.meetings.claim(
            meeting.id, now_ms=now, confirmed_before_ms=now - FRESH, hold_ms=HOLD
        )

    return claim


def test_a_standing_meeting_is_made_once_and_found_again(store):
    made = a_meeting(store)
    assert store.meetings.standing(made.course_id, "link-1") == made
    assert store.meetings.by_id(made.id) == made
    assert a_meeting(store, name="Another name") == made, "it stays as it was made"
    assert (made.name, made.record, made.wait_for_moderator) == (
        "Biology – Lectures",
        False,
        False,
    )
    assert (made.create_time, made.confirmed_ms) == (None, 0)


def test_a_standing_meeting_made_by_many_at_once_is_one(store):
    a_meeting(store, "another link")
    assert len({meeting.meeting_id for meeting in at_once(16, lambda _: a_meeting(store))}) == 1


def test_links_that_look_alike_have_meetings_of_their_own(store):
    meetings = {link: a_meeting(store, link) for link in ALIKE}
    assert len({meeting.meeting_id for meeting in meetings.values()}) == len(ALIKE)
    for link, meeting in meetings.items():
        assert store.meetings.standing(meeting.course_id, link) == meeting


def test_what_is_not_there_is_none(store):
    assert store.meetings.by_id(99) is None
    assert store.meetings.standing(99, "link-1") is None


def test_a_meeting_id_suits_every_service_and_names_nobody(store):
    made = a_meeting(store, name="Ann Bee")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", made.meeting_id)
    assert "Ann" not in made.meeting_id


def test_passwords_are_different_secret_and_sealed(store):
    made, other = a_meeting(store), a_meeting(store, "link-2")
    passwords = {one.attendee_password for one in (made, other)}
    passwords |= {one.moderator_password for one in (made, other)}
    assert len(passwords) == 4
    row = store.database.read(lambda c: c.execute(select(MeetingRow.__table__)).first())
    for password in passwords:
        assert password not in repr(made) + repr([made]) + f"{made}" + repr(row)


def test_waiting_can_be_switched_on_and_off(store):
    made = a_meeting(store)
    for wish in (True, False):
        store.meetings.set_waiting(made.id, wait_for_moderator=wish)
        assert store.meetings.by_id(made.id) == replace(made, wait_for_moderator=wish)


def test_of_16_threads_exactly_one_gets_the_claim(store, claim):
    made = a_meeting(store)
    claims = at_once(16, lambda _: claim(made))
    assert sum(isinstance(one, Claim) for one in claims) == 1
    assert claims.count(None) == 15


def test_a_claim_that_ran_out_can_be_taken(store, claim):
    made = a_meeting(store)
    first = claim(made)
    assert claim(made, NOW + HOLD - 1) is None
    second = claim(made, NOW + HOLD)
    assert second is not None
    store.meetings.confirmed(first, 111, "", NOW)
    store.meetings.released(first)
    assert store.meetings.by_id(made.id) == made, "whose claim ran out says nothing any more"
    assert claim(made, NOW + HOLD + 1) is None
    store.meetings.confirmed(second, 222, "", NOW + HOLD)
    assert store.meetings.by_id(made.id).create_time == 222


def test_a_confirmed_meeting_is_left_alone_for_a_while(store, claim):
    made = a_meeting(store)
    store.meetings.confirmed(claim(made), 1411067830029, "", NOW)
    row = store.meetings.by_id(made.id)
    assert (row.create_time, row.confirmed_ms) == (1411067830029, NOW)
    assert claim(made, NOW + FRESH - 1) is None
    again = claim(made, NOW + FRESH)
    store.meetings.confirmed(again, None, "", NOW + FRESH)
    assert store.meetings.by_id(made.id).create_time is None


def test_a_released_claim_lets_the_next_try_at_once(store, claim):
    made = a_meeting(store)
    store.meetings.released(claim(made))
    assert claim(made) is not None


def test_nobody_claims_what_is_not_there(store):
    assert store.meetings.claim(99, now_ms=NOW, confirmed_before_ms=NOW, hold_ms=1) is None


def test_a_course_id_known_later_is_said_by_meetings_that_nobody_is_in(store, claim):
    empty, opening, full, known = (
        a_meeting(store, "empty", meets_course_id=None),
        a_meeting(store, "opening", meets_course_id=None),
        a_meeting(store, "full", meets_course_id=None),
        a_meeting(store, "known"),
    )
    assert store.meetings.adopt_course_ids(NOW) == 0, "MEETS has told nothing yet"
    store.people.answered("course", empty.course_id, 99)
    store.meetings.confirmed(claim(full), 1, "", NOW)
    claim(opening)
    assert store.meetings.adopt_course_ids(NOW) == 1
    said = [store.meetings.by_id(one.id).meets_course_id for one in (empty, opening, full, known)]
    assert said == [99, None, None, 12]
    assert store.meetings.adopt_course_ids(NOW + 1) == 1, "the last one left"
    assert store.meetings.by_id(full.id).meets_course_id == 99
