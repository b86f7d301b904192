"""Which service a meeting is on, what the service said of it, and that it has ended."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from lti_bridge.store import NewMeeting
from lti_bridge.store.tables import MeetingRow
from tests.unit.store.values import ALIKE, ANN, NOW, a_meeting, a_platform

ALL = ("live", "backup", "webinars")
QUIET = NOW - 12 * 3_600_000


def confirm(store, meeting, now=NOW, remote_id="", create_time=111):
    claim = store.meetings.claim(
        meeting.id, now_ms=now, confirmed_before_ms=now - 20_000, hold_ms=10_000
    )
    store.meetings.confirmed(claim, create_time, remote_id, now)


def again(store, meeting):
    return store.meetings.by_id(meeting.id)


def stands_on(store, *meetings):
    return [again(store, meeting).service for meeting in meetings]


def test_what_the_service_calls_it_is_remembered(store):
    made = a_meeting(store)
    assert (made.remote_id, made.moderator_ms) == ("", None)
    confirm(store, made, remote_id="12")
    row = again(store, made)
    assert (row.remote_id, row.create_time, row.confirmed_ms) == ("12", 111, NOW)
    confirm(store, made, NOW + 30_000, "دانشگاه-13", None)
    row = again(store, made)
    assert (row.remote_id, row.create_time) == ("دانشگاه-13", None)


def test_a_meeting_is_found_by_the_id_that_services_know(store):
    one, other = a_meeting(store), a_meeting(store, "link-2")
    assert store.meetings.by_meeting_id(one.meeting_id) == one
    assert store.meetings.by_meeting_id(other.meeting_id) == other
    for wrong in ("", one.meeting_id.upper(), f"{one.meeting_id} ", one.meeting_id[:-1], "%"):
        assert store.meetings.by_meeting_id(wrong) is None


@pytest.mark.parametrize("wrong", [each for each in ALIKE if each.isprintable()])
def test_whatever_is_asked_for_as_an_id_is_looked_for_in_peace(store, wrong):
    assert store.meetings.by_meeting_id(wrong) is None


def test_when_a_moderator_came_is_kept_for_that_meeting(store):
    one, other = a_meeting(store), a_meeting(store, "link-2")
    for moment in (NOW, NOW + 5):
        store.meetings.moderator_came(one.id, moment)
        assert again(store, one).moderator_ms == moment
    assert again(store, other) == other


def test_one_that_has_ended_is_made_anew_by_the_next(store):
    made, other = a_meeting(store), a_meeting(store, "link-2")
    for meeting in (made, other):
        confirm(store, meeting, remote_id="12")
        store.meetings.moderator_came(meeting.id, NOW)
    before = again(store, other)
    store.meetings.ended(made.id, NOW)
    row = again(store, made)
    assert (row.confirmed_ms, row.moderator_ms) == (0, None)
    assert row.remote_id == "12", "some services keep it, and it needn't be made a second time"
    assert again(store, other) == before
    claim = store.meetings.claim(made.id, now_ms=NOW, confirmed_before_ms=0, hold_ms=10_000)
    assert claim is not None, "at once"


def used(store, meeting):
    query = select(MeetingRow.used_ms).where(MeetingRow.id == meeting.id)
    return store.database.read(lambda c: c.execute(query).scalar_one())


def test_when_it_was_last_used_is_known_after_its_end_too(store):
    made = a_meeting(store)
    assert used(store, made) is None
    confirm(store, made, NOW)
    assert used(store, made) == NOW
    store.meetings.ended(made.id, NOW + 5)
    assert used(store, made) == NOW + 5


def test_a_class_is_its_first_moderators(store):
    made = a_meeting(store)
    people = [
        store.people.arrive(1, sub, ANN, course_id=made.course_id, role="moderator", now_ms=NOW)
        for sub in ("ann", "bob")
    ]
    assert again(store, made).host_id is None
    store.meetings.hosted(made.id, 4711)
    assert again(store, made).host_id is None, "somebody who isn't there any more"
    for person in people:
        store.meetings.hosted(made.id, person.id)
    assert again(store, made).host_id == people[0].id


def test_to_end_it_takes_nothing_from_who_makes_it_just_now(store):
    made = a_meeting(store)
    claim = store.meetings.claim(made.id, now_ms=NOW, confirmed_before_ms=0, hold_ms=10_000)
    store.meetings.ended(made.id, NOW)
    store.meetings.confirmed(claim, 5, "7", NOW)
    assert again(store, made).remote_id == "7"


def test_a_meeting_is_made_where_its_link_or_else_its_course_says(store):
    plain = a_meeting(store)
    of_link = a_meeting(store, "link-2", own_service="webinars")
    store.services.assign_course(plain.course_id, "backup")
    of_course = a_meeting(store, "link-3")
    of_both = a_meeting(store, "link-4", own_service="webinars")
    assert [one.service for one in (plain, of_link, of_course, of_both)] == [
        "live",
        "webinars",
        "backup",
        "webinars",
    ]
    assert a_meeting(store, "link-2", own_service="live") == of_link, "it stays as it was made"


def test_meetings_move_to_the_service_meant_for_them_and_forget_what_was_there(store):
    plain, of_link = a_meeting(store), a_meeting(store, "link-2", own_service="webinars")
    confirm(store, plain, QUIET - 1, "12")
    store.meetings.moderator_came(plain.id, QUIET - 1)
    assert store.meetings.follow_platforms(ALL, QUIET) == 0
    store.services.assign_course(plain.course_id, "backup")
    assert store.meetings.follow_platforms(ALL, QUIET) == 1
    moved = again(store, plain)
    assert (moved.service, moved.remote_id, moved.create_time) == ("backup", "", None)
    assert (moved.confirmed_ms, moved.moderator_ms) == (0, None)
    assert moved.meeting_id == plain.meeting_id
    assert again(store, of_link) == of_link
    assert store.meetings.follow_platforms(ALL, QUIET) == 0, "once is enough"
    store.services.assign_course(plain.course_id, None)
    assert store.meetings.follow_platforms(ALL, QUIET) == 1
    assert stands_on(store, plain, of_link) == ["live", "webinars"]


def test_a_meeting_that_may_be_running_stays_until_it_is_quiet(store):
    made = a_meeting(store)
    confirm(store, made, QUIET)
    store.services.assign_course(made.course_id, "backup")
    assert store.meetings.follow_platforms(ALL, QUIET) == 0
    assert store.meetings.follow_platforms(ALL, QUIET + 1) == 1
    assert stands_on(store, made) == ["backup"]


def test_one_whose_service_went_away_moves_at_once(store):
    running = a_meeting(store, own_service="webinars")
    confirm(store, running)
    assert store.meetings.follow_platforms(("live", "backup"), QUIET) == 1
    assert stands_on(store, running) == ["live"], "the platform's, since its own isn't there"
    assert store.meetings.follow_platforms(ALL, QUIET) == 1
    assert stands_on(store, running) == ["webinars"], "and back when its own is there again"


def test_a_course_on_a_service_that_went_away_meets_where_its_platform_says(store):
    made = a_meeting(store)
    store.services.assign_course(made.course_id, "backup")
    store.meetings.follow_platforms(ALL, QUIET)
    assert store.meetings.follow_platforms(("live",), QUIET) == 1
    assert stands_on(store, made) == ["live"]
    own = a_meeting(store, "link-2", own_service="webinars")
    assert store.meetings.follow_platforms(("live", "backup"), QUIET) == 2
    assert stands_on(store, made, own) == ["backup", "backup"], "the course comes next"


def test_a_platform_that_names_another_takes_its_plain_courses_along(store):
    plain, of_link = a_meeting(store), a_meeting(store, "link-2", own_service="live")
    store.platforms.synchronise([a_platform(conferencing="backup")], NOW)
    assert store.meetings.follow_platforms(ALL, QUIET) == 1
    assert stands_on(store, plain, of_link) == ["backup", "live"]


def test_without_any_service_everything_goes_where_the_platform_says(store):
    made = a_meeting(store, own_service="webinars")
    assert store.meetings.follow_platforms((), QUIET) == 1
    assert stands_on(store, made) == ["live"]
    assert store.meetings.follow_platforms((), QUIET) == 0


def test_scheduled_meetings_that_somebody_opened_stay(store):
    made = a_meeting(store)
    planned = text("UPDATE meetings SET begins_ms = 1, used_ms = 1")
    store.database.write(lambda c: c.execute(planned))
    store.services.assign_course(made.course_id, "backup")
    assert store.meetings.follow_platforms(ALL, QUIET) == 0


def test_standing_meetings_without_a_link_of_their_own_follow_too(store):
    """Those of groups, and those that links name."""
    made = a_meeting(store)
    clear = text("UPDATE meetings SET resource_link_id = NULL")
    store.database.write(lambda c: c.execute(clear))
    store.services.assign_course(made.course_id, "backup")
    assert store.meetings.follow_platforms(ALL, QUIET) == 1


def test_a_meeting_of_a_course_that_is_not_there_says_so_by_its_key(store):
    new = NewMeeting(99, "link", "live", "x", "", None, 7, "course")
    with pytest.raises(IntegrityError):
        store.meetings.add_standing(new, NOW)
