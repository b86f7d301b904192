"""From the first start to the cause of a refusal, in a browser; and pages that everybody can read."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from lti_bridge.app.background import jobs_of
from lti_bridge.store import FoundRecording, LaunchEntry, Load
from lti_bridge.store.tables import MeetingRow
from tests.browser.people import in_class
from tests.browser.test_looks import readable_by_everybody
from tests.browser.test_registration import bridge_knows_nobody, pasted
from tests.browser.university import AT_ONCE, IN_FRAME, STUDENT
from tests.campus import MEETINGZ_SECRET
from tests.functional.administrators import PASSWORD, let_in
from tests.unit.cli.house import run

__all__ = ["bridge_knows_nobody"]

DELIBERATE = r"status of (401|403)"


def sign_in(person, name="ana"):
    page = person.page
    page.goto(f"{person.campus.url}/admin")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    expect(page.locator("nav")).to_be_visible()
    return page


def test_from_the_first_start_to_the_cause_of_a_refusal(bridge_knows_nobody, town):
    campus = bridge_knows_nobody
    made = run("admin", "create", "Ana", "--config", campus.file, typed=f"{PASSWORD}\n" * 2)
    assert made.code == 0, made.err
    ana = town.person()
    page = sign_in(ana)

    page.get_by_role("link", name="Class services").click()
    form = page.locator("section").filter(has_text="Add a class service")
    form.get_by_label("Its name here").fill("second")
    form.get_by_label("Address").fill(campus.service.url_for(campus.meetingz_server))
    form.get_by_label("Secret").fill(MEETINGZ_SECRET)
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status")).to_have_text("Saved")
    page.locator("summary", has_text="second").click()
    page.get_by_role("button", name="Test: second").click()
    expect(page.get_by_text("create: made")).to_be_visible()
    expect(page.get_by_text("wrong", exact=True)).to_have_count(0)

    page.get_by_role("link", name="Learning platforms").click()
    page.get_by_label("Its name here").first.fill("Riverbank")
    page.locator("#invite-service").select_option("second")
    page.get_by_role("button", name="Invite").click()
    url = page.locator("code.secret").inner_text()
    administrator, frame = pasted(town, url)
    frame.get_by_role("button", name="Register").click()
    expect(administrator.page.get_by_role("heading", level=1)).to_have_text("External tools")
    page.get_by_role("link", name="Learning platforms").click()
    page.get_by_role("link", name="Riverbank").click()
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("well", exact=True)).to_have_count(3)

    student = town.person(STUDENT)
    student.open_course()
    in_class(student.open_window(AT_ONCE), STUDENT, "Attendee")
    page.get_by_role("link", name="Launches").click()
    expect(page.locator("tbody")).to_contain_text("went into class")

    jobs_of(campus.bridge).loads()
    page.get_by_role("link", name="Class services").click()
    second = page.locator("summary", has_text="second")
    expect(second).to_contain_text("Meetings now: 1 · people: 1")
    second.click()
    expect(page.get_by_role("img", name="People at once, at the most of each hour")).to_be_visible()
    page.get_by_role("link", name="Launches").click()

    tool = next(iter(campus.lms.tools.values()))
    campus.lms.add_tool(replace(tool, deployment_id="another"))
    student.complaints.expect(DELIBERATE)
    student.open_course()
    student.open_link(IN_FRAME)
    reference = student.frame().locator(".reference strong").inner_text()
    page.get_by_label("Reference number").fill(reference.lower().replace("-", " "))
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    expect(page.get_by_text("the deployment: has the administrator allowed it?")).to_be_visible()

    page.get_by_role("link", name="Learning platforms").click()
    page.get_by_role("button", name=re.compile("^Allow: ")).click()
    expect(page.get_by_role("status")).to_have_text("Saved")
    student.open_course()
    student.open_link(IN_FRAME)
    expect(student.frame().get_by_role("button", name="Join")).to_be_visible()
    page.get_by_role("link", name="Audit log").click()
    for action in ("session.begin", "service.add", "service.test", "platform.invite"):
        expect(page.locator("tbody")).to_contain_text(action)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def a_term(campus):
    """What plots and lists show after a while."""
    store, now = campus.bridge.store, int(time.time() * 1000)
    for hour in range(28 * 24):
        people = 40 + hour * 7 % 160
        load = Load("live", now - hour * 3_600_000, 9, people, 4, people // 2)
        store.loads.note(load)
    store.loads.failed("live", "live answered getMeetings with HTTP 500. Wait a moment.", now - 1)
    for outcome in ("joined", "page", "waiting", "refused"):
        for hour in range(24):
            at_ms, reason = now - hour * 3_600_000, "expired" if outcome == "refused" else ""
            entry = LaunchEntry(f"{outcome[:4]}-{hour}", at_ms, outcome, 1, reason=reason)
            store.launches.add([replace(entry, meeting_id=hour, user_id=hour)] * (1 + hour % 5))
    jobs_of(campus.bridge).weeks()
    recordings = [
        FoundRecording(f"r{number}", f"Week {number}", state, now, now, 3_600_000, 3, "[]")
        for number, state in enumerate(("published", "unpublished", "processing"))
    ]
    meeting = store.database.read(lambda c: c.execute(select(MeetingRow.id)).scalars().first())
    store.records.save_recordings(meeting, "live", recordings, now)


@pytest.mark.parametrize(("locale", "direction"), [("en-GB", "ltr"), ("fa-IR", "rtl")])
@pytest.mark.parametrize(
    "path",
    ["sign-in", "overview", "launches", "launch", "platforms", "platforms/1", "services", "recordings", "administrators",
     "audit", "me"],
)  # fmt: skip
def test_everybody_can_read(campus, town, path, locale, direction):
    let_in(campus)
    campus.launch(campus.student, campus.link("frame"))
    if path in {"overview", "services", "recordings"}:
        a_term(campus)
    person = town.person(locale=locale)
    page = person.page
    if path == "sign-in":
        page.goto(f"{campus.url}/admin/sign-in")
    else:
        sign_in(person)
        page.goto(
            f"{campus.url}/admin/{path.replace('launch', 'launches') if path == 'launch' else path}"
        )
    if path == "launch":
        page.locator("tbody a").first.click()
        expect(page.locator("dl")).to_be_visible()
    for summary in page.locator("summary").all():
        if summary.is_visible() and not summary.evaluate("s => s.parentElement.open"):
            summary.click()
    assert page.evaluate("document.dir") == direction
    readable_by_everybody(page.main_frame)


def test_the_whole_way_is_open_to_a_keyboard(campus, town):
    let_in(campus)
    page = sign_in(town.person())
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.get_by_role("link", name="Launches").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Launches")


def test_times_are_those_of_the_browser_until_somebody_chooses_a_zone(campus, town):
    let_in(campus)
    page = sign_in(town.person(timezone_id="Asia/Tehran"))
    expect(page.locator("footer")).to_contain_text("Asia/Tehran")
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Time zone").select_option("America/Sao_Paulo")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("footer")).to_contain_text("America/Sao_Paulo")
