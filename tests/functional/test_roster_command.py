"""``lti-bridge course roster``: the LMS asked by role and by link, as an operator types it."""

from __future__ import annotations

from dataclasses import replace

from lti_bridge.simulators.lms import DEMO_CAMPUS
from tests.unit.cli.house import run

ALGEBRA = DEMO_CAMPUS.courses[0]


def roster(campus, *arguments):
    return run("course", "roster", *arguments, "--config", campus.file)


def a_campus(new_campus):
    """A campus whose first link is shown to one of its students only."""
    only = frozenset({DEMO_CAMPUS.users[2].id})
    links = tuple(replace(one, only=only) if one.kind == "frame" else one for one in ALGEBRA.links)
    campus = new_campus(university=DEMO_CAMPUS.with_course(replace(ALGEBRA, links=links)))
    campus.launch(campus.teacher, campus.link())
    return campus


def names(done):
    return {one["name"] for one in done.json}


def test_the_roster_by_role_and_by_link(new_campus):
    campus = a_campus(new_campus)
    everybody = roster(campus, "1", "--json")
    assert len(everybody.json) == len(ALGEBRA.roles)
    learners = roster(campus, "1", "--role", "Learner", "--json")
    assert 0 < len(learners.json) < len(everybody.json)
    assert all("membership#Learner" in " ".join(one["roles"]) for one in learners.json)
    link = campus.link("frame").id
    seeing = roster(campus, "1", "--role", "Learner", "--link", link, "--json")
    (one,) = seeing.json
    assert (one["lti_user"], one["status"]) == (DEMO_CAMPUS.users[2].id, "Active")
    whole = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
    assert names(roster(campus, "1", "--role", whole, "--json")) == names(learners)


def test_it_reads_as_a_table(new_campus):
    campus = a_campus(new_campus)
    lines = roster(campus, "1", "--role", "Learner").out.splitlines()
    assert lines[0].split() == ["LTI", "USER", "NAME", "E-MAIL", "ROLES", "STATUS"]
    assert all(line.rstrip().endswith("Active") for line in lines[1:])
    assert "names nobody such" in roster(campus, "1", "--role", "Mentor").out


def test_nothing_is_kept_of_it(new_campus):
    campus = a_campus(new_campus)
    roster(campus, "1")
    assert len(campus.bridge.store.roster.members(1)) == 1, "who launched"


def test_what_goes_wrong_is_said(new_campus):
    campus = a_campus(new_campus)
    unknown = roster(campus, "1", "--link", "no such link")
    assert unknown.code == 1
    assert "HTTP 404" in unknown.err
    nowhere = roster(campus, "77")
    assert nowhere.code == 1
    assert "offers no roster for course 77" in nowhere.err
