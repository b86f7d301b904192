"""Launches by LTI 1.1 in a real browser: in the LMS's frame and in a window, without any cookie."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from lti_bridge.simulators.lms import Link
from tests.browser.people import Town, in_class
from tests.browser.university import STUDENT, TEACHER, UNIVERSITY

FRAME, WINDOW = "Old class", "Old room"
DELIBERATE = r"the server responded with a status of 401"


def _old(title, target):
    return Link(
        id=f"rl-old-{target}",
        kind=f"old-{target}",
        title=title,
        description="As it was before the move.",
        document_target=target,
        client_id="consumer-1",
    )


ALGEBRA, *OTHERS = UNIVERSITY.courses
OLD_UNIVERSITY = replace(
    UNIVERSITY,
    courses=(
        replace(ALGEBRA, links=(*ALGEBRA.links, _old(FRAME, "iframe"), _old(WINDOW, "window"))),
        *OTHERS,
    ),
)


@pytest.fixture(params=['hosts = ["LMS"]', ""], ids=["hosts", "no hosts"])
def old_platform(request):
    """With the LMS's hosts in the settings, and without: then its signed word has to do."""
    return request.param


@pytest.fixture
def campus(new_campus, old_platform):
    return new_campus(lms_host="localhost", university=OLD_UNIVERSITY, old_platform=old_platform)


@pytest.fixture
def town(campus, chromium):
    town = Town(campus, chromium)
    yield town
    town.go_home()


def test_from_the_frame_into_class(town, campus):
    student = town.person(STUDENT)
    student.open_course()
    frame = student.open_link(FRAME)
    expect(frame.get_by_text("You join as Ben Okafor.")).to_be_visible()
    in_class(student.join(frame), STUDENT, "Attendee")
    assert student.context.cookies(campus.url) == []


def test_a_teacher_sets_the_class_up_on_its_page_and_leads_it(town):
    teacher = town.person(TEACHER)
    teacher.open_course()
    frame = teacher.open_link(FRAME)
    frame.get_by_role("checkbox").check()
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("Saved", exact=True)).to_be_visible()
    in_class(teacher.join(frame), "Ana Pereira", "Moderator")


def test_from_a_window_straight_into_class(town):
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.open_window(WINDOW), STUDENT, "Attendee")


@pytest.mark.parametrize("old_platform", ['hosts = ["LMS"]'], indirect=True)
def test_a_refusal_is_shown_in_the_frame_with_its_number(town, campus):
    campus.lms.add_old_tool(replace(campus.old_tool, secret="another"))
    student = town.person(STUDENT)
    student.complaints.expect(DELIBERATE)
    student.open_course()
    frame = student.open_link(FRAME)
    expect(frame.get_by_role("heading", name="We couldn’t check this link")).to_be_visible()
