"""Who was in, as a course's pages ask for it, and what teachers say of it; on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from lti_bridge.store import FoundStay, GradingRules, Profile, Standing
from tests.unit.store.schedules import AT, added, one_class, template
from tests.unit.store.values import NOW, a_meeting

HOUR = 3_600_000
ALL = (0, 0, 2**62)


def sql(store, statement, **values):
    return store.database.write(lambda c: c.execute(text(statement), values))


def a_person(store, sub, role="attendee", standing=Standing.STUDENT, course=None):
    course = course or store.people.course(1, "course-1", "").id
    return store.people.arrive(
        1, sub, Profile(name=sub), course_id=course, role=role, now_ms=NOW, standing=standing
    ).id


@pytest.fixture
def meeting(store):
    return a_meeting(store)


@pytest.fixture
def ann(store, meeting):
    return a_person(store, "ann")


@pytest.fixture
def series(store, meeting):
    """Rows of three classes, the first of which stands for all in the gradebook."""
    rows = [meeting.id]
    for number in (2, 3):
        other = a_meeting(store, link=f"link-{number}")
        rows.append(other.id)
        sql(
            store,
            "UPDATE meetings SET graded_with_id = :g WHERE id = :m",
            g=meeting.id,
            m=other.id,
        )
    for number, row in enumerate(rows):
        begins = NOW + number * 24 * HOUR
        sql(
            store,
            "UPDATE meetings SET begins_ms = :b, ends_ms = :e WHERE id = :m",
            b=begins,
            e=begins + HOUR,
            m=row,
        )
    return rows


def was_in(store, meeting, person, begin):
    stays = [FoundStay(str(person), "ann", begin, begin + HOUR)]
    store.records.save_attendance(meeting, "service", stays, is_final=True)


def test_what_has_begun_comes_latest_first_without_what_was_cancelled(store, meeting, series):
    course = meeting.course_id
    assert store.attendances.begun(course, NOW - 1) == []
    assert store.attendances.begun(course, NOW + 25 * HOUR) == [series[1], series[0]]
    sql(store, "UPDATE meetings SET cancelled_ms = 1 WHERE id = :m", m=series[0])
    assert store.attendances.begun(course, NOW + 25 * HOUR) == [series[1]]
    assert store.attendances.of_meeting(series[0]) is None
    assert [one.id for one in store.attendances.each(series)] == series[1:]
    sql(store, "UPDATE meetings SET begins_ms = NULL, ends_ms = NULL WHERE id = :m", m=series[2])
    assert store.attendances.begun(course, NOW + 25 * HOUR) == [series[2], series[1]]
    assert store.attendances.of_meeting(series[2]).scheduled is None


def test_learners_and_groups(store, meeting, ann):
    a_person(store, "ana", "moderator", Standing.TEACHER)
    (only,) = store.attendances.learners(meeting.course_id)
    assert (only.user_id, only.in_roster, only.left_ms) == (ann, False, None)
    assert store.attendances.groups(meeting.course_id) == {}
    assert store.attendances.course_title(99) == ""


def test_a_correction_stands_beside_what_was_measured(store, meeting, ann):
    teacher = a_person(store, "Ana", "moderator", Standing.TEACHER)
    was_in(store, meeting.id, ann, NOW)
    book = store.attendances
    held = (NOW, NOW, NOW + HOUR)
    assert book.correct(meeting.id, held, ann, "late", note="bus", by=teacher, now_ms=NOW + 1)
    found = book.of_meeting(meeting.id)
    (said,) = found.corrections
    assert (said.mark, said.note, said.by, said.at_ms) == ("late", "bus", "Ana", NOW + 1)
    assert len(found.stays) == 1
    moved = (NOW + 5, NOW, NOW + HOUR)
    assert book.correct(meeting.id, moved, ann, "excused", by=teacher, now_ms=NOW + 2)
    (said,) = book.of_meeting(meeting.id).corrections
    assert (said.mark, said.note, said.held_ms) == ("excused", "", NOW + 5)
    other = (NOW + 9 * HOUR,) * 3
    assert book.correct(meeting.id, other, ann, "absent", by=None, now_ms=NOW + 3)
    assert len(book.of_meeting(meeting.id).corrections) == 2, "of another class"
    assert book.correct(meeting.id, held, ann, None, by=teacher, now_ms=NOW + 4)
    (said,) = book.of_meeting(meeting.id).corrections
    assert (said.mark, said.by) == ("absent", "")


def test_only_who_learns_there_is_corrected(store, meeting, ann):
    teacher = a_person(store, "Ana", "moderator", Standing.TEACHER)
    elsewhere = store.people.add_course(1, "course-2", "", "Physics", now_ms=NOW)
    stranger = a_person(store, "stranger", course=elsewhere.id)
    for person in (teacher, stranger, 99):
        assert not store.attendances.correct(
            meeting.id, ALL, person, "present", by=teacher, now_ms=NOW
        )
    assert not store.attendances.correct(99, ALL, ann, "present", by=teacher, now_ms=NOW)


def test_a_series_has_one_column(store, series, ann):
    store.gradebook.set_rules(series[0], GradingRules(enabled=True, label="Term"), NOW)
    for row in series:
        found = store.gradebook.of_meeting(row)
        assert (found.id, found.rules.label) == (series[0], "Term")
        assert (found.begins_ms, found.ends_ms) == (NOW, NOW + 49 * HOUR)
    assert [one.id for one in store.gradebook.attended(series[0])] == series
    assert len(store.gradebook.all()) == 1
    sql(
        store, "UPDATE meetings SET cancelled_ms = 1 WHERE id IN (:a, :b)", a=series[0], b=series[2]
    )
    found = store.gradebook.of_meeting(series[2])
    assert found.id == series[0], "its row stands for the series, cancelled or not"
    assert (found.begins_ms, found.ends_ms) == (NOW + 24 * HOUR, NOW + 25 * HOUR)
    assert [one.id for one in store.gradebook.attended(series[0])] == [series[1]]


def test_the_column_of_any_link_of_a_series_is_its_column(store, series):
    store.meetings.coupled(series[1], "https://lms/items/7")
    assert store.gradebook.of_meeting(series[0]).coupled_url == "https://lms/items/7"


def test_what_is_news_of_one_class_makes_the_series_due(store, series, ann):
    store.gradebook.set_rules(series[0], GradingRules(enabled=True), NOW)
    for change in (
        lambda: was_in(store, series[2], ann, NOW),
        lambda: store.attendances.correct(series[1], ALL, ann, "absent", by=None, now_ms=NOW),
    ):
        sql(store, "UPDATE gradings SET due_ms = NULL")
        change()
        assert store.gradebook.of_meeting(series[0]).due_ms == 0


def test_a_series_at_other_times_has_its_column_told_anew(store):
    planned = added(store)
    classes = store.series.of_series(planned.id)
    holder = store.series.grade(planned.id, GradingRules(enabled=True), NOW)
    for change in (
        lambda: store.series.cancel_one(classes[3].id, AT),
        lambda: store.series.restore_one(classes[3].id, AT),
        lambda: store.series.change_one(
            classes[3].id, template(classes[0].course_id), one_class(classes[3]), AT
        ),
    ):
        sql(store, "UPDATE gradings SET due_ms = NULL")
        assert change()
        assert store.gradebook.of_meeting(classes[2].id).due_ms == 0
    found = store.gradebook.of_meeting(classes[1].id)
    assert (found.id, found.ends_ms) == (holder, classes[3].ends_ms)
