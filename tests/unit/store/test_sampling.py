"""Who is seen in class once a minute: what becomes a stay, and of which meetings it is asked."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from lti_bridge.store import FoundStay, GradingRules, Profile, Seen, Standing
from lti_bridge.store.reporting import Scope
from tests.unit.store.values import NOW, a_meeting

MINUTE = 60_000
GUEST = Seen("w_77", "Guest")


@pytest.fixture
def meeting(store):
    made = a_meeting(store)
    change(store, "UPDATE meetings SET confirmed_ms = :n, used_ms = :n", n=NOW)
    return made


def change(store, statement, **values):
    store.database.write(lambda c: c.execute(text(statement), values))


def a_person(store, sub, role="attendee"):
    course = store.people.course(1, "course-1", "").id
    standing = Standing.TEACHER if role == "moderator" else Standing.STUDENT
    return store.people.arrive(
        1, sub, Profile(name=sub), course_id=course, role=role, now_ms=NOW, standing=standing
    ).id


def stays(store, meeting):
    (found,) = store.gradebook.attended(meeting.id)
    return [
        (one.name, (one.joined_ms - NOW) // MINUTE, (one.left_ms - NOW) // MINUTE)
        for one in found.stays
    ]


def saw(store, meeting, minute, *people):
    store.sampling.saw(meeting.id, people, NOW + minute * MINUTE)


def due(store, minutes):
    return [one.id for one in store.sampling.due(NOW + int(minutes * MINUTE))]


def test_a_stay_grows_while_its_person_is_seen(store, meeting):
    ann = Seen(str(a_person(store, "ann")), "ann")
    for minute in range(4):
        saw(store, meeting, minute, ann)
    assert stays(store, meeting) == [("ann", 0, 3)]
    saw(store, meeting, 5, ann)
    assert stays(store, meeting) == [("ann", 0, 5)], "missed once: the service was busy"
    saw(store, meeting, 8, ann)
    assert stays(store, meeting) == [("ann", 0, 5), ("ann", 8, 8)], "missed twice: they had left"


def test_who_is_in_twice_is_there_once_and_guests_by_their_names(store, meeting):
    row = a_person(store, "ann")
    ann = Seen(str(row), "ann")
    saw(store, meeting, 0, ann, ann, GUEST, Seen("", "Somebody"))
    (found,) = store.gradebook.attended(meeting.id)
    assert {(one.name, one.user_id, one.source) for one in found.stays} == {
        ("ann", row, "sampled"), ("Guest", None, "sampled"), ("Somebody", None, "sampled"),
    }  # fmt: skip


def test_who_teaches_is_the_host(store, meeting):
    saw(store, meeting, 0, Seen(str(a_person(store, "ana", "moderator")), "ana"))
    (found,) = store.gradebook.attended(meeting.id)
    assert [one.host for one in found.stays] == [True]


def test_a_new_stay_makes_grades_due_and_what_was_final_isn_t(store, meeting):
    ann = Seen(str(a_person(store, "ann")), "ann")
    store.gradebook.set_rules(meeting.id, GradingRules(enabled=True), NOW)
    change(store, "UPDATE meetings SET attendance_final = :t", t=True)
    change(store, "UPDATE gradings SET due_ms = NULL")
    saw(store, meeting, 0, ann)
    assert store.gradebook.of_meeting(meeting.id).due_ms == 0
    assert not store.attendances.of_meeting(meeting.id).is_final
    change(store, "UPDATE gradings SET due_ms = NULL")
    saw(store, meeting, 1, ann)
    assert store.gradebook.of_meeting(meeting.id).due_ms is None, "nothing new"


def test_an_older_answer_takes_nothing_back(store, meeting):
    saw(store, meeting, 1, GUEST)
    saw(store, meeting, 0, GUEST)
    assert stays(store, meeting) == [("Guest", 1, 1)]


def test_of_a_meeting_is_asked_while_it_may_run(store, meeting):
    assert due(store, 1) == [meeting.id]
    assert due(store, 16) == [], "opened, and nobody came"
    saw(store, meeting, 14, GUEST)
    assert due(store, 28) == [meeting.id]
    assert due(store, 30) == []
    saw(store, meeting, 60 * 24 + 1, GUEST)
    assert due(store, 60 * 24 + 2) == [], "a call a minute has to end some day"
    change(store, "UPDATE meetings SET confirmed_ms = NULL")
    assert due(store, 1) == [], "it ended"


def test_of_a_scheduled_meeting_is_asked_at_its_time(store, meeting):
    hour = 60 * MINUTE
    change(
        store,
        "UPDATE meetings SET begins_ms = :b, ends_ms = :e, opens_early = 10",
        b=NOW + hour,
        e=NOW + 2 * hour,
    )
    assert due(store, 49) == []
    assert due(store, 51) == [meeting.id]
    assert due(store, 121) == []
    change(store, "UPDATE meetings SET cancelled_ms = 1")
    assert due(store, 51) == []
    change(store, "UPDATE meetings SET cancelled_ms = NULL, used_ms = NULL")
    assert due(store, 51) == [], "nobody opened it"


def test_the_reporting_api_has_one_source(store, meeting):
    ann = str(a_person(store, "ann"))
    saw(store, meeting, 0, Seen(ann, "ann"))
    assert len(store.reports.attendance(meeting.id)) == 1
    told = [FoundStay(ann, "ann", NOW, NOW + 5000)]
    store.records.save_attendance(meeting.id, "service", told, is_final=True)
    (only,) = store.reports.attendance(meeting.id)
    assert only.left == NOW // 1000 + 5
    assert store.reports.event(meeting.id, Scope()) == (True,)
