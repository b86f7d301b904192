"""What the tests of deep linking share: a teacher at the picker, and what comes of it."""

from __future__ import annotations

from typing import Any

from tests.campus import Answer, Browser, Campus
from tests.functional.tools import Page, press, read

ONE = {"do": "add", "n0-title": "Laboratory"}


def a_picker(campus: Campus, course: int = 0, **changes: Any) -> Page:
    """The picker's page, as the course's teacher gets it."""
    return read(open_picker(campus, campus.teacher, course, **changes))


def open_picker(campus: Campus, user: Any, course: int = 0, **changes: Any) -> Answer:
    return campus.launch(user, the_course(campus, course).picker, **changes)


def the_course(campus: Campus, course: int = 0) -> Any:
    """A course as the LMS has it by now."""
    return campus.lms.campus.courses[course]


def pick(campus: Campus, page: Page, **fields: str) -> Page:
    """Press a button of the picker; the page that comes of it."""
    return read(press(campus, page, **fields))


def brought(campus: Campus, page: Page, status: int = 200) -> Page:
    """Let the LMS take the answer; its page."""
    form = page.form
    assert form.action == campus.lms.deep_linking.return_url
    return read(Browser().ask("POST", form.action, form.fields), status)


def added(campus: Campus, *forms: dict[str, str], course: int = 0) -> list[Any]:
    """The links that a teacher adds, one visit at the picker for each form."""
    before = len(the_course(campus, course).links)
    for fields in forms or (ONE,):
        brought(campus, pick(campus, a_picker(campus, course), **fields))
    return list(the_course(campus, course).links[before:])


def claims_of(campus: Campus) -> dict[str, Any]:
    """What the last answer that the LMS read said, names without their prefix."""
    last = campus.lms.deep_linking.answers[-1]
    return {name.rpartition("/")[2]: value for name, value in last.items()}
