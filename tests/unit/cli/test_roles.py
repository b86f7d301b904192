"""``lti-bridge platform roles``: the table of an LMS, and what somebody with given roles would be."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from lti_bridge.store.snapshot import RELOAD_SECONDS
from lti_bridge.store.tables import ConnectionRow
from tests.functional.test_pitfalls_roles import role_of
from tests.functional.tools import LIS
from tests.unit.cli.house import run

MENTOR = f"{LIS}membership#Mentor"


def roles(campus, *arguments, name="Riverbank"):
    return run("platform", "roles", name, *arguments, "--config", campus.file)


@pytest.fixture
def managed(campus):
    """A campus whose LMS an admin manages: it is in no settings file."""
    change = update(ConnectionRow).values(managed_by="admin")
    campus.bridge.store.database.write(lambda c: c.execute(change))
    before, _, platform = campus.file.read_text().partition("[[platform]]")
    campus.file.write_text(before)
    assert platform
    return campus


def test_a_change_counts_in_running_servers_without_a_restart(managed):
    assert role_of(managed, MENTOR) == "VIEWER"
    done = roles(managed, "--set", "Mentor=moderator", "--json")
    assert done.json["roles"] == {"Mentor": "moderator"}
    assert RELOAD_SECONDS <= 20
    managed.bridge.platforms.forget()  # what twenty seconds do
    assert role_of(managed, MENTOR) == "MODERATOR"
    assert roles(managed, "--unset", "Mentor", "--json").json["roles"] == {}
    managed.bridge.platforms.forget()
    assert role_of(managed, MENTOR) == "VIEWER"


def test_several_changes_at_once_leave_the_others_as_they_are(managed):
    roles(managed, "--set", "Mentor=moderator", "--set", f"{MENTOR}=attendee")
    done = roles(managed, "--unset", "Mentor", "--set", "Instructor#Grader=attendee", "--json")
    assert done.json["roles"] == {MENTOR: "attendee", "Instructor#Grader": "attendee"}
    shown = roles(managed).out.splitlines()
    assert shown[0].split() == ["ROLE", "IN", "CLASS"]
    assert len(shown) == 3


def test_an_lms_of_the_settings_file_is_changed_there(campus):
    done = roles(campus, "--set", "Mentor=moderator")
    assert done.code == 1
    assert "managed by the settings file" in done.err
    assert roles(campus, "--json").json["roles"] == {}
    assert roles(campus).out == "Riverbank has the usual table; see docs/launches.md.\n"


def test_the_table_of_the_settings_file_is_shown(new_campus):
    campus = new_campus(platform='roles = { Mentor = "moderator" }')
    assert roles(campus, "--json").json["roles"] == {"Mentor": "moderator"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("Mentor", "ROLE=moderator or ROLE=attendee"),
        ("Mentor=teacher", "ROLE=moderator or ROLE=attendee"),
        ("=moderator", "is not a role"),
        ("Mentr=moderator", "did you mean Mentor?"),
        ("two words=attendee", "is not a role"),
    ],
)
def test_what_is_no_change_is_refused(managed, change, says):
    done = roles(managed, "--set", change)
    assert done.code == 2
    assert says in done.err
    assert roles(managed, "--json").json["roles"] == {}


def test_an_unknown_lms_says_where_to_look(campus):
    done = roles(campus, name="Nowhere")
    assert done.code == 1
    assert "lti-bridge platform list" in done.err


ADMIN = f"{LIS}institution/person#Administrator"


@pytest.mark.parametrize(
    "typed", ["{0},Learner", "{0} Learner", '["{0}", "Learner"]', " {0} ,\n Learner, {0}"]
)
def test_roles_are_tried_however_they_were_copied(campus, typed):
    tried = roles(campus, "--try", typed.format(ADMIN), "--json").json["tried"]
    assert tried == {
        "in_class": "attendee",
        "looks_on": False,
        "roles": [
            {"role": ADMIN, "read_as": "institution", "counts": False, "alone": "moderator"},
            {"role": "Learner", "read_as": "context", "counts": True, "alone": "attendee"},
        ],
    }


def test_trying_goes_by_the_lmss_own_table(new_campus):
    campus = new_campus(platform='roles = { "https://school.example/roles#Rector" = "moderator" }')
    done = roles(campus, "--try", "https://school.example/roles#Rector,what?")
    assert done.out.splitlines()[-1] == "In class: moderator"
    assert "unknown" in done.out
    assert roles(campus, "--try", MENTOR).out.endswith("In class: attendee (looks on)\n")
    assert roles(campus, "--try", "").out == "In class: attendee\n"
