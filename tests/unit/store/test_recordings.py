"""Recordings of a course, for whom they are; and when their services are asked for them again."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from lti_bridge.store import FoundGroup, FoundRecording, Notice, Onlooker, Profile
from tests.unit.store.values import NOW, a_meeting

DAY = 86_400_000
MINUTE = 60_000


def found(record_id, state="published", started_ms=NOW, name=""):
    return FoundRecording(record_id, name, state, started_ms, None, None, None, "[]")


def change(store, statement, **values):
    store.database.write(lambda c: c.execute(text(statement), values))


@pytest.fixture
def meeting(store):
    made = a_meeting(store)
    change(store, "UPDATE meetings SET confirmed_ms = :n, used_ms = :n", n=NOW)
    return made


def due(store, ms):
    return [one.id for one in store.records.take_due(NOW + ms)]


def kept(store, ms):
    return [one.id for one in store.records.take_kept(NOW + ms)]


def names(store, whose, **which):
    return [one.record_id for one in store.recordings.listed(whose, limit=99, **which)]


def test_who_leads_sees_all_and_others_what_is_published(store, meeting):
    states = ("processing", "processed", "published", "unpublished")
    some = [found(state, state, NOW + n) for n, state in enumerate(states)]
    store.records.save_recordings(meeting.id, "live", some, NOW)
    teacher = Onlooker(meeting.course_id, 1, leads=True)
    student = Onlooker(meeting.course_id, None, leads=False)
    assert names(store, teacher) == list(reversed(states)), "newest first"
    assert names(store, student) == ["published"]
    assert (store.recordings.count(teacher), store.recordings.count(student)) == (4, 1)
    assert names(store, Onlooker(meeting.course_id + 1, 1, leads=True)) == []
    assert names(store, teacher, meeting=meeting.id, start=3) == ["processing"]
    assert names(store, teacher, meeting=meeting.id + 1) == []


def test_a_groups_are_for_its_people(store, meeting):
    ann, bob = (
        store.people.arrive(
            1, sub, Profile(), course_id=meeting.course_id, role="attendee", now_ms=NOW
        ).id
        for sub in ("ann", "bob")
    )
    store.groups.save(meeting.course_id, [FoundGroup("g1", "Blue")], NOW)
    change(store, "UPDATE meetings SET group_id = (SELECT id FROM course_groups)")
    change(store, "INSERT INTO group_members SELECT id, :ann FROM course_groups", ann=ann)
    store.records.save_recordings(meeting.id, "live", [found("blue")], NOW)
    whose = {user: Onlooker(meeting.course_id, user, leads=False) for user in (ann, bob, None)}
    assert [names(store, one) for one in whose.values()] == [["blue"], [], []]
    row = store.recordings.listed(whose[ann], limit=1)[0].id
    assert store.recordings.find(whose[ann], row).record_id == "blue"
    assert store.recordings.find(whose[bob], row) is None
    assert names(store, Onlooker(meeting.course_id, bob, leads=True)) == ["blue"]


def test_what_is_changed_is_seen_at_once_and_what_the_service_says_later_holds(store, meeting):
    teacher = Onlooker(meeting.course_id, 1, leads=True)
    store.records.save_recordings(meeting.id, "live", [found("a"), found("b")], NOW)
    one = next(r for r in store.recordings.listed(teacher, limit=9) if r.record_id == "a")
    store.recordings.set_published(one.id, published=False)
    store.recordings.rename(one.id, "Sums")
    again = store.recordings.find(teacher, one.id)
    assert (again.state, again.name) == ("unpublished", "Sums")
    store.recordings.set_published(one.id, published=True)
    assert store.recordings.find(teacher, one.id).state == "published"
    store.recordings.gone(one.id, NOW)
    assert store.recordings.find(teacher, one.id) is None
    store.records.save_recordings(meeting.id, "live", [found("a", name="Other")], NOW + 1)
    assert store.recordings.find(teacher, one.id).name == "Other"
    assert names(store, teacher) == ["a"], "b is gone at the service"


def test_a_class_goes_by_its_title(store, meeting):
    teacher = Onlooker(meeting.course_id, 1, leads=True)
    store.records.save_recordings(meeting.id, "live", [found("a", started_ms=None)], NOW + 5)
    (one,) = store.recordings.listed(teacher, limit=9)
    assert (one.class_title, one.began_ms) == (meeting.name, NOW + 5)
    change(store, "UPDATE meetings SET title = 'Sums'")
    assert store.recordings.find(teacher, one.id).class_title == "Sums"


def test_what_a_service_told_is_collected_by_the_next_run(store, meeting):
    store.notices.note(Notice(meeting.id, "recording", "r1", at_ms=NOW + 1))
    assert due(store, MINUTE) == [meeting.id], "though it was never asked, and is quite new"
    assert due(store, 2 * MINUTE) == []
    store.notices.note(Notice(meeting.id, "recording", "r2", at_ms=NOW + 40 * DAY))
    assert due(store, 40 * DAY + MINUTE) == [meeting.id], "however long ago class was"
    assert due(store, 40 * DAY + 2 * MINUTE) == []


def test_recordings_of_long_ago_are_looked_after_once_a_day(store, meeting):
    assert kept(store, 20 * DAY) == [], "none is left of it"
    store.records.save_recordings(meeting.id, "live", [found("a")], NOW)
    assert kept(store, 13 * DAY) == [], "asked for anyway"
    assert kept(store, 20 * DAY) == [meeting.id]
    assert kept(store, 20 * DAY + MINUTE) == []
    assert kept(store, 21 * DAY) == [meeting.id]
    store.records.save_recordings(meeting.id, "live", [], NOW)
    assert kept(store, 30 * DAY) == []


def test_what_a_command_changed_is_looked_at_again(store, meeting):
    store.records.save_recordings(meeting.id, "live", [found("a")], NOW)
    assert due(store, 10 * MINUTE) == [meeting.id]
    store.records.look_again("other", ["a"])
    store.records.look_again(meeting.service, ["b"])
    assert due(store, 11 * MINUTE) == []
    store.records.look_again(meeting.service, ["a", "x"])
    assert due(store, 12 * MINUTE) == [meeting.id]
