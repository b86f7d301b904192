"""Roles are read whole: scope, principal role, sub-role; context roles first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.directory.roles import (
    LtiRole,
    is_assistant,
    is_observer,
    parse,
    role_in_class,
    standing_in_class,
)
from lti_bridge.store import Standing
from tests.unit.launch.values import FUZZ, LIS

MODERATORS = [
    f"{LIS}membership#Instructor",
    f"{LIS}membership#TeachingAssistant",
    f"{LIS}membership#ContentDeveloper",
    f"{LIS}membership#Administrator",
    f"{LIS}membership/Instructor#TeachingAssistant",
    f"{LIS}membership/Instructor#Lecturer",
    f"{LIS}membership#Instructor#TeachingAssistant",
    f"{LIS}membership/Administrator#Support",
    f"{LIS}membership/ContentDeveloper#ContentExpert",
    f"{LIS}institution/person#Administrator",
    f"{LIS}system/person#Administrator",
    f"{LIS}system/person#SysAdmin",
    "urn:lti:role:ims/lis/Instructor",
    "urn:lti:role:ims/lis/TeachingAssistant",
    "urn:lti:role:ims/lis/Instructor/GuestInstructor",
    "urn:lti:instrole:ims/lis/Administrator",
    "urn:lti:sysrole:ims/lis/SysAdmin",
    "urn:lti:sysrole:ims/lis/Administrator",
    "Instructor",
    "TeachingAssistant",
    "ContentDeveloper",
    "Administrator",
    "Instructor/PrimaryInstructor",
    "Instructor#TeachingAssistant",
]
ATTENDEES = [
    f"{LIS}membership#Learner",
    f"{LIS}membership#Mentor",
    f"{LIS}membership#Manager",
    f"{LIS}membership#Member",
    f"{LIS}membership#Officer",
    f"{LIS}membership#Observer",
    f"{LIS}membership/Learner#Instructor",
    f"{LIS}membership/Learner#GuestLearner",
    f"{LIS}membership/Mentor#Tutor",
    f"{LIS}institution/person#Instructor",
    f"{LIS}institution/person#Faculty",
    f"{LIS}institution/person#Staff",
    f"{LIS}institution/person#Student",
    f"{LIS}institution/person#Observer",
    f"{LIS}institution/person#Guest",
    f"{LIS}system/person#User",
    f"{LIS}system/person#AccountAdmin",
    f"{LIS}system/person#SysSupport",
    "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
    f"{LIS}person#Administrator",
    f"{LIS}membership#Instructor\n",
    f" {LIS}membership#Instructor",
    f"{LIS.upper()}membership#Instructor",
    "urn:lti:role:ims/lis/Learner",
    "urn:lti:role:ims/lis/Learner/Instructor",
    "urn:lti:instrole:ims/lis/Instructor",
    "urn:lti:instrole:ims/lis/Faculty",
    "urn:lti:sysrole:ims/lis/User",
    "Learner",
    "Learner/Instructor",
    "Mentor",
    "Observer",
    "instructor",
    "INSTRUCTOR",
    "",
    "#",
    "https://school.example/roles#Teacher",
]


@pytest.mark.parametrize("role", MODERATORS)
def test_those_who_lead(role):
    assert role_in_class([role], {}) == "moderator"


@pytest.mark.parametrize("role", ATTENDEES)
def test_everyone_else_attends(role):
    assert role_in_class([role], {}) == "attendee"


def test_no_role_at_all_attends():
    assert role_in_class([], {}) == "attendee"


@pytest.mark.parametrize("role", ["Learner", f"{LIS}membership#Learner", "Observer", "Whatever"])
def test_a_role_in_the_course_wins_over_one_elsewhere(role):
    admin = f"{LIS}institution/person#Administrator"
    assert role_in_class([admin, role, f"{LIS}system/person#SysAdmin"], {}) == "attendee"
    assert role_in_class([admin, "https://school.example/roles#Teacher"], {}) == "moderator"


def test_of_several_roles_in_the_course_the_leading_one_counts():
    assert role_in_class(["Learner", f"{LIS}membership#Instructor"], {}) == "moderator"


@pytest.mark.parametrize(
    ("table", "role", "expected"),
    [
        ({"Mentor": "moderator"}, f"{LIS}membership#Mentor", "moderator"),
        ({"Mentor": "moderator"}, f"{LIS}membership/Mentor#Tutor", "moderator"),
        ({"Mentor": "moderator"}, f"{LIS}institution/person#Mentor", "attendee"),
        ({"Tutor": "moderator"}, f"{LIS}membership/Mentor#Tutor", "moderator"),
        ({"TeachingAssistant": "attendee"}, MODERATORS[4], "attendee"),
        ({"Instructor#TeachingAssistant": "attendee"}, MODERATORS[4], "attendee"),
        ({"Instructor/TeachingAssistant": "attendee"}, MODERATORS[4], "attendee"),
        ({"Instructor#Lecturer": "attendee"}, MODERATORS[4], "moderator"),
        (
            {"Instructor": "attendee", "TeachingAssistant": "moderator"},
            MODERATORS[4],
            "moderator",
        ),
        ({"Instructor": "attendee"}, MODERATORS[4], "attendee"),
        ({"Instructor": "moderator"}, f"{LIS}membership/Learner#Instructor", "attendee"),
        ({"Learner#Instructor": "moderator"}, f"{LIS}membership/Learner#Instructor", "moderator"),
        ({MODERATORS[0]: "attendee"}, MODERATORS[0], "attendee"),
        ({MODERATORS[0]: "attendee"}, "Instructor", "moderator"),
        (
            {f"{LIS}institution/person#Faculty": "moderator"},
            f"{LIS}institution/person#Faculty",
            "moderator",
        ),
        ({"https://school.example/roles#Teacher": "moderator"}, ATTENDEES[-1], "moderator"),
        ({"https://school.example/roles#Other": "moderator"}, ATTENDEES[-1], "attendee"),
    ],
)
def test_the_platforms_own_table(table, role, expected):
    assert role_in_class([role], table) == expected


def test_a_role_of_another_vocabulary_counts_in_the_course_once_the_table_has_it():
    roles = ["https://school.example/roles#Auditor", f"{LIS}institution/person#Administrator"]
    assert role_in_class(roles, {roles[0]: "attendee"}) == "attendee"


def test_what_is_read_of_a_role():
    assert parse(f"{LIS}membership/Learner#Instructor") == LtiRole(
        "context", "Learner", "Instructor"
    )
    assert parse(f"{LIS}institution/person#Faculty") == LtiRole("institution", "Faculty")
    assert parse("urn:lti:sysrole:ims/lis/SysAdmin") == LtiRole("system", "SysAdmin")
    assert parse("https://school.example/roles#Teacher") is None


OTHER = "https://school.example/roles#Teacher"


@pytest.mark.parametrize(
    "roles",
    [
        [f"{LIS}membership#Mentor"],
        ["Mentor"],
        ["urn:lti:role:ims/lis/Mentor"],
        [f"{LIS}membership/Mentor#Auditor"],
        [f"{LIS}membership#Observer"],
        ["Mentor", "Observer"],
        ["Mentor", f"{LIS}institution/person#Student"],
        ["Mentor", f"{LIS}institution/person#Administrator"],
        ["Mentor", OTHER],
        [f"{LIS}institution/person#Observer"],
        [f"{LIS}institution/person#Mentor"],
        ["urn:lti:instrole:ims/lis/Observer"],
        [f"{LIS}institution/person#Observer", f"{LIS}system/person#User"],
        [f"{LIS}institution/person#Observer", f"{LIS}institution/person#Other"],
        [f"{LIS}institution/person#Mentor", f"{LIS}system/person#None", OTHER],
    ],
)
def test_those_who_look_on(roles):
    assert is_observer(roles)
    assert is_observer(reversed(roles)), "in any order, and read once"


@pytest.mark.parametrize(
    "roles",
    [
        [],
        [""],
        [OTHER],
        ["Learner"],
        ["Member"],
        ["Mentor", "Learner"],
        ["Mentor", f"{LIS}membership#Instructor"],
        ["Learner", f"{LIS}institution/person#Observer"],
        [f"{LIS}membership/Learner#Observer"],
        [f"{LIS}system/person#User"],
        [f"{LIS}institution/person#Student"],
        [f"{LIS}institution/person#Observer", f"{LIS}institution/person#Student"],
        [f"{LIS}institution/person#Observer", f"{LIS}institution/person#Faculty"],
        [f"{LIS}institution/person#Mentor", f"{LIS}system/person#Administrator"],
        ["mentor"],
        [f"{LIS}membership#Mentor\n"],
    ],
)
def test_everyone_else_takes_part(roles):
    assert not is_observer(roles)


@FUZZ
@given(st.lists(st.text(max_size=80), max_size=5))
def test_whatever_is_sent_looks_on_or_does_not(roles):
    assert is_observer(roles) in {True, False}


@FUZZ
@given(st.lists(st.text(max_size=80), max_size=5))
def test_whatever_is_sent_gives_one_of_the_two_roles(roles):
    assert role_in_class(roles, {"Mentor": "moderator"}) in {"moderator", "attendee"}


@pytest.mark.parametrize(
    ("roles", "standing"),
    [
        ([], Standing.STUDENT),
        (["Learner"], Standing.STUDENT),
        (["Instructor"], Standing.TEACHER),
        (["TeachingAssistant"], Standing.TEACHER),
        (["Administrator"], Standing.ADMINISTRATOR),
        (["Instructor", "Administrator"], Standing.TEACHER | Standing.ADMINISTRATOR),
        (["Instructor", "Learner"], Standing.TEACHER | Standing.STUDENT),
        (["Mentor"], Standing.NONE_OF_THEM),
        (["Mentor", "Learner"], Standing.STUDENT),
        ([f"{LIS}institution/person#Administrator"], Standing.ADMINISTRATOR),
        ([f"{LIS}institution/person#Administrator", "Learner"], Standing.STUDENT),
        ([f"{LIS}institution/person#Instructor"], Standing.STUDENT),
        ([f"{LIS}system/person#SysAdmin"], Standing.ADMINISTRATOR),
        (["something of its own"], Standing.STUDENT),
    ],
)
def test_meets_has_names_of_its_own_for_roles(roles, standing):
    assert standing_in_class(roles, {}) == standing


@given(st.lists(st.sampled_from([*MODERATORS, *ATTENDEES])))
def test_who_leads_a_class_is_a_teacher_or_an_administrator_there_and_nobody_else_is(roles):
    leading = Standing.TEACHER | Standing.ADMINISTRATOR
    assert bool(standing_in_class(roles, {}) & leading) == (role_in_class(roles, {}) == "moderator")


def test_a_platforms_own_table_counts_there_too():
    assert standing_in_class(["Mentor"], {"Mentor": "moderator"}) == Standing.TEACHER
    assert standing_in_class(["Administrator"], {"Administrator": "attendee"}) == Standing.STUDENT


@pytest.mark.parametrize(
    ("names", "assists"),
    [
        (["membership/Instructor#TeachingAssistant"], True),
        (["membership#TeachingAssistant"], True),
        (["membership/Instructor#TeachingAssistant", "membership#Instructor"], True),
        (["membership#Instructor"], False),
        (["membership#TeachingAssistant", "membership#Administrator"], False),
        (["membership#TeachingAssistant", "membership/Instructor#Lecturer"], False),
        (["membership#Learner"], False),
        ([], False),
    ],
)
def test_who_leads_as_an_assistant_only(names, assists):
    assert is_assistant([f"{LIS}{name}" for name in names], {}) is assists


def test_an_assistant_who_only_attends_by_the_platforms_table_assists_nobody():
    texts = [f"{LIS}membership/Instructor#TeachingAssistant"]
    assert not is_assistant(texts, {"TeachingAssistant": "attendee"})
