"""Attendance in the gradebook: the teacher's page, and what the LMS then shows everybody."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import PERSIAN_STUDENT, STUDENT, TEACHER, UNIVERSITY
from tests.functional.grading import enrol, held, jobs

PICTURES = os.environ.get("PICTURES", "")
"""A folder for pictures to look at; empty: none are made."""


@pytest.fixture
def language():
    return "en"


@pytest.fixture
def campus(new_campus, language):
    """The teacher reads that language; the bridge gives the numbers."""
    ana, *others = UNIVERSITY.users
    users = (replace(ana, locale=language), *others)
    return new_campus(
        lms_host="localhost", university=replace(UNIVERSITY, users=users), meets=False
    )


def picture(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def a_class_was_held(town):
    campus = town.campus
    link = campus.link("frame")
    for person in (campus.teacher, campus.student, campus.other_student):
        campus.launch(person, link)
    enrol(campus, campus.student, campus.other_student)
    held(campus, 1, {campus.teacher: (0, 50), campus.student: (7, 50)})


def the_page(town, name="Attendance in the gradebook"):
    teacher = town.person(TEACHER)
    teacher.open_course()
    frame = teacher.open_link()
    frame.get_by_role("button", name=name).click()
    expect(frame.get_by_role("heading", level=1)).to_have_text(name)
    return teacher, frame


def test_a_teacher_grades_corrects_and_everybody_sees_it(town):
    a_class_was_held(town)
    teacher, frame = the_page(town)
    frame.get_by_role("checkbox", name="Grade this class by attendance").check()
    frame.get_by_label("Name of the column").fill("Live attendance")
    frame.get_by_role("button", name="Save").first.click()
    expect(frame.get_by_text("Saved", exact=True)).to_be_visible()
    expect(frame.get_by_text("86 of 100")).to_be_visible()
    assert jobs(town.campus).grades() == 2

    frame.get_by_text("Correct or excuse: Ben Okafor").click()
    frame.get_by_label("Percent that counts").first.fill("92.5")
    frame.get_by_role("button", name="Save").nth(1).click()
    expect(frame.get_by_text("92.5 of 100")).to_be_visible()
    expect(frame.get_by_text("Corrected", exact=True)).to_be_visible()
    frame.get_by_role("button", name="Send now").click()
    expect(frame.get_by_text("within five minutes")).to_be_visible()
    picture(teacher.page, "grading-en")
    assert jobs(town.campus, 1).grades() == 1

    teacher.open_course()
    teacher.page.get_by_role("link", name="Grades").click()
    expect(teacher.page.get_by_role("heading", level=1)).to_have_text("Gradebook")
    expect(teacher.page.get_by_text("Live attendance")).to_be_visible()
    expect(teacher.page.locator(".grade")).to_have_text(["92.5", "0"])
    picture(teacher.page, "gradebook-teacher")

    student = town.person(STUDENT)
    student.open_course()
    student.page.get_by_role("link", name="Grades").click()
    expect(student.page.get_by_role("heading", level=1)).to_have_text("My grades")
    expect(student.page.locator(".grade")).to_have_text(["92.5"])
    expect(student.page.get_by_text("Set by the teacher.")).to_be_visible()
    assert PERSIAN_STUDENT not in student.page.content()
    picture(student.page, "gradebook-student")


@pytest.mark.parametrize(
    ("language", "name", "direction"),
    [
        ("en", "Attendance in the gradebook", "ltr"),
        ("fa", "حضور در دفتر نمره", "rtl"),
    ],
)
def test_everybody_can_read_the_page_of_grades(town, name, direction):
    a_class_was_held(town)
    teacher, frame = the_page(town, name)
    frame.get_by_role("checkbox").first.check()
    frame.get_by_role("button").first.click()
    expect(frame.locator(".people-list li")).to_have_count(2)
    frame.locator("details summary").first.click()
    inside = teacher.frame()
    assert inside.evaluate("document.dir") == direction
    picture(teacher.page, f"grading-{direction}")
    readable_by_everybody(inside)
    picture(teacher.page, f"grading-{direction}-narrow-dark")
