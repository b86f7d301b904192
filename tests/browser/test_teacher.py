"""A teacher's page in the course, and students who wait for the teacher."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.people import Town, in_class
from tests.browser.steps import make_students_wait, reading
from tests.browser.university import (
    ASSISTANT,
    AT_ONCE,
    EMBEDDED,
    PERSIAN_STUDENT,
    STUDENT,
    TEACHER,
)


@pytest.fixture
def embedded(campus):
    """The LMS shows the conferencing service inside the tool's frame, too."""
    tool = next(iter(campus.lms.tools.values()))
    campus.lms.add_tool(replace(tool, framed_origins=(campus.meetingz_server.url,)))


def test_sees_nobody_joins_and_is_counted(town, campus):
    teacher = town.person(TEACHER, patient=True)
    teacher.open_course()
    frame = teacher.open_link()
    expect(frame.get_by_text("Nobody is in yet")).to_be_visible()
    expect(frame.get_by_text("Live now")).to_be_hidden()
    expect(frame.get_by_text("You join as Ana Pereira (teacher).")).to_be_visible()
    in_class(teacher.join(frame), "Ana Pereira", "Moderator")
    teacher.wait_until_shown(frame.get_by_text("People in class: 1"))
    expect(frame.get_by_text("Live now")).to_be_visible()
    expect(frame.get_by_text("Nobody is in yet")).to_be_hidden()
    (meeting,) = campus.meetingz.meetings.values()
    assert [one.role for one in meeting.joined] == ["MODERATOR"]


def test_reads_that_the_service_says_nothing(town, campus):
    campus.meetingz.faults.set("down")
    teacher = town.person(TEACHER)
    teacher.open_course()
    frame = teacher.open_link()
    expect(frame.get_by_text("We can’t see just now whether anyone is in")).to_be_visible()
    expect(frame.get_by_role("button", name="Join")).to_be_enabled()


def test_by_the_link_that_joins_at_once(town):
    teacher = town.person(TEACHER)
    teacher.open_course()
    in_class(teacher.open_window(AT_ONCE), "Ana Pereira", "Moderator")


def test_an_assistant_leads_the_class_too(town):
    assistant = town.person(ASSISTANT)
    assistant.open_course()
    in_class(assistant.join(assistant.open_link()), ASSISTANT, "Moderator")


def test_students_wait_and_go_in_by_themselves(town, campus):
    teacher, student = town.person(TEACHER), town.person(STUDENT, patient=True)
    teachers_frame = make_students_wait(teacher)
    student.open_course()
    frame = student.open_link()
    expect(frame.get_by_text("If your teacher isn’t there yet")).to_be_visible()
    window = student.join(frame)
    expect(window.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    window.get_by_role("button", name="Try now").click()
    expect(window.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    assert not campus.meetingz.meetings
    in_class(teacher.join(teachers_frame), "Ana Pereira", "Moderator")
    student.wait_until_shown(window.locator("#me"))
    in_class(window, STUDENT, "Attendee")


def test_a_page_that_was_out_of_sight_asks_when_it_comes_back(town):
    teacher, student = town.person(TEACHER), town.person(STUDENT)
    teachers_frame = make_students_wait(teacher)
    student.open_course()
    window = student.join(student.open_link())
    expect(window.locator(".waiting")).to_be_visible()
    with window.expect_response("**/course/status") as answered:
        window.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    said = answered.value.json()
    assert said.pop("lead")
    assert said == {
        "open": False, "running": False, "participants": 0, "trouble": False, "classes": "",
    }  # fmt: skip
    expect(teachers_frame.get_by_text("Nobody is in yet")).to_be_visible()


def test_waiting_without_javascript_is_a_button(town):
    teacher, student = town.person(TEACHER), town.person(STUDENT, java_script_enabled=False)
    teachers_frame = make_students_wait(teacher)
    student.open_course()
    frame = student.open_link()
    student.go_on_without_scripts()
    window = student.join(frame)
    expect(window.get_by_text("Press the button now and then")).to_be_visible()
    expect(window.get_by_text("Keep this page open")).to_be_hidden()
    teacher.join(teachers_frame)
    for _ in range(15):
        window.get_by_role("button", name="Try now").click()
        if window.locator("#me").count():
            break
        window.wait_for_timeout(500)
    in_class(window, STUDENT, "Attendee")


@pytest.mark.usefixtures("embedded")
def test_a_class_inside_the_frame_is_waited_for_there(town):
    teacher, student = town.person(TEACHER), town.person(STUDENT, patient=True)
    teachers_frame = make_students_wait(teacher, EMBEDDED)
    student.open_course()
    frame = student.open_link(EMBEDDED)
    expect(frame.get_by_role("heading", name="Waiting for your teacher")).to_be_visible()
    teacher.join(teachers_frame)
    student.wait_until_shown(frame.locator("#me"))
    in_class(frame, STUDENT, "Attendee")


@pytest.mark.parametrize(
    ("locale", "count"), [("fa", "حاضران در کلاس: ۱"), ("ar", "عدد الحضور: 1")]
)
def test_the_count_is_written_alike_by_the_server_and_the_script(
    new_campus, chromium, locale, count
):
    town = Town(new_campus(lms_host="localhost", university=reading(locale)), chromium)
    student = town.person(PERSIAN_STUDENT, patient=True)
    student.open_course()
    frame = student.open_link()
    in_class(student.join(frame), PERSIAN_STUDENT, "Attendee")
    student.wait_until_shown(frame.get_by_text(count))
    student.open_course()
    expect(student.open_link().get_by_text(count)).to_be_visible()
    town.go_home()
