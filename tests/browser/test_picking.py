"""A teacher adds live classes in the LMS's own picker, on a page of another site, without cookies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.people import PATIENCE, in_class
from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import LONG, STUDENT, TEACHER
from tests.functional.picking import the_course
from tests.functional.tools import LTI

LATER = "2030-01-31T10:00"


def open_picker(teacher):
    """What is in the frame once the picker is open."""
    teacher.open_course()
    teacher.page.get_by_role("link", name="Add a live class").click()
    frame = teacher.page.frame_locator("iframe.tool")
    expect(frame.locator("main.picker")).to_be_visible(timeout=PATIENCE)
    return frame


def back_in_course(teacher):
    """The LMS's own page again, whole, not in its frame."""
    heading = teacher.page.get_by_role("heading", level=1, name="Algebra I")
    expect(heading).to_be_visible(timeout=PATIENCE)
    expect(teacher.page.locator("iframe.tool")).to_have_count(0)


def test_two_classes_are_added_and_a_student_gets_into_one(town, campus):
    teacher = town.person(TEACHER, timezone_id="Asia/Tehran")
    frame = open_picker(teacher)
    expect(frame.get_by_text("Asia/Tehran")).to_be_visible()
    frame.get_by_label("Title").fill("Problem class")
    frame.get_by_role("button", name="Another new class").click()
    titles = frame.get_by_label("Title")
    expect(titles).to_have_count(2)
    expect(titles.first).to_have_value("Problem class")
    titles.last.fill("Guest lecture")
    frame.get_by_label("What it is about (optional)").last.fill("Conic sections")
    frame.locator("summary").last.click()
    frame.get_by_label("How it opens").last.select_option("In a window of its own")
    frame.get_by_label("Visible until").last.fill(LATER)
    frame.get_by_label("Grade attendance").last.check()
    frame.get_by_label("Points for full attendance").last.fill("20")
    frame.get_by_role("button", name="Add to the course").click()
    back_in_course(teacher)
    expect(teacher.page.locator(".live-link")).to_contain_text(["Problem class", "Guest lecture"])
    link = the_course(campus).links[-1]
    assert link.available == ("", "2030-01-31T06:30:00Z")
    assert link.line_item["scoreMaximum"] == 20
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.open_window("Guest lecture"), STUDENT, "Attendee")
    in_class(teacher.join(teacher.open_link("Problem class")), "Ana Pereira", "Moderator")
    names = {meeting.name for meeting in campus.meetingz.meetings.values()}
    assert names == {"Algebra I – Guest lecture", "Algebra I – Problem class"}


def test_what_is_wrong_is_said_and_cancelling_leads_back(town, campus):
    teacher = town.person(TEACHER)
    before = the_course(campus).links
    frame = open_picker(teacher)
    frame.get_by_role("button", name="Add to the course").click()
    expect(frame.get_by_role("alert")).to_contain_text("Choose a class")
    frame.get_by_role("button", name="Cancel").click()
    back_in_course(teacher)
    assert the_course(campus).links == before


def test_by_keyboard_alone(town, campus):
    teacher = town.person(TEACHER)
    frame = open_picker(teacher)
    frame.get_by_label("Title").focus()
    teacher.page.keyboard.type("By keyboard")
    teacher.page.keyboard.press("Enter")
    back_in_course(teacher)
    assert the_course(campus).links[-1].title == "By keyboard"


def test_without_scripts_of_ours(town, campus):
    teacher = town.person(TEACHER)
    teacher.complaints.expect(r"picker\.js|net::ERR_FAILED")
    teacher.context.route("**/picker.js*", lambda route: route.abort())
    frame = open_picker(teacher)
    expect(frame.locator("[data-zone]")).to_have_text("UTC")
    frame.get_by_label("Title").fill("By hand")
    frame.get_by_role("button", name="Add to the course").click()
    frame.get_by_role("button", name="Continue").click()
    back_in_course(teacher)
    assert the_course(campus).links[-1].title == "By hand"


@pytest.mark.parametrize("language", ["en", "fa"])
def test_everybody_can_read_the_picker(town, campus, language):
    claims = {f"{LTI}resource_link": {"id": "long", "title": LONG}}
    campus.launch(campus.student, campus.link(), claims=claims)
    claims = {f"{LTI}launch_presentation": {"locale": language}}
    campus.lms.quirks = replace(campus.lms.quirks, claims=claims)
    teacher = town.person(TEACHER)
    frame = open_picker(teacher)
    main = teacher.frame()
    assert main.evaluate("document.dir") == ("rtl" if language == "fa" else "ltr")
    for summary in frame.locator("summary").all():
        summary.click()
    until = frame.locator("input[name=n0-last]")
    expect(until).to_be_hidden()
    frame.locator("select[name=n0-repeat]").select_option("weekly")
    frame.locator("select[name=n0-ends]").select_option("until")
    expect(until).to_be_visible()
    expect(frame.locator("input[name=n0-count]")).to_be_hidden()
    frame.locator("input[name=n0-graded]").check()
    frame.locator("input[name=n0-from]").fill("2030-02-01T10:00")
    frame.locator("input[name=n0-until]").fill(LATER)
    frame.locator("input[name=n0-title]").fill(LONG)
    frame.locator("button[value=add]").last.click()
    expect(frame.get_by_role("alert")).to_be_visible()
    readable_by_everybody(teacher.frame())
