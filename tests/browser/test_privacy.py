"""Somebody's data in a browser: what people read of it, and how it is given out and erased."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import in_class
from tests.browser.test_admin import sign_in
from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import AT_ONCE, STUDENT
from tests.functional.administrators import let_in
from tests.unit.store.test_persons import everywhere


def in_class_once(campus, town):
    """The student, who was in class; as the bridge knows them."""
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.open_window(AT_ONCE), STUDENT, "Attendee")
    campus.app.extensions["lti_bridge.journal"].flush()
    (known,) = campus.bridge.store.persons.find(STUDENT)
    return known


def test_somebody_is_found_given_their_data_and_erased(campus, town):
    known = in_class_once(campus, town)
    let_in(campus)
    ana = town.person()
    page = sign_in(ana)
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("searchbox").fill(known.email)
    page.get_by_role("button", name="Search").click()
    page.locator("tbody a").click()
    expect(page.locator("dl")).to_contain_text(known.email)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download all as JSON").click()
    document = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
    assert document["person"]["name"] == STUDENT
    assert document["courses"][0]["course"]["title"]
    assert document["launches"]
    page.get_by_role("link", name=re.compile("^Erase")).click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The person is erased")
    page.get_by_role("main").get_by_role("link", name="People").click()
    page.get_by_role("searchbox").fill(known.email)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status")).to_have_text("Nothing found.")
    assert everywhere(campus.bridge.store, known.email, known.name, known.lti_user_id) == []
    assert not ana.went_through(known.email), "an address would be in proxies' logs"


@pytest.mark.parametrize(("locale", "direction"), [("en-GB", "ltr"), ("fa-IR", "rtl")])
def test_everybody_can_read(campus, town, locale, direction):
    known = in_class_once(campus, town)
    let_in(campus)
    person = town.person(locale=locale)
    page = sign_in(person)
    for path in ("people", f"people/{known.id}", f"people/{known.id}/erase", "privacy"):
        page.goto(f"{campus.url}/admin/{path}")
        assert page.evaluate("document.dir") == direction
        readable_by_everybody(page.main_frame)

    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{campus.url}/privacy")
    assert page.evaluate("document.dir") == direction
    readable_by_everybody(page.main_frame)
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(wide)
