"""The numbers people and courses are known by outside, with and without MEETS."""

from __future__ import annotations

from sqlalchemy import select

from lti_bridge.store import Profile, number_of
from lti_bridge.store.numbering import by_meets, number
from lti_bridge.store.tables import LOCAL_NUMBERS, CourseRow, UserRow
from tests.unit.store.values import NOW, plan_of


def numbers(store, table):
    """By row ID: as the expression says, and as the function does."""
    database = store.database
    given = database.read(by_meets)
    statement = select(table.id, table.meets_id, number(table, given).label("number"))
    rows = database.read(lambda c: c.execute(statement).all())
    for row in rows:
        assert row.number == number_of(row.id, row.meets_id, given)
    return {row.id: row.number for row in rows}


def a_course(store, lti_id, meets_id=None):
    asked = NOW if meets_id else None
    course = store.people.add_course(
        1, lti_id, "", "T", now_ms=NOW, meets_id=meets_id, asked_ms=asked
    )
    return course.id


def test_where_meets_never_gave_a_number_rows_have_their_own(store):
    ids = [a_course(store, f"course-{n}") for n in range(3)]
    assert not store.people.numbered_by_meets()
    assert numbers(store, CourseRow) == {one: one for one in ids}
    assert numbers(store, UserRow) == {}


def test_where_it_did_its_numbers_hold_and_others_are_far_above(store):
    unknown, known = a_course(store, "new"), a_course(store, "old", meets_id=1)
    assert store.people.numbered_by_meets()
    assert numbers(store, CourseRow) == {unknown: LOCAL_NUMBERS + unknown, known: 1}


def test_a_number_for_a_course_is_enough_to_say_that_meets_numbers_people(store):
    course = a_course(store, "old", meets_id=900)
    ann = store.people.arrive(1, "ann", Profile(), course_id=course, role="attendee", now_ms=NOW)
    assert numbers(store, UserRow) == {ann.id: LOCAL_NUMBERS + ann.id}


def test_to_find_that_out_nobody_reads_a_million_rows(store):
    plan = plan_of(store.database, "SELECT 1 FROM users WHERE meets_id IS NOT NULL LIMIT 1")
    assert "ix_users_meets_id" in plan
