"""Series and their meetings, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from lti_bridge.store import GradingRules, new_token
from tests.unit.store.schedules import (
    AT,
    DAY,
    FIRST,
    HOUR,
    ROOM,
    UID,
    WEEK,
    a_course,
    a_plan,
    added,
    ann,
    template,
    used,
    weeks,
)
from tests.unit.store.values import NOW, at_once, plan_of


def test_each_class_of_a_series_is_a_meeting_of_its_own(store):
    series = added(store)
    classes = store.series.of_series(series.id)
    assert [one.begins_ms for one in classes] == weeks()
    assert [one.occurrence_ms for one in classes] == weeks()
    assert {one.ends_ms - one.begins_ms for one in classes} == {HOUR}
    assert len({one.meeting_id for one in classes}) == 4
    assert len({one.moderator_password for one in classes}) == 4
    assert {one.service for one in classes} == {"live"}
    first = classes[0]
    assert (first.title, first.text, first.room, first.record) == (
        "Laboratory",
        "Onion cells",
        ROOM,
        True,
    )
    assert first.opens_ms == FIRST - 10 * 60_000
    assert store.series.by_id(series.id) == series
    assert (series.rule, series.minutes, series.uid, series.room) == (
        "FREQ=WEEKLY;COUNT=4",
        60,
        UID,
        ROOM,
    )


def test_the_same_form_sent_twice_makes_one_series(store):
    course = a_course(store)
    made = at_once(6, lambda _: added(store, course))
    assert len({one.id for one in made}) == 1
    assert len(store.series.of_series(made[0].id)) == 4


def test_a_series_with_the_most_classes_there_may_be(store):
    times = [FIRST + number * DAY for number in range(400)]
    series = added(store, times=times)
    assert len(store.series.of_series(series.id)) == 400


def test_the_latest_series_is_what_the_next_may_be_like(store):
    course = a_course(store)
    assert store.series.latest(course) is None
    added(store, course)
    second = added(store, course, uid="b" * 32, plan=a_plan(title="Lecture"))
    assert store.series.latest(course) == second
    assert [one.title for one in store.series.choices(course)] == ["Lecture", "Laboratory"]
    assert [one.title for one in store.series.of_courses([course, course + 9])] == [
        "Laboratory",
        "Lecture",
    ]
    assert store.series.by_id(second.id + 9) is None


def test_a_teachers_service_wins_over_the_courses_and_the_platforms(store):
    course = a_course(store)
    store.services.assign_course(course, "courses")
    here = added(store, course)
    there = added(store, course, uid="b" * 32, plan=a_plan(own_service="own"))
    assert store.series.of_series(here.id)[0].service == "courses"
    assert store.series.of_series(there.id)[0].service == "own"


class TestListing:
    def test_in_a_window_by_their_beginning(self, store):
        course = a_course(store)
        added(store, course)
        added(store, a_course(store, "course-2"), uid="b" * 32)
        found = store.series.of_course(course, FIRST + HOUR - 1, FIRST + 2 * WEEK)
        assert [one.begins_ms for one in found] == weeks(2)
        assert store.series.of_course(course, FIRST + HOUR, FIRST + WEEK) == []
        assert len(store.series.of_course(course, None, None)) == 4

    def test_page_by_page_in_both_directions(self, store):
        course = a_course(store)
        added(store, course)
        added(store, course, uid="b" * 32)
        for latest_first in (False, True):
            seen, after = [], None
            while page := store.series.of_course(
                course, None, None, limit=3, latest_first=latest_first, after=after
            ):
                seen += [(one.begins_ms, one.id) for one in page]
                after = seen[-1]
            assert seen == sorted(set(seen), reverse=latest_first)
            assert len(seen) == 8

    def test_those_that_are_cancelled_can_be_left_out(self, store):
        course = a_course(store)
        series = added(store, course)
        store.series.cancel_one(store.series.of_series(series.id)[1].id, AT)
        assert len(store.series.of_course(course, None, None, cancelled=False)) == 3
        assert len(store.series.in_courses([course], NOW, NOW + 9 * WEEK)) == 4

    def test_it_is_looked_up_by_an_index(self, store):
        added(store)
        query = "SELECT id FROM meetings WHERE course_id = 1 AND begins_ms BETWEEN 5 AND 6"
        assert "meetings_course_id" in plan_of(store.database, query)

    def test_what_overlaps_in_the_same_course(self, store):
        course = a_course(store)
        series = added(store, course)
        second = weeks()[1]
        spans = [(second + HOUR // 2, second + 2 * HOUR), (second + 3 * DAY, second + 4 * DAY)]
        assert [one.begins_ms for one in store.series.conflicts(course, spans)] == [second]
        assert store.series.conflicts(course, spans, besides=series.id) == []
        assert store.series.conflicts(course, [(second + HOUR, second + 2 * HOUR)]) == []
        assert store.series.conflicts(course, []) == []
        assert store.series.conflicts(a_course(store, "course-2"), spans) == []


class TestCurrent:
    @pytest.mark.parametrize(
        ("now", "which"),
        [
            (FIRST - DAY, 0),
            (FIRST + HOUR // 2, 0),
            (FIRST + HOUR + 14 * 60_000, 0),
            (FIRST + HOUR + 16 * 60_000, 1),
            (FIRST + 3 * WEEK + 2 * DAY, 3),
        ],
    )
    def test_now_or_next_or_the_last(self, store, now, which):
        series = added(store)
        assert store.series.current(series.id, now).begins_ms == weeks()[which]

    def test_a_cancelled_class_is_passed_over(self, store):
        series = added(store)
        store.series.cancel_one(store.series.of_series(series.id)[0].id, AT)
        assert store.series.current(series.id, NOW).begins_ms == weeks()[1]

    def test_of_a_cancelled_series_the_last_one(self, store):
        series = added(store)
        store.series.cancel(series.id, None, AT)
        assert store.series.current(series.id, NOW).begins_ms == weeks()[3]

    def test_a_class_that_goes_on_past_its_end(self, store):
        series = added(store)
        now = FIRST + 2 * HOUR
        used(store, store.series.of_series(series.id)[0].id, now, confirmed_ms=now - 20 * 60_000)
        assert store.series.current(series.id, now).begins_ms == FIRST
        assert store.series.current(series.id, now + HOUR).begins_ms == weeks()[1]

    def test_of_two_that_follow_each_other_the_one_that_begins(self, store):
        series = added(store, times=[FIRST, FIRST + HOUR])
        assert store.series.current(series.id, FIRST + HOUR - 60_000).begins_ms == FIRST
        assert store.series.current(series.id, FIRST + HOUR + 1).begins_ms == FIRST + HOUR

    def test_there_is_none_without_a_series(self, store):
        assert store.series.current(99, NOW) is None


class TestLinks:
    def test_a_token_names_a_series_within_its_lms_only(self, store):
        series = added(store)
        token = store.series.name(series.id)
        assert store.series.name(series.id) == token
        other = a_course(store, "course-2")
        assert store.series.named(series.course_id, token).id == series.id
        assert store.series.named(other, token).id == series.id
        assert store.series.named(series.course_id, new_token()) is None

    def test_the_class_of_a_named_series_that_is_next(self, store):
        series = added(store)
        token, course = store.series.name(series.id), series.course_id
        other = a_course(store, "course-2")
        for asks in (course, other):
            found = store.series.current_named(asks, token, FIRST + DAY)
            assert (found.begins_ms, found.course_id) == (weeks()[1], course)
        assert store.series.current_named(course, token, FIRST + 5 * WEEK) is None
        assert store.series.current_named(course, new_token(), NOW) is None

    def test_a_picked_series_is_named_at_once(self, store):
        course, token = a_course(store), new_token()
        series = store.series.add(
            template(course, link_token=token),
            a_plan(),
            weeks(),
            uid=UID,
            created_by=ann(store, course),
            now_ms=NOW,
        )
        assert series.link_token == token
        assert series.created_by is not None
        assert {one.link_token for one in store.series.of_series(series.id)} == {None}


class TestGrading:
    def test_all_count_for_the_first_ones_column(self, store):
        series = added(store)
        first = store.series.of_series(series.id)[0].id
        rules = GradingRules(enabled=True, points=20, label="Attendance")
        assert store.series.grade(series.id, rules, NOW) == first
        assert store.series.grade(series.id, replace(rules, enabled=False), NOW) == first
        assert store.gradebook.of_meeting(first).rules.points == 20
        assert not store.gradebook.of_meeting(first).rules.enabled


def test_scheduled_classes_follow_their_platform_until_somebody_opened_them(store):
    series = added(store)
    classes = store.series.of_series(series.id)
    used(store, classes[0].id, FIRST)
    store.services.assign_course(series.course_id, "other")
    store.meetings.follow_platforms(["live", "other"], NOW)
    assert [one.service for one in store.series.of_series(series.id)] == ["live", *["other"] * 3]


def test_a_moved_course_takes_its_series_along(store):
    from lti_bridge.store.absorbing import absorb_course

    series = added(store)
    theirs, own = series.course_id, a_course(store, "course-2")

    def move(connection):
        rows = {row.id: row for row in connection.execute(text("SELECT * FROM courses")).all()}
        absorb_course(connection, rows[own], rows[theirs])

    store.database.write(move)
    assert store.series.by_id(series.id).course_id == own
    assert len(store.series.of_course(own, None, None)) == 4
