"""An LMS's administrator pastes an invitation, looks, presses one button, and people are in class."""

from __future__ import annotations

import re
import time
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from lti_bridge.store import InviteTerms
from tests.browser.people import in_class
from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import AT_ONCE, STUDENT

ADMINISTRATOR = "Nadia Benali"


def invitation(campus, **terms):
    now_ms = int(time.time() * 1000)
    made = campus.bridge.store.registrations.invite(
        InviteTerms(**terms), now_ms, now_ms + 86_400_000
    )
    return f"{campus.url}/lti/register?{urlencode({'invite': made[1]})}"


def unknown_to_the_bridge(campus):
    """The LMS stands in no settings file."""
    text = campus.file.read_text(encoding="utf-8").partition("[[platform]]")[0]
    campus.file.write_text(re.sub(r"(\w+)\.db", r"\1-new.db", text), encoding="utf-8")
    campus.restart()
    campus.lms.tools.clear()


def pasted(town, url, **wishes):
    """The administrator with the bridge's page in the LMS's frame."""
    administrator = town.person(ADMINISTRATOR, **wishes)
    return administrator, paste(administrator, url)


def paste(administrator, url):
    """What opens in the LMS's frame."""
    administrator.page.get_by_role("link", name="External tools").click()
    administrator.page.get_by_label("registration URL").fill(url)
    administrator.page.get_by_role("button", name="Register").click()
    return administrator.page.frame_locator("iframe.tool")


@pytest.fixture
def bridge_knows_nobody(campus):
    unknown_to_the_bridge(campus)
    return campus


def test_one_url_one_button_and_a_student_is_in_class(bridge_knows_nobody, town):
    campus = bridge_knows_nobody
    administrator, frame = pasted(town, invitation(campus))
    expect(frame.get_by_role("heading", level=1)).to_have_text("Connect your learning platform")
    expect(frame.get_by_text("Send attendance to the gradebook")).to_be_visible()
    frame.get_by_role("button", name="Register").click()
    # The window closes by itself: the LMS's own list of tools is there again, with the new one.
    expect(administrator.page.get_by_role("heading", level=1)).to_have_text("External tools")
    expect(administrator.page.get_by_text("Live classes")).to_be_visible()
    (platform,) = campus.bridge.store.platforms.all()
    assert platform.issuer == campus.lms.issuer
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.open_window(AT_ONCE), STUDENT, "Attendee")


def test_a_second_registration_stays_to_say_that_it_waits(campus, town):
    administrator, frame = pasted(town, invitation(campus, name="Riverbank", meets_connection=1))
    expect(frame.get_by_text("is connected already")).to_be_visible()
    frame.get_by_role("button", name="Register").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("One more yes is needed")
    expect(frame.get_by_text("lti-bridge platform accept 1")).to_be_visible()
    frame.get_by_role("button", name="Close this window").click()
    expect(administrator.page.get_by_role("heading", level=1)).to_have_text("External tools")


def test_a_refusal_shows_in_the_frame_of_an_lms_that_nobody_knows(bridge_knows_nobody, town):
    administrator, frame = pasted(town, f"{bridge_knows_nobody.url}/lti/register?invite=x")
    administrator.complaints.expect(r"status of 403")
    expect(frame.get_by_role("heading", level=1)).to_have_text("An invitation is needed")
    readable_by_everybody(administrator.frame())


@pytest.mark.parametrize(("locale", "direction"), [("en-GB", "ltr"), ("fa-IR", "rtl")])
def test_everybody_can_read_the_page_of_a_registration(
    bridge_knows_nobody, town, locale, direction
):
    administrator, _ = pasted(town, invitation(bridge_knows_nobody), locale=locale)
    frame = administrator.frame()
    assert frame.evaluate("document.dir") == direction
    readable_by_everybody(frame)


@pytest.mark.parametrize(("locale", "direction"), [("en-GB", "ltr"), ("fa-IR", "rtl")])
def test_everybody_can_read_and_copy_the_values(campus, town, locale, direction):
    person = town.person(locale=locale, permissions=["clipboard-read", "clipboard-write"])
    person.page.goto(f"{campus.url}/lti/values")
    assert person.page.evaluate("document.dir") == direction
    person.page.locator("summary").nth(1).click()
    row = person.page.locator("details[open] .value").filter(has_text="/lti/jwks.json")
    row.get_by_role("button").click()
    copied = person.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{campus.url}/lti/jwks.json"
    readable_by_everybody(person.page.main_frame)
