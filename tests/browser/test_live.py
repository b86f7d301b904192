"""A class while it is held, as its teacher and students see it in the LMS's frame."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import in_class
from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import IN_FRAME, STUDENT, TEACHER


def test_a_teacher_sees_who_is_in_and_ends_the_class(town):
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.join(student.open_link(IN_FRAME)), STUDENT, "Attendee")
    teacher = town.person(TEACHER)
    teacher.open_course()
    frame = teacher.open_link(IN_FRAME)
    frame.get_by_role("button", name="Who is in, invite, end").click()
    expect(frame.locator(".who").get_by_text(STUDENT)).to_be_visible()
    readable_by_everybody(teacher.frame())
    frame.get_by_role("button", name="End the class for everybody").click()
    frame.get_by_role("button", name="Yes, end it").click()
    expect(frame.get_by_text("The class has been ended for everybody.")).to_be_visible()
    expect(frame.get_by_text("Nobody is in yet")).to_be_visible()


def test_the_lms_gives_the_frame_the_height_of_the_page(town):
    teacher = town.person(TEACHER, viewport={"width": 700, "height": 400})
    teacher.open_course()
    frame = teacher.open_link(IN_FRAME)
    expect(frame.get_by_role("button", name="Join", exact=True)).to_be_visible()
    tool = teacher.page.locator("iframe.tool")
    inside = teacher.frame().evaluate("document.documentElement.scrollHeight")
    expect(tool).to_have_attribute("style", f"height: {inside}px;")
