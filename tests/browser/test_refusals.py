"""What people see when something stops them, and that they can go on from there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from lti_bridge.simulators.serving import Server
from tests.browser.people import LAPTOP, in_class
from tests.browser.university import IN_FRAME, IN_WINDOW, STUDENT, TEACHER

REFERENCE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$")
DELIBERATE = r"the server responded with a status of (401|403|503)"
"""The browser's own line in its console for a page that says what is wrong."""


@pytest.fixture
def student(town):
    student = town.person(STUDENT, viewport=LAPTOP)
    student.complaints.expect(DELIBERATE)
    return student


def test_an_unknown_deployment_is_explained_in_the_frame(town, campus, student):
    tool = next(iter(campus.lms.tools.values()))
    campus.lms.add_tool(replace(tool, deployment_id="another"))
    student.open_course()
    frame = student.open_link()
    expect(frame.get_by_role("heading", name="This course isn’t connected yet")).to_be_in_viewport()
    number = frame.locator(".reference strong")
    expect(number).to_be_in_viewport()
    expect(number).to_have_text(REFERENCE)


def test_without_any_cookie_in_the_frame_one_more_click_helps(town, student):
    town.without_partitioned_cookies()
    student.open_course()
    frame = student.open_link()
    expect(frame.get_by_role("heading", name="One more click")).to_be_visible()
    with student.context.expect_page() as opened:
        frame.get_by_role("link", name="Open in a new tab").click()
    tab = opened.value
    expect(tab.get_by_role("heading", name="Live class")).to_be_visible()
    in_class(student.join(tab), STUDENT, "Attendee")


def test_a_service_that_is_down_can_be_tried_again(town, campus, student):
    campus.meetingz.faults.set("down")
    student.open_course()
    window = student.join(student.open_link())
    expect(window.get_by_role("heading", name="We can’t get you into class")).to_be_visible()
    window.get_by_role("button", name="Retry").click()
    expect(window.get_by_role("heading", name="We can’t get you into class")).to_be_visible()
    expect(window.locator(".reference strong")).to_have_text(REFERENCE)
    campus.meetingz.faults.clear()
    window.wait_for_timeout(1_100)  # a failure is everybody's answer for a second
    window.get_by_role("button", name="Retry").click()
    in_class(window, STUDENT, "Attendee")


def test_a_launch_that_found_the_service_down_can_be_tried_again(town, campus, student):
    campus.meetingz.faults.set("down")
    student.open_course()
    window = student.open_window(IN_WINDOW)
    expect(window.get_by_role("button", name="Retry")).to_be_visible()
    campus.meetingz.faults.clear()
    window.wait_for_timeout(1_100)
    window.get_by_role("button", name="Retry").click()
    in_class(window, STUDENT, "Attendee")


def test_a_page_whose_session_is_no_longer_good_says_so(town, campus):
    student = town.person(STUDENT, patient=True)
    student.complaints.expect(DELIBERATE)
    student.open_course()
    frame = student.open_link()
    expect(frame.get_by_role("button", name="Join")).to_be_visible()
    campus.bridge_server.app = _sessions_expired(campus.bridge_server.app)
    student.wait_until_shown(frame.get_by_text("This page has been open for too long."))


def _sessions_expired(app):
    """The bridge, which takes no session any more; its style and scripts it still gives."""

    def answer(environ, start_response):
        if "HTTP_AUTHORIZATION" not in environ:
            return app(environ, start_response)
        start_response("401 Unauthorized", [("Content-Length", "0")])
        return [b""]

    return answer


@pytest.fixture
def stranger(campus):
    """Another site, which shows the bridge in a frame."""

    def page(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [
            f'<h1>Elsewhere</h1><iframe name="inside" src="{campus.url}/course/"></iframe>'
            f'<form method="post" action="{campus.url}/course/settings" target="inside">'
            '<input name="session"><button>Send</button></form>'.encode()
        ]

    with Server(page) as server:
        yield f"http://elsewhere.localhost:{server.port}/"


def test_no_page_is_shown_in_a_frame_of_another_site(town, stranger):
    teacher = town.person(TEACHER)
    teacher.complaints.expect("frame-ancestors")
    teacher.complaints.expect("Failed to load resource")
    teacher.open_course()
    token = teacher.open_link(IN_FRAME).locator("input[name=session]").first.input_value()
    page = teacher.page
    page.goto(stranger)
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    assert not page.frames[1].locator("main").count()
    page.locator("input").fill(token)
    with page.expect_response("**/course/settings") as answered:
        page.get_by_role("button", name="Send").click()
    assert answered.value.status == 200
    page.wait_for_timeout(300)
    assert not page.frames[1].locator("main").count()
    assert len([line for line in teacher.complaints.heard if "frame-ancestors" in line]) >= 2
