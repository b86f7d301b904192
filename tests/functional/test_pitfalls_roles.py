"""PITFALLS.md, "Roles", over HTTP: who leads the class, and that rights are checked where it counts."""

from __future__ import annotations

import pytest

from tests.functional.tools import (
    INSTRUCTOR,
    LEARNER,
    LIS,
    LTI,
    ROLES,
    follow,
    only_meeting,
    press,
    read,
    refused,
)

JOIN = {f"{LTI}custom": {"action": "join"}}


def role_of(campus, *roles: str) -> str:
    """What the service is told of a person with these roles."""
    follow(campus.launch(campus.student, campus.link(), claims={ROLES: list(roles), **JOIN}))
    return only_meeting(campus).joined[-1].role


@pytest.mark.parametrize(
    "role",
    [
        INSTRUCTOR,
        f"{LIS}membership#TeachingAssistant",
        f"{LIS}membership#ContentDeveloper",
        f"{LIS}membership#Administrator",
        f"{LIS}membership/Instructor#TeachingAssistant",
        f"{LIS}institution/person#Administrator",
        f"{LIS}system/person#Administrator",
        f"{LIS}system/person#SysAdmin",
        "urn:lti:role:ims/lis/Instructor",
        "urn:lti:sysrole:ims/lis/SysAdmin",
        "Instructor",
        "TeachingAssistant",
    ],
)
def test_those_who_lead_join_as_moderators(shared, role):
    assert role_of(shared, role) == "MODERATOR"


@pytest.mark.parametrize(
    "role",
    [
        LEARNER,
        f"{LIS}membership#Mentor",
        f"{LIS}membership#Observer",
        f"{LIS}membership/Learner#Instructor",
        f"{LIS}institution/person#Instructor",
        f"{LIS}institution/person#Faculty",
        f"{LIS}institution/person#Staff",
        f"{LIS}system/person#User",
        "urn:lti:instrole:ims/lis/Instructor",
        "Learner",
        "Observer",
        "https://school.example/roles#Instructor",
        "membership#Instructor/../x",
    ],
)
def test_institution_instructors_sub_roles_of_learners_and_everyone_else_attend(shared, role):
    assert role_of(shared, role) == "VIEWER"


def test_no_role_at_all_attends(shared):
    assert role_of(shared) == "VIEWER"


def test_context_roles_win_over_institution_roles(shared):
    admin = f"{LIS}institution/person#Administrator"
    assert role_of(shared, admin, LEARNER) == "VIEWER"
    assert role_of(shared, LEARNER, f"{LIS}system/person#SysAdmin") == "VIEWER"
    assert role_of(shared, f"{LIS}institution/person#Student", INSTRUCTOR) == "MODERATOR"


def test_a_platforms_table_changes_who_leads(new_campus):
    campus = new_campus(
        platform="""roles = { Mentor = "moderator", TeachingAssistant = "attendee", \
"https://school.example/roles#Teacher" = "moderator", Instructor = "moderator" }"""
    )
    assert role_of(campus, f"{LIS}membership#Mentor") == "MODERATOR"
    assert role_of(campus, f"{LIS}membership/Instructor#TeachingAssistant") == "VIEWER"
    assert role_of(campus, "https://school.example/roles#Teacher") == "MODERATOR"
    assert role_of(campus, f"{LIS}membership/Learner#Instructor") == "VIEWER"
    assert role_of(campus, INSTRUCTOR) == "MODERATOR"


def test_a_role_that_changed_in_the_lms_counts_from_the_next_launch_on(campus):
    assert role_of(campus, LEARNER) == "VIEWER"
    assert role_of(campus, INSTRUCTOR) == "MODERATOR"
    assert role_of(campus, LEARNER) == "VIEWER"


def test_rights_are_checked_on_the_post_and_not_only_in_the_template(shared):
    student = read(shared.launch(shared.student, shared.link("frame")))
    assert "/course/settings" not in [form.action for form in student.forms]
    student.form.action = "/course/settings"
    answer = press(shared, student, wait_for_moderator="true", role="moderator")
    page = read(answer, 403)
    assert page.reference
    status = shared.launch(shared.student, shared.link("window"))
    assert status.joined_as


def test_a_forged_moderators_session_is_none(shared):
    teacher = read(shared.launch(shared.teacher, shared.link("frame")))
    packed = teacher.session.partition(".")[0]
    student = read(shared.launch(shared.student, shared.link("frame")))
    student.form.fields["session"] = f"{packed}.{student.session.partition('.')[2]}"
    refused(shared, press(shared, student), 401, "session_invalid")


def test_a_session_reaches_only_its_own_meeting(shared):
    one = read(shared.launch(shared.teacher, shared.link("frame", 0)))
    other = read(shared.launch(shared.teacher, shared.link("frame", 1)))
    first, second = (
        press(shared, page, course_id="1").joined_as["meetingID"] for page in (one, other)
    )
    assert first != second
    theirs = shared.bridge.store.meetings.by_meeting_id(first)
    refused(shared, press(shared, other, meeting=str(theirs.id)), 403, "meeting_gone")
