"""The pages of a course with a schedule: readable by everybody, and used by the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import Town, in_class
from tests.browser.steps import press, says
from tests.browser.terms import DAY, HOUR, a_term, cancel, in_language, now_ms, picture, post
from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import IN_FRAME, LONG, STUDENT, TEACHER, UNIVERSITY
from tests.functional.test_live_pages import plan

LANGUAGES = pytest.mark.parametrize("language", ["en", "fa"])


def at_the_course(town, campus, who, language, **wishes):
    """Somebody with the course's page in the frame."""
    in_language(campus, language)
    person = town.person(who, timezone_id="Asia/Tehran", **wishes)
    person.open_course()
    frame = person.open_link(IN_FRAME)
    expect(frame.locator(".lead")).to_be_visible()
    return person, frame


def look(person, name, frame=None):
    """Axe, narrow, dark and light; with a picture where one is wished for."""
    frame = frame or person.frame()
    page = frame.page
    page.set_viewport_size({"width": 900, "height": 900})
    picture(person, f"{name}-wide", page)
    readable_by_everybody(frame)
    picture(person, f"{name}-narrow", page)
    page.emulate_media(color_scheme="light")


@LANGUAGES
def test_everybody_can_read_a_teachers_pages(town, campus, language):
    say = says(language)
    at_the_course(town, campus, TEACHER, language)
    every = a_term(campus)
    teacher, frame = at_the_course(town, campus, TEACHER, language)
    expect(frame.locator(".lead")).to_contain_text(LONG)
    assert teacher.frame().evaluate("document.dir") == ("rtl" if language == "fa" else "ltr")
    teacher.frame().evaluate(
        "document.querySelectorAll('details').forEach((one) => one.open = true)"
    )
    expect(frame.locator(".schedule .off").first).to_be_visible()
    look(teacher, f"course-{language}")
    press(frame, say("All past classes"))
    expect(frame.get_by_role("heading", level=1)).to_have_text(say("Past classes"))
    look(teacher, f"past-{language}")
    post(teacher.frame(), "/course/live/end", meeting=str(every[8].id))
    expect(frame.get_by_role("button", name=say("Yes, end it"))).to_be_visible()
    look(teacher, f"end-{language}")
    press(frame, say("No, let it go on"), say("Back"), say("Time zone and calendar"))
    expect(frame.locator("select").first).to_be_visible()
    look(teacher, f"preferences-{language}")


@LANGUAGES
def test_everybody_can_read_a_students_pages(town, campus, language):
    at_the_course(town, campus, TEACHER, language)
    soon, other = plan(campus, now_ms() + 2 * HOUR, now_ms() + 3 * DAY, title=f"Seminar {LONG}")
    campus.restart()
    student, frame = at_the_course(town, campus, STUDENT, language)
    look(student, f"student-{language}")
    window = student.join(frame)
    expect(window.get_by_role("timer")).to_be_visible()
    look(student, f"countdown-{language}", window.main_frame)
    cancel(campus, soon)
    campus.restart()
    press(window.main_frame, says(language)("Try now"))
    expect(window.get_by_role("timer")).to_have_count(0)
    expect(window.locator("h1")).to_have_text(says(language)("This class was cancelled"))
    look(student, f"closed-{language}", window.main_frame)
    assert other.begins_ms > soon.begins_ms


def test_everybody_can_read_the_question_before_slides_are_deleted(new_campus, chromium, tmp_path):
    town = Town(
        new_campus(lms_host="localhost", university=UNIVERSITY, kind="bigbluebutton"), chromium
    )
    say = says("fa")
    teacher, frame = at_the_course(town, town.campus, TEACHER, "fa")
    frame.get_by_role("button", name=say("Slides")).first.click()
    file = tmp_path / f"{LONG}.pdf"
    file.write_bytes(b"%PDF-1.4\n%%EOF\n")
    frame.locator("#file").set_input_files(file)
    press(frame, say("Add"))
    frame.get_by_role("button", name=say("Delete")).first.click()
    expect(frame.get_by_role("heading", level=1)).to_have_text(say("Delete this file?"))
    look(teacher, "slides-delete-fa")
    press(frame, say("Delete for good"))
    expect(frame.get_by_role("status")).to_be_visible()
    expect(frame.get_by_text(LONG)).to_have_count(0)
    town.go_home()


def walk(page, frame, name, steps=60):
    """Press Tab until a control of that name has the keyboard; what came before, in order.

    Each of them shows where the keyboard is.
    """
    passed = []
    focused = frame.locator(":focus")
    for _ in range(steps):
        page.keyboard.press("Tab")
        if not focused.count():
            continue
        text = " ".join((focused.text_content() or "").split())
        outline = focused.evaluate("one => getComputedStyle(one).outlineStyle")
        assert outline == "solid", text
        if text.startswith(name):
            return passed
        passed.append(text)
    raise AssertionError(f"{name} isn't among {passed}")


def test_a_teacher_schedules_and_cancels_by_the_keyboard_alone(town, campus):
    teacher, frame = at_the_course(town, campus, TEACHER, "en")
    page, keyboard = teacher.page, teacher.page.keyboard
    expect(frame.locator(".lead")).to_be_visible()
    page.get_by_role("link", name="Algebra I").focus()
    before = walk(page, frame, "Schedule a class")
    assert before[0] == "Join", "what most people come for is first"
    keyboard.press("Enter")
    expect(frame.locator("#title")).to_be_visible()
    page.get_by_role("link", name="Algebra I").focus()
    while frame.locator("#title:focus").count() == 0:
        keyboard.press("Tab")
    keyboard.type("Laboratory")
    keyboard.press("Enter")
    expect(frame.get_by_role("heading", level=1, name="Scheduled")).to_be_visible()
    page.get_by_role("link", name="Algebra I").focus()
    walk(page, frame, "To the course’s classes")
    keyboard.press("Enter")
    lead = frame.get_by_role("region", name="Laboratory")
    expect(lead).to_be_visible()
    page.get_by_role("link", name="Algebra I").focus()
    order = walk(page, frame, "Cancel the class")
    assert order[0] == "Join"
    keyboard.press("Enter")
    expect(frame.get_by_role("heading", level=1, name="Cancel a class?")).to_be_visible()
    page.get_by_role("link", name="Algebra I").focus()
    walk(page, frame, "Yes, cancel")
    keyboard.press("Enter")
    expect(frame.get_by_role("heading", level=1, name="Cancelled")).to_be_visible()
    page.get_by_role("link", name="Algebra I").focus()
    walk(page, frame, "Back")
    keyboard.press("Enter")
    expect(frame.get_by_role("heading", name="Scheduled classes")).to_be_visible()
    page.get_by_role("link", name="Algebra I").focus()
    walk(page, frame, "Options")
    keyboard.press("Enter")
    walk(page, frame, "Let it take place after all")


def test_a_student_hears_where_what_is_and_joins_by_the_keyboard(town, campus):
    at_the_course(town, campus, TEACHER, "en")
    plan(campus, now_ms() - HOUR // 2, now_ms() + DAY, title="Lecture")
    campus.restart()
    student, frame = at_the_course(town, campus, STUDENT, "en")
    expect(frame.locator("main")).to_match_aria_snapshot("""
    - main:
      - heading "Live class" [level=1]
      - region "Lecture":
        - heading "Lecture" [level=2]
        - status
        - button "Join"
      - status
      - heading "Scheduled classes" [level=2]
      - heading /\\d+/ [level=3]
      - list:
        - listitem
      - heading "The course’s own room" [level=2]
    """)
    student.page.get_by_role("link", name="Algebra I").focus()
    assert walk(student.page, frame, "Join") == []
    with student.context.expect_page() as opened:
        student.page.keyboard.press("Enter")
    in_class(opened.value, STUDENT, "Attendee")
    expect(opened.value.locator("#class-name")).to_contain_text("Lecture")
