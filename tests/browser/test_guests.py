"""Guests: a teacher makes a link, and somebody without an account is in class by it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import SECONDS, Town, in_class
from tests.browser.steps import a_link, come, make_students_wait, the_links
from tests.browser.test_looks import DELIBERATE, readable_by_everybody
from tests.browser.university import IN_FRAME, TEACHER, UNIVERSITY
from tests.files import PDF

PASSCODE = "river-2031"


def test_from_the_teachers_page_into_class_and_out_again(town):
    teacher, guest = town.person(TEACHER), town.person()
    guest.complaints.expect(DELIBERATE)
    frame = the_links(teacher)
    url = a_link(frame, passcode=PASSCODE)
    teacher.wait_for_scripts()
    frame.get_by_role("button", name="Copy The dean").click()
    expect(frame.get_by_text("Copied")).to_be_visible()
    guest.page.goto(url)
    expect(guest.page.get_by_role("heading", level=1)).to_contain_text("Algebra I")
    come(guest, url, passcode="river-2030")
    expect(guest.page.get_by_text("This isn’t the passcode.")).to_be_visible()
    expect(guest.page.get_by_label("Your name")).to_have_value("Noor Haddad")
    come(guest, url, passcode=PASSCODE)
    in_class(guest.page, "Noor Haddad (guest)", "Attendee")
    assert not guest.went_through(PASSCODE)
    frame.get_by_role("button", name="Revoke The dean").click()
    frame.get_by_role("button", name="Yes, revoke it").click()
    expect(frame.get_by_text("Nobody gets in by it any more.")).to_be_visible()
    guest.page.goto(url)
    expect(guest.page.get_by_text("This invitation was taken back")).to_be_visible()


def test_a_guest_waits_and_is_let_in_when_the_teacher_comes(town):
    teacher, guest = town.person(TEACHER), town.person(patient=True)
    make_students_wait(teacher)
    url = a_link(the_links(teacher))
    come(guest, url)
    expect(guest.page.get_by_role("heading", name="Waiting for the teacher")).to_be_visible()
    teacher.open_course()
    teacher.join(teacher.open_link(IN_FRAME))
    guest.wait_until_shown(guest.page.locator("#me"))
    in_class(guest.page, "Noor Haddad (guest)", "Attendee")


def test_a_link_that_is_revoked_tells_those_who_wait(town):
    teacher, guest = town.person(TEACHER), town.person(patient=True)
    guest.complaints.expect(DELIBERATE)
    make_students_wait(teacher)
    frame = the_links(teacher)
    come(guest, a_link(frame))
    expect(guest.page.get_by_role("heading", name="Waiting for the teacher")).to_be_visible()
    frame.get_by_role("button", name="Revoke The dean").click()
    frame.get_by_role("button", name="Yes, revoke it").click()
    guest.wait_until_shown(guest.page.get_by_text("This page doesn’t lead into class any more."))


def test_without_a_script_guests_join_all_the_same(town):
    url = a_link(the_links(town.person(TEACHER)))
    guest = town.person(java_script_enabled=False)
    come(guest, url)
    expect(guest.page.locator("#me")).to_have_text("Noor Haddad (guest)", timeout=15 * SECONDS)


def the_name_page(town, guest, url):
    guest.page.goto(url)


def the_name_page_with_mistakes(town, guest, url):
    guest.complaints.expect(r"status of (400|403)")
    guest.page.goto(url)
    guest.page.locator("#name").fill("Teacher")
    guest.page.locator("#passcode").fill("wrong-one")
    guest.page.locator("form button").first.click()
    expect(guest.page.locator("[aria-invalid]")).to_be_visible()


def the_waiting_page(town, guest, url):
    guest.page.goto(url)
    guest.page.locator("#name").fill("نور حداد")
    guest.page.locator("#passcode").fill(PASSCODE)
    guest.page.locator("form button").first.click()
    expect(guest.page.locator(".waiting")).to_be_visible()


def the_refusal_page(town, guest, url):
    guest.complaints.expect(r"status of 401")
    guest.page.goto(f"{url}x")


PAGES = [the_name_page, the_name_page_with_mistakes, the_waiting_page, the_refusal_page]


@pytest.mark.parametrize(("locale", "direction"), [("en-GB", "ltr"), ("fa-IR", "rtl")])
def test_everybody_can_read_the_guests_pages(town, locale, direction):
    teacher = town.person(TEACHER)
    make_students_wait(teacher)
    url = a_link(the_links(teacher), passcode=PASSCODE)
    for page in PAGES:
        guest = town.person(locale=locale)
        page(town, guest, url)
        assert guest.page.evaluate("document.dir") == direction
        readable_by_everybody(guest.page.main_frame)


def test_a_guest_can_choose_a_language(town):
    url = a_link(the_links(town.person(TEACHER)))
    guest = town.person()
    guest.page.goto(url)
    guest.page.get_by_label("Language").select_option("fa")
    guest.page.get_by_role("button", name="Change").click()
    expect(guest.page.get_by_label("زبان")).to_have_value("fa")
    assert guest.page.evaluate("document.dir") == "rtl"


def test_everybody_can_read_the_teachers_page_of_links(town):
    teacher = town.person(TEACHER)
    frame = the_links(teacher)
    readable_by_everybody(teacher.frame())
    a_link(frame, passcode=PASSCODE)
    a_link(frame, label="A label of many words, for whoever it may be, of any department at all")
    frame.get_by_role("button", name="Revoke The dean").click()
    expect(frame.get_by_role("button", name="Keep it")).to_be_visible()
    readable_by_everybody(teacher.frame())


def test_slides_are_left_for_a_class_and_shown_there(new_campus, chromium):
    campus = new_campus(kind="bigbluebutton", lms_host="localhost", university=UNIVERSITY)
    town = Town(campus, chromium)
    teacher = town.person(TEACHER)
    teacher.open_course()
    frame = teacher.open_link(IN_FRAME)
    frame.get_by_role("button", name="Slides").click()
    files = [
        {"name": "Week 1.pdf", "mimeType": "application/pdf", "buffer": PDF},
        {"name": "Plan.exe", "mimeType": "application/pdf", "buffer": PDF},
    ]
    frame.get_by_label("PDF, office files or pictures").set_input_files(files)
    frame.get_by_role("button", name="Add", exact=True).click()
    expect(frame.get_by_text("Week 1.pdf: Saved")).to_be_visible()
    expect(frame.get_by_text("Classes take no files of this type")).to_be_visible()
    readable_by_everybody(teacher.frame())
    frame.get_by_role("button", name="Back").click()
    in_class(teacher.join(frame), "Ana Pereira", "Moderator")
    (meeting,) = campus.service.meetings.values()
    assert [slide.name for slide in meeting.slides] == ["Week 1.pdf"]
    town.go_home()
