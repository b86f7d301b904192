"""Somebody chooses language, zone and calendar, and it stays; their calendar's page, for everybody."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import PERSIAN_STUDENT, STUDENT

GO_TO = """(path) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = path;
  form.append(document.querySelector("input[name=session]").cloneNode());
  document.body.append(form);
  form.submit();
}"""


def go_to(person, path):
    """One of the course's pages, from the page in the frame and with its session."""
    person.open_course()
    person.open_link()
    person.frame().evaluate(GO_TO, path)
    frame = person.page.frame_locator("iframe.tool")
    expect(frame.get_by_role("heading", level=1)).not_to_have_text("Live class")
    return frame


def photograph(person, name):
    folder = os.environ.get("PICTURES")
    if folder:
        person.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_language_that_somebody_chose_is_that_of_their_next_launch(town):
    person = town.person(STUDENT, timezone_id="Asia/Tehran")
    frame = go_to(person, "/course/preferences")
    expect(frame.get_by_text(re.compile("Now it is: .* 20\\d\\d"))).to_be_visible()
    frame.get_by_label("Language", exact=True).select_option("fa")
    frame.get_by_label("Time zone").select_option("Asia/Tehran")
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("زبان و منطقهٔ زمانی")
    expect(frame.get_by_text(re.compile("اکنون: .* ۱۴[۰-۹]{2}"))).to_be_visible()
    assert person.frame().evaluate("document.dir") == "rtl"
    photograph(person, "persian")
    frame.get_by_label("تقویم").select_option("gregorian")
    frame.get_by_role("button", name="ذخیره").click()
    expect(frame.get_by_text(re.compile("اکنون: .* ۲۰[۰-۹]{2}"))).to_be_visible()

    person.open_course()
    person.open_link()
    again = person.frame()
    assert again.evaluate("[document.documentElement.lang, document.dir]") == ["fa", "rtl"]
    assert again.evaluate("document.documentElement.dataset.zone") == "Asia/Tehran"


def test_the_browsers_zone_is_that_of_the_next_page(town):
    person = town.person(STUDENT, timezone_id="Asia/Kathmandu")
    person.open_course()
    with person.page.expect_response("**/course/preferences/zone"):
        person.open_link()
    person.open_course()
    person.open_link()
    assert person.frame().evaluate("document.documentElement.dataset.zone") in {
        "Asia/Kathmandu",
        "Asia/Katmandu",
    }


@pytest.mark.parametrize("path", ["/course/preferences", "/course/calendar"])
@pytest.mark.parametrize(
    ("who", "direction"), [(STUDENT, "ltr"), (PERSIAN_STUDENT, "rtl")], ids=["ltr", "rtl"]
)
def test_everybody_can_read_the_page(town, path, who, direction):
    person = town.person(who)
    go_to(person, path)
    frame = person.frame()
    assert frame.evaluate("document.dir") == direction
    photograph(person, f"{path.rpartition('/')[2]}-{direction}")
    readable_by_everybody(frame)
    photograph(person, f"{path.rpartition('/')[2]}-{direction}-narrow")


def test_the_address_of_a_calendar_is_taken_back_after_being_asked_once_more(town):
    person = town.person(STUDENT)
    frame = go_to(person, "/course/calendar")
    address = frame.get_by_label("Address of the calendar: This course")
    old = address.input_value()
    frame.get_by_role("button", name="Take this address back This course").click()
    expect(frame.get_by_role("alert")).to_contain_text("Take the address of “This course” back?")
    assert address.input_value() == old
    frame.get_by_role("button", name="Yes, take it back").click()
    expect(frame.get_by_text("This is a new address.")).to_be_visible()
    assert address.input_value() != old
