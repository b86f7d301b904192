"""``lti-bridge person``: one person's data, found, given out and erased."""

from __future__ import annotations

import json
import stat

import pytest

from tests.functional.tools import only_meeting
from tests.unit.cli.house import run
from tests.unit.store.test_persons import everywhere


@pytest.fixture
def known(campus):
    """The student's row, after a launch into class."""
    assert campus.launch(campus.student, campus.link()).joined_as
    campus.app.extensions["lti_bridge.journal"].flush()
    (found,) = campus.bridge.store.persons.find(campus.student.email)
    return found


def person(campus, *arguments, **options):
    return run("person", *arguments, "--config", campus.file, **options)


def test_somebody_is_found_and_of_whom_nobody_knows_it_says_so(campus, known):
    (one,) = person(campus, "find", campus.student.email, "--json").json
    assert (one["row"], one["name"], one["lms"]["name"]) == (
        known.id,
        campus.student.name,
        "Riverbank",
    )
    out = person(campus, "find", known.lti_user_id, "--lms", "Riverbank").out
    assert out.splitlines()[0].split()[:3] == ["ROW", "NUMBER", "LMS"]
    assert campus.student.email in out
    for arguments in (("nobody",), (campus.student.email, "--lms", "Elsewhere")):
        done = person(campus, "find", *arguments)
        assert done.code == 1
        assert "Nobody is known as" in done.err


def test_all_that_is_held_is_given_out_and_that_is_written_down(campus, known, tmp_path):
    document = person(campus, "export", str(known.number)).json
    assert document["person"]["email"] == campus.student.email
    assert len(document["launches"]) == 1
    assert document["courses"][0]["course"]["title"]
    target = tmp_path / "out.json"
    assert person(campus, "export", campus.student.email, "--output", target).code == 0
    assert json.loads(target.read_text())["person"] == document["person"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    again = person(campus, "export", campus.student.email, "--output", target)
    assert (again.code, "can't be written" in again.err) == (1, True)
    lines = campus.bridge.store.audit.search("person.export")
    assert {line.subject for line in lines} == {f"person {known.id}"}


def test_erasing_asks_first_and_leaves_nothing(campus, known):
    assert only_meeting(campus)
    refused = person(campus, "erase", campus.student.email, typed="n\n")
    assert refused.code == 1
    assert "This would be lost for good" in refused.err
    assert "launches" in refused.err
    assert campus.bridge.store.persons.person(known.id)
    done = person(campus, "erase", campus.student.email, typed="y\n")
    assert done.code == 0, done.err
    assert f"Person {known.id} is erased" in done.out
    own = (campus.student.email, campus.student.name, known.lti_user_id)
    assert everywhere(campus.bridge.store, *own) == []
    (line,) = campus.bridge.store.audit.search("person.erase")
    assert line.subject == f"person {known.id}"
    assert not any(each in repr(line) for each in own)


def test_of_several_one_has_to_be_chosen(campus, known):
    people = campus.bridge.store.people
    profile = people.person(known.connection_id, known.lti_user_id, 1).profile
    people.arrive(known.connection_id, "another", profile, course_id=1, role="attendee", now_ms=1)
    several = person(campus, "erase", campus.student.email, "--yes")
    assert (several.code, "--row" in several.err) == (1, True)
    done = person(campus, "erase", campus.student.email, "--row", known.id, "--yes", "--json")
    assert done.json["row"] == known.id
    assert done.json["erased"]["person"] == 1
    assert done.json["mentions"] == ["users.name 2", "users.email 2"], "who was left"
