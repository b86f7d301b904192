"""``lti-bridge course``, as an operator types it."""

from __future__ import annotations

import pytest

from lti_bridge.store import FoundGroup, Offered, Profile, RosterMember, Standing
from tests.unit.cli.house import NOW_MS


@pytest.fixture
def course(house):
    with house.bridge() as bridge:
        bridge.prepare()
        store = bridge.store
        number = store.people.add_course(1, "context", "", "Algebra", now_ms=NOW_MS).id
        store.groups.save(number, [FoundGroup("g", "Blue team", "Projects")], NOW_MS)
        people = [
            RosterMember(
                "t", Profile("Ana Pereira", email="ana@x.example"), "moderator", Standing.TEACHER
            ),
            RosterMember("s", Profile("=HYPERLINK()"), "attendee", Standing.STUDENT, groups=("g",)),
            RosterMember(
                "u", Profile(given_name="Sara", family_name="M"), "attendee", Standing.STUDENT
            ),
        ]
        store.roster.save_page(number, 1, people, NOW_MS)
        store.roster.save_page(number, 1, people[:2], NOW_MS + 1)
        store.roster.finish(number, NOW_MS + 1)
    return number


def test_people_as_a_table(house, course):
    done = house.command("course", "people", course)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["NUMBER", "NAME", "E-MAIL", "ROLE", "LEFT"]
    assert "Ana Pereira" in lines[1]
    assert any("Sara M" in line and "2025-10-09" in line for line in lines), done.out
    assert "The LMS told of nobody yet." in lines[-1]


def test_people_as_json(house, course):
    found = house.command("course", "people", course, "--json").json
    assert found["asked"] is False
    assert [one["role"] for one in found["people"]] == ["moderator", "attendee", "attendee"]
    assert found["people"][0] == {
        "number": 1,
        "name": "Ana Pereira",
        "email": "ana@x.example",
        "role": "moderator",
        "named_by_lms": True,
        "left_ms": None,
    }


def test_people_as_csv_that_no_spreadsheet_calculates(house, course):
    lines = house.command("course", "people", course, "--csv").out.splitlines()
    assert lines[0] == "number,name,e-mail,role,named by the LMS,left"
    assert any(line.startswith("2,'=HYPERLINK()") for line in lines)


def test_json_and_csv_at_once_are_refused(house, course):
    assert house.command("course", "people", course, "--json", "--csv").code == 2


def test_a_course_of_nobody(house):
    assert "Nobody that we know of" in house.command("course", "people", 7).out
    assert "No groups that we know of" in house.command("course", "groups", 7).out


def test_groups(house, course):
    assert "Blue team" in house.command("course", "groups", course).out
    (group,) = house.command("course", "groups", course, "--json").json
    assert group == {
        "number": 1,
        "name": "Blue team",
        "set": "Projects",
        "members": 1,
        "meeting": None,
    }


def test_refresh_without_a_roster_says_so(house, course):
    done = house.command("course", "people", course, "--refresh")
    assert done.code == 1
    assert "offers no roster" in done.err


def test_refresh_of_an_lms_that_is_down_says_so(house, course):
    with house.bridge() as bridge:
        bridge.store.course_services.save(course, Offered("https://lms.invalid/m"), NOW_MS)
    done = house.command("course", "people", course, "--refresh")
    assert done.code == 1
    assert "lti-bridge:" in done.err
