"""Learning platforms of an administrator's own: one of LTI 1.1 added, launched from, changed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import in_class
from tests.browser.test_admin import DELIBERATE, sign_in
from tests.browser.test_looks import readable_by_everybody
from tests.browser.test_lti1p1 import FRAME, OLD_UNIVERSITY
from tests.browser.university import STUDENT
from tests.functional.administrators import let_in


@pytest.fixture
def campus(new_campus):
    campus = new_campus(lms_host="localhost", university=OLD_UNIVERSITY)
    let_in(campus)
    return campus


def value_of(page, term):
    return page.locator(f"dt:text-is('{term}') + dd").inner_text()


def look(page, name):
    """Keep a picture, for whoever wants to look at it."""
    if folder := os.environ.get("LOOK_AT"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_an_lms_of_lti_1_1_is_added_launched_from_and_changed(campus, town):
    ana = town.person()
    page = sign_in(ana)
    page.get_by_role("link", name="Learning platforms").click()
    form = page.locator("section").filter(has_text="Add one of LTI 1.1")
    form.get_by_label("Its name here").fill("Old Sakai")
    form.get_by_label("Hosts where people see it").fill(campus.lms.issuer.partition("//")[2])
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Old Sakai")
    secret = page.locator("code.secret").inner_text()
    look(page, "added")
    readable_by_everybody(page.main_frame)
    key, url = value_of(page, "Consumer key"), value_of(page, "Tool URL (launch, target link)")
    cartridge = ana.context.request.get(value_of(page, "Cartridge URL"))
    assert url in cartridge.text()

    # In the LMS, whose link names the tool as it was called before.
    tool = replace(campus.old_tool, consumer_key=key, secret=secret, launch_url=url)
    campus.lms.old_tools[campus.old_tool.consumer_key] = tool
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.join(student.open_link(FRAME)), STUDENT, "Attendee")

    page.locator("nav").get_by_role("link", name="Learning platforms").click()
    page.get_by_role("link", name="Old Sakai").click()
    page.get_by_role("link", name="Change …").click()
    page.get_by_label("Its name here").fill("Older Sakai")
    page.get_by_label("Hosts where people see it").fill("not a/host")
    ana.complaints.expect(r"status of 400")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    hosts = page.get_by_label("Hosts where people see it")
    expect(hosts).to_be_focused()
    expect(hosts).to_have_value("not a/host")
    expect(hosts).to_have_accessible_description(
        "Give names such as lms.example.edu. People are only sent back to these, and only their pages may show the class."
    )
    expect(page.get_by_label("Its name here")).to_have_value("Older Sakai")
    look(page, "mistake")
    readable_by_everybody(page.main_frame)
    hosts.fill("sakai.example.edu")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Older Sakai")
    page.get_by_label("Teachers may let everybody lead a class").check()
    page.get_by_role("button", name="Save: What people may do").click()
    expect(page.get_by_label("Teachers may let everybody lead a class")).to_be_checked()

    page.get_by_role("button", name="Replace the secret").click()
    expect(page.locator("code.secret")).not_to_have_text(secret)
    expect(page.get_by_text("the learning platform has not used it yet")).to_be_visible()
    look(page, "secret")
    readable_by_everybody(page.main_frame)
    page.get_by_label("The old one got into the wrong hands").check()
    page.get_by_role("button", name="Replace the secret").click()
    expect(page.get_by_text("the learning platform has not used it yet")).to_have_count(0)
    student.complaints.expect(DELIBERATE)
    student.open_course()
    frame = student.open_link(FRAME)
    expect(frame.get_by_role("heading", name="We couldn’t check this link")).to_be_visible()

    page.get_by_role("link", name="Audit log").click()
    for action in ("platform.put", "platform.change", "platform.policies", "platform.secret"):
        expect(page.locator("tbody")).to_contain_text(action)
    expect(page.locator("tbody")).to_contain_text("Older Sakai")
    expect(page.locator("tbody")).not_to_contain_text(secret)
    look(page, "audit")


@pytest.mark.parametrize(("locale", "direction"), [("en-GB", "ltr"), ("fa-IR", "rtl")])
def test_everybody_can_read_how_a_platform_is_changed(campus, town, locale, direction):
    person = town.person(locale=locale)
    page = sign_in(person)
    page.goto(f"{campus.url}/admin/platforms")
    form = page.locator("#add")
    for name, value in (("name", "Riverside"), ("client_id", "c9"), ("meets_connection", "-1")):
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=kind]").select_option("other")
    person.complaints.expect(r"status of 400")
    form.locator("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate("document.dir") == direction
    look(page, f"list-{locale}")
    readable_by_everybody(page.main_frame)
    form = page.locator("#add")
    form.locator("[name=meets_connection]").fill("")
    form.locator("summary").click()
    lms = "https://lms.riverside.example"
    addresses = {"issuer": lms, "auth_login_url": f"{lms}/a", "auth_token_url": f"{lms}/t"}
    for name, value in (addresses | {"key_set_url": f"{lms}/k"}).items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Riverside")
    look(page, f"platform-{locale}")
    readable_by_everybody(page.main_frame)
    page.goto(f"{page.url.partition('?')[0]}/edit")
    expect(page.locator("[name=key_set_url]")).to_have_value(f"{lms}/k")
    page.set_viewport_size({"width": 320, "height": 800})
    look(page, f"edit-{locale}")
    readable_by_everybody(page.main_frame)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
