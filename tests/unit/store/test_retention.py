"""What is forgotten in time, and what isn't since grades rest on it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from lti_bridge.store import (
    FoundRecording,
    FoundStay,
    GradingRules,
    InviteTerms,
    LaunchEntry,
    Onlooker,
    Profile,
)
from lti_bridge.store.retention import AT_ONCE
from lti_bridge.store.tables import AliasRow, AttendanceCorrectionRow, AttendanceRow
from tests.unit.store.values import NOW, a_meeting

DAY = 86_400_000
YEARS = 730 * DAY


@pytest.fixture
def meeting(store):
    return a_meeting(store)


def change(store, statement, **values):
    store.database.write(lambda c: c.execute(text(statement), values))


def count(store, table):
    statement = select(func.count()).select_from(table)
    return store.database.read(lambda c: c.execute(statement).scalar_one())


def attended(store, meeting, *ages, people=1):
    stays = [
        FoundStay(f"w{n}", f"Guest {n}", NOW - age, None if n else NOW - age + 1)
        for age in ages
        for n in range(people)
    ]
    store.records.save_attendance(meeting.id, "service", stays, is_final=True)


def forget(store, before_ms=NOW - YEARS):
    rows = store.retention.attended_before(before_ms)
    return rows, [store.retention.clear_attendance(row, before_ms) for row in rows]


def test_old_attendance_is_forgotten_and_young_stays(store, meeting):
    attended(store, meeting, YEARS + DAY, YEARS + 2 * DAY, YEARS - DAY, 0)
    assert forget(store) == ([meeting.id], [2])
    assert forget(store) == ([], [])
    assert count(store, AttendanceRow) == 2


def test_in_small_bites(store, meeting):
    attended(store, meeting, YEARS + DAY, people=AT_ONCE + 3)
    assert forget(store)[1] == [AT_ONCE]
    assert forget(store)[1] == [3]


def test_a_teachers_word_goes_with_what_it_was_said_of(store, meeting):
    ann = store.people.arrive(
        1, "ann", Profile(), course_id=meeting.course_id, role="attendee", now_ms=NOW
    ).id
    for held_ms in (NOW - YEARS - DAY, NOW):
        change(
            store,
            "INSERT INTO attendance_corrections (meeting_id, held_ms, user_id, mark, at_ms)"
            " VALUES (:meeting, :held, :ann, 'present', 1)",
            meeting=meeting.id,
            held=held_ms,
            ann=ann,
        )
    assert forget(store) == ([meeting.id], [1])
    assert count(store, AttendanceCorrectionRow) == 1


def test_what_counts_for_a_grade_stays_while_its_column_is_in_use(store, meeting):
    attended(store, meeting, YEARS + DAY, 0)
    store.gradebook.set_rules(meeting.id, GradingRules(enabled=True), NOW)
    change(store, "UPDATE meetings SET used_ms = :n", n=NOW)
    assert forget(store) == ([], [])
    change(store, "UPDATE meetings SET used_ms = :n", n=NOW - YEARS - 1)
    change(store, "UPDATE gradings SET due_ms = NULL")
    assert forget(store) == ([meeting.id], [1])
    due = text("SELECT due_ms FROM gradings")
    assert store.database.read(lambda c: c.execute(due).scalar_one()) is None, "no score changes"


def test_recordings_that_are_gone_are_forgotten_and_others_stay(store, meeting):
    def found(name):
        return FoundRecording(name, name, "published", 1, None, None, None, "[]")

    store.records.save_recordings(
        meeting.id, "live", [found("old"), found("young")], NOW - 100 * DAY
    )
    store.records.save_recordings(meeting.id, "live", [found("young")], NOW - 99 * DAY)
    assert store.retention.clear_recordings(NOW - 101 * DAY) == 0
    assert store.retention.clear_recordings(NOW - 90 * DAY) == 1
    assert store.retention.clear_recordings(NOW) == 0, "those that are there stay, however old"
    teacher = Onlooker(meeting.course_id, None, leads=True)
    assert [one.record_id for one in store.recordings.listed(teacher, limit=9)] == ["young"]


def old_and_young(store, meeting, age):
    """Somebody of each age: long in their course, and of whom nothing else is kept."""
    old = store.people.arrive(
        1, "old", Profile(), course_id=meeting.course_id, role="attendee", now_ms=NOW - age - DAY
    )
    young = store.people.arrive(
        1, "young", Profile(), course_id=meeting.course_id, role="attendee", now_ms=NOW - age + DAY
    )
    return old.id, young.id


def in_course(store):
    return sorted(
        store.database.read(lambda c: c.execute(text("SELECT user_id FROM memberships")).scalars())
    )


def test_who_left_a_course_long_ago_is_forgotten_there_and_then_altogether(store, meeting):
    old, young = old_and_young(store, meeting, 365 * DAY)
    change(store, "UPDATE memberships SET left_ms = since_ms")
    before = store.persons.erasures()
    assert store.retention.clear_left(NOW - 365 * DAY) == 1
    assert in_course(store) == [young]
    assert store.retention.clear_people(NOW - 365 * DAY) == 1
    assert store.persons.person(old) is None
    assert store.retention.clear_left(NOW - 365 * DAY) == 0
    assert store.persons.erasures() == before + 2, "processes that remember them are told"


@pytest.mark.parametrize("seen", ["attended", "launched", "named", None])
def test_people_stay_in_a_course_while_anything_was_seen_of_them(store, meeting, seen):
    old, young = old_and_young(store, meeting, YEARS)
    if seen == "attended":
        attended(store, meeting, YEARS - DAY)
        change(store, "UPDATE attendances SET user_id = :one", one=old)
    elif seen == "launched":
        store.launches.add([LaunchEntry("A", NOW, "page", 1, user_id=old)])
    elif seen == "named":
        change(store, "UPDATE memberships SET roster_ms = :now", now=NOW)
    assert store.retention.clear_unseen(NOW - YEARS) == (seen is None)
    assert in_course(store) == ([young] if seen is None else [old, young])


def test_scores_of_a_column_at_rest_go_and_it_stays_at_rest(store, meeting):
    old, _ = old_and_young(store, meeting, YEARS)
    change(
        store,
        "INSERT INTO gradings (meeting_id, enabled, mode, updated_ms)"
        " VALUES (:meeting, :yes, 'share', :then)",
        meeting=meeting.id,
        yes=True,
        then=NOW - YEARS - DAY,
    )
    change(store, "INSERT INTO scores (meeting_id, user_id) VALUES (:m, :u)", m=meeting.id, u=old)
    change(store, "UPDATE meetings SET used_ms = :then", then=NOW - YEARS + DAY)
    assert store.retention.clear_scores(NOW - YEARS) == 0, "a class was held since"
    change(store, "UPDATE meetings SET used_ms = :then", then=NOW - YEARS - DAY)
    assert store.retention.clear_people(NOW) == 0
    assert store.retention.clear_scores(NOW - YEARS) == 1
    assert store.retention.clear_scores(NOW - YEARS) == 0
    enabled = text("SELECT enabled FROM gradings")
    assert not store.database.read(lambda c: c.execute(enabled).scalar_one())


def test_what_was_taken_back_or_ended_goes_after_its_time(store, meeting):
    old, _ = old_and_young(store, meeting, YEARS)
    for then in (NOW - 31 * DAY, NOW - 29 * DAY):
        store.feeds.of(old, None, then)
        store.feeds.take_back(old, None, then)
        store.registrations.invite(InviteTerms("", "", None, "", ()), then, then)
        store.admin_sessions.clear(then)
    assert store.retention.clear_feeds(NOW - 30 * DAY) == 1
    assert store.retention.clear_invites(NOW - 30 * DAY) == 1
    assert store.admin_sessions.clear(NOW) == 0


def test_numbers_of_people_that_are_no_more_are_taken_out_of_launches(store, meeting):
    old, young = old_and_young(store, meeting, DAY)
    store.launches.add([LaunchEntry(f"{n}", NOW, "page", 1, user_id=n) for n in (old, young, 999)])
    change(
        store,
        "INSERT INTO aliases (connection_id, kind, lti_id, row_id, at_ms)"
        " VALUES (1, 'user', 'was', 999, 1), (1, 'user', 'is', :one, 1)",
        one=old,
    )
    assert store.retention.clear_nobodys() == 2
    assert store.retention.clear_nobodys() == 0
    assert store.launches.by_reference("999").user_id is None
    assert store.launches.by_reference(f"{old}").user_id == old
    assert count(store, AliasRow) == 1


def test_times_in_classes_at_meets_go_as_others_do(store, meeting):
    change(
        store,
        "INSERT INTO meets_events (id, course_id, meets_id) VALUES (1, :course, 7)",
        course=meeting.course_id,
    )
    for then in (NOW - YEARS - DAY, NOW - YEARS + DAY):
        change(
            store,
            "INSERT INTO meets_attendances (event_id, was_host, joined_ms) VALUES (1, :no, :then)",
            then=then,
            no=False,
        )
    assert store.retention.clear_meets_attendance(NOW - YEARS) == 1
