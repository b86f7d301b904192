"""A teacher schedules a weekly class in the LMS's frame, changes one and cancels one."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.steps import fill_in, plan
from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import IN_FRAME, LONG, TEACHER
from tests.functional.tools import LTI

WORDS = {
    "en": {
        "repeat": "How often",
        "weekly": "Weekly",
        "number": "Number of classes",
        "show": "Show the dates",
        "dates": "These are the dates",
        "save": "Schedule",
        "done": "Scheduled",
    },
    "fa": {
        "repeat": "هر چند وقت",
        "weekly": "هفتگی",
        "number": "تعداد کلاس‌ها",
        "show": "نمایش تاریخ‌ها",
        "dates": "تاریخ‌ها این‌ها هستند",
        "save": "زمان‌بندی",
        "done": "زمان‌بندی شد",
    },
}


def in_language(campus, language):
    claims = {f"{LTI}launch_presentation": {"locale": language}}
    campus.lms.quirks = replace(campus.lms.quirks, claims=claims)


def the_form(town, campus, language="en", **wishes):
    """A teacher with the form open; with what is in the frame."""
    in_language(campus, language)
    teacher = town.person(TEACHER, timezone_id="Asia/Tehran", **wishes)
    return teacher, plan(teacher, language)


def picture(teacher, name):
    """Where pictures are wished for, one of the whole page."""
    folder = os.environ.get("PICTURES")
    if folder:
        teacher.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def classes(campus):
    store = campus.bridge.store
    (series,) = store.series.of_courses([1])
    return series, store.series.of_series(series.id)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_weekly_class_is_scheduled_in_the_frame(town, campus, language):
    words = WORDS[language]
    teacher, frame = the_form(town, campus, language)
    expect(frame.locator("#zone")).to_have_value("Asia/Tehran")
    expect(frame.locator("#count")).to_be_hidden()
    fill_in(frame)
    picture(teacher, f"plan-{language}-1")
    frame.get_by_label(words["repeat"], exact=True).select_option(words["weekly"])
    frame.locator("#count").fill("4")
    frame.get_by_role("button", name=words["show"]).click()
    expect(frame.get_by_role("heading", name=words["dates"])).to_be_visible()
    expect(frame.locator("ol.dates li")).to_have_count(4)
    picture(teacher, f"plan-{language}-2")
    frame.get_by_role("button", name=words["save"], exact=True).click()
    expect(frame.get_by_role("heading", level=1, name=words["done"])).to_be_visible()
    picture(teacher, f"plan-{language}-3")
    series, every = classes(campus)
    assert (series.zone, len(every), series.minutes) == ("Asia/Tehran", 4, 60)
    assert {one.begins_ms % 86_400_000 for one in every} == {int(6.5 * 3_600_000)}


def test_by_keyboard_alone(town, campus):
    teacher, frame = the_form(town, campus)
    fill_in(frame)
    frame.locator("#title").focus()
    teacher.page.keyboard.press("Enter")
    expect(frame.get_by_role("heading", level=1, name="Scheduled")).to_be_visible()
    assert len(classes(campus)[1]) == 1


def test_without_scripts_of_ours(town, campus):
    in_language(campus, "en")
    teacher = town.person(TEACHER, timezone_id="Asia/Tehran")
    teacher.complaints.expect(r"plan\.js|net::ERR_FAILED")
    teacher.context.route("**/plan.js*", lambda route: route.abort())
    teacher.open_course()
    frame = teacher.open_link(IN_FRAME)
    frame.get_by_role("button", name="Schedule a class").first.click()
    expect(frame.locator("#until")).to_be_visible()
    fill_in(frame)
    frame.locator("#zone").select_option("Europe/Berlin")
    frame.get_by_label("How often").select_option("Daily")
    frame.locator("#count").fill("2")
    frame.get_by_role("button", name="Schedule", exact=True).click()
    expect(frame.get_by_role("heading", level=1, name="Scheduled")).to_be_visible()
    series, every = classes(campus)
    assert (series.zone, len(every)) == ("Europe/Berlin", 2)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_everybody_can_read_the_form(town, campus, language):
    teacher, frame = the_form(town, campus, language)
    assert teacher.frame().evaluate("document.dir") == ("rtl" if language == "fa" else "ltr")
    for summary in frame.locator("summary").all():
        summary.click()
    frame.locator("#repeat").select_option("monthly")
    fill_in(frame, LONG * 2, minutes="60")
    frame.locator("#date").fill("2001-01-01")
    frame.locator("button[value=preview]").click()
    expect(frame.get_by_role("alert")).to_be_visible()
    picture(teacher, f"plan-{language}-wrong")
    readable_by_everybody(teacher.frame())
    picture(teacher, f"plan-{language}-narrow")


@pytest.mark.parametrize("language", ["en", "fa"])
def test_everybody_can_read_what_was_scheduled_and_the_question(town, campus, language):
    teacher, frame = the_form(town, campus, language)
    fill_in(frame, LONG)
    frame.locator("#repeat").select_option("weekly")
    frame.locator("#count").fill("12")
    frame.locator("button[value=save]").last.click()
    expect(frame.locator("ol.dates li").first).to_be_visible()
    readable_by_everybody(teacher.frame())
    picture(teacher, f"planned-{language}-narrow")
    _, every = classes(campus)
    for path, look in (("edit", "button[value=preview]"), ("cancel", "button[value=cancel]")):
        teacher.frame().evaluate(
            """([path, meeting]) => {
              const form = document.querySelector("form[action$='/course/open']").cloneNode(true);
              const field = document.createElement("input");
              field.name = "meeting"; field.value = meeting; field.type = "hidden";
              form.action = `/course/plan/${path}`;
              form.append(field); document.body.append(form); form.submit();
            }""",
            [path, str(every[1].id)],
        )
        expect(frame.locator(look).first).to_be_visible()
        readable_by_everybody(teacher.frame())
        picture(teacher, f"plan-{path}-{language}-narrow")


def test_a_class_is_changed_and_cancelled_from_the_list(town, campus):
    teacher, frame = the_form(town, campus)
    fill_in(frame)
    frame.locator("#repeat").select_option("weekly")
    frame.locator("#count").fill("3")
    frame.get_by_role("button", name="Schedule", exact=True).click()
    expect(frame.get_by_role("heading", level=1, name="Scheduled")).to_be_visible()
    _, every = classes(campus)

    def press(button, number=0):
        """In the list, that button of one of the classes."""
        frame.get_by_role("button", name="To the course’s classes").or_(
            frame.get_by_role("button", name="Back")
        ).first.click()
        expect(frame.get_by_role("heading", name="Scheduled classes")).to_be_visible()
        for folded in frame.locator(".schedule details:not([open]) > summary").all():
            if folded.is_visible():
                folded.click()
        picture(teacher, "plan-list")
        frame.locator(".schedule").get_by_role("button", name=button).nth(number).click()

    press("Change")
    expect(frame.locator("#repeat")).to_be_hidden()
    frame.get_by_label("This class and those that follow").check()
    expect(frame.locator("#repeat")).to_be_visible()
    frame.get_by_label("Only this class").check()
    expect(frame.locator("#repeat")).to_be_hidden()
    frame.locator("#title").fill("Seminar")
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.get_by_role("heading", level=1, name="Changed")).to_be_visible()
    press("Cancel the class")
    frame.get_by_role("button", name="Yes, cancel").click()
    expect(frame.get_by_role("heading", level=1, name="Cancelled")).to_be_visible()
    now = campus.bridge.store.series.of_series(every[0].series_id)
    assert sorted(one.title for one in now) == ["Laboratory", "Laboratory", "Seminar"]
    assert sum(one.cancelled_ms is not None for one in now) == 1
