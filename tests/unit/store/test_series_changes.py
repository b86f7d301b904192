"""Classes of a series changed: one, all of them, those that follow; on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from lti_bridge.store import GradingRules, OneClass, Stays
from lti_bridge.store.series.matching import matched
from tests.unit.store.schedules import (
    AT,
    DAY,
    FIRST,
    HOUR,
    UID,
    WEEK,
    a_course,
    a_plan,
    added,
    one_class,
    template,
    used,
    weeks,
)
from tests.unit.store.values import NOW


class TestOneClass:
    def test_is_moved_and_renamed_alone(self, store):
        series = added(store)
        second = store.series.of_series(series.id)[1]
        course = second.course_id
        moved = one_class(second, begins_ms=second.begins_ms + DAY, ends_ms=second.ends_ms + DAY)
        named = template(course, name="Biology – Elsewhere")
        assert store.series.change_one(second.id, named, moved, AT)
        now = store.meetings.by_id(second.id)
        assert (now.begins_ms, now.occurrence_ms) == (weeks()[1] + DAY, weeks()[1])
        assert (now.title, now.name, now.changed, now.sequence) == (
            "Elsewhere",
            "Biology – Elsewhere",
            True,
            1,
        )
        assert now.meeting_id == second.meeting_id
        assert [one.title for one in store.series.of_series(series.id)].count("Laboratory") == 3

    @pytest.mark.parametrize(
        ("used_ms", "confirmed_ms", "may"),
        [
            (None, None, True),
            (NOW, NOW, False),  # somebody may be in
            (NOW - DAY, NOW - DAY, True),  # tried out, long ago
            (NOW, None, True),  # tried out, and ended
            (FIRST, None, False),  # held
        ],
    )
    def test_stays_where_it_was_held_or_may_be_running(self, store, used_ms, confirmed_ms, may):
        series = added(store)
        first = store.series.of_series(series.id)[0]
        used(store, first.id, used_ms, confirmed_ms)
        moved = one_class(first, begins_ms=FIRST + DAY, ends_ms=FIRST + DAY + HOUR)
        assert store.series.change_one(first.id, template(first.course_id), moved, AT) is may
        assert store.series.cancel_one(first.id, AT) is may
        now = store.meetings.by_id(first.id)
        assert now.begins_ms == (FIRST + DAY if may else FIRST)
        assert (now.cancelled_ms is not None) is may

    def test_stays_while_it_is_being_opened(self, store):
        series = added(store)
        first = store.series.of_series(series.id)[0]
        claim = store.meetings.claim(first.id, now_ms=NOW, confirmed_before_ms=NOW, hold_ms=10_000)
        assert claim
        assert not store.series.cancel_one(first.id, AT)
        assert store.series.cancel_one(first.id, Stays(NOW + 20_000, NOW))

    def test_is_cancelled_and_takes_place_after_all(self, store):
        series = added(store)
        first = store.series.of_series(series.id)[0]
        assert store.series.cancel_one(first.id, AT)
        assert not store.series.cancel_one(first.id, AT)
        assert store.series.by_id(series.id).cancelled_ms is None
        assert store.series.by_id(series.id).sequence == 1
        assert store.series.restore_one(first.id, AT)
        assert not store.series.restore_one(first.id, AT)
        now = store.meetings.by_id(first.id)
        assert (now.cancelled_ms, now.sequence) == (None, 2)

    def test_a_standing_meeting_is_none(self, store):
        course = a_course(store)
        standing = store.meetings.add_standing(template(course, resource_link_id="link"), NOW)
        said = OneClass(title="x", begins_ms=NOW, ends_ms=NOW + HOUR)
        assert not store.series.change_one(standing.id, template(course), said, AT)
        assert not store.series.cancel_one(standing.id, AT)

    def test_on_another_service_it_is_a_new_meeting_there(self, store):
        series = added(store)
        first = store.series.of_series(series.id)[0]
        claim = store.meetings.claim(first.id, now_ms=0, confirmed_before_ms=0, hold_ms=1)
        store.meetings.confirmed(claim, 5, "77", NOW - DAY)
        same = one_class(first)
        assert store.series.change_one(first.id, template(first.course_id), same, AT)
        assert store.meetings.by_id(first.id).remote_id == "77"
        other = one_class(first, own_service="other")
        assert store.series.change_one(first.id, template(first.course_id), other, AT)
        now = store.meetings.by_id(first.id)
        assert (now.service, now.remote_id, now.create_time, now.confirmed_ms) == (
            "other",
            "",
            None,
            0,
        )


class TestWholeSeries:
    def change(self, store, series, times=None, at=AT, **changes):
        plan = a_plan(**changes)
        return store.series.change(series.id, template(series.course_id), plan, times, at)

    def test_gets_other_settings(self, store):
        series = added(store)
        assert self.change(store, series, title="Seminar", wait_for_moderator=True)
        classes = store.series.of_series(series.id)
        assert {one.title for one in classes} == {"Seminar"}
        assert {one.wait_for_moderator for one in classes} == {True}
        assert store.series.by_id(series.id).title == "Seminar"
        assert store.series.by_id(series.id).sequence == 1
        assert not self.change(store, replace(series, id=99))

    def test_what_was_said_of_one_class_alone_stays(self, store):
        series = added(store)
        second = store.series.of_series(series.id)[1]
        store.series.change_one(second.id, template(second.course_id), one_class(second), AT)
        self.change(store, series, title="Seminar")
        titles = [one.title for one in store.series.of_series(series.id)]
        assert titles == ["Seminar", "Elsewhere", "Seminar", "Seminar"]

    def test_what_was_held_or_may_be_running_stays(self, store):
        series = added(store)
        classes = store.series.of_series(series.id)
        at = Stays(FIRST + WEEK + HOUR // 2, FIRST + WEEK - DAY)
        used(store, classes[0].id, FIRST)
        used(store, classes[1].id, at.now_ms, at.now_ms)
        self.change(store, series, title="Seminar", at=at)
        titles = [one.title for one in store.series.of_series(series.id)]
        assert titles == ["Laboratory", "Laboratory", "Seminar", "Seminar"]

    def test_other_times_keep_the_rows(self, store):
        series = added(store)
        before = [one.id for one in store.series.of_series(series.id)]
        later = [time + 2 * HOUR for time in weeks(3)]
        assert self.change(store, series, later, minutes=90)
        classes = store.series.of_series(series.id)
        assert [one.id for one in classes] == before[:3]
        assert [one.begins_ms for one in classes] == later
        assert [one.occurrence_ms for one in classes] == later
        assert {one.ends_ms - one.begins_ms for one in classes} == {90 * 60_000}

    def test_more_of_them_count_for_the_same_column(self, store):
        series = added(store, grading=GradingRules(enabled=True, label="Attendance"))
        first = store.series.of_series(series.id)[0]
        self.change(store, series, weeks(6))
        classes = store.series.of_series(series.id)
        assert len(classes) == 6
        assert [one.graded_with_id for one in classes] == [None, *[first.id] * 5]

    def test_what_something_hangs_on_is_cancelled_and_not_deleted(self, store):
        series = added(store)
        classes = store.series.of_series(series.id)
        used(store, classes[3].id, NOW - DAY)
        self.change(store, series, weeks(2))
        left = store.series.of_series(series.id)
        assert [one.id for one in left] == [classes[0].id, classes[1].id, classes[3].id]
        assert left[-1].cancelled_ms == NOW

    def test_classes_change_places_by_the_day(self, store):
        series = added(store)
        before = store.series.of_series(series.id)
        store.series.cancel_one(before[1].id, AT)
        moved = one_class(
            before[2], begins_ms=before[2].begins_ms + DAY, ends_ms=before[2].ends_ms + DAY
        )
        store.series.change_one(before[2].id, template(series.course_id), moved, AT)
        later = [time + HOUR for time in weeks()]
        self.change(store, series, later)
        now = {one.id: one for one in store.series.of_series(series.id)}
        assert now[before[1].id].cancelled_ms == NOW
        assert now[before[1].id].begins_ms == later[1]
        assert now[before[2].id].begins_ms == moved.begins_ms
        assert now[before[2].id].occurrence_ms == later[2]

    def test_a_reminder_goes_out_again_where_the_time_changed(self, store):
        series = added(store)
        store.database.write(lambda c: c.execute(text("UPDATE meetings SET reminded_ms = 1")))
        self.change(store, series, [FIRST, *[time + HOUR for time in weeks()[1:]]])
        rows = store.database.read(
            lambda c: c.execute(text("SELECT reminded_ms FROM meetings ORDER BY begins_ms")).all()
        )
        assert [row[0] for row in rows] == [1, None, None, None]

    def test_is_cancelled_from_some_class_on_or_whole(self, store):
        series = added(store)
        assert store.series.cancel(series.id, weeks()[2], AT) == 2
        assert store.series.by_id(series.id).cancelled_ms is None
        assert store.series.cancel(series.id, None, AT) == 2
        assert store.series.by_id(series.id).cancelled_ms == NOW
        assert store.series.cancel(series.id, None, AT) == 0
        assert store.series.choices(series.course_id) == []
        assert store.series.restore_one(store.series.of_series(series.id)[0].id, AT)
        assert store.series.by_id(series.id).cancelled_ms is None

    def test_what_was_held_stays_when_the_rest_is_cancelled(self, store):
        series = added(store)
        used(store, store.series.of_series(series.id)[0].id, FIRST)
        assert store.series.cancel(series.id, None, Stays(FIRST + DAY, FIRST)) == 3
        assert store.series.of_series(series.id)[0].cancelled_ms is None
        assert store.series.by_id(series.id).cancelled_ms is None


class TestSplit:
    def split(self, store, series, uid="b" * 32):
        rest = a_plan(rule="FREQ=WEEKLY;COUNT=2")
        kept = "FREQ=WEEKLY;COUNT=2"
        return store.series.split(series.id, weeks()[2], kept, rest, uid=uid, at=AT)

    def test_what_follows_is_a_series_of_its_own(self, store):
        series = added(store, grading=GradingRules(enabled=True))
        token = store.series.name(series.id)
        before = store.series.of_series(series.id)
        store.database.write(lambda c: c.execute(text("UPDATE gradings SET due_ms = NULL")))
        made = self.split(store, series)
        due = store.database.read(lambda c: c.execute(text("SELECT due_ms FROM gradings")).all())
        assert [row[0] for row in due] == [0], "the column's dates are told anew"
        assert self.split(store, series) == made
        assert [one.id for one in store.series.of_series(series.id)] == [
            one.id for one in before[:2]
        ]
        rest = store.series.of_series(made)
        assert [one.id for one in rest] == [one.id for one in before[2:]]
        assert {one.graded_with_id for one in rest} == {before[0].id}
        assert store.series.by_id(series.id).link_token is None
        assert store.series.by_id(made).link_token == token
        assert store.series.by_id(made).uid == "b" * 32

    def test_slides_are_in_both_and_invitations_lead_on(self, store):
        series = added(store)

        def prepare(connection):
            connection.execute(
                text(
                    "INSERT INTO slides (series_id, token, filename, media_type, size, content,"
                    " created_ms) VALUES (:s, 't', 'a.pdf', 'application/pdf', 1, :c, 1)"
                ),
                {"s": series.id, "c": b"%"},
            )
            connection.execute(
                text("INSERT INTO guest_links (series_id, token, created_ms) VALUES (:s, 'g', 1)"),
                {"s": series.id},
            )

        store.database.write(prepare)
        made = self.split(store, series)
        slides = store.database.read(
            lambda c: c.execute(text("SELECT series_id, content FROM slides ORDER BY id")).all()
        )
        assert [(row[0], bytes(row[1])) for row in slides] == [(series.id, b"%"), (made, b"%")]
        guests = store.database.read(
            lambda c: c.execute(text("SELECT series_id FROM guest_links")).all()
        )
        assert [row[0] for row in guests] == [made]

    def test_of_a_series_that_is_gone_there_is_nothing_to_split(self, store):
        assert store.series.split(99, NOW, "", a_plan(), uid=UID, at=AT) == 99


class TestMatching:
    def test_by_time_then_by_day_then_in_order(self):
        day = int(datetime(2026, 10, 5, 8, tzinfo=UTC).timestamp() * 1000)
        there = {1: day, 2: day + WEEK, 3: day + 2 * WEEK, 4: day + 3 * WEEK}
        times = [day + WEEK, day + 2 * WEEK + HOUR, day + DAY]
        found = matched(there, times, "Europe/Berlin")
        assert found.kept == {2: day + WEEK, 3: day + 2 * WEEK + HOUR, 1: day + DAY}
        assert (found.new, found.surplus) == ((), (4,))

    def test_the_day_is_that_of_the_zone(self):
        night = int(datetime(2026, 10, 5, 22, 30, tzinfo=UTC).timestamp() * 1000)
        found = matched({1: night, 2: night - 2 * HOUR}, [night + HOUR], "Europe/Berlin")
        assert found.kept == {1: night + HOUR}
        assert found.surplus == (2,)

    def test_what_is_missing_is_new(self):
        assert matched({}, [2, 1], "UTC").new == (1, 2)
