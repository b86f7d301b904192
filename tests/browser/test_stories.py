"""What a course is about, told whole: each story from one person's click to what the other sees.

In each language everybody reads it; the LMS around the frame is another site, and English.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.browser.people import PATIENCE, SCREEN, Person, in_class
from tests.browser.steps import (
    GUEST,
    a_class_was_recorded,
    a_link,
    a_term_was_held,
    come,
    comes_true,
    fill_in,
    make_students_wait,
    plan,
    press,
    reading,
    recordings_of,
    says,
    the_links,
)
from tests.browser.university import IN_FRAME, STUDENT, TEACHER
from tests.functional.grading import jobs

DIRECTION = {"en": "ltr", "fa": "rtl"}
TEHRAN = {"timezone_id": "Asia/Tehran"}
TALL = {"width": 1280, "height": 1400}
NARROW = {"width": 360, "height": 800}
HOURS_THAT_RUN_ASTRAY = r"""[...document.querySelectorAll("bdi")]
  .filter((one) => /^[\p{N}\s:–()]*–[\p{N}\s:–()]*$/u.test(one.textContent))
  .filter((one) => getComputedStyle(one).direction !== document.dir)
  .map((one) => one.textContent)"""
"""Spans of hours that are written from the other side than the page: the end before the beginning."""


@pytest.fixture(params=DIRECTION)
def language(request):
    return request.param


@pytest.fixture
def say(language):
    return says(language)


@pytest.fixture
def campus(new_campus, language):
    """Everybody reads that language; the service is one that records."""
    return new_campus(
        kind="bigbluebutton", lms_host="localhost", university=reading(language), meets=False
    )


def in_the_course(person: Person) -> FrameLocator:
    person.open_course()
    frame = person.open_link(IN_FRAME)
    expect(frame.locator("main.course")).to_be_visible(timeout=PATIENCE)
    return frame


def looks_right(place, language, name):
    """Written from the right side, with nothing cut off or wider than the screen: on a wide and
    on a narrow one. Where pictures are wished for (``PICTURES``: a folder), one of each.
    """
    page = place.page
    for width, size in (("wide", TALL), ("narrow", NARROW)):
        page.set_viewport_size(size)
        assert comes_true(place, f"innerWidth <= {size['width']}")
        assert place.evaluate("document.dir") == DIRECTION[language]
        assert place.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert place.evaluate(HOURS_THAT_RUN_ASTRAY) == []
        if place != page.main_frame:
            assert comes_true(place, "document.documentElement.scrollHeight <= innerHeight")
        if folder := os.environ.get("PICTURES"):
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({**size, "height": whole})
            page.wait_for_timeout(300)
            page.screenshot(path=Path(folder) / f"story-{name}-{language}-{width}.png")
    page.set_viewport_size(SCREEN)
    assert comes_true(place, f"innerWidth > {NARROW['width']}")


def test_a_weekly_class_is_scheduled_and_a_student_sees_it_next(town, language, say):
    teacher, student = town.person(TEACHER, **TEHRAN), town.person(STUDENT, **TEHRAN)
    frame = in_the_course(student)
    expect(frame.get_by_text(say("Next class"), exact=True)).to_have_count(0)

    frame = plan(teacher, language)
    fill_in(frame)
    frame.locator("#repeat").select_option("weekly")
    frame.locator("#count").fill("4")
    press(frame, say("Schedule"))
    expect(frame.get_by_role("heading", level=1, name=say("Scheduled"))).to_be_visible()
    expect(frame.locator("ol.dates li")).to_have_count(4)
    looks_right(teacher.frame(), language, "1-scheduled")
    press(frame, say("To the course’s classes"))
    expect(frame.locator("section.lead h2")).to_have_text("Laboratory")
    looks_right(teacher.frame(), language, "1-listed")

    lead = in_the_course(student).locator("section.lead")
    expect(lead.get_by_text(say("Next class"), exact=True)).to_be_visible()
    expect(lead.get_by_role("heading", name="Laboratory")).to_be_visible()
    hour = {"en": "10:00", "fa": "۱۰:۰۰"}[language]
    expect(lead.locator(".when time")).to_contain_text(hour)
    looks_right(student.frame(), language, "1-next")


def test_a_student_waits_and_is_let_in_when_the_teacher_comes(town, language, say):
    teacher, student = town.person(TEACHER), town.person(STUDENT, patient=True)
    teachers_frame = make_students_wait(teacher, language=language)
    window = student.join(in_the_course(student))
    expect(window.get_by_role("heading", name=say("Waiting for your teacher"))).to_be_visible()
    assert not town.campus.service.meetings
    looks_right(window.main_frame, language, "2-waiting")
    in_class(teacher.join(teachers_frame), "Ana Pereira", "Moderator")
    student.wait_until_shown(window.locator("#me"))
    in_class(window, STUDENT, "Attendee")


def test_a_guest_joins_by_the_link_that_a_teacher_made(town, language):
    teacher = town.person(TEACHER)
    guest = town.person(locale={"en": "en-GB", "fa": "fa-IR"}[language])
    url = a_link(the_links(teacher, language), language=language)
    looks_right(teacher.frame(), language, "3-links")
    guest.page.goto(url)
    looks_right(guest.page.main_frame, language, "3-guest")
    come(guest, url, language=language)
    expect(guest.page.locator("#me")).to_contain_text(GUEST)
    expect(guest.page.locator("#role")).to_have_text("Attendee")


def test_a_recording_is_published_and_a_student_watches_it(town, language, say):
    a_class_was_recorded(town.campus)
    student, frame = recordings_of(town, STUDENT, language)
    expect(frame.locator("main .soft").first).to_have_text(
        say(
            "There are no recordings yet. After a class that was recorded they appear here by"
            " themselves, when they are ready."
        )
    )
    teacher, frame = recordings_of(town, TEACHER, language)
    hidden = frame.locator("li", has_text=say("Hidden from students"))
    hidden.locator("summary").click()
    hidden.get_by_role("button", name=say("Show to students")).click()
    frame = teacher.frame()
    expect(frame.get_by_role("status")).to_have_text(say("Students can see the recording now."))
    looks_right(frame, language, "4-published")

    student.page.bring_to_front()
    press(student.frame(), say("Back"))
    press(student.frame(), say("Show recordings"))
    frame = student.frame()
    video = frame.get_by_role("button", name=say("Video"))
    expect(video).to_be_visible()
    looks_right(frame, language, "4-seen")
    with student.context.expect_page() as opened:
        video.click()
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    assert "/playback/" in opened.value.url


def test_attendance_is_corrected_and_graded(town, language, say):
    a_term_was_held(town)
    assert jobs(town.campus).grades() == 2
    teacher = town.person(TEACHER)
    frame = in_the_course(teacher)
    press(frame, say("Attendance of all classes"))
    frame.get_by_role("button", name=say("Who was in class")).first.click()
    ben = frame.get_by_role("row", name=STUDENT).first
    expect(ben).to_contain_text(say("Late"))
    correct = frame.get_by_text(say("Correct: %(name)s") % {"name": STUDENT})
    correct.click()
    form = frame.locator("details[open]")
    form.get_by_label(say("Attendance")).select_option("present")
    form.get_by_label(say("Note")).fill("His bus was late")
    press(form, say("Save"))
    expect(frame.get_by_text(say("Saved"), exact=True)).to_be_visible()
    expect(ben).to_contain_text(say("Present"))
    looks_right(teacher.frame(), language, "5-corrected")

    assert jobs(town.campus, 1).grades() == 1
    student = town.person(STUDENT)
    student.open_course()
    student.page.get_by_role("link", name="Grades").click()
    expect(student.page.locator(".grade")).to_have_text(["100"])
    in_the_course(student)
    press(student.frame(), say("Your attendance"))
    expect(student.frame().get_by_role("heading", level=1)).to_have_text(say("Your attendance"))
    looks_right(student.frame(), language, "5-own")
