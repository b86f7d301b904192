"""The people of a course and its groups, as a teacher and students see and use them."""

from __future__ import annotations

from playwright.sync_api import expect

from lti_bridge.app.background import jobs_of
from tests.browser.people import in_class
from tests.browser.test_looks import readable_by_everybody
from tests.browser.test_picking import back_in_course, open_picker
from tests.browser.university import IN_FRAME, PERSIAN_STUDENT, STUDENT, TEACHER


def everybody_is_known(town):
    town.campus.launch(town.campus.student, town.campus.link("window"))
    assert jobs_of(town.campus.bridge).rosters() == 1


def page_of(town, who, **browser):
    person = town.person(who, **browser)
    person.open_course()
    person.open_link(IN_FRAME)
    return person, person.frame()


def test_a_teacher_looks_somebody_up(town):
    everybody_is_known(town)
    person, frame = page_of(town, TEACHER)
    frame.get_by_role("button", name="Show people").click()
    frame = person.frame()
    expect(frame.get_by_role("heading", name="People of this course")).to_be_visible()
    expect(frame.get_by_text("Ben Okafor")).to_be_visible()
    frame.get_by_label("Name or e-mail").fill("سارا")
    frame.get_by_role("button", name="Search").click()
    expect(frame.get_by_text("Ben Okafor")).to_have_count(0)
    expect(frame.get_by_text("سارا محمدی")).to_be_visible()
    readable_by_everybody(person.frame())
    person.frame().get_by_role("button", name="Back").click()
    expect(person.frame().get_by_role("button", name="Join", exact=True)).to_be_visible()


def test_a_student_meets_their_own_group(town):
    everybody_is_known(town)
    person, frame = page_of(town, STUDENT)
    expect(frame.get_by_text("Green team")).to_have_count(0)
    button = frame.get_by_role("button", name="Join Blue team")
    person.point_at(button)
    with person.context.expect_page() as opened:
        button.click()
    in_class(opened.value, STUDENT, "Attendee")


def test_everybody_can_read_the_teachers_groups(town):
    everybody_is_known(town)
    _, frame = page_of(town, TEACHER)
    expect(frame.get_by_role("heading", name="Groups")).to_be_visible()
    readable_by_everybody(frame)


def test_everybody_can_read_their_groups_from_right_to_left(town):
    everybody_is_known(town)
    _, frame = page_of(town, PERSIAN_STUDENT, locale="fa-IR")
    expect(frame.get_by_text("Green team")).to_be_visible()
    assert frame.evaluate("document.dir") == "rtl"
    readable_by_everybody(frame)


def add_a_link_to_groups(town, shown):
    """A teacher adds it in the LMS's own picker."""
    teacher = town.person(TEACHER)
    frame = open_picker(teacher)
    frame.get_by_label("Title").fill("Seminar groups")
    frame.locator("summary").last.click()
    frame.get_by_label("How it opens").last.select_option(shown)
    frame.get_by_label("Each group has a meeting of its own").last.check()
    frame.get_by_role("button", name="Add to the course").click()
    back_in_course(teacher)
    return teacher


def test_a_link_in_a_window_leads_straight_into_ones_group(town):
    everybody_is_known(town)
    teacher = add_a_link_to_groups(town, "In a window of its own")
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.open_window("Seminar groups"), STUDENT, "Attendee")
    names = {meeting.name for meeting in town.campus.meetingz.meetings.values()}
    assert "Algebra I – Blue team" in names
    assert "Algebra I – Seminar groups" not in names
    page = teacher.open_window("Seminar groups")
    expect(page.get_by_role("button", name="Join Green team")).to_be_visible()


def test_a_student_in_no_group_reads_so_and_has_the_whole_class(town):
    town.campus.lms.groups.dissolved |= {"g-pr-blue", "g-pr-green"}
    everybody_is_known(town)
    add_a_link_to_groups(town, "On the course page")
    student = town.person(STUDENT)
    student.open_course()
    frame = student.open_link("Seminar groups")
    expect(frame.get_by_text("You aren’t in a group of this course yet")).to_be_visible()
    readable_by_everybody(student.frame())
    in_class(student.join(frame), STUDENT, "Attendee")
