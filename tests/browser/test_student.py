"""A student's way into class, click by click."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import in_class
from tests.browser.university import AT_ONCE, IN_FRAME, IN_WINDOW, PERSIAN_STUDENT, STUDENT


def participants(campus):
    """(name, role) of everybody who ever joined, as the conferencing service has them."""
    return [
        (one.full_name, one.role) for m in campus.meetingz.meetings.values() for one in m.joined
    ]


def test_from_the_frame_into_a_new_window(town, campus):
    student = town.person(STUDENT)
    student.open_course()
    frame = student.open_link(IN_FRAME)
    expect(frame.get_by_role("heading", name="Live class")).to_be_visible()
    expect(frame.get_by_text("You join as Ben Okafor.")).to_be_visible()
    expect(frame.get_by_role("checkbox")).to_have_count(0)
    in_class(student.join(frame), STUDENT, "Attendee")
    assert participants(campus) == [(STUDENT, "VIEWER")]
    assert town.recorder.tokens  # none of which may stand in a URL: Town.go_home looks


def test_from_a_window_link_straight_into_class(town, campus):
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.open_window(IN_WINDOW), STUDENT, "Attendee")
    assert participants(campus) == [(STUDENT, "VIEWER")]


def test_by_the_link_that_joins_at_once(town):
    student = town.person(STUDENT)
    student.open_course()
    in_class(student.open_window(AT_ONCE), STUDENT, "Attendee")


def test_two_courses_in_two_tabs_of_one_browser(town, campus):
    student = town.person(STUDENT)
    second = student.context.new_page()
    student.open_course("Algebra I")
    student.open_course("Introduction to Biology", second)
    algebra, biology = student.open_link(), student.open_link(page=second)
    expect(algebra.get_by_text("Algebra I")).to_be_visible()
    expect(biology.get_by_text("Introduction to Biology")).to_be_visible()
    for tab, frame, course in (
        (student.page, algebra, "Algebra I"),
        (second, biology, "Introduction to Biology"),
    ):
        tab.bring_to_front()
        window = student.join(frame)
        in_class(window, STUDENT, "Attendee")
        expect(window.locator("#class-name")).to_contain_text(course)
    assert len(campus.meetingz.meetings) == 2


def test_a_double_click_on_the_link(town):
    student = town.person(STUDENT)
    student.open_course()
    student.page.locator(".live-link").get_by_text(IN_FRAME, exact=True).dblclick()
    frame = student.page.frame_locator("iframe.tool")
    in_class(student.join(frame), STUDENT, "Attendee")


def test_a_double_click_on_join_opens_one_window(town, campus):
    student = town.person(STUDENT)
    student.open_course()
    frame = student.open_link()
    student.wait_for_scripts()
    with student.context.expect_page() as opened:
        frame.get_by_role("button", name="Join").dblclick()
    in_class(opened.value, STUDENT, "Attendee")
    assert len(student.context.pages) == 2
    assert len(participants(campus)) == 1


def test_reloading_the_frame_shows_the_same_page_again(town):
    student = town.person(STUDENT)
    student.open_course()
    student.open_link()
    frame = student.frame()
    frame.wait_for_load_state("load")  # a reload before that would break off what still loads
    with frame.expect_navigation():
        frame.evaluate("location.reload()")
    frame.wait_for_load_state("load")
    expect(frame.get_by_role("heading", name="Live class")).to_be_visible()
    in_class(student.join(student.page.frame_locator("iframe.tool")), STUDENT, "Attendee")


def test_with_the_keyboard_alone(town):
    student = town.person(STUDENT)
    student.open_course()
    frame = student.open_link()
    join = frame.get_by_role("button", name="Join")
    expect(join).to_be_visible()
    student.page.get_by_role("link", name="Algebra I").focus()
    for _ in range(3):
        student.page.keyboard.press("Tab")
        if join.evaluate("button => button === document.activeElement"):
            break
    expect(join).to_be_focused()
    assert join.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    with student.context.expect_page() as opened:
        student.page.keyboard.press("Enter")
    in_class(opened.value, STUDENT, "Attendee")


def test_without_javascript(town):
    student = town.person(STUDENT, java_script_enabled=False)
    student.open_course()
    frame = student.open_link()
    student.go_on_without_scripts()
    window = student.join(frame)
    in_class(window, STUDENT, "Attendee")


def test_in_persian_from_right_to_left(town):
    student = town.person(PERSIAN_STUDENT)
    student.open_course()
    frame = student.open_link()
    page = frame.locator("html")
    expect(page).to_have_attribute("lang", "fa")
    expect(page).to_have_attribute("dir", "rtl")
    expect(frame.get_by_text("هنوز کسی نیامده است")).to_be_visible()
    button = frame.get_by_role("button", name="ورود به کلاس")
    card = frame.locator("main")
    right = button.bounding_box()["x"] + button.bounding_box()["width"]
    assert card.bounding_box()["x"] + card.bounding_box()["width"] - right < 60
    in_class(student.join(frame), PERSIAN_STUDENT, "Attendee")


def test_the_launchs_language_wins_over_the_browsers(town):
    student = town.person(PERSIAN_STUDENT, locale="de-DE")
    student.open_course()
    expect(student.open_link().locator("html")).to_have_attribute("lang", "fa")
