"""A course page that stays open: it follows the schedule, counts down, and takes people in."""

from __future__ import annotations

from functools import partial

from playwright.sync_api import expect
from sqlalchemy import delete, text

from lti_bridge.store.tables import MeetingRow
from tests.browser.people import in_class
from tests.browser.terms import DAY, HOUR, cancel, move, now_ms, picture
from tests.browser.university import IN_FRAME, STUDENT, TEACHER
from tests.functional.test_live_pages import plan


def opened(person):
    """The course's page in the frame."""
    person.open_course()
    frame = person.open_link(IN_FRAME)
    expect(frame.locator(".lead")).to_be_visible()
    return frame


def lead_of(frame, meeting):
    """Join, on top of the page, where it leads into that class."""
    return frame.locator(f".lead form.actions:has(input[value='{meeting.id}']) button")


def _tell(statement, connection):
    connection.execute(statement)


def focused(frame):
    """The name of what the keyboard is at."""
    return frame.locator(":focus")


def test_the_top_of_an_open_page_follows_and_the_keyboard_stays_where_it_is(town, campus):
    student = town.person(STUDENT, patient=True)
    opened(student)
    lecture, *_ = plan(campus, now_ms() + 2 * HOUR, title="Lecture", uid="lecture")
    seminar, *rest = plan(
        campus, *(now_ms() + (7 * week + 1) * DAY for week in range(8)), uid="seminar"
    )
    campus.restart()
    frame = opened(student)
    lead = frame.locator(".lead")
    expect(lead).to_contain_text("Lecture")
    said = frame.locator("[data-said]")
    expect(said).to_have_text("")
    folded = frame.get_by_text("Later classes")
    folded.click()
    last = frame.locator(".schedule").get_by_role("button", name="Add to calendar").last
    last.focus()
    row = last.locator("xpath=../input[@name='meeting']").get_attribute("value")
    cancel(campus, lecture)
    student.wait_until_shown(lead.get_by_role("heading", name="Seminar"))
    expect(said).to_contain_text("Next class, Seminar, ")
    expect(focused(frame)).to_have_text("Add to calendar: Seminar")
    expect(focused(frame).locator("xpath=../input[@name='meeting']")).to_have_value(row)
    expect(frame.locator("details[data-fold=later]")).to_have_attribute("open", "")
    lead.get_by_role("button", name="Join").focus()
    move(campus, seminar, now_ms())
    student.wait_until_shown(lead.get_by_text("Now", exact=True))
    expect(focused(frame)).to_have_text("Join")
    assert rest
    in_class(student.join(frame), STUDENT, "Attendee")


def test_a_class_that_is_deleted_makes_room_for_the_next(town, campus):
    student = town.person(STUDENT, patient=True)
    opened(student)
    one, other = plan(campus, now_ms() + 2 * HOUR, now_ms() + DAY)
    campus.restart()
    frame = opened(student)
    expect(lead_of(frame, one)).to_be_visible()
    student.complaints.expect("status of 403")
    gone = delete(MeetingRow).where(MeetingRow.id == one.id)
    for statement in (gone, text("UPDATE series SET sequence = sequence + 1")):
        campus.bridge.store.database.write(partial(_tell, statement))
    campus.restart()
    student.wait_until_shown(lead_of(frame, other))
    expect(frame.locator("[data-when=stale]")).to_be_hidden()


def test_the_countdown_runs_and_takes_the_student_in_when_the_class_opens(town, campus):
    student = town.person(STUDENT, patient=True)
    opened(student)
    (soon,) = plan(campus, now_ms() + 2 * HOUR)
    campus.restart()
    frame = opened(student)
    window = student.join(frame)
    countdown = window.get_by_role("timer")
    student.wait_for_scripts(window)
    before = countdown.inner_text()
    student.context.clock.fast_forward(60_000)
    expect(countdown).not_to_have_text(before)
    assert countdown.inner_text()[:5] < before[:5], "hours and minutes"
    picture(student, "countdown", window)
    move(campus, soon, now_ms())
    student.wait_until_shown(window.locator("#me"))
    in_class(window, STUDENT, "Attendee")


def test_who_waits_for_a_class_that_is_cancelled_is_told(town, campus):
    student = town.person(STUDENT, patient=True)
    opened(student)
    (soon,) = plan(campus, now_ms() + 2 * HOUR)
    campus.restart()
    window = student.join(opened(student))
    expect(window.get_by_role("timer")).to_be_visible()
    cancel(campus, soon)
    student.wait_until_shown(window.get_by_role("heading", name="This class was cancelled"))


def test_a_scheduled_class_is_joined_without_javascript(town, campus):
    opened(town.person(TEACHER))
    plan(campus, now_ms() - HOUR // 2, title="Lecture")
    campus.restart()
    student = town.person(STUDENT, java_script_enabled=False)
    student.open_course()
    frame = student.open_link(IN_FRAME)
    student.go_on_without_scripts()
    expect(frame.locator(".lead")).to_contain_text("Lecture")
    window = student.join(frame)
    in_class(window, STUDENT, "Attendee")
    expect(window.locator("#class-name")).to_contain_text("Lecture")
