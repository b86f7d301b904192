"""What people do in the bridge's pages, whatever their language: the steps that stories are made of."""

from __future__ import annotations

import gettext
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from playwright.sync_api import Frame, FrameLocator, expect

from lti_bridge.app.background import jobs_of
from lti_bridge.app.languages import TRANSLATIONS
from lti_bridge.simulators.bigbluebutton.recordings import Format, Image
from lti_bridge.simulators.lms import Campus as University
from tests.browser.people import PATIENCE, Person, Town
from tests.browser.university import IN_FRAME, UNIVERSITY
from tests.campus import Campus
from tests.functional.grading import LONG_AGO, MINUTE, RULES, enrol, held
from tests.functional.planning import ACTION, TOMORROW

GUEST = "Noor Haddad"
_DAY = 24 * 60 * MINUTE
_PICTURES = (Image(alt="Ben Okafor"), Image(), Image())


def says(language: str) -> Callable[[str], str]:
    """How pages say an English text in that language, by the catalogue that is shipped."""
    return gettext.translation(
        "messages", TRANSLATIONS, [language], fallback=language == "en"
    ).gettext


def reading(language: str) -> University:
    """The university when everybody there reads that language."""
    users = tuple(replace(one, locale=language) for one in UNIVERSITY.users)
    return replace(UNIVERSITY, users=users)


def press(frame: FrameLocator | Frame, *names: str) -> None:
    """The buttons of these names, one page after the other."""
    for name in names:
        frame.get_by_role("button", name=name, exact=True).first.click()


def comes_true(place: Frame, expression: str) -> bool:
    """Whether a page says so within a moment: what is in a frame follows what is around it.

    Not ``wait_for_function``: its polling evaluates text, which our CSP reports.
    """
    for _ in range(100):
        if place.evaluate(expression):
            return True
        place.page.wait_for_timeout(50)
    return False


# A class that is scheduled.


def plan(person: Person, language: str = "en") -> FrameLocator:
    """From the course to the form; what is in the frame."""
    person.open_course()
    frame = person.open_link(IN_FRAME)
    press(frame, says(language)("Schedule a class"))
    expect(frame.locator("main.plan")).to_be_visible(timeout=PATIENCE)
    return frame


def fill_in(frame: FrameLocator, title: str = "Laboratory", **more: str) -> None:
    """A class tomorrow at ten; ``more`` by the fields' names."""
    frame.locator("#title").fill(title)
    frame.locator("#date").fill(TOMORROW.date().isoformat())
    frame.locator("#time").fill("10:00")
    for name, value in more.items():
        frame.locator(f"#{name}").fill(value)


# Students who wait.


def make_students_wait(teacher: Person, link: str = IN_FRAME, language: str = "en") -> FrameLocator:
    """The course page's setting; what is in the frame."""
    say = says(language)
    teacher.open_course()
    frame = teacher.open_link(link)
    frame.get_by_role("checkbox", name=say("Students wait until a teacher is in class")).check()
    press(frame, say("Save"))
    expect(frame.get_by_text(say("Saved"), exact=True)).to_be_visible()
    expect(frame.get_by_role("checkbox")).to_be_checked()
    return frame


# Guests.


def the_links(teacher: Person, language: str = "en") -> FrameLocator:
    """The page of a class's links, in the frame."""
    say = says(language)
    teacher.open_course()
    frame = teacher.open_link(IN_FRAME)
    frame.get_by_role("button", name=say("Invite guests")).click()
    expect(frame.get_by_role("heading", name=say("Guests"), exact=True)).to_be_visible()
    return frame


def a_link(
    frame: FrameLocator, label: str = "The dean", passcode: str = "", language: str = "en"
) -> str:
    """Make one; its address."""
    say = says(language)
    frame.get_by_label(say("Whom it is for")).fill(label)
    frame.get_by_label(say("Passcode, if you want one")).fill(passcode)
    press(frame, say("Make the link"))
    expect(
        frame.get_by_text(say("The link is ready. Copy it, and send it to your guests."))
    ).to_be_visible()
    return frame.get_by_label(say("Link for guests")).first.input_value()


def come(
    guest: Person, url: str, name: str = GUEST, passcode: str = "", language: str = "en"
) -> None:
    """Open the link, say who one is, and press Join."""
    say = says(language)
    guest.page.goto(url)
    guest.page.get_by_label(say("Your name, as others see it in class")).fill(name)
    if passcode:
        guest.page.get_by_label(say("Passcode")).fill(passcode)
    guest.page.get_by_role("button", name=say("Join"), exact=True).click()


# Recordings.


def a_class_was_recorded(campus: Campus) -> None:
    """At a BigBlueButton: a hidden recording, and one that is still being prepared."""
    for person in (campus.teacher, campus.student):
        campus.launch(person, campus.link("window"))
    (meeting,) = campus.service.meetings.values()
    formats = (Format("presentation", images=_PICTURES), Format("video"), Format("statistics"))
    campus.service.recordings.add(
        meeting_id=meeting.meeting_id, name=meeting.name, state="unpublished", formats=formats
    )
    campus.service.recordings.add(
        meeting_id=meeting.meeting_id, name="Quadratic equations", state="processing"
    )
    ten_minutes_on = replace(jobs_of(campus.bridge), now=lambda: time.time() + 600)
    assert ten_minutes_on.collect_records() == 1


def recordings_of(
    town: Town, who: str, language: str = "en", **browser: Any
) -> tuple[Person, Frame]:
    """Somebody at the course's recordings; with their page in the frame."""
    person = town.person(who, **browser)
    person.open_course()
    person.open_link(IN_FRAME)
    press(person.frame(), says(language)("Show recordings"))
    frame = person.frame()
    expect(frame.locator("h1")).not_to_have_text(IN_FRAME)
    return person, frame


# Attendance.


def a_term_was_held(town: Town) -> None:
    """Four weeks of class, graded; Ben was late in the last one."""
    campus = town.campus
    people = (campus.teacher, campus.student, campus.other_student)
    for person in people:
        campus.launch(person, campus.link("frame"), claims=ACTION)
    enrol(campus, campus.student, campus.other_student)
    teacher, ben, zahra = people
    for week in (3, 2, 1):
        times = {teacher: (0, 50), ben: (0, 50), zahra: (5, 20 + 10 * week)}
        held(campus, 1, times, LONG_AGO - week * 7 * _DAY)
    held(campus, 1, {teacher: (0, 50), ben: (12, 50)})
    campus.bridge.store.gradebook.set_rules(1, RULES, 1)
