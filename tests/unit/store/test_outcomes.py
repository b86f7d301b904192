from __future__ import annotations

import pytest
from sqlalchemy import text

from lti_bridge.store import Outcome
from tests.unit.store.values import ANN, NOW, a_meeting, a_platform, an_old_platform

URL = "https://lms.example.edu/outcomes"


@pytest.fixture
def place(store):
    meeting = a_meeting(store)
    person = store.people.arrive(
        1, "ann", ANN, course_id=meeting.course_id, role="attendee", now_ms=NOW
    )
    return meeting.id, person.id


def test_the_last_word_counts(store, place):
    store.outcomes.add([Outcome(*place, URL, "one"), Outcome(*place, URL, "two")])
    assert store.outcomes.of_meeting(place[0]) == [Outcome(*place, URL, "two")]
    store.outcomes.add([Outcome(*place, URL, "three")])
    store.outcomes.add([Outcome(*place, URL, "three")])
    assert store.outcomes.of_meeting(place[0]) == [Outcome(*place, URL, "three")]


def test_what_is_gone_by_now_keeps_nothing_from_being_written(store, place):
    meeting, person = place
    store.outcomes.add(
        [
            Outcome(meeting + 9, person, URL, "no such meeting"),
            Outcome(meeting, person + 9, URL, "no such person"),
            Outcome(meeting, person, URL, "there"),
        ]
    )
    assert [one.sourced_id for one in store.outcomes.of_meeting(meeting)] == ["there"]
    assert store.outcomes.of_meeting(meeting + 9) == []


def test_what_a_class_is_graded_by_is_its_series(store, place):
    meeting, person = place
    later = a_meeting(store, "link-2")
    store.database.write(
        lambda c: c.execute(
            text("UPDATE meetings SET graded_with_id = :g WHERE id = :m"),
            {"g": meeting, "m": later.id},
        )
    )
    store.outcomes.add([Outcome(later.id, person, URL, "of the series")])
    assert [one.sourced_id for one in store.outcomes.of_meeting(meeting)] == ["of the series"]
    assert store.outcomes.of_meeting(later.id) == []


def test_only_platforms_of_lti_1_1_sign(store, place):
    assert store.outcomes.platform_of(place[0]) is None
    assert store.outcomes.platform_of(place[0] + 9) is None
    store.platforms.synchronise([a_platform(), an_old_platform()], NOW)
    course = store.people.add_course(2, "course-1", "", "Biology", now_ms=NOW)
    meeting = a_meeting(store, "link-2", course_id=course.id)
    assert store.outcomes.platform_of(meeting.id) == 2


def test_nothing_of_it_is_shown(place):
    assert "secret" not in repr(Outcome(*place, URL, "secret"))
