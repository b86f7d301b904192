"""Pictures of every page, for the documentation and for looking at: ``… screenshots OUTDIR``."""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect, sync_playwright

from lti_bridge.app.background import jobs_of
from lti_bridge.cli.demo_contents import fill as fill_course
from lti_bridge.scheduling.statuses import STATUS_SECONDS
from lti_bridge.simulators.lms import DEMO_CAMPUS
from lti_bridge.simulators.lms import Campus as University
from lti_bridge.simulators.meets.demo import fill
from tests.browser.chromium import executable
from tests.browser.conftest import FLAGS
from tests.browser.people import Person, Town, in_class
from tests.browser.test_registration import (
    ADMINISTRATOR,
    invitation,
    paste,
    unknown_to_the_bridge,
)
from tests.browser.university import (
    ASSISTANT,
    AT_ONCE,
    IN_FRAME,
    IN_WINDOW,
    PERSIAN_STUDENT,
    STUDENT,
    TEACHER,
    UNIVERSITY,
)
from tests.campus import Campus

WIDE = {"width": 1280, "height": 800}
GUIDE_SIZE = {"width": 900, "height": 1150}
README = {"width": 1280, "height": 680}
TALL = {"width": 1280, "height": 1400}
SMALL = {"width": 320, "height": 1900}
NARROW = {"width": 390, "height": 780}


class Album:
    """A town for each picture, photographed in each light."""

    def __init__(self, folder: Path, browser: Browser, only: str) -> None:
        self.folder = folder
        self._browser = browser
        self._only = only

    def show(
        self,
        name: str,
        scene: Callable[[Town, Person], Page | Locator],
        *,
        who: str = STUDENT,
        size: dict[str, int] = WIDE,
        schemes: tuple[str, ...] = ("light", "dark"),
        university: University = UNIVERSITY,
        locale: str = "en-GB",
    ) -> None:
        """``scene`` brings about what is to be seen and gives it back."""
        if self._only not in name:
            return
        with _town(self._browser, university) as town:
            person = town.person(who, viewport=size, reduced_motion="reduce", locale=locale)
            seen = scene(town, person)
            for scheme in schemes:
                for page in person.context.pages:
                    page.emulate_media(color_scheme=scheme)
                seen.screenshot(path=self.folder / f"{name}-{scheme}.png", animations="disabled")
        print(self.folder / f"{name}-*.png")


@contextmanager
def _town(browser: Browser, university: University) -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/bridge.db"
        with Campus(Path(folder), database, lms_host="localhost", university=university) as campus:
            town = Town(campus, browser)
            yield town
            for person in town.people:
                person.close()


def _in_the_frame(person: Person) -> FrameLocator:
    person.open_course()
    frame = person.open_link(IN_FRAME)
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    return frame


def _frame(_town: Town, person: Person) -> Page:
    _in_the_frame(person)
    return person.page


def _running(town: Town, person: Person) -> Page:
    for name in (STUDENT, PERSIAN_STUDENT, ASSISTANT):
        other = town.person(name)
        window = other.join(_in_the_frame(other))
        expect(window.locator("#me")).to_be_visible()
    person.page.wait_for_timeout(
        STATUS_SECONDS * 1000
    )  # so long the number of people is remembered
    return _frame(town, person)


def _listed(town: Town, person: Person) -> Page:
    campus = town.campus
    titles = {course.id: course.title for course in campus.lms.campus.courses}
    fill(campus.meets, connection=1, courses=titles, now=int(time.time()))
    other = town.person(STUDENT)
    with other.page.expect_response(re.compile("/course/status")):
        _in_the_frame(other)
    jobs_of(campus.bridge).meets_events()
    campus.restart()
    return _frame(town, person)


def _attendance(town: Town, person: Person) -> Page:
    page = _listed(town, person)
    frame = page.frame_locator("iframe.tool")
    frame.get_by_role("button", name=re.compile("3|۳")).first.click()
    expect(frame.locator(".people-list")).to_be_visible()
    return page


def _waiting(town: Town, person: Person) -> Page:
    _make_students_wait(town)
    window = person.join(_in_the_frame(person))
    expect(window.locator(".waiting")).to_be_visible()
    return window


def _make_students_wait(town: Town) -> None:
    teacher = town.person(TEACHER)
    frame = _in_the_frame(teacher)
    frame.get_by_role("checkbox").check()
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("Saved", exact=True)).to_be_visible()


def _join_with_waiting(town: Town, person: Person) -> Page:
    _make_students_wait(town)
    return _frame(town, person)


def _refusal(town: Town, person: Person) -> Page:
    lms = town.campus.lms
    lms.add_tool(replace(next(iter(lms.tools.values())), deployment_id="another"))
    return _frame(town, person)


def _cookie(town: Town, person: Person) -> Page:
    town.without_partitioned_cookies()
    return _frame(town, person)


def _retry(town: Town, person: Person) -> Page:
    town.campus.meetingz.faults.set("down")
    person.open_course()
    window = person.open_window(IN_WINDOW)
    expect(window.get_by_role("button")).to_be_visible()
    return window


def _in_class(_town: Town, person: Person) -> Page:
    person.open_course()
    window = person.open_window(AT_ONCE)
    in_class(window, person.name, "Attendee")
    return window


def _picker(town: Town, person: Person) -> Page:
    campus = town.campus
    for kind in ("frame", "join"):
        campus.launch(campus.student, campus.link(kind))
    person.open_course()
    person.page.get_by_role("link", name="Add a live class").click()
    frame = person.page.frame_locator("iframe.tool")
    frame.locator("summary").last.click()
    frame.locator("input[name=n0-graded]").check()
    frame.locator("input[name=n0-from]").fill("2030-02-01T10:00")
    frame.locator("input[name=n0-until]").fill("2030-01-31T10:00")
    frame.locator("input[name=n0-title]").fill("Laboratory")
    frame.locator("button[value=add]").last.click()
    expect(frame.get_by_role("alert")).to_be_visible()
    return person.page


def _picker_persian(town: Town, person: Person) -> Page:
    claims = {"https://purl.imsglobal.org/spec/lti/claim/launch_presentation": {"locale": "fa"}}
    lms = town.campus.lms
    lms.quirks = replace(lms.quirks, claims=claims)
    return _picker(town, person)


def _lms_course(_town: Town, person: Person) -> Page:
    return person.open_course()


def _registration(town: Town, person: Person) -> Page:
    unknown_to_the_bridge(town.campus)
    return _proposal(town, person)


def _proposal(town: Town, person: Person) -> Page:
    frame = paste(person, invitation(town.campus))
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    return person.page


def _registration_waits(town: Town, person: Person) -> Page:
    frame = person.page.frame_locator("iframe.tool")
    _proposal(town, person)
    frame.locator("button").click()
    expect(frame.locator(".command")).to_be_visible()
    return person.page


def _values(town: Town, person: Person) -> Page:
    person.page.goto(f"{town.campus.url}/lti/values")
    person.page.locator("summary").nth(1).click()
    return person.page


def _guide(town: Town, person: Person) -> FrameLocator:
    """A course some weeks into its term, as its teacher sees it."""
    fill_course(town.campus.file, DEMO_CAMPUS)
    return _in_the_frame(person)


def _guide_course(town: Town, person: Person) -> Page:
    _guide(town, person)
    return person.page


def _guide_schedule(town: Town, person: Person) -> Page:
    frame = _guide(town, person)
    frame.get_by_role("button", name="Schedule a class", exact=True).first.click()
    expect(frame.locator("main.plan")).to_be_visible()
    frame.locator("#title").fill("Laboratory")
    return person.page


def _guide_attendance(town: Town, person: Person) -> Page:
    frame = _guide(town, person)
    frame.get_by_role("button", name="Attendance of all classes").first.click()
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    return person.page


def _guide_picker(town: Town, person: Person) -> Page:
    person.open_course()
    person.page.get_by_role("link", name="Add a live class").click()
    frame = person.page.frame_locator("iframe.tool")
    frame.locator("input[name=n0-title]").fill("Laboratory")
    return person.page


GUIDE = {
    "course": _guide_course,
    "schedule": _guide_schedule,
    "attendance": _guide_attendance,
    "picker": _guide_picker,
}
"""Pictures of docs/instructors.md: ``… screenshots docs/pictures --only guide``."""


def take(folder: Path, only: str = "") -> None:
    """Every picture whose name holds ``only``, as PNG files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        album = Album(folder, browser, only)
        for name, scene in GUIDE.items():
            album.show(f"guide-{name}", scene, who=TEACHER, size=GUIDE_SIZE, schemes=("light",))
        album.show("join", _frame)
        album.show("join-phone", _frame, size=NARROW)
        album.show("join-persian", _frame, who=PERSIAN_STUDENT)
        album.show("join-persian-phone", _frame, who=PERSIAN_STUDENT, size=NARROW)
        album.show("join-wait", _join_with_waiting)
        album.show("course", _frame, who=TEACHER)
        album.show("course-phone", _frame, who=TEACHER, size=NARROW)
        album.show("course-running", _running, who=TEACHER, size=README)
        album.show("classes", _listed, who=TEACHER, size=TALL)
        album.show("classes-phone", _listed, who=TEACHER, size=NARROW | {"height": 1700})
        album.show("classes-persian", _listed, who=PERSIAN_STUDENT, size=TALL)
        album.show("attendance", _attendance, who=TEACHER)
        album.show("attendance-phone", _attendance, who=TEACHER, size=NARROW)
        album.show("waiting", _waiting)
        album.show("waiting-phone", _waiting, size=NARROW)
        album.show("waiting-persian", _waiting, who=PERSIAN_STUDENT)
        album.show("refusal", _refusal)
        album.show("refusal-phone", _refusal, size=NARROW)
        album.show("refusal-persian", _refusal, who=PERSIAN_STUDENT)
        album.show("cookie", _cookie)
        album.show("retry", _retry)
        album.show("retry-persian-phone", _retry, who=PERSIAN_STUDENT, size=NARROW)
        album.show("course-portuguese", _frame, who=TEACHER, university=DEMO_CAMPUS)
        album.show("picker", _picker, who=TEACHER, size=TALL)
        album.show("picker-phone", _picker, who=TEACHER, size=SMALL)
        album.show("picker-persian", _picker_persian, who=TEACHER, size=TALL)
        album.show("picker-persian-phone", _picker_persian, who=TEACHER, size=SMALL)
        album.show("class", _in_class, schemes=("light",))
        album.show("lms-course", _lms_course)
        album.show("registration", _registration, who=ADMINISTRATOR, size=TALL)
        album.show("registration-phone", _registration, who=ADMINISTRATOR, size=NARROW)
        album.show("registration-waits", _registration_waits, who=ADMINISTRATOR)
        album.show("values", _values)
        album.show("values-phone", _values, size=NARROW)
        album.show("values-persian-phone", _values, size=NARROW, locale="fa-IR")
        album.show(
            "registration-persian", _registration, who=ADMINISTRATOR, size=TALL, locale="fa-IR"
        )
        browser.close()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--only", default="", help="only pictures whose name holds this")
    arguments = parser.parse_args()
    take(arguments.folder, arguments.only)


if __name__ == "__main__":
    main()
