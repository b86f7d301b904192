from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.store import Preferences, Profile, RosterMember, Standing
from lti_bridge.store.series import OneClass, Stays
from tests.unit.store.test_feeds import a_course, a_template, join, schedule
from tests.unit.store.values import ANN, NOW, at_once

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
AN_HOUR_BEFORE = Preferences(remind_minutes=60)


@pytest.fixture
def biology(store):
    return a_course(store, "biology")


@pytest.fixture
def ann(store, biology):
    person = join(store, biology)
    store.preferences.save(person, AN_HOUR_BEFORE, spoken="de")
    return person


@pytest.fixture
def lecture(store, biology):
    series = schedule(store, biology, [NOW])
    (meeting,) = store.series.of_series(series.id)
    return meeting


def who(store, now_ms):
    return [(one.meeting_id, one.user_id) for one in store.reminders.take(now_ms)]


def test_somebody_is_reminded_once_when_it_is_time(store, ann, lecture):
    assert who(store, NOW - HOUR - 1) == []
    assert who(store, NOW - HOUR) == [(lecture.id, ann)]
    assert who(store, NOW - HOUR) == who(store, NOW - MINUTE) == []


def test_a_reminder_says_what_a_letter_needs(store, ann, lecture):
    (one,) = store.reminders.take(NOW - MINUTE)
    assert (one.title, one.course_title, one.email) == ("Lecture", "Biology", "ann@example.edu")
    assert (one.language, one.zone, one.begins_ms) == ("de", "UTC", NOW)
    assert (one.lms, one.logout_url) == ("Other", "https://lms.example.edu/back")
    assert "ann@example.edu" not in repr(one)


@pytest.mark.parametrize(
    ("chosen", "browser", "expected"),
    [
        (Preferences("fa", "Asia/Tehran", "jalali", 60), "Europe/Berlin", ("fa", "Asia/Tehran", "jalali")),
        (AN_HOUR_BEFORE, "Europe/Berlin", ("de", "Europe/Berlin", "")),
        (AN_HOUR_BEFORE, "", ("de", "UTC", "")),
    ],
)  # fmt: skip
def test_it_is_in_somebodys_own_language_and_zone(store, ann, lecture, chosen, browser, expected):
    store.preferences.save(ann, chosen, spoken="de")
    store.preferences.browser_is_in(ann, browser)
    (one,) = store.reminders.take(NOW - MINUTE)
    assert (one.language, one.zone, one.calendar) == expected


def test_who_did_not_ask_for_it_or_has_no_address_is_left_in_peace(store, ann, biology, lecture):
    store.people.arrive(
        1,
        "ben",
        replace(ANN, email="b@example.edu"),
        course_id=biology,
        role="attendee",
        now_ms=NOW,
    )
    nobody = store.people.arrive(
        1, "nobody", Profile("No Mail"), course_id=biology, role="attendee", now_ms=NOW
    )
    store.preferences.save(nobody.id, AN_HOUR_BEFORE)
    store.preferences.stop_reminding(ann)
    assert who(store, NOW - MINUTE) == []


def test_it_is_too_late_once_the_class_has_begun(store, ann, lecture):
    assert who(store, NOW) == []


def test_a_day_before_is_the_earliest(store, ann, lecture):
    store.preferences.save(ann, Preferences(remind_minutes=100_000))
    assert who(store, NOW - DAY - 1) == []
    assert who(store, NOW - DAY) == [(lecture.id, ann)]


def test_a_class_that_was_cancelled_is_nobodys_appointment(store, ann, lecture):
    long_before = Stays(NOW - DAY, NOW - DAY)
    assert store.series.cancel_one(lecture.id, long_before)
    assert who(store, NOW - MINUTE) == []
    assert store.series.restore_one(lecture.id, long_before)
    assert who(store, NOW - MINUTE) == [(lecture.id, ann)]


def test_of_a_class_that_was_moved_people_are_reminded_again(store, ann, biology, lecture):
    assert who(store, NOW - HOUR) == [(lecture.id, ann)]
    moved = OneClass(title="Lecture", begins_ms=NOW + DAY, ends_ms=NOW + DAY + HOUR)
    assert store.series.change_one(lecture.id, a_template(biology), moved, Stays(NOW - HOUR, NOW))
    assert who(store, NOW - MINUTE) == []
    assert who(store, NOW + DAY - HOUR) == [(lecture.id, ann)]
    assert who(store, NOW + DAY - HOUR) == []


def test_who_left_is_not_reminded(store, ann, biology, lecture):
    store.roster.save_page(biology, 1, [RosterMember("ann", ANN, "attendee", Standing.STUDENT)], 1)
    store.roster.finish(biology, 1)
    store.roster.finish(biology, 2)
    assert who(store, NOW - MINUTE) == []


def test_many_workers_remind_everybody_once(store, biology, lecture):
    people = {join(store, biology, f"student {number}") for number in range(30)}
    for person in people:
        store.preferences.save(person, AN_HOUR_BEFORE)

    def work(_):
        return [
            key for _ in range(4) for key in who_of(store.reminders.take(NOW - MINUTE, limit=5))
        ]

    taken = [key for keys in at_once(4, work) for key in keys]
    taken += [key for _ in range(8) for key in who_of(store.reminders.take(NOW - MINUTE, limit=5))]
    assert sorted(taken) == sorted((lecture.id, person) for person in people)


def who_of(reminders):
    return [(one.meeting_id, one.user_id) for one in reminders]


def test_what_was_not_sent_after_all_is_due_again(store, ann, lecture):
    store.reminders.give_back(store.reminders.take(NOW - MINUTE))
    store.reminders.give_back([])
    assert who(store, NOW - MINUTE) == [(lecture.id, ann)]


def test_old_ones_are_forgotten(store, ann, lecture):
    assert who(store, NOW - MINUTE)
    assert store.reminders.clear(NOW) == 0
    assert store.reminders.clear(NOW + 1) == 1
    assert store.reminders.clear(NOW + 1) == 0
