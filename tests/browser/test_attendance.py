"""Attendance: the teacher sees a class and the term, corrects somebody, and the grade follows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import SCREEN
from tests.browser.steps import a_term_was_held, comes_true, press, reading, says
from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import STUDENT, TEACHER
from tests.functional.grading import jobs

PICTURES = os.environ.get("PICTURES", "")
"""A folder for pictures to look at; empty: none are made."""


@pytest.fixture
def language():
    return "en"


@pytest.fixture
def campus(new_campus, language):
    """Everybody reads that language; the bridge gives the numbers."""
    return new_campus(lms_host="localhost", university=reading(language), meets=False)


def picture(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def the_course(town, who=TEACHER):
    person = town.person(who)
    person.open_course()
    return person, person.open_link()


def test_attendance_is_corrected_and_graded(town):
    a_term_was_held(town)
    teacher, frame = the_course(town)
    press(frame, "Attendance of all classes")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Attendance")
    expect(frame.get_by_role("img", name="Attendance over the term")).to_be_visible()
    expect(frame.get_by_role("row", name="Ben Okafor")).to_contain_text("94%")
    picture(teacher.page, "attendance-term-en")
    frame.get_by_role("button", name="Who was in class").first.click()
    ben = frame.get_by_role("row", name="Ben Okafor").first
    expect(ben).to_contain_text("Late")
    expect(frame.get_by_role("img", name="When everybody was in class")).to_be_visible()
    assert jobs(town.campus).grades() == 2

    frame.get_by_text("Correct: Ben Okafor").click()
    form = frame.locator("details[open]")
    form.get_by_label("Attendance").select_option("Present")
    form.get_by_label("Note").fill("His bus was late")
    picture(teacher.page, "attendance-class-en")
    form.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("Saved", exact=True)).to_be_visible()
    expect(frame.get_by_role("row", name="Ben Okafor").first).to_contain_text("Present")
    expect(frame.get_by_text("His bus was late")).to_be_visible()
    picture(teacher.page, "attendance-corrected-en")
    assert jobs(town.campus, 1).grades() == 1

    student = town.person(STUDENT)
    student.open_course()
    student.page.get_by_role("link", name="Grades").click()
    expect(student.page.locator(".grade")).to_have_text(["100"])
    student.open_course()
    own = student.open_link()
    press(own, "Your attendance")
    expect(own.get_by_role("heading", level=1)).to_have_text("Your attendance")
    expect(own.get_by_text("You were in for 38 min")).to_be_visible()
    expect(own.get_by_text("His bus was late")).to_have_count(0)
    picture(student.page, "attendance-own-en")


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("fa", "rtl")], ids=["ltr", "rtl"]
)
def test_everybody_can_read_the_pages(town, language, direction):
    say = says(language)
    a_term_was_held(town)
    teacher, frame = the_course(town)
    press(frame, say("Attendance of all classes"))
    expect(frame.locator(".picture")).to_have_count(1)
    inside = teacher.frame()
    assert inside.evaluate("document.dir") == direction
    picture(teacher.page, f"attendance-term-{direction}")
    readable_by_everybody(inside)
    picture(teacher.page, f"attendance-term-{direction}-narrow-dark")
    teacher.page.set_viewport_size(SCREEN)
    assert comes_true(inside, "innerWidth > 320")
    one_class = frame.get_by_role("button", name=say("Who was in class")).first
    teacher.point_at(one_class)
    one_class.click()
    expect(frame.get_by_role("img", name=say("When everybody was in class"))).to_be_visible()
    frame.locator("details summary").first.click()
    inside = teacher.frame()
    picture(teacher.page, f"attendance-class-{direction}")
    readable_by_everybody(inside)
    picture(teacher.page, f"attendance-class-{direction}-narrow-dark")


def test_on_paper_there_are_no_buttons(town):
    a_term_was_held(town)
    teacher, frame = the_course(town)
    press(frame, "Attendance of all classes")
    frame.get_by_role("button", name="Who was in class").first.click()
    expect(frame.get_by_role("button", name="Print")).to_be_visible()
    teacher.page.emulate_media(media="print")
    expect(frame.locator("button:visible")).to_have_count(0)
    expect(frame.get_by_role("row", name="Ben Okafor").first).to_be_visible()
    picture(teacher.page, "attendance-print")
