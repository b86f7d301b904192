from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.directory import Course
from lti_bridge.scheduling import MeetingBook
from lti_bridge.scheduling.standing import LONGEST_LOGOUT_URL, meeting_name
from tests.unit.store.values import at_once


def test_the_first_launch_makes_the_meeting_and_later_ones_find_it(building):
    book, course = building.book(), building.course()
    made = book.standing(building.launch(return_url="https://lms.example.edu/back"), course)
    assert (made.service, made.name) == ("live", "Biology – Lectures")
    assert (made.meets_course_id, made.meets_connection) == (12, 7)
    assert (made.lti_context_id, made.logout_url) == ("course-1", "https://lms.example.edu/back")
    other = building.launch(
        lti_user_id="bob", link_title="Renamed", return_url="https://lms.example.edu/elsewhere"
    )
    for later in (book, building.book()):
        assert later.standing(other, building.course(title="Botany", meets_id=13)) == made


def test_each_link_of_a_course_has_its_own(building):
    book, course = building.book(), building.course()
    meetings = [
        book.standing(building.launch(resource_link_id=link), course) for link in ("a", "b", "a")
    ]
    assert meetings[0] == meetings[2] != meetings[1]


def test_the_same_link_of_two_courses_has_two(building):
    record = building.store.people.add_course(1, "course-2", "", "", now_ms=1)
    book = building.book()
    other = Course(record.id, "course-2", "", None)
    courses = [building.course(), other]
    assert len({book.standing(building.launch(), course).id for course in courses}) == 2
    assert book.standing(building.launch(course_title="Chemistry"), other).name.startswith("Biol")


def test_the_first_hundred_people_at_once_get_the_same(building):
    book, course = building.book(), building.course()
    meetings = at_once(32, lambda _: book.standing(building.launch(), course))
    assert len({meeting.meeting_id for meeting in meetings}) == 1


def test_what_is_remembered_costs_no_read(building):
    book, course = building.book(), building.course()
    made = book.standing(building.launch(), course)
    building.store.meetings.set_waiting(made.id, wait_for_moderator=True)
    assert not book.standing(building.launch(), course).wait_for_moderator
    building.clock.pass_by(20)
    assert book.standing(building.launch(), course).wait_for_moderator
    assert book.by_id(made.id).wait_for_moderator


def test_a_change_made_here_is_seen_here_at_once(building):
    book, course = building.book(), building.course()
    made = book.standing(building.launch(), course)
    book.set_waiting(made.id, wait_for_moderator=True)
    assert book.by_id(made.id).wait_for_moderator
    assert book.standing(building.launch(), course).wait_for_moderator


def test_a_meeting_that_was_deleted_is_made_anew(building):
    book, course = building.book(), building.course()
    made = book.standing(building.launch(), course)
    building.store.database.write(lambda c: c.exec_driver_sql("DELETE FROM meetings"))
    building.clock.pass_by(20)
    assert book.by_id(made.id) is None
    assert book.standing(building.launch(), course).meeting_id != made.meeting_id


@pytest.mark.parametrize("word", ["true", "TRUE", " yes ", "1", "on"])
def test_a_link_may_wish_for_recording_and_waiting(building, word):
    launch = building.launch(custom={"record": word, "wait_for_moderator": word})
    made = building.book().standing(launch, building.course())
    assert (made.record, made.wait_for_moderator) == (True, True)


@pytest.mark.parametrize("word", ["", "false", "no", "0", "$Canvas.whatever"])
def test_anything_else_is_no_wish(building, word):
    launch = building.launch(custom={"record": word, "wait_for_moderator": word})
    made = building.book().standing(launch, building.course())
    assert (made.record, made.wait_for_moderator) == (False, False)


def book_of(building, *names):
    return MeetingBook(
        building.store.meetings,
        service_names=lambda: names,
        now=building.clock,
        clock=building.clock,
    )


@pytest.mark.parametrize("named", ["webinars", " webinars ", "\twebinars\n"])
def test_a_link_may_name_the_service_it_meets_on(building, named):
    launch = building.launch(custom={"conferencing": named})
    made = book_of(building, "live", "webinars").standing(launch, building.course())
    assert made.service == "webinars"
    store = building.store
    store.services.assign_course(made.course_id, "backup")
    assert store.meetings.follow_platforms(("live", "webinars", "backup"), 0) == 0, "it stays there"


@pytest.mark.parametrize(
    "named", ["", " ", "elsewhere", "Webinars", "webinars;", "$Course.service", "x" * 5000, "\0"]
)
def test_a_name_that_no_service_has_is_passed_over(building, named):
    launch = building.launch(custom={"conferencing": named})
    made = book_of(building, "live", "webinars").standing(launch, building.course())
    assert made.service == "live"
    building.store.services.assign_course(made.course_id, "webinars")
    assert building.store.meetings.follow_platforms(("live", "webinars"), 0) == 1, "as any other"


def test_without_services_no_name_is_known(building):
    launch = building.launch(custom={"conferencing": "live"})
    assert building.book().standing(launch, building.course()).service == "live"


def test_a_course_that_is_assigned_has_its_new_meetings_there(building):
    course = building.course()
    building.store.services.assign_course(course.id, "backup")
    book = book_of(building, "live", "webinars", "backup")
    assert book.standing(building.launch(), course).service == "backup"
    own = building.launch(resource_link_id="b", custom={"conferencing": "webinars"})
    assert book.standing(own, course).service == "webinars"


def test_that_a_moderator_came_is_seen_here_at_once(building):
    book, course = building.book(), building.course()
    made = book.standing(building.launch(), course)
    book.moderator_came(made.id, 1234)
    assert book.by_id(made.id).moderator_ms == 1234


def test_a_way_back_that_is_too_long_to_send_is_left_out(building):
    book, course = building.book(), building.course()
    base = "https%3A%2F%2Flms.example.edu%2F"
    room = LONGEST_LOGOUT_URL - len(base)
    urls = {
        "fits": "https://lms.example.edu/" + "x" * room,
        "too long": "https://lms.example.edu/" + "x" * (room + 1),
        "too long as sent": "https://lms.example.edu/" + "%20" * (room // 5 + 1),
    }
    kept = {
        link: book.standing(building.launch(resource_link_id=link, return_url=url), course)
        for link, url in urls.items()
    }
    assert [kept[link].logout_url for link in urls] == [urls["fits"], "", ""]
    building.opener().open(kept["fits"])
    assert len(building.creates) == 1


@pytest.mark.parametrize(
    ("course", "link", "name"),
    [
        ("Biology", "Lectures", "Biology – Lectures"),
        ("Biology", "", "Biology"),
        ("", "Lectures", "Lectures"),
        (" Biology ", "\tLectures\n", "Biology – Lectures"),
        ("Biology", "Biology", "Biology"),
        ("", "", "Live class"),
        (" ", "\n", "Live class"),
        ("زیست‌شناسی", "کلاس ۱", "زیست‌شناسی – کلاس ۱"),
    ],
)
def test_a_meeting_is_named_after_course_and_link(course, link, name):
    assert meeting_name(course, link) == name


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_meetings_name_is_never_empty_and_never_too_long(course, link):
    assert 1 <= len(meeting_name(course, link)) <= 255
