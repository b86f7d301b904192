from __future__ import annotations

import pytest

from lti_bridge.store import NO_PREFERENCES, Preferences
from tests.unit.store.values import ANN, NOW


@pytest.fixture
def ann(store):
    course = store.people.add_course(1, "course-1", "", "Biology", now_ms=NOW)

    def arrive():
        role = {"course_id": course.id, "role": "attendee", "now_ms": NOW}
        return store.people.arrive(1, "ann", ANN, **role).id

    return arrive


def test_nobody_prefers_anything_at_first(store, ann):
    assert store.preferences.of(ann()) == NO_PREFERENCES
    assert store.preferences.of(10**9) == NO_PREFERENCES


def test_what_was_chosen_outlives_the_next_launch(store, ann):
    chosen = Preferences("fa", "Asia/Tehran", "jalali", 30)
    store.preferences.save(ann(), chosen)
    assert store.preferences.of(ann()) == chosen


def test_what_the_browser_says_stands_apart_from_what_was_chosen(store, ann):
    person = ann()
    store.preferences.browser_is_in(person, "Europe/Berlin")
    store.preferences.save(person, Preferences("de"))
    assert store.preferences.of(person) == Preferences("de", browser_zone="Europe/Berlin")


def test_no_more_reminders_is_all_that_stopping_them_changes(store, ann):
    person = ann()
    store.preferences.save(person, Preferences("de", "Europe/Berlin", "gregorian", 60))
    for _ in range(2):
        store.preferences.stop_reminding(person)
        assert store.preferences.of(person) == Preferences("de", "Europe/Berlin", "gregorian")


def test_of_somebody_who_is_gone_nothing_is_kept(store):
    store.preferences.save(10**9, Preferences("de"))
    store.preferences.browser_is_in(10**9, "Europe/Berlin")
    assert store.preferences.of(10**9) == NO_PREFERENCES
