"""``lti-bridge platform policies``."""

from __future__ import annotations

import pytest

from lti_bridge.directory import Policies
from lti_bridge.store.snapshot import RELOAD_SECONDS
from tests.unit.cli.house import run

USUAL = {
    "studentsHost": False,
    "teacherScheduleOthers": True,
    "teacherSubstitute": True,
    "assistantsEdit": True,
    "lateMinutes": 10,
    "leftEarlyMinutes": 10,
}


def policies(campus, *arguments, name="Riverbank"):
    return run("platform", "policies", name, *arguments, "--config", campus.file)


def test_what_is_usual_until_somebody_says_otherwise(campus):
    assert policies(campus, "--json").json == {"platform": "Riverbank", "policies": USUAL}
    changed = policies(campus, "--set", "studentsHost=yes", "--set", "assistantsEdit=no", "--json")
    assert changed.json["policies"] == {**USUAL, "studentsHost": True, "assistantsEdit": False}
    lines = policies(campus, name="1").out.splitlines()
    assert lines[1].split()[:2] == ["studentsHost", "yes"]
    assert len(lines) == 7
    assert RELOAD_SECONDS <= 20
    campus.bridge.platforms.forget()  # what twenty seconds do
    said = campus.bridge.platforms.by_id(1).policies
    assert Policies.of(said) == Policies(students_host=True, assistants_edit=False)
    back = policies(campus, "--set", "studentsHost=usual", "--json").json["policies"]
    assert back == {**USUAL, "assistantsEdit": False}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("studentsHost", "studentsHost=yes"),
        ("studentsHost=maybe", "studentsHost=no"),
        ("students_host=yes", "is none of"),
        ("", "is none of"),
        ("lateMinutes=yes", "a number of minutes up to 180"),
        ("lateMinutes=181", "lateMinutes=usual"),
        ("leftEarlyMinutes=-1", "a number of minutes"),
    ],
)
def test_what_isnt_understood_changes_nothing(campus, change, said):
    done = policies(campus, "--set", change)
    assert done.code == 2
    assert said in done.err
    assert policies(campus, "--json").json["policies"] == USUAL


def test_an_lms_that_nobody_knows(campus):
    assert policies(campus, name="Nowhere").code == 1
    assert not campus.bridge.store.platforms.change_policies(99, {"studentsHost": True}, 1)


def test_what_isnt_known_of_a_row_is_as_usual():
    assert Policies.of({"studentsHost": "yes", "teacherSubstitute": False, "x": True}) == Policies(
        teachers_substitute=False
    )
    said = {"lateMinutes": True, "leftEarlyMinutes": 181, "studentsHost": 1}
    assert Policies.of(said) == Policies()


def test_minutes(campus):
    changed = policies(campus, "--set", "lateMinutes=0", "--set", "leftEarlyMinutes=25", "--json")
    assert changed.json["policies"] == {**USUAL, "lateMinutes": 0, "leftEarlyMinutes": 25}
    assert "0 min (usually not so)" in policies(campus).out
    back = policies(campus, "--set", "lateMinutes=usual", "--json").json["policies"]
    assert back == {**USUAL, "leftEarlyMinutes": 25}
