"""Meetings by token, in their own course and in copies of it."""

from __future__ import annotations

from sqlalchemy import text

from lti_bridge.store import NewMeeting, copys_token, new_token
from tests.unit.store.values import NOW, a_meeting, a_platform, at_once

URL = "https://lms.example.edu/items/1"


def a_course(store, name, connection=1):
    return store.people.add_course(connection, name, "", name, now_ms=NOW).id


def new(course, token, **changes):
    values = {
        "course_id": course,
        "resource_link_id": None,
        "link_token": token,
        "service": "live",
        "name": "Biology – Laboratory",
        "title": "Laboratory",
        "text": "Onion cells",
        "logout_url": "",
        "meets_course_id": 12,
        "meets_connection": 7,
        "lti_context_id": "course-1",
    }
    return NewMeeting(**{**values, **changes})


def linked(store, course, token, **changes):
    return store.links.add(new(course, token, **changes), NOW)


def graded(store, meeting, **changes):
    values = {"points": 20, "label": "Attendance", "url": "", **changes}
    store.database.write(
        lambda c: c.execute(
            text(
                "INSERT INTO gradings (meeting_id, enabled, mode, threshold, points, label,"
                " line_item_url, claim_until_ms, failures, problem, updated_ms)"
                " VALUES (:meeting, true, 'presence', 70, :points, :label, :url, 0, 0, '', 1)"
            ),
            {"meeting": meeting, **values},
        )
    )


def gradings(store):
    rows = store.database.read(
        lambda c: c.execute(
            text("SELECT meeting_id, mode, threshold, points, label, line_item_url FROM gradings")
        ).all()
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def test_a_meeting_is_found_by_its_token_in_its_own_course(store):
    course, token = a_course(store, "course-1"), new_token()
    made = linked(store, course, token)
    assert (made.title, made.text, made.link_token) == ("Laboratory", "Onion cells", token)
    assert store.links.named(course, token).own == made
    assert store.meetings.by_id(made.id) == made


def test_in_another_course_it_is_only_what_a_copy_is_made_from(store):
    token = new_token()
    made = linked(store, a_course(store, "course-1"), token)
    other = a_course(store, "course-2")
    named = store.links.named(other, token)
    assert (named.own, named.origin) == (None, made)
    copy = linked(store, other, copys_token(token, other))
    assert copy.id != made.id
    assert copy.meeting_id != made.meeting_id
    assert copy.moderator_password != made.moderator_password
    assert store.links.named(other, token).own == copy
    assert store.links.named(a_course(store, "course-1"), token).own == made


def test_another_lms_learns_nothing_of_it(store):
    token = new_token()
    linked(store, a_course(store, "course-1"), token)
    store.platforms.synchronise([a_platform(), a_platform(issuer="https://other.example")], NOW)
    stranger = a_course(store, "course-1", connection=2)
    named = store.links.named(stranger, token)
    assert (named.own, named.origin) == (None, None)


def test_a_token_that_nobody_gave_out_means_nothing(store):
    named = store.links.named(a_course(store, "course-1"), new_token())
    assert (named.own, named.origin) == (None, None)


def test_of_two_who_make_it_at_once_both_get_the_same(store):
    course, token = a_course(store, "course-1"), new_token()
    made = at_once(8, lambda _: linked(store, course, token))
    assert len({one.id for one in made}) == 1
    assert len(store.links.of_course(course)) == 1


def test_a_meeting_gets_its_name_once(store):
    meeting = a_meeting(store)
    assert meeting.link_token is None
    names = set(at_once(4, lambda _: store.links.name(meeting.id)))
    assert len(names) == 1
    assert store.links.named(meeting.course_id, names.pop()).own.id == meeting.id


def test_a_picker_offers_the_courses_own_meetings(store):
    first = a_meeting(store)
    second = linked(store, first.course_id, new_token())
    linked(store, a_course(store, "course-2"), new_token())
    assert {one.id for one in store.links.of_course(first.course_id)} == {first.id, second.id}


def test_the_nearest_course_before_is_copied_from(store):
    token = new_token()
    linked(store, a_course(store, "course-1"), token)
    second, third = a_course(store, "course-2"), a_course(store, "course-3")
    copy = linked(store, second, copys_token(token, second), title="Renamed")
    assert store.links.nearest_copy(third, token, ["course-2", "course-1"]) == copy
    assert store.links.nearest_copy(third, token, ["course-1"]) is None
    assert store.links.nearest_copy(third, token, []) is None
    assert store.links.nearest_copy(third, token, ["nowhere"]) is None


def test_links_that_were_copied_tell_whose_meeting_is_like_theirs(store):
    first, second = a_meeting(store, "link-1"), a_meeting(store, "link-2")
    other = a_course(store, "course-2")
    assert store.links.standing_of(other, ["link-2", "link-1"]) == second
    assert store.links.standing_of(other, ["nothing", "link-1"]) == first
    assert store.links.standing_of(other, []) is None
    assert store.links.standing_of(first.course_id, ["link-1"]) is None


def test_settings_of_grading_are_copied_and_nothing_else_of_it(store):
    token = new_token()
    origin = linked(store, a_course(store, "course-1"), token)
    graded(store, origin.id, url=URL)
    other = a_course(store, "course-2")
    copy = store.links.add(new(other, copys_token(token, other)), NOW, like=origin.id)
    assert gradings(store)[copy.id] == ("presence", 70, 20, "Attendance", "")
    assert gradings(store)[origin.id][-1] == URL
    store.links.add(new(other, copys_token(token, other)), NOW, like=origin.id)
    assert len(gradings(store)) == 2


def test_what_was_not_graded_is_not_graded_in_the_copy(store):
    origin = a_meeting(store)
    other = a_course(store, "course-2")
    store.links.add(new(other, new_token()), NOW, like=origin.id)
    store.links.grade_like(origin.id, origin.id, NOW)
    assert gradings(store) == {}


def test_linked_meetings_follow_their_platform_to_another_service(store):
    made = linked(store, a_course(store, "course-1"), new_token())
    store.platforms.synchronise([a_platform(conferencing="new")], NOW)
    assert store.meetings.follow_platforms(["live", "new"], NOW) == 1
    assert store.meetings.by_id(made.id).service == "new"
