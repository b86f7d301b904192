"""Terms whose classes are counted once: the same numbers, and no news missed; on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from lti_bridge.reports.attendance import Limits, Roll
from lti_bridge.reports.terms import Terms, term_of
from lti_bridge.store import FoundStay, Standing
from lti_bridge.store.invitations import address_of
from tests.unit.store.planned import HOUR_MS, a_series, cancel
from tests.unit.store.test_attendances import a_person, sql
from tests.unit.store.test_meets_events import found as an_event
from tests.unit.store.test_meets_events import presence
from tests.unit.store.values import NOW, a_meeting

DAY_MS = 24 * HOUR_MS
MINUTE_MS = 60_000
LATER = NOW + 99 * DAY_MS
CLASSES = 30


@pytest.fixture
def course(store):
    """Thirty classes that a teacher and two learners went to."""
    _, classes = a_series(store, [NOW + number * DAY_MS for number in range(CLASSES)])
    ana = a_person(store, "ana", "moderator", Standing.TEACHER)
    people = [a_person(store, name) for name in ("ann", "ben")]
    for meeting in classes:
        was_in(store, meeting, ana, *people)
    return classes, people


def was_in(store, meeting, *people, minutes=60, name="somebody"):
    begin = meeting.begins_ms
    stays = [FoundStay(str(one), name, begin, begin + minutes * MINUTE_MS) for one in people]
    store.records.save_attendance(meeting.id, "service", stays, is_final=True)


class Asked:
    """What a database is asked, and how many stays it gave."""

    def __init__(self, database):
        self.statements = []
        for engine in {database._reading, database.writing}:
            event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_):
        self.statements.append(statement)

    def count(self, work):
        self.statements.clear()
        return work(), len(self.statements)


def anew(store, course, limits=None, now=LATER):
    """The term as it is counted from everything."""
    book = store.attendances
    every = book.each(book.begun(course, now))
    return term_of(every, Roll.of(book, course), now, limits or Limits())


def test_a_term_that_is_looked_at_again_takes_a_few_queries_however_long_it_is(store, course):
    classes, _ = course
    number = classes[0].course_id
    terms, asked = Terms(store.attendances), Asked(store.database)
    first, many = asked.count(lambda: terms.of_course(number, LATER))
    again, few = asked.count(lambda: terms.of_course(number, LATER))
    assert first == again == anew(store, number)
    assert len(first.classes) == CLASSES
    assert few <= 10 < many
    was_in(store, classes[3], 1, minutes=5)
    _, more = asked.count(lambda: terms.of_course(number, LATER))
    assert few < more < many, "only the class that changed"


def changes(store, classes, people):
    """Everything that may be news of a term, one by one."""
    first, second, third = classes[:3]
    ann, ben = people
    yield lambda: was_in(store, first, ann, minutes=20)
    yield lambda: was_in(store, first, 0, name="A guest")
    yield lambda: was_in(store, first, 0, name="Another guest")
    held = (second.begins_ms, 0, LATER)
    for mark in ("excused", "absent", None):
        yield lambda mark=mark: store.attendances.correct(
            second.id, held, ben, mark, by=None, now_ms=LATER + len(mark or "")
        )
    for statement, value in (
        ("UPDATE meetings SET ends_ms = :v WHERE id = :m", third.ends_ms + HOUR_MS),
        ("UPDATE meetings SET title = :v WHERE id = :m", "Algebra"),
    ):
        yield lambda s=statement, v=value: sql(store, s, v=v, m=third.id)
    swap = (
        "UPDATE attendances SET user_id = :b - user_id WHERE user_id IN (:x, :y) AND joined_ms = :j"
    )
    yield lambda: sql(store, swap, b=ann + ben, x=ann, y=ben, j=first.begins_ms)
    yield lambda: sql(store, "UPDATE memberships SET left_ms = 5 WHERE user_id = :u", u=ben)
    yield lambda: a_person(store, "cid")
    yield lambda: sql(store, "DELETE FROM attendances WHERE meeting_id = :m", m=third.id)
    yield lambda: sql(store, "UPDATE meetings SET remote_id = '17' WHERE id = :m", m=third.id)
    yield lambda: store.invitations.save_list(third.id, [(address_of(ben), "4", 2)])
    yield lambda: sql(store, "DELETE FROM users WHERE id = :u", u=ben)
    yield lambda: cancel(store, second)


def test_no_news_is_missed(store, course):
    classes, people = course
    number = classes[0].course_id
    terms = Terms(store.attendances)
    before = terms.of_course(number, LATER)
    seen = []
    for change in changes(store, classes, people):
        change()
        now = terms.of_course(number, LATER)
        assert now == anew(store, number)
        seen.append(now != before)
        before = now
    assert seen.count(False) <= 2, "a number at a service alone changes nothing, nor a late mark"
    assert terms.of_course(number, LATER, Limits(late=0, left_early=0)) == anew(
        store, number, Limits(0, 0)
    )


def test_what_the_clock_still_changes_is_not_remembered(store, course):
    classes, (ann, _) = course
    number = classes[0].course_id
    terms = Terms(store.attendances)
    standing = a_meeting(store, link="standing")
    begin = LATER - HOUR_MS
    stays = [FoundStay(str(ann), "ann", begin, None)]
    store.records.save_attendance(standing.id, "service", stays, is_final=False)
    middle = classes[-1].begins_ms + 30 * MINUTE_MS
    for now in (middle, middle + HOUR_MS, LATER, LATER + 5 * HOUR_MS, LATER + 2 * DAY_MS):
        assert terms.of_course(number, now) == anew(store, number, now=now)


def test_what_meets_tells_of_a_class_is_news_too(store, course):
    classes, (ann, _) = course
    number, meeting = classes[0].course_id, classes[0]
    terms = Terms(store.attendances)
    terms.of_course(number, LATER)
    sql(store, "UPDATE users SET meets_id = 6 WHERE id = :u", u=ann)
    store.meets_events.replace(number, [an_event(1, meeting.begins_ms)])
    (one,) = store.meets_events.of_course(number, NOW).events
    for minutes in (70, 30):
        entries = [presence("Ann (6)", joined_ms=NOW, left_ms=NOW + minutes * MINUTE_MS)]
        store.meets_events.save_attendance(one.id, entries, is_final=True, now_ms=1, due_ms=None)
        assert terms.of_course(number, LATER) == anew(store, number)
