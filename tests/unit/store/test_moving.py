"""What people and courses had by LTI 1.1 goes with them to LTI 1.3, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from lti_bridge.errors import StoreError
from lti_bridge.store import Moved, NewMeeting, Outcome, Place, Profile
from lti_bridge.store.records import FoundRecording
from lti_bridge.store.tables import (
    AliasRow,
    AttendanceRow,
    CourseRow,
    CourseServicesRow,
    GradingRow,
    MeetingRow,
    MeetsEventRow,
    MembershipRow,
    OutcomeLinkRow,
    RecordingRow,
    ScoreRow,
    UserRow,
)
from tests.unit.store.values import ANN, NOW, a_platform, an_old_platform, at_once
from tests.unit.store.workers import bring as bring_elsewhere
from tests.unit.store.workers import in_four_processes

OLD = Place(2, "old-course", "old-ann", "old-link")
NEW = Place(1, "course", "ann", "link")


@pytest.fixture
def both(store):
    """A store that knows an LMS by both versions: 1 by LTI 1.3, 2 by LTI 1.1."""
    store.platforms.synchronise([a_platform(), an_old_platform()], NOW)
    return store


def course_at(store, place, **answer):
    link = place.lone_link_id
    title = f"Biology {place.connection_id}"
    row = store.people.add_course(
        place.connection_id, place.lti_context_id, link, title, now_ms=NOW, **answer
    )
    return row.id


def person_at(store, place, course, *, profile=ANN, role="attendee", now=NOW, **answer):
    row = store.people.arrive(
        place.connection_id,
        place.lti_user_id,
        profile,
        course_id=course,
        role=role,
        now_ms=now,
        **answer,
    )
    return row.id


def meeting_at(store, place, course):
    new = NewMeeting(
        course_id=course,
        resource_link_id=place.resource_link_id,
        service="live",
        name="Biology",
        logout_url="",
        meets_course_id=None,
        meets_connection=7,
        lti_context_id=place.lti_context_id,
    )
    return store.meetings.add_standing(new, NOW)


def launched(store, place, **answer):
    """What a launch leaves: course, person and meeting."""
    course = course_at(store, place, **answer)
    return course, person_at(store, place, course, **answer), meeting_at(store, place, course)


def bring(store, old=OLD, new=NEW):
    return store.moving.bring(old, new, NOW + 5)


def rows(store, table, *columns):
    names = columns or tuple(table.__table__.columns.keys())
    query = select(*(getattr(table, name) for name in names)).order_by(*table.__table__.primary_key)
    return [tuple(row) for row in store.database.read(lambda c: c.execute(query).all())]


def write(store, *statements):
    def change(connection):
        for statement in statements:
            connection.execute(statement)

    store.database.write(change)


def test_rows_of_before_become_those_of_now_with_their_numbers(both):
    course, person, meeting = launched(both, OLD, meets_id=77, asked_ms=NOW)
    assert bring(both).whole
    now = both.people.course(1, "course", "")
    assert (now.id, now.meets_id, now.title) == (course, 77, "Biology 2")
    assert both.people.person(1, "ann", course).id == person
    assert both.people.person(1, "ann", course).role == "attendee"
    assert both.meetings.standing(course, "link") == meeting
    assert both.people.course(2, "old-course", "") is None
    assert (len(rows(both, CourseRow)), len(rows(both, UserRow))) == (1, 1)


def test_links_of_before_are_led_to_the_moved_rows(both):
    launched(both, OLD)
    assert both.moving.meant_by(OLD) == Moved()
    bring(both)
    assert both.moving.meant_by(OLD) == Moved((1, "course", ""), (1, "ann"), "link")
    assert both.moving.meant_by(replace(OLD, lti_user_id="", resource_link_id="x")) == Moved(
        (1, "course", "")
    )
    assert both.moving.meant_by(replace(OLD, lti_context_id="elsewhere")) == Moved(
        None, (1, "ann"), None
    )
    assert both.moving.meant_by(replace(OLD, connection_id=1)) == Moved()


def test_moving_again_changes_nothing(both):
    launched(both, OLD)
    bring(both)
    tables = (CourseRow, UserRow, MeetingRow, MembershipRow, AliasRow)
    before = [rows(both, table) for table in tables]
    assert bring(both).whole
    assert [rows(both, table) for table in tables] == before


def test_nothing_of_before_and_nothing_now_is_not_whole_yet(both):
    assert not bring(both).whole
    assert rows(both, AliasRow) == []
    launched(both, NEW)
    assert bring(both).whole, "then there is something that the old names mean"
    assert both.moving.meant_by(OLD) == Moved((1, "course", ""), (1, "ann"), "link")


def test_equal_identifiers_need_no_alias_of_the_meeting(both):
    old = replace(OLD, resource_link_id="link")
    course, _, meeting = launched(both, old)
    assert bring(both, old).whole
    assert both.meetings.standing(course, "link") == meeting
    assert [row[1] for row in rows(both, AliasRow)] == ["course", "user"]


def test_an_anonymous_person_moves_nobody(both):
    old, new = replace(OLD, lti_user_id=""), replace(NEW, lti_user_id="")
    launched(both, OLD)
    assert bring(both, old, new).whole
    assert bring(both, OLD, new).whole
    assert both.people.person(2, "old-ann", 1) is not None


def test_a_course_without_context_is_known_by_its_link(both):
    old, new = replace(OLD, lti_context_id=""), replace(NEW, lti_context_id="")
    course, _, meeting = launched(both, old)
    assert bring(both, old, new).whole
    assert both.people.course(1, "", "link").id == course
    assert both.meetings.standing(course, "link") == meeting
    assert both.moving.meant_by(old).course == (1, "", "link")
    assert both.moving.meant_by(replace(OLD, lti_context_id="old-link")).course is None


# --- rows on both sides --------------------------------------------------------------------------


def test_of_two_courses_and_people_those_of_now_stay(both):
    launched(both, OLD)
    course, person, meeting = launched(both, NEW)
    assert bring(both).whole
    assert both.people.course(1, "course", "").id == course
    assert both.people.person(1, "ann", course).id == person
    assert both.meetings.standing(course, "link").id == meeting.id
    assert rows(both, CourseRow, "id") == [(course,)]
    assert rows(both, UserRow, "id") == [(person,)]


def test_no_meeting_is_given_up_and_each_keeps_its_id_at_the_service(both):
    _, _, old = launched(both, OLD)
    course, _, new = launched(both, NEW)
    same, _ = meeting_at(both, NEW, course), bring(both)
    assert same.id == new.id
    kept = both.meetings.by_id(old.id)
    assert (kept.course_id, kept.meeting_id) == (course, old.meeting_id)
    assert both.moving.meant_by(OLD).resource_link_id == "link"


def test_of_two_meetings_of_one_link_that_of_now_stays_the_links(both):
    old = replace(OLD, resource_link_id="link")
    _, _, before = launched(both, old)
    course, _, now = launched(both, NEW)
    assert bring(both, old).whole
    assert both.meetings.standing(course, "link").id == now.id
    kept = both.meetings.by_id(before.id)
    assert (kept.course_id, kept.meeting_id) == (course, before.meeting_id)


def test_recordings_attendance_grades_and_hosts_go_along(both):
    _, ann, meeting = launched(both, OLD)
    both.records.save_recordings(meeting.id, "live", [a_recording("r-1")], NOW)
    write(
        both,
        insert(AttendanceRow).values(
            meeting_id=meeting.id, source="service", attendee="1", joined_ms=NOW, user_id=ann
        ),
        update(MeetingRow).values(host_id=ann),
        insert(GradingRow).values(
            meeting_id=meeting.id, enabled=True, mode="share", updated_ms=NOW
        ),
        insert(ScoreRow).values(meeting_id=meeting.id, user_id=ann, share=900, sent="90"),
    )
    both.outcomes.add([Outcome(meeting.id, ann, "https://lms.example.edu/o", "sid-1")])
    course, own, _ = launched(both, NEW)
    assert bring(both).whole
    assert rows(both, RecordingRow, "meeting_id", "record_id") == [(meeting.id, "r-1")]
    assert rows(both, AttendanceRow, "meeting_id", "user_id") == [(meeting.id, own)]
    assert rows(both, ScoreRow, "meeting_id", "user_id", "share") == [(meeting.id, own, 900)]
    assert rows(both, ScoreRow, "sent") == [("",)], "LTI 1.3 has a column that knows nothing yet"
    assert rows(both, GradingRow, "due_ms") == [(NOW + 5,)]
    assert both.meetings.by_id(meeting.id).host_id == own
    (outcome,) = both.outcomes.of_meeting(meeting.id)
    assert (outcome.user_id, outcome.sourced_id) == (own, "sid-1")
    assert both.outcomes.platform_of(meeting.id) == 2, "whose key signs, also after the move"
    assert both.meetings.by_id(meeting.id).course_id == course


def a_recording(number):
    return FoundRecording(
        record_id=number,
        name="Class",
        state="published",
        started_ms=NOW,
        ended_ms=NOW + 1,
        length_ms=1,
        participants=1,
        formats="[]",
    )


def test_what_both_have_of_one_thing_is_kept_once_that_of_now(both):
    """Scores, outcomes and memberships of the same meeting and course."""
    old_course, old_ann, _ = launched(both, OLD)
    course, ann, meeting = launched(both, NEW)
    person_at(both, OLD, course, role="attendee", now=NOW - 9)
    write(
        both,
        insert(GradingRow).values(
            meeting_id=meeting.id, enabled=True, mode="share", updated_ms=NOW
        ),
        insert(ScoreRow).values(meeting_id=meeting.id, user_id=ann, share=1000),
        insert(ScoreRow).values(meeting_id=meeting.id, user_id=old_ann, share=1),
        insert(CourseServicesRow).values(
            course_id=course, memberships_url="https://new", updated_ms=NOW
        ),
        insert(CourseServicesRow).values(
            course_id=old_course, memberships_url="https://old", updated_ms=NOW
        ),
        insert(MeetsEventRow).values(course_id=course, meets_id=5, name="new"),
        insert(MeetsEventRow).values(course_id=old_course, meets_id=5, name="old"),
        insert(MeetsEventRow).values(course_id=old_course, meets_id=6, name="only there"),
    )
    both.outcomes.add(
        [
            Outcome(meeting.id, ann, "https://lms.example.edu/o", "new"),
            Outcome(meeting.id, old_ann, "https://lms.example.edu/o", "old"),
        ]
    )
    assert bring(both).whole
    assert rows(both, ScoreRow, "user_id", "share") == [(ann, 1000)]
    assert rows(both, OutcomeLinkRow, "user_id", "sourced_id") == [(ann, "new")]
    assert rows(both, CourseServicesRow, "course_id", "memberships_url") == [
        (course, "https://new")
    ]
    events = rows(both, MeetsEventRow, "course_id", "meets_id", "name")
    assert sorted(events) == [(course, 5, "new"), (course, 6, "only there")]
    assert rows(both, MembershipRow, "course_id", "user_id", "since_ms") == [(course, ann, NOW - 9)]


def test_other_people_of_the_old_course_are_in_the_new_one(both):
    old_course, _, _ = launched(both, OLD)
    ben = person_at(both, replace(OLD, lti_user_id="old-ben"), old_course, role="moderator")
    course, _, _ = launched(both, NEW)
    bring(both)
    assert (course, ben, "moderator") in rows(both, MembershipRow, "course_id", "user_id", "role")
    assert both.people.person(2, "old-ben", course).role == "moderator", "until they come by 1.3"


@pytest.mark.parametrize(
    ("theirs", "own", "stays", "notes"),
    [(5, None, 5, 0), (None, 6, 6, 0), (7, 7, 7, 0), (5, 6, 6, 2), (None, None, None, 0)],
)
def test_numbers_of_meets_stay_and_where_they_differ_it_is_told(both, theirs, own, stays, notes):
    launched(both, OLD, meets_id=theirs, asked_ms=NOW)
    course, _, _ = launched(both, NEW, meets_id=own, asked_ms=NOW)
    brought = bring(both)
    assert both.people.course(1, "course", "").meets_id == stays
    assert both.people.person(1, "ann", course).meets_id == stays
    assert len(brought.notes) == notes
    pending = rows(both, CourseRow, "pending") + rows(both, UserRow, "pending")
    assert pending == [(stays is None,)] * 2


def test_texts_that_only_one_has_stay(both):
    old_course = course_at(both, OLD)
    person_at(both, OLD, old_course, profile=Profile("Ann Bee", "Ann", "Bee", "ann@old.example"))
    course = course_at(both, NEW)
    person_at(both, NEW, course, profile=Profile("Ann B.", "", "", ""))
    write(both, update(CourseRow).where(CourseRow.id == old_course).values(conferencing="webinars"))
    bring(both)
    assert both.people.person(1, "ann", course).profile == Profile(
        "Ann B.", "Ann", "Bee", "ann@old.example"
    )
    assert rows(both, CourseRow, "title", "conferencing") == [("Biology 1", "webinars")]


# --- what must not be moved ----------------------------------------------------------------------


def test_a_copied_course_that_names_the_same_old_one_gets_nothing(both):
    course, _, meeting = launched(both, OLD)
    bring(both)
    copy = replace(NEW, lti_context_id="copy", resource_link_id="copys-link")
    copied, _, own = launched(both, copy)
    assert bring(both, OLD, copy).whole
    assert both.people.course(1, "course", "").id == course
    assert both.people.course(1, "copy", "").id == copied
    assert both.meetings.standing(course, "link") == meeting
    assert both.meetings.standing(copied, "copys-link") == own
    assert both.moving.meant_by(OLD).course == (1, "course", "")


def test_another_person_who_names_the_same_old_one_gets_nothing(both):
    course, person, _ = launched(both, OLD)
    bring(both)
    other = replace(NEW, lti_user_id="eve")
    eve = person_at(both, other, course)
    assert bring(both, OLD, other).whole
    assert both.people.person(1, "ann", course).id == person
    assert both.people.person(1, "eve", course).id == eve != person


def test_other_courses_people_and_platforms_stay_as_they_are(both):
    launched(both, OLD)
    elsewhere = replace(OLD, lti_context_id="other", lti_user_id="ben", resource_link_id="other")
    course, person, meeting = launched(both, elsewhere)
    launched(both, NEW)
    bring(both)
    assert both.people.course(2, "other", "").id == course
    assert both.people.person(2, "ben", course).id == person
    assert both.meetings.standing(course, "other") == meeting


def test_each_further_link_of_a_moved_course_is_brought_when_it_is_launched(both):
    course, _, _ = launched(both, OLD)
    second = meeting_at(both, replace(OLD, resource_link_id="old-2"), course)
    bring(both)
    assert both.meetings.standing(course, "old-2") == second
    assert bring(
        both, replace(OLD, resource_link_id="old-2"), replace(NEW, resource_link_id="2")
    ).whole
    assert both.meetings.standing(course, "2") == second
    assert both.moving.meant_by(replace(OLD, resource_link_id="old-2")).resource_link_id == "2"


# --- at once -------------------------------------------------------------------------------------


@pytest.mark.parametrize("new_side", [False, True])
def test_several_processes_move_it_once(both, store_url, new_side):
    launched(both, OLD, meets_id=5, asked_ms=NOW)
    if new_side:
        launched(both, NEW, meets_id=6, asked_ms=NOW)
    results = in_four_processes(bring_elsewhere, store_url, OLD, NEW)
    assert [whole for whole, _ in results] == [True] * 4
    assert sorted(len(notes) for _, notes in results) == [0, 0, 0, 2 if new_side else 0]
    assert (len(rows(both, CourseRow)), len(rows(both, UserRow))) == (1, 1)
    assert len(rows(both, AliasRow)) == 3


def settled(store, place):
    """Where a launch by either version goes, as the bridge looks it up before anything else."""
    moved = store.moving.meant_by(place)
    if moved.course is None:
        return place
    connection, context, _ = moved.course
    own = moved.user and moved.user[1]
    link = moved.resource_link_id or place.resource_link_id
    return Place(connection, context, own or place.lti_user_id, link)


def test_launches_of_both_versions_beside_it_lose_nothing(both):
    course, person, meeting = launched(both, OLD)
    mates = {person_at(both, replace(OLD, lti_user_id=f"mate-{n}"), course) for n in range(5)}
    both.records.save_recordings(meeting.id, "live", [a_recording("r")], NOW)

    def work(number):
        if number % 3 == 0:
            return bring(both)
        place = NEW if number % 3 == 1 else OLD
        return launched(both, settled(both, replace(place, lti_user_id=f"somebody-{number}")))

    results = at_once(12, work)
    failed = [one for one in results if isinstance(one, Exception)]
    # Somebody whose course went in the very moment comes again, and is in the moved one then.
    assert all(isinstance(one, IntegrityError | StoreError | LookupError) for one in failed)
    assert bring(both).whole
    kept = both.people.course(1, "course", "").id
    # What was there before is all in the one course now, whichever row became it.
    belong = {
        user for place, user in rows(both, MembershipRow, "course_id", "user_id") if place == kept
    }
    assert mates <= belong
    assert both.people.person(1, "ann", kept).id in belong
    assert both.meetings.by_id(meeting.id).course_id == kept
    assert [row[0] for row in rows(both, RecordingRow, "meeting_id")] == [meeting.id]
    assert person in belong or both.moving.meant_by(OLD).user == (1, "ann")
    # Nobody who came meanwhile lost the meeting that they were shown into.
    shown = [one[2].id for one in results if isinstance(one, tuple)]
    assert all(both.meetings.by_id(row) for row in shown)
    # And whoever comes again is with the others, in the link's one meeting.
    for number in (1, 2, 4, 5):
        place = NEW if number % 3 == 1 else OLD
        again = launched(both, settled(both, replace(place, lti_user_id=f"somebody-{number}")))
        assert again[0] == kept
        assert again[2] == both.meetings.standing(kept, "link")


def test_a_name_that_stays_taken_is_told_as_an_error_and_nothing_is_half_done(both):
    launched(both, OLD)
    statements = (
        ["CREATE TRIGGER no BEFORE INSERT ON aliases BEGIN SELECT RAISE(ABORT, 'no'); END"]
        if both.database.is_sqlite
        else [
            (
                "CREATE OR REPLACE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN RAISE unique_violation; END'"
            ),
            "CREATE TRIGGER no BEFORE INSERT ON aliases FOR EACH ROW EXECUTE FUNCTION no()",
        ]
    )
    write(both, *(text(one) for one in statements))
    try:
        with pytest.raises(StoreError) as caught:
            bring(both)
    finally:
        on = "" if both.database.is_sqlite else " ON aliases"
        write(both, text(f"DROP TRIGGER no{on}"))
    assert caught.value.code == "moving"
    assert both.people.course(2, "old-course", "") is not None
    assert bring(both).whole
