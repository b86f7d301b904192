"""Which meeting a link means: in its course, in a copy of it, and for whom nothing is known."""

from __future__ import annotations

import pytest

from lti_bridge.directory import Course, LmsServices
from lti_bridge.scheduling import LinkBook
from lti_bridge.scheduling.linking import history
from lti_bridge.store import new_token
from tests.unit.store.test_links import URL, graded, gradings, linked
from tests.unit.store.values import NOW, at_once


@pytest.fixture
def links(building):
    return a_book(building)


def a_book(building):
    store = building.store
    return LinkBook(
        store.links, building.book(), store.series, now=building.clock, clock=building.clock
    )


def in_course(building, name, title="Biology"):
    record = building.store.people.add_course(1, name, "", title, now_ms=NOW)
    return Course(record.id, name, title, 12)


def a_launch(building, link="link-1", context="course-1", **custom):
    return building.launch(resource_link_id=link, lti_context_id=context, custom=custom)


def test_a_link_leads_into_the_meeting_that_it_names(building, links):
    course, token = in_course(building, "course-1"), new_token()
    made = linked(building.store, course.id, token)
    for link in ("link-1", "link-2"):
        assert links.meeting_for(a_launch(building, link, meeting=token), course).id == made.id


def test_a_copied_course_gets_a_meeting_of_its_own(building, links):
    first, token = in_course(building, "course-1"), new_token()
    made = linked(building.store, first.id, token, record=True, wait_for_moderator=True)
    second = in_course(building, "course-2", "Biology, next year")
    launch = a_launch(building, "link-9", "course-2", meeting=token)
    copy = links.meeting_for(launch, second)
    assert copy.id != made.id
    assert copy.course_id == second.id
    assert (copy.title, copy.text) == (made.title, made.text)
    assert (copy.record, copy.wait_for_moderator) == (True, True)
    assert copy.name == "Biology, next year – Laboratory"
    assert copy.attendee_password != made.attendee_password
    assert links.meeting_for(launch, second).id == copy.id
    assert a_book(building).meeting_for(launch, second).id == copy.id
    assert links.meeting_for(a_launch(building, meeting=token), first).id == made.id


def test_of_two_who_come_to_the_copy_at_once_one_makes_it(building):
    token = new_token()
    linked(building.store, in_course(building, "course-1").id, token)
    second = in_course(building, "course-2")
    launch = a_launch(building, "link-9", "course-2", meeting=token)
    books = [a_book(building) for _ in range(8)]
    found = at_once(8, lambda number: books[number].meeting_for(launch, second))
    assert len({one.id for one in found}) == 1
    assert len(building.store.links.of_course(second.id)) == 1


def test_a_copy_of_a_copy_is_like_the_one_before(building, links):
    token = new_token()
    linked(building.store, in_course(building, "course-1").id, token)
    second = links.meeting_for(
        a_launch(building, "link-2", "course-2", meeting=token), in_course(building, "course-2")
    )
    building.store.meetings.set_waiting(second.id, wait_for_moderator=True)
    launch = a_launch(
        building, "link-3", "course-3", meeting=token, context_history="course-2,course-1"
    )
    third = links.meeting_for(launch, in_course(building, "course-3"))
    assert third.id != second.id
    assert third.wait_for_moderator


@pytest.mark.parametrize("token", ["", "x", "1" * 31, "A" * 32, "$x", "1" * 33, "1" * 32 + "\n"])
def test_what_is_no_token_is_a_plain_link(building, links, token):
    course = building.course()
    plain = links.meeting_for(a_launch(building), course)
    assert links.meeting_for(a_launch(building, meeting=token), course).id == plain.id


def test_a_token_that_nobody_knows_is_a_plain_link(building, links):
    course, token = building.course(), new_token()
    plain = links.meeting_for(a_launch(building), course)
    assert links.meeting_for(a_launch(building, meeting=token), course).id == plain.id
    assert links.meeting_for(a_launch(building, meeting=token), course).id == plain.id
    made = linked(building.store, course.id, token)  # by another process, a moment later
    building.clock.pass_by(21)
    assert links.meeting_for(a_launch(building, meeting=token), course).id == made.id


def test_a_plain_link_that_was_copied_begins_with_the_old_links_settings(building, links):
    first = in_course(building, "course-1")
    old = links.meeting_for(a_launch(building, "link-1", record="true"), first)
    building.store.meetings.set_waiting(old.id, wait_for_moderator=True)
    graded(building.store, old.id, url=URL)
    second = in_course(building, "course-2")
    launch = a_launch(building, "link-9", "course-2", link_history="link-1")
    new = links.meeting_for(launch, second)
    assert new.id != old.id
    assert (new.record, new.wait_for_moderator) == (True, True)
    assert gradings(building.store)[new.id][-1] == ""


def test_what_a_copied_link_says_itself_counts_more(building, links):
    old = links.meeting_for(a_launch(building, "link-1", record="true"), building.course())
    launch = a_launch(building, "link-9", "course-2", link_history="link-1", record="false")
    assert old.record
    assert not links.meeting_for(launch, in_course(building, "course-2")).record


def test_the_column_that_the_lms_made_is_kept(building, links):
    course, token = in_course(building, "course-1"), new_token()
    made = linked(building.store, course.id, token)
    launch = building.launch(custom={"meeting": token}, services=LmsServices(line_item_url=URL))
    links.meeting_for(launch, course)
    assert building.store.meetings.by_id(made.id).line_item_url == URL
    building.store.meetings.coupled(made.id, "https://lms.example.edu/items/2")
    building.clock.pass_by(21)
    links.meeting_for(launch, course)  # of two links' columns each is written down once
    assert building.store.meetings.by_id(made.id).line_item_url.endswith("/2")


def test_the_link_that_names_a_meeting_is_kept(building, links):
    course, token = in_course(building, "course-1"), new_token()
    made = linked(building.store, course.id, token)

    def kept():
        return building.store.meetings.by_id(made.id).named_by_link_id

    links.meeting_for(a_launch(building, "link-1", meeting=token), course)
    assert kept() == "link-1"
    links.meeting_for(a_launch(building, "link-2", meeting=token), course)
    assert kept() == "link-2"
    building.clock.pass_by(21)
    links.meeting_for(a_launch(building, "link-1", meeting=token), course)
    assert kept() == "link-2", "each is written down once"
    plain = links.meeting_for(a_launch(building, "link-3"), course)
    assert building.store.meetings.by_id(plain.id).named_by_link_id is None


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("", []),
        ("a", ["a"]),
        ("b,a", ["b", "a"]),
        (" b , a ,", ["b", "a"]),
        ("$Context.id.history", []),
        ("x" * 8001, []),
    ],
)
def test_histories_are_read_or_left(value, ids):
    assert history(value) == ids
