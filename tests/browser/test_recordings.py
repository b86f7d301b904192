"""Recordings: published by a teacher, seen by a student, all in the LMS's frame."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from lti_bridge.app.background import jobs_of
from tests.browser.steps import a_class_was_recorded, recordings_of
from tests.browser.test_looks import readable_by_everybody
from tests.browser.university import PERSIAN_STUDENT, STUDENT, TEACHER, UNIVERSITY


@pytest.fixture
def campus(new_campus):
    """As elsewhere, with a BigBlueButton whose class left a hidden recording."""
    campus = new_campus(lms_host="localhost", university=UNIVERSITY, kind="bigbluebutton")
    a_class_was_recorded(campus)
    return campus


def test_a_teacher_publishes_a_recording_and_a_student_watches_it(town):
    student, frame = recordings_of(town, STUDENT)
    expect(frame.get_by_text("There are no recordings yet.")).to_be_visible()
    teacher, frame = recordings_of(town, TEACHER)
    expect(frame.get_by_text("Hidden from students")).to_be_visible()
    expect(frame.get_by_text("Being prepared")).to_be_visible()
    hidden = frame.locator("li", has_text="Hidden from students")
    hidden.get_by_text("Change").click()
    hidden.get_by_role("button", name="Show to students").click()
    frame = teacher.frame()
    expect(frame.get_by_role("status")).to_have_text("Students can see the recording now.")
    readable_by_everybody(frame)

    student.page.bring_to_front()
    student.frame().get_by_role("button", name="Back").click()
    student.frame().get_by_role("button", name="Show recordings").click()
    frame = student.frame()
    expect(frame.get_by_role("button", name="Presentation")).to_be_visible()
    expect(frame.get_by_role("button", name="Statistics")).to_have_count(0)
    pictures = frame.get_by_role("img")
    expect(pictures).to_have_count(3)
    for number in range(3):
        pictures.nth(number).scroll_into_view_if_needed()
        assert pictures.nth(number).evaluate("one => one.decode().then(() => one.naturalWidth)")
    shown = [one for one in town.campus.service.faults.requests if "/thumbnails/" in one.path]
    assert len(shown) >= 3
    assert not any("Referer" in one.headers for one in shown)
    readable_by_everybody(frame)
    with student.context.expect_page() as opened:
        frame.get_by_role("button", name="Video").click()
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    assert "/playback/" in opened.value.url
    assert town.campus.url not in opened.value.evaluate("document.referrer")


def test_a_teacher_renames_captions_and_deletes(town, tmp_path):
    teacher, frame = recordings_of(town, TEACHER)
    unready = frame.locator("li", has_text="Being prepared")
    expect(unready.get_by_text("Change")).to_have_count(0)
    expect(unready.get_by_role("button")).to_have_count(0)
    one = frame.locator("li", has_text="Hidden from students")
    one.get_by_text("Change").click()
    one.get_by_role("textbox", name="Name").fill("Parabolas")
    one.get_by_role("button", name="Rename").click()
    frame = teacher.frame()
    expect(frame.get_by_role("heading", name="Parabolas")).to_be_visible()
    one = frame.locator("li", has_text="Parabolas")
    one.get_by_role("button", name="Captions").click()
    frame = teacher.frame()
    expect(frame.get_by_text("There are no captions yet.")).to_be_visible()
    file = tmp_path / "parabolas.vtt"
    file.write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n")
    frame.get_by_label("File").set_input_files(file)
    frame.get_by_label("Language").select_option("fa")
    frame.get_by_role("button", name="Add captions").click()
    frame = teacher.frame()
    expect(frame.get_by_role("button", name="Remove Persian")).to_be_visible()
    readable_by_everybody(frame)
    frame.get_by_role("button", name="Back").click()
    frame = teacher.frame()
    frame.locator("li", has_text="Parabolas").get_by_role("button", name="Delete").click()
    frame = teacher.frame()
    expect(frame.get_by_role("heading", name="Delete this recording?")).to_be_visible()
    readable_by_everybody(frame)
    frame.get_by_role("button", name="Delete for good").click()
    frame = teacher.frame()
    expect(frame.get_by_role("status")).to_have_text("The recording is deleted.")
    expect(frame.get_by_text("Parabolas")).to_have_count(0)


def test_everybody_can_read_it_from_right_to_left(town):
    for one in town.campus.service.recordings.all:
        town.campus.service.recordings.finish(one.record_id)
    jobs = replace(jobs_of(town.campus.bridge), now=lambda: time.time() + 3600)
    assert jobs.collect_records() == 1
    _, frame = recordings_of(town, PERSIAN_STUDENT, "fa", locale="fa-IR")
    assert frame.evaluate("document.dir") == "rtl"
    expect(frame.get_by_role("heading", name="ضبط‌ها", level=1)).to_be_visible()
    expect(frame.get_by_role("button", name="ارائه")).to_have_count(2)
    expect(frame.get_by_text("۱ ساعت").first).to_be_visible()
    readable_by_everybody(frame)
