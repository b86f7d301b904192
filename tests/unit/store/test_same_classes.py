"""Events of MEETS that are classes of ours, and those that only look so; on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from lti_bridge.store import GradingRules
from lti_bridge.store.tables import MeetingRow, UserRow
from tests.unit.store.planned import HOUR_MS, a_series, cancel
from tests.unit.store.test_attendances import a_person
from tests.unit.store.test_meets_events import found, presence
from tests.unit.store.values import NOW, a_meeting

MINUTE_MS = 60_000
AT = NOW + 10 * HOUR_MS


@pytest.fixture
def known(store):
    """Ann, whom MEETS knows as 6, in the course of a class that she may go to."""
    _, (meeting,) = a_series(store, [AT])
    ann = a_person(store, "ann")
    numbered = update(UserRow).where(UserRow.id == ann).values(meets_id=6)
    store.database.write(lambda c: c.execute(numbered))
    return meeting, ann


def tell(store, meeting, *entries, number=1, begins=AT, **changes):
    """MEETS tells of an event and of who was in it."""
    events = store.meets_events
    there = [one for one in told(store, meeting) if one.meets_id != number]
    kept = [found(one.meets_id, one.begins_ms, ends_ms=one.ends_ms) for one in there]
    events.replace(meeting.course_id, [*kept, found(number, begins, **changes)])
    row = next(one.id for one in told(store, meeting) if one.meets_id == number)
    events.save_attendance(row, entries, is_final=True, now_ms=NOW, due_ms=None)
    return row


def told(store, meeting):
    return store.meets_events.of_course(meeting.course_id, NOW).events


def merged(store, meeting):
    book = store.attendances
    stays = [
        (one.user_id, one.name, one.host)
        for one in book.of_meeting(meeting.id).stays
        if one.source == "meets"
    ]
    same = book.events_of_classes(meeting.course_id, [meeting.id])
    assert bool(stays) == bool(same)
    return stays


def test_an_event_at_the_time_of_a_class_is_that_class(store, known):
    meeting, ann = known
    store.gradebook.set_rules(meeting.id, GradingRules(enabled=True), NOW)
    (task,) = store.gradebook.take_due(NOW, 60_000)
    store.gradebook.done(task)
    tell(
        store, meeting,
        presence("Ann Bee (6)", joined_ms=AT),
        presence("Ann Bee (6)", joined_ms=AT + 5, was_host=True),
        presence("Somebody (7)", joined_ms=AT + 6),
        presence("(6) Somebody", joined_ms=AT + 7),
        presence("Nobody knows when (6)", joined_ms=None),
        begins=AT + 4 * MINUTE_MS,
    )  # fmt: skip
    assert merged(store, meeting) == [
        (ann, "Ann Bee (6)", False),
        (ann, "Ann Bee (6)", True),
        (None, "Somebody (7)", False),
        (None, "(6) Somebody", False),
    ]
    assert store.gradebook.of_meeting(meeting.id).due_ms == 0, "its grades are news"
    assert store.attendances.of_meeting(meeting.id).with_meets
    (graded,) = store.gradebook.attended(meeting.id)
    assert len(graded.stays) == 4


ANN_WAS_IN = presence("Ann Bee (6)", joined_ms=AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"begins": AT + 6 * MINUTE_MS},
        {"begins": AT - 6 * MINUTE_MS},
        {"ends_ms": AT + HOUR_MS + 6 * MINUTE_MS},
        {"ends_ms": None},
    ],
)
def test_another_time_is_another_class(store, known, changes):
    meeting, _ = known
    tell(store, meeting, ANN_WAS_IN, **changes)
    assert merged(store, meeting) == []


def test_an_event_in_which_nobody_is_known_stays_by_itself(store, known):
    meeting, _ = known
    tell(store, meeting, presence("Ann Bee", joined_ms=AT), presence("Ben (1)", joined_ms=AT))
    assert merged(store, meeting) == []


def test_where_two_would_fit_none_is_taken(store, known):
    meeting, _ = known
    tell(store, meeting, ANN_WAS_IN)
    tell(store, meeting, number=2, begins=AT + MINUTE_MS)
    assert merged(store, meeting) == [], "two events"
    tell(store, meeting, number=2, begins=AT + HOUR_MS)
    assert merged(store, meeting) != []
    _, (other,) = a_series(store, [AT], uid="uid-2")
    assert merged(store, meeting) == [], "two classes"
    cancel(store, other)
    assert merged(store, meeting) != []


def test_what_was_moved_or_cancelled_or_stands_open_is_no_such_class(store, known):
    meeting, _ = known
    tell(store, meeting, ANN_WAS_IN)
    standing = a_meeting(store, link="link-9")
    assert merged(store, standing) == []
    store.gradebook.set_rules(meeting.id, GradingRules(enabled=True), NOW)
    (task,) = store.gradebook.take_due(NOW, 60_000)
    store.gradebook.done(task)
    store.meets_events.replace(meeting.course_id, [found(1, AT, name="Renamed")])
    assert store.gradebook.of_meeting(meeting.id).due_ms is None
    store.meets_events.replace(meeting.course_id, [found(1, AT + HOUR_MS)])
    assert store.gradebook.of_meeting(meeting.id).due_ms == 0
    assert merged(store, meeting) == []
    later = update(MeetingRow).where(MeetingRow.id == meeting.id)
    moved = later.values(begins_ms=AT + HOUR_MS, ends_ms=AT + 2 * HOUR_MS)
    store.database.write(lambda c: c.execute(moved))
    assert merged(store, meeting) != []
