"""Invitations for guests, on both engines."""

from __future__ import annotations

import pytest

from lti_bridge.store import NewGuestLink
from lti_bridge.store.guests import CLEARED_AT_ONCE, DAY_MS
from tests.unit.store.planned import HOUR_MS, a_series, cancel
from tests.unit.store.values import NOW, a_meeting, at_once

WEEK_MS = 7 * DAY_MS


@pytest.fixture
def meeting(store):
    return a_meeting(store)


def new(meeting=None, series=None, **changes):
    values = {
        "meeting_id": meeting, "series_id": series, "label": "The dean", "passcode_hash": "",
        "created_by": None, "expires_ms": NOW + DAY_MS,
    }  # fmt: skip
    return NewGuestLink(**{**values, **changes})


def test_one_is_found_by_its_token_and_by_nothing_else(store, meeting):
    made = store.guests.add(new(meeting.id, passcode_hash="scrypt$…"), NOW)
    assert store.guests.find(made.token) == made
    assert (made.course_id, made.meeting_id, made.label) == (
        meeting.course_id,
        meeting.id,
        "The dean",
    )
    assert made.token not in repr(made)
    assert "scrypt" not in repr(made)
    for other in ("", made.token.upper(), made.token[:-1], f"{made.token} ", "%"):
        assert store.guests.find(other) is None


def test_it_holds_until_its_end_or_its_revocation(store, meeting):
    made = store.guests.add(new(meeting.id), NOW)
    assert made.holds(NOW + DAY_MS - 1)
    assert not made.holds(NOW + DAY_MS)
    assert store.guests.revoke(made.id, NOW + 5) == made.token
    assert not store.guests.find(made.token).holds(NOW)
    assert store.guests.revoke(made.id, NOW + 9) is None
    assert store.guests.find(made.token).revoked_ms == NOW + 5


def test_only_its_own_course_revokes_it(store, meeting):
    series, _ = a_series(store, [NOW])
    other = store.people.add_course(1, "course-2", "", "Chemistry", now_ms=NOW)
    for made in (store.guests.add(new(meeting.id), NOW), store.guests.add(new(None, series), NOW)):
        assert store.guests.revoke(made.id, NOW, course=other.id) is None
        assert store.guests.revoke(made.id, NOW, course=meeting.course_id) == made.token
    assert store.guests.revoke(999, NOW) is None


def test_of_several_that_revoke_at_once_one_does(store, meeting):
    made = store.guests.add(new(meeting.id), NOW)
    done = at_once(6, lambda number: store.guests.revoke(made.id, NOW + number))
    assert sorted(map(str, done)) == sorted([made.token, *["None"] * 5])


def test_joinings_are_counted_each(store, meeting):
    made = store.guests.add(new(meeting.id), NOW)
    at_once(6, lambda number: store.guests.used(made.id, NOW + 7))
    counted = store.guests.find(made.token)
    assert (counted.used, counted.used_ms) == (6, NOW + 7)


def test_without_a_day_of_its_own_it_ends_a_day_after_the_class(store):
    series, (first, last) = a_series(store, [NOW, NOW + WEEK_MS])
    single = store.guests.add(new(first.id, expires_ms=None), NOW)
    whole = store.guests.add(new(None, series, expires_ms=None), NOW)
    assert (single.by_class, single.expires_ms) == (True, NOW + HOUR_MS + DAY_MS)
    assert whole.expires_ms == NOW + WEEK_MS + HOUR_MS + DAY_MS
    cancel(store, last)
    assert store.guests.find(whole.token).expires_ms == NOW + HOUR_MS + DAY_MS
    cancel(store, first)
    assert store.guests.find(whole.token).expires_ms == NOW + WEEK_MS, "of no class: a week"


def test_of_a_meeting_that_never_ends_it_holds_for_a_week(store, meeting):
    assert store.guests.add(new(meeting.id, expires_ms=None), NOW).expires_ms == NOW + WEEK_MS


def test_a_meetings_and_its_series_are_listed_the_newest_first(store, meeting):
    series, (first, last) = a_series(store, [NOW, NOW + WEEK_MS])
    of_first = store.guests.add(new(first.id), NOW)
    whole = store.guests.add(new(None, series), NOW)
    store.guests.add(new(last.id), NOW)
    store.guests.add(new(meeting.id), NOW)
    assert store.guests.of_meeting(first.id, series) == [whole, of_first]
    assert [one.meeting_id for one in store.guests.of_meeting(meeting.id, None)] == [meeting.id]
    assert len(store.guests.all()) == 4
    assert len(store.guests.all(meeting.course_id)) == 4
    assert store.guests.all(999) == []


def test_what_ended_before_is_forgotten_in_bites(store, meeting):
    series, _ = a_series(store, [NOW])
    for _ in range(CLEARED_AT_ONCE + 2):
        store.guests.add(new(meeting.id, expires_ms=NOW), NOW)
    revoked = store.guests.add(new(meeting.id, expires_ms=NOW + 9 * WEEK_MS), NOW)
    store.guests.revoke(revoked.id, NOW)
    stays = store.guests.add(new(meeting.id, expires_ms=NOW + 9 * WEEK_MS), NOW)
    by_class = store.guests.add(new(None, series, expires_ms=None), NOW)
    cleared = [store.guests.clear(NOW + 1) for _ in range(3)]
    assert cleared == [CLEARED_AT_ONCE, 3, 0]
    assert store.guests.all() == [by_class, stays]
    assert store.guests.clear(NOW + 3 * DAY_MS) == 1
    assert store.guests.all() == [stays]


def test_it_goes_with_its_meeting(store, meeting):
    made = store.guests.add(new(meeting.id), NOW)
    with store.database.writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meetings")
    assert store.guests.find(made.token) is None
