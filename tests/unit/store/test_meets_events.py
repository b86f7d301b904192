"""What MEETS has of our courses: replaced whole, taken by one worker, due again when it should be."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from lti_bridge.store import FoundEvent, Presence, Wanted
from lti_bridge.store.meets_events import FRESH_MS, HELD_MS, KEPT_FRESH_MS, WATCHED_MS
from tests.unit.store.values import NOW, at_once, plan_of

HOUR = 3_600_000


def a_course(store, number, meets_id):
    course = store.people.add_course(1, f"course-{number}", "", "Biology", now_ms=NOW)
    store.database.write(
        lambda c: c.execute(
            text("UPDATE courses SET meets_id = :m WHERE id = :i"), {"m": meets_id, "i": course.id}
        )
    )
    return course.id


@pytest.fixture
def events(store):
    return store.meets_events


@pytest.fixture
def course(store):
    return a_course(store, 1, 12)


def found(number, begins_ms=NOW, **changes):
    values = {
        "name": f"Event {number}",
        "service": "zoom",
        "host_name": "Ana",
        "begins_ms": begins_ms,
        "ends_ms": None if begins_ms is None else begins_ms + HOUR,
        "shows_recordings": True,
        "recordings": (),
    }
    return FoundEvent(meets_id=number, **{**values, **changes})


def presence(name="Ann", **changes):
    values = {
        "was_host": False, "email": "", "ip": "", "browser": "",
        "joined_ms": NOW, "left_ms": NOW + HOUR,
    }  # fmt: skip
    return Presence(name=name, **{**values, **changes})


def names(events, course):
    return [one.name for one in events.of_course(course, NOW).events]


def test_a_list_is_replaced_as_a_whole_and_what_stays_keeps_its_row(events, course):
    events.replace(course, [found(1), found(2, NOW - 5 * HOUR, recordings=((7, "original", NOW),))])
    before = {one.meets_id: one for one in events.of_course(course, NOW).events}
    assert list(before) == [2, 1], "by time"
    events.replace(
        course,
        [
            found(
                2, NOW - 5 * HOUR, name="Moved", recordings=((7, "converted", NOW), (8, "", None))
            ),
            found(3),
        ],
    )
    after = {one.meets_id: one for one in events.of_course(course, NOW).events}
    assert set(after) == {2, 3}
    assert after[2].id == before[2].id
    assert after[2].name == "Moved"
    assert {one.meets_id: (one.type, one.id) for one in after[2].recordings}[7] == (
        "converted",
        before[2].recordings[0].id,
    )
    events.replace(course, [found(2)])
    assert events.of_course(course, NOW).events[0].recordings == ()
    events.replace(course, [])
    assert events.of_course(course, NOW).events == ()


def test_an_event_of_two_courses_is_in_both_and_leaves_each_by_itself(store, events, course):
    other = a_course(store, 2, 13)
    for one in (course, other):
        events.replace(one, [found(1), found(2)])
    events.replace(other, [found(2)])
    assert names(events, course) == ["Event 1", "Event 2"]
    assert names(events, other) == ["Event 2"]


def test_hundreds_go_at_once(events, course):
    events.replace(course, [found(n, NOW + n) for n in range(1, 1302)])
    events.replace(course, [found(1)])
    assert names(events, course) == ["Event 1"]


def test_a_page_shows_those_nearest_to_now(events, course):
    events.replace(course, [found(n, NOW + (n - 150) * HOUR) for n in range(1, 301)])
    shown = [one.meets_id for one in events.of_course(course, NOW).events]
    assert len(shown) == 200
    assert shown == sorted(shown)
    assert 150 in shown
    assert not {1, 300} & set(shown)


def test_whatever_stands_in_a_text_or_a_time(events, course):
    strange = found(
        9, None, name="nul\x00 \ud800 کلاس " + "x" * 3000, service="s" * 300, host_name="\x00"
    )
    events.replace(course, [strange])
    (one,) = events.of_course(course, NOW).events
    assert one.name.startswith("nul ? کلاس x")
    assert len(one.name) == 1000
    assert one.begins_ms is one.ends_ms is None
    assert events.take_attendance_due(NOW * 2) == [], "nobody knows when it ends"


def test_courses_are_due_when_somebody_looked(events, course):
    assert events.take_due(NOW) == []
    events.want(course, NOW)
    assert not events.of_course(course, NOW).asked
    assert events.take_due(NOW + 1) == [Wanted(course, 12)]
    assert events.of_course(course, NOW).asked
    assert events.take_due(NOW + 2) == []
    events.want(course, NOW + 3)
    assert events.take_due(NOW + FRESH_MS) == []
    assert events.take_due(NOW + 1 + FRESH_MS) == [Wanted(course, 12)]
    assert events.take_due(NOW + KEPT_FRESH_MS) == [], "nobody looked since"
    assert events.take_due(NOW + 1 + FRESH_MS + KEPT_FRESH_MS) == [Wanted(course, 12)]
    assert events.take_due(NOW + 3 + WATCHED_MS) == [], "nobody looked for a week"


def test_what_is_given_back_is_due_at_once(events, course):
    events.want(course, NOW)
    events.take_due(NOW)
    events.give_back([course])
    events.give_back([])
    assert events.take_due(NOW) == [Wanted(course, 12)]


def test_courses_that_meets_does_not_know_are_not_asked_for(store, events):
    course = a_course(store, 1, None)
    events.want(course, NOW)
    assert events.take_due(NOW) == []
    assert events.want_all(NOW) == 0


def test_all_courses_can_be_wanted_for_a_day(store, events):
    rows = [a_course(store, n, n) for n in (1, 2, 3)]
    events.want(rows[0], NOW)
    assert events.want_all(NOW) == 3
    assert {one.course for one in events.take_due(NOW)} == set(rows)
    tomorrow = NOW + 25 * HOUR
    assert [one.course for one in events.take_due(tomorrow)] == [rows[0]], "that one was looked at"


def test_workers_at_once_share_the_courses(store, events):
    for n in range(1, 61):
        events.want(a_course(store, n, n), NOW)
    taken = at_once(6, lambda _: events.take_due(NOW, limit=10))
    courses = [one.course for part in taken for one in part]
    assert len(courses) == len(set(courses))
    rest = [one.course for one in events.take_due(NOW, limit=100)]
    assert len(courses) + len(rest) == 60


def test_finding_what_is_due_reads_no_whole_table(store):
    for query, index in (
        ("SELECT id FROM courses WHERE events_wanted_ms > 5", "ix_courses_events_wanted_ms"),
        (
            "SELECT id FROM meets_events WHERE attendance_due_ms <= 5",
            "ix_meets_events_attendance_due_ms",
        ),
    ):
        assert index in plan_of(store.database, query)


def test_attendance_is_due_after_an_events_end(events, course):
    events.replace(course, [found(1), found(2, NOW + 5 * HOUR)])
    end = NOW + HOUR
    assert events.take_attendance_due(end + HELD_MS - 1) == []
    (due,) = events.take_attendance_due(end + HELD_MS)
    assert (due.meets_id, due.ends_ms) == (1, end)
    assert events.take_attendance_due(end + HELD_MS) == [], "a worker has it"
    later = end + 2 * HELD_MS
    assert [one.id for one in events.take_attendance_due(later)] == [due.id], "it died"


def test_attendance_is_replaced_whole_and_counts_people_not_stays(events, course):
    events.replace(course, [found(1)])
    (due,) = events.take_attendance_due(NOW + 5 * HOUR)
    first = [presence(), presence(joined_ms=NOW + 9), presence("Ben"), presence("Ben", email="b@x")]
    events.save_attendance(due.id, first, is_final=False, now_ms=NOW, due_ms=NOW + 6 * HOUR)
    (event,) = events.of_course(course, NOW).events
    assert (event.attendees, event.attendance_final) == (3, False)
    assert {one.id for one in events.take_attendance_due(NOW + 6 * HOUR)} == {due.id}
    strange = presence("nul\x00", browser="b" * 5000, ip="1" * 100, joined_ms=None, left_ms=None)
    events.save_attendance(due.id, [strange], is_final=True, now_ms=NOW, due_ms=None)
    (kept,) = events.attendance(due.id)
    assert (kept.name, len(kept.browser), len(kept.ip)) == ("nul", 1000, 45)
    assert events.take_attendance_due(NOW * 2) == []
    events.save_attendance(due.id, [], is_final=True, now_ms=NOW, due_ms=None)
    assert events.attendance(due.id) == []
    events.replace(course, [found(1, name="Renamed")])
    assert events.take_attendance_due(NOW * 2) == [], "a new name is no new class"
    events.replace(course, [found(1, NOW + 50 * HOUR)])
    assert events.take_attendance_due(NOW * 2) != [], "a new time is"


def test_attendance_of_an_event_that_went_meanwhile_is_no_matter(events, course):
    events.replace(course, [found(1)])
    (due,) = events.take_attendance_due(NOW + 5 * HOUR)
    events.replace(course, [])
    events.save_attendance(due.id, [], is_final=True, now_ms=NOW, due_ms=None)
    events.save_attendance(due.id, [presence()], is_final=True, now_ms=NOW, due_ms=None)
    assert events.attendance(due.id) == []


def test_workers_at_once_share_the_attendances(events, course):
    events.replace(course, [found(n, NOW + n) for n in range(1, 61)])
    taken = at_once(6, lambda _: events.take_attendance_due(NOW + 5 * HOUR, limit=10))
    rows = [one.id for part in taken for one in part]
    assert len(rows) == len(set(rows))
    events.put_off(rows, None)
    assert len(events.take_attendance_due(NOW + 5 * HOUR, limit=100)) == 60 - len(rows)


def test_a_recording_is_found_in_its_own_course_only(store, events, course):
    other = a_course(store, 2, 13)
    events.replace(course, [found(1, shows_recordings=False, recordings=((7, "original", NOW),))])
    (recording,) = events.of_course(course, NOW).events[0].recordings
    own, event = events.recording(recording.id, course)
    assert own == recording
    assert not event.shows_recordings
    assert events.recording(recording.id, other) is None
    assert events.recording(recording.id + 1, course) is None
    assert events.event(event.id, course).name == "Event 1"
    assert events.event(event.id, other) is None
    events.forget_recording(recording.id)
    assert events.recording(recording.id, course) is None


def test_what_nobody_looked_at_is_cleared(store, events, course):
    other = a_course(store, 2, 13)
    for one, wanted_ms in ((course, NOW), (other, NOW + 5)):
        events.replace(one, [found(1, recordings=((7, "original", NOW),))])
        events.want(one, wanted_ms)
        events.take_due(wanted_ms)
    assert events.clear(NOW + 1) == 1
    assert events.clear(NOW + 1) == 0
    assert names(events, course) == []
    assert not events.of_course(course, NOW).asked
    assert names(events, other) == ["Event 1"]
