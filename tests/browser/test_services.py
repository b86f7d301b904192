"""In a real browser, whichever service the class is held on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import PATIENCE, in_class
from tests.browser.university import IN_FRAME, STUDENT, TEACHER, UNIVERSITY
from tests.campus import KINDS
from tests.functional.tools import LTI

ROLES = {"onstream": ("Participant", "Moderator")}


@pytest.fixture(params=KINDS)
def campus(new_campus, request):
    return new_campus(lms_host="localhost", university=UNIVERSITY, kind=request.param)


def test_student_and_teacher_come_into_class_and_leave_it(town, campus):
    roles = ROLES.get(campus.kind, ("Attendee", "Moderator"))
    people = ((STUDENT, STUDENT), (TEACHER, "Ana Pereira"))
    for (who, name), role in zip(people, roles, strict=True):
        person = town.person(who)
        person.open_course()
        window = person.join(person.open_link(IN_FRAME))
        in_class(window, name, role)
        expect(window.locator("#class-name")).to_contain_text("Algebra I")
        window.get_by_role("button", name="Leave").click()
        expect(window.locator("#me")).to_have_count(0, timeout=PATIENCE)


def test_a_service_in_trouble_is_told_of_and_then_comes_back(town, campus):
    teacher = town.person(TEACHER, patient=True)
    teacher.open_course()
    frame = teacher.open_link(IN_FRAME)
    note = frame.get_by_text("The class service isn’t answering just now")
    expect(frame.get_by_role("button", name="Join")).to_be_visible()
    expect(note).to_be_hidden()
    campus.service.faults.set("500")
    for number in range(5):
        claims = {f"{LTI}resource_link": {"id": f"link {number}"}}
        campus.launch(campus.student, campus.link(), claims=claims)
    teacher.wait_until_shown(note)
    teacher.open_course()
    teacher.open_link(IN_FRAME)
    expect(frame.get_by_text("live: answered HTTP 500")).to_be_visible()
    campus.service.faults.clear()
    campus.restart()  # after which nothing is known against the service
    teacher.open_course()
    teacher.open_link(IN_FRAME)
    expect(note).to_be_hidden()
