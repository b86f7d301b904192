"""The list of classes on the course page, as people meet it."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from lti_bridge.app.background import jobs_of
from lti_bridge.simulators.meets.demo import fill
from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import IN_FRAME, PERSIAN_STUDENT, STUDENT, TEACHER

DAYS = 86_400
CLASSES = "section[data-classes]"


@pytest.fixture
def campus(campus):
    """With classes held in MEETS, of which nobody has asked yet."""
    campus.meets.play_base = campus.meets_server.url
    campus.now = int(time.time())
    titles = {course.id: course.title for course in campus.lms.campus.courses}
    fill(campus.meets, connection=1, courses=titles, now=campus.now)
    return campus


@pytest.fixture
def listed(town, campus):
    """The same, once the job has gone for them."""
    looker = town.person(STUDENT)
    looker.open_course()
    with looker.page.expect_response(re.compile("/course/status")):
        looker.open_link(IN_FRAME)
    assert jobs_of(campus.bridge).meets_events() > 0
    campus.restart()
    return campus


def the_page(town, who, **wishes):
    person = town.person(who, **wishes)
    person.open_course()
    person.open_link(IN_FRAME)
    return person, person.frame()


def test_the_list_comes_by_itself_into_a_page_that_is_open(town, campus):
    person, frame = the_page(town, TEACHER, patient=True)
    section = frame.locator(CLASSES)
    expect(section).to_contain_text("appear here in a minute or two")
    with person.page.expect_response(re.compile("/course/status")):
        person.context.clock.fast_forward(1000)
    assert jobs_of(campus.bridge).meets_events() > 0
    lecture = person.page.frame_locator("iframe.tool").get_by_text("Guest lecture")
    person.wait_until_shown(lecture.first)
    expect(section).not_to_contain_text("appear here")


def test_times_are_told_in_the_readers_own_zone(town, listed):
    _, frame = the_page(town, STUDENT, timezone_id="Asia/Kathmandu")
    told = frame.locator(CLASSES).locator("time").first
    begins, until = told.get_attribute("datetime"), told.get_attribute("data-until")
    expected = frame.evaluate(
        "([a, b]) => new Intl.DateTimeFormat('en', {dateStyle: 'medium', timeStyle: 'short',"
        " timeZone: 'Asia/Kathmandu'}).formatRange(new Date(a), new Date(b))",
        [begins, until],
    )
    expect(told).to_have_text(expected)
    assert "UTC" not in told.inner_text()
    assert ":45" in told.inner_text(), "a zone with a quarter of an hour"


def test_a_recording_opens_in_a_window_of_its_own(town, listed):
    person, frame = the_page(town, STUDENT)
    button = frame.get_by_role("button", name="Recording", exact=True).last
    with person.context.expect_page() as opened:
        button.click()
    expect(opened.value.get_by_text("A recording would play here")).to_be_visible()
    assert not person.went_through("Basic")


def test_a_file_is_saved_under_its_name(town, listed):
    person, frame = the_page(town, STUDENT)
    with person.page.expect_download() as saved:
        frame.get_by_role("button", name="Recording (mp4)").click()
    assert saved.value.suggested_filename == "Guest lecture.mp4"


def test_a_teacher_looks_who_was_in_and_comes_back(town, listed):
    _, frame = the_page(town, TEACHER)
    frame.get_by_role("button", name="Who was in: 3").click()
    expect(frame.get_by_role("heading", name="Who was in class")).to_be_visible()
    expect(frame.get_by_text("56 min")).to_be_visible()
    frame.get_by_role("button", name="Back").click()
    expect(frame.get_by_role("button", name="Join")).to_be_visible()


@pytest.mark.parametrize(
    ("who", "direction"), [(STUDENT, "ltr"), (PERSIAN_STUDENT, "rtl")], ids=["ltr", "rtl"]
)
def test_everybody_can_read_the_list(town, listed, who, direction):
    _, frame = the_page(town, who)
    expect(frame.locator(CLASSES)).to_contain_text("Guest lecture")
    assert frame.evaluate("document.dir") == direction
    readable_by_everybody(frame)


def test_everybody_can_read_who_was_in(town, listed):
    _, frame = the_page(town, TEACHER)
    frame.get_by_role("button", name="Who was in: 2").click()
    expect(frame.get_by_role("heading", name="Who was in class")).to_be_visible()
    expect(frame.get_by_text("Preliminary: ")).to_be_visible()
    readable_by_everybody(frame)
