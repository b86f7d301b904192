"""Every page, readable by everybody: small screens, dark rooms, screen readers, both directions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from tests.browser.people import SCREEN, in_class
from tests.browser.steps import comes_true
from tests.browser.university import (
    IN_FRAME,
    IN_WINDOW,
    LONG,
    PERSIAN_STUDENT,
    STUDENT,
    TEACHER,
)
from tests.functional.tools import LTI

DELIBERATE = r"the server responded with a status of (403|503)"


def the_join_page(town, person):
    person.open_course()
    person.open_link(LONG)
    return person.frame()


def the_waiting_page(town, person):
    teacher = town.person(TEACHER)
    teacher.open_course()
    frame = teacher.open_link(LONG)
    frame.get_by_role("checkbox").check()
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("Saved", exact=True)).to_be_visible()
    person.open_course()
    window = person.join(person.open_link(LONG))
    expect(window.locator(".waiting")).to_be_visible()
    return window.main_frame


def the_refusal_page(town, person):
    person.complaints.expect(DELIBERATE)
    tool = next(iter(town.campus.lms.tools.values()))
    town.campus.lms.add_tool(replace(tool, deployment_id="another"))
    person.open_course()
    person.open_link(IN_FRAME)
    return person.frame()


def the_cookie_page(town, person):
    person.complaints.expect(DELIBERATE)
    town.without_partitioned_cookies()
    person.open_course()
    person.open_link(IN_FRAME)
    return person.frame()


def the_retry_page(town, person):
    person.complaints.expect(DELIBERATE)
    town.campus.meetingz.faults.set("down")
    person.open_course()
    window = person.open_window(IN_WINDOW)
    expect(window.get_by_role("button")).to_be_visible()
    return window.main_frame


def the_page_of_a_service_in_trouble(town, person):
    town.campus.service.faults.set("500")
    for number in range(5):
        claims = {f"{LTI}resource_link": {"id": f"link {number}"}}
        town.campus.launch(town.campus.student, town.campus.link(), claims=claims)
    frame = the_join_page(town, person)
    expect(frame.locator("[data-when=trouble]")).to_be_visible()
    return frame


IS_DARK = r"""(getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3)
  .reduce((sum, one) => sum + Number(one), 0) < 3 * 128)"""

PAGES = [
    the_page_of_a_service_in_trouble,
    the_join_page,
    the_waiting_page,
    the_refusal_page,
    the_cookie_page,
    the_retry_page,
]


def violations(frame):
    """What axe finds fault with, a line each."""
    frame.evaluate(AXE_SCRIPT)
    found = frame.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{v['id']}: {v['help']} {[n['html'] for n in v['nodes']]}" for v in found]


def readable_by_everybody(frame):
    """In light and in dark for axe, and without sideways scrolling on the narrowest screen."""
    for scheme in ("light", "dark"):
        frame.page.emulate_media(color_scheme=scheme)
        # Its words may be there before its style, and its frame is told of a scheme a moment later.
        assert comes_true(frame, f"{IS_DARK} === {'true' if scheme == 'dark' else 'false'}")
        assert violations(frame) == [], scheme
    frame.page.set_viewport_size(SCREEN | {"width": 320})
    assert comes_true(frame, "innerWidth <= 320")
    assert frame.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(
    ("who", "direction"), [(STUDENT, "ltr"), (PERSIAN_STUDENT, "rtl")], ids=["ltr", "rtl"]
)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_everybody_can_read(town, page, who, direction):
    browsers_own = (
        "fa-IR" if direction == "rtl" else "en-GB"
    )  # asked where no launch can be believed
    frame = page(town, town.person(who, locale=browsers_own))
    assert frame.evaluate("document.dir") == direction
    readable_by_everybody(frame)


def test_everybody_can_read_the_teachers_page_while_people_are_in(town):
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.join(student.open_link(LONG)), STUDENT, "Attendee")
    teacher = town.person(TEACHER, patient=True)
    frame = the_join_page(town, teacher)
    teacher.wait_until_shown(teacher.page.frame_locator("iframe.tool").get_by_text("Live now"))
    readable_by_everybody(frame)
    expect(frame.get_by_role("checkbox")).to_be_visible()


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_turns_for_who_wants_stillness(town, wish, moves):
    frame = the_waiting_page(town, town.person(STUDENT, reduced_motion=wish))
    assert (frame.evaluate("document.getAnimations().length") > 0) is moves
