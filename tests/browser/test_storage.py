"""Launches in a frame of another site, in a browser that keeps no cookies there at all."""

from __future__ import annotations

import html
import re
import time
from contextlib import closing, suppress
from threading import Event
from urllib.parse import unquote

import pytest
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import expect

from tests.browser.people import PATIENCE, SECONDS, in_class
from tests.browser.university import IN_FRAME, IN_WINDOW, STUDENT


def framed(person):
    person.open_course()
    return person.open_link(IN_FRAME)


@pytest.mark.parametrize("storage", ["_parent", "post_message_forwarding"])
def test_without_any_cookie_the_lms_keeps_what_is_needed(town, campus, storage):
    campus.lms.storage = storage
    town.without_partitioned_cookies()
    student = town.person(STUDENT)
    frame = framed(student)
    expect(frame.get_by_role("button", name="Join")).to_be_visible()
    in_class(student.join(frame), STUDENT, "Attendee")
    sent = [cookie["name"] for cookie in student.context.cookies()]
    assert not [name for name in sent if name.startswith(("lti-", "__Host-lti-"))]


def test_two_courses_in_two_tabs_keep_theirs_apart(town, campus):
    campus.lms.storage = "_parent"
    town.without_partitioned_cookies()
    student = town.person(STUDENT)
    frames = []
    for title in ("Algebra I", "Introduction to Biology"):
        page = student.context.new_page()
        student.open_course(title, page)
        frames.append(student.open_link(IN_FRAME, page))
    for frame in frames:
        expect(frame.get_by_role("button", name="Join")).to_be_visible()


def test_with_a_partitioned_cookie_nothing_has_to_be_asked(town, campus):
    student = town.person(STUDENT)
    expect(framed(student).get_by_role("button", name="Join")).to_be_visible()
    assert not student.went_through("storage.js")


def test_where_neither_holds_one_button_opens_a_window(town, campus):
    town.without_partitioned_cookies()
    student = town.person(STUDENT)
    student.complaints.expect(r"status of 403")
    frame = framed(student)
    button = frame.get_by_role("link", name="Open in a new tab")
    expect(button).to_be_visible()
    with student.context.expect_page() as opened:
        button.click()
    expect(opened.value.get_by_role("button", name="Join")).to_be_visible()


def test_an_lms_that_promises_storage_and_keeps_nothing(town, campus):
    """No answer comes: after a moment the way is the one without storage."""
    campus.lms.storage = "_parent"
    lms = campus.lms_server.app
    town.without_partitioned_cookies()

    def silent(environ, start_response):
        with closing(lms(environ, start_response)) as pieces:
            body = b"".join(pieces)
        return [body.replace(b"data-keeps-for-tools>", b"data-keeps-nothing  >")]

    campus.lms_server.app = silent
    student = town.person(STUDENT)
    student.complaints.expect(r"status of 403")
    frame = framed(student)
    # Two pages, each of which waits some seconds and says so.
    expect(frame.get_by_text("Opening the class …")).to_be_visible()
    expect(frame.get_by_role("link", name="Open in a new tab")).to_be_visible(timeout=2 * PATIENCE)


def test_an_lms_whose_own_page_comes_later_than_the_tool_in_it(town, campus):
    """What is sent to a window before its script listens is lost: it is sent until answered."""
    campus.lms.storage = "post_message_forwarding"
    lms, bridge, asked = campus.lms_server.app, campus.bridge_server.app, Event()
    town.without_partitioned_cookies()

    def first(environ, start_response):
        if environ["PATH_INFO"] == "/lti/login":
            asked.set()
        return bridge(environ, start_response)

    def later(environ, start_response):
        if environ["PATH_INFO"] == "/storage" and asked.wait(PATIENCE / SECONDS):
            time.sleep(1)
        return lms(environ, start_response)

    campus.bridge_server.app, campus.lms_server.app = first, later
    frame = framed(town.person(STUDENT))
    expect(frame.get_by_role("button", name="Join")).to_be_visible()


def test_a_launch_asks_the_bridge_for_nothing_it_could_do_without(town, campus):
    """No delay that a person could see: two small pages, one script, kept for the next launch."""
    campus.lms.storage = "_parent"
    town.without_partitioned_cookies()
    student = town.person(STUDENT)
    student.open_course()
    asked, sizes = [], []
    bridge = campus.bridge_server.app

    def counting(environ, start_response):
        body = b"".join(bridge(environ, start_response))
        # How a page that is there keeps up, and says once in which time zone it is read.
        if environ["PATH_INFO"] not in {"/course/status", "/course/preferences/zone"}:
            asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            sizes.append(len(body))
        return [body]

    campus.bridge_server.app = counting
    expect(student.open_link(IN_FRAME).get_by_role("button", name="Join")).to_be_visible()
    steps = ["POST /lti/login", "POST /lti/launch", "POST /lti/launch"]
    assert [one for one in asked if one.startswith("POST")] == steps
    student.wait_for_scripts()
    assert asked.count("GET /lti/static/storage.js") == 1
    asked.clear()
    student.open_course()
    expect(student.open_link(IN_FRAME).get_by_role("button", name="Join")).to_be_visible()
    assert asked == steps, "the script, the style sheet and the rest are there already"
    assert max(sizes[-3:]) < 10_000


def test_the_back_button_leads_to_no_page_that_stays_empty(town, campus):
    campus.lms.storage = "_parent"
    town.without_partitioned_cookies()
    student = town.person(STUDENT)
    student.complaints.expect("status of 40[13]")
    frame = framed(student)
    expect(frame.get_by_role("button", name="Join")).to_be_visible()
    with suppress(Late):  # only the frame goes back: no page is loaded
        student.page.go_back(timeout=2000)
    # Words, mostly; where the browser left the page out of its history, what was before it.
    words = frame.get_by_role("heading")
    expect(words.or_(student.page.get_by_role("heading", name="Algebra I")).first).to_be_visible()
    expect(framed(student).get_by_role("button", name="Join")).to_be_visible()


def test_a_page_of_the_lms_within_the_lms_may_frame_the_tool(town, campus):
    """The window around the tool keeps nothing; the one around that does."""
    campus.lms.storage = "_parent"
    lms = campus.lms_server.app

    def nested(environ, start_response):
        if environ["PATH_INFO"] == "/wrapped":
            start_response("200 OK", [("Content-Type", "text/html")])
            target = html.escape(unquote(environ["QUERY_STRING"]))
            return [f'<!doctype html><title>x</title><iframe src="{target}"></iframe>'.encode()]
        with closing(lms(environ, start_response)) as pieces:
            body = b"".join(pieces)
        # As long as before: its length is told already.
        return [re.sub(rb'title="[^"]*" allow="[^"]*"\s+src="([^"]+)"', _wrapped, body)]

    campus.lms_server.app = nested
    town.without_partitioned_cookies()
    student = town.person(STUDENT)
    outer = framed(student)
    expect(outer.frame_locator("iframe").get_by_role("button", name="Join")).to_be_visible()


def _wrapped(found):
    return b'src="/wrapped?%b"' % found[1] + b" " * (len(found[0]) - len(found[1]) - 15)


def test_a_stranger_around_the_frame_is_not_answered(town, campus):
    """A page that frames the login itself gets no mark: messages go to the LMS's origin alone."""
    from lti_bridge.simulators.serving import Server

    campus.lms.storage = "_parent"
    parameters = campus.lms.login_parameters(campus.student, campus.link("frame"))
    fields = "".join(f'<input name="{name}" value="{value}">' for name, value in parameters.items())

    def stranger(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        return [
            f"""<!doctype html><title>x</title><script>window.heard = [];
            addEventListener("message", (e) => heard.push(e.data));</script>
            <iframe name="tool"></iframe>
            <form method="post" target="tool" action="{campus.url}/lti/login">{fields}</form>
            <script>document.forms[0].submit()</script>""".encode()
        ]

    person = town.person()
    person.complaints.expect(r"frame-ancestors|postMessage|CSP|ERR_BLOCKED|Framing")
    with Server(stranger) as server:
        person.page.goto(f"http://localhost:{server.port}/")
        person.page.wait_for_timeout(3000)
        assert person.page.evaluate("window.heard") == []


def test_in_a_window_of_its_own_nothing_is_waited_for(town, campus):
    campus.lms.storage = "_parent"
    student = town.person(STUDENT)
    student.open_course()
    window = student.open_window(IN_WINDOW)
    in_class(window, STUDENT, "Attendee")
