"""What an open course page hears of changes, whichever process made them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from lti_bridge.errors import StoreError
from lti_bridge.scheduling import Agenda
from lti_bridge.scheduling.agenda import LOOK_SECONDS
from lti_bridge.store import OneClass, Stays
from lti_bridge.store.series import OVERTIME_MS
from tests.unit.scheduling.test_linking import in_course
from tests.unit.store.schedules import DAY, HOUR, a_plan, template
from tests.unit.store.values import NOW

BEGINS = NOW + HOUR
AT = Stays(NOW + 1, NOW - 12 * HOUR)


@pytest.fixture
def course(building):
    return in_course(building, "course-1").id


@pytest.fixture
def schedule(building, course):
    """Makes a series; gives its classes."""

    def make(*times, uid="one"):
        made = building.store.series.add(
            template(course), a_plan(), times, uid=uid, created_by=None, now_ms=NOW
        )
        return building.store.series.of_series(made.id)

    return make


@pytest.fixture
def agenda(building):
    return Agenda(building.store.series, clock=building.clock, now=building.clock)


def move(store, meeting):
    plan = a_plan()
    said = OneClass(
        title=plan.title,
        text=plan.text,
        opens_early=plan.opens_early,
        own_service=plan.own_service,
        record=plan.record,
        wait_for_moderator=plan.wait_for_moderator,
        room=plan.room,
        host_id=None,
        begins_ms=BEGINS + HOUR,
        ends_ms=BEGINS + 2 * HOUR,
    )
    assert store.series.change_one(meeting.id, template(meeting.course_id), said, AT)


def rename(store, meeting):
    plan = replace(a_plan(), title="Another")
    store.series.change(
        meeting.series_id, template(meeting.course_id), plan, None, replace(AT, now_ms=NOW)
    )


CHANGES = {
    "moved": move,
    "renamed": rename,
    "cancelled": lambda store, meeting: store.series.cancel_one(meeting.id, AT),
    "all cancelled": lambda store, meeting: store.series.cancel(meeting.series_id, None, AT),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_another_node_changed_is_known_a_second_later(building, course, schedule, agenda,
                                                           change):  # fmt: skip
    one, _ = schedule(BEGINS, BEGINS + DAY)
    before = agenda.of_course(course).version(NOW)
    change(building.store, one)
    assert agenda.of_course(course).version(NOW) == before, "from memory"
    building.clock.pass_by(LOOK_SECONDS)
    assert agenda.of_course(course).version(NOW) != before


def test_a_new_class_too_and_at_once_for_who_made_it(course, schedule, agenda):
    assert agenda.of_course(course).version(NOW) == ""
    schedule(BEGINS)
    assert agenda.of_course(course).lead(NOW) is None
    assert agenda.of_course(course, fresh=True).lead(NOW).begins_ms == BEGINS


def test_nothing_is_read_again_while_nothing_changes(building, course, schedule, agenda):
    schedule(BEGINS)
    known = agenda.of_course(course)
    for _ in range(4):
        building.clock.pass_by(LOOK_SECONDS)
        assert agenda.of_course(course) is known
    assert agenda.of_course(course, fresh=True) is known


def test_the_book_of_meetings_hears_what_was_read(building, course, schedule):
    book = building.book()
    agenda = Agenda(
        building.store.series, read=book.remember, clock=building.clock, now=building.clock
    )
    (one,) = schedule(BEGINS)
    assert book.by_id(one.id).begins_ms == BEGINS
    agenda.of_course(course)
    move(building.store, one)
    building.clock.pass_by(LOOK_SECONDS)
    agenda.of_course(course)
    assert book.by_id(one.id).begins_ms == BEGINS + HOUR


def test_a_class_that_opens_or_passes_is_something_new_to_say(building, course, schedule, agenda):
    (one,) = schedule(BEGINS)
    there = agenda.of_course(course)
    assert there.version(NOW) != there.version(BEGINS)
    building.clock.pass_by((one.ends_ms + OVERTIME_MS - NOW) / 1000)
    there = agenda.of_course(course)
    assert (there.coming, [each.id for each in there.past]) == ((), [one.id])


def test_a_database_that_is_away_for_a_moment_leaves_what_was_known(
    building, course, schedule, agenda
):
    schedule(BEGINS)
    known = agenda.of_course(course)
    write = building.store.database.write
    write(lambda c: c.execute(text("ALTER TABLE series RENAME TO away")))
    try:
        building.clock.pass_by(LOOK_SECONDS)
        assert agenda.of_course(course) is known
        building.clock.pass_by(10)
        with pytest.raises(StoreError):
            agenda.of_course(course)
    finally:
        write(lambda c: c.execute(text("ALTER TABLE away RENAME TO series")))
