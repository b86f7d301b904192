"""The roles that LMSs really send, each list as its makers document it or its source code has it.

- Canvas: ``lib/lti/substitutions_helper.rb`` (roles of LTI Advantage), "Canvas Roles" of its
  developers' pages. The institution's roles are those that somebody has anywhere.
- Moodle: ``lti_get_ims_role`` and ``lti_convert_to_jwt`` (role names get their URIs there);
  ``mod/lti:manage`` is given to teachers, also to those who don't edit, and managers.
- Blackboard Learn: one role per course role, to be chosen by its administrator since 3900.17
  (privileged ones are Instructor unless changed); the institution's since 3900.44; the Student
  Preview user as in its developers' release notes.
- Brightspace: "Org Units and Role Mapping", "Configure LTI (legacy 1.1)".
- Sakai: ``basiclti/docs/LTIROLES.md``, the default outbound mapping, twice-named roles and all.
- Schoology: its developers' pages on LTI 1.3: course administrators are instructors.
"""

from __future__ import annotations

import pytest

from lti_bridge.directory.roles import is_observer, role_in_class, standing_in_class
from lti_bridge.store import Standing

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
COURSE = f"{LIS}membership#"
INSTITUTION = f"{LIS}institution/person#"
SYSTEM = f"{LIS}system/person#"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
TA = f"{LIS}membership/Instructor#TeachingAssistant"

LISTS = [
    # LMS and who; what it sends; what they are in class; whether they look on
    ("Canvas: student", [f"{INSTITUTION}Student", f"{COURSE}Learner", f"{SYSTEM}User"], "attendee"),
    ("Canvas: teacher", [f"{INSTITUTION}Instructor", f"{COURSE}Instructor", f"{SYSTEM}User"], "moderator"),
    ("Canvas: teacher elsewhere, student here", [f"{INSTITUTION}Instructor", f"{INSTITUTION}Student", f"{COURSE}Learner", f"{SYSTEM}User"], "attendee"),
    ("Canvas: teaching assistant", [f"{INSTITUTION}Student", TA, f"{COURSE}Instructor", f"{SYSTEM}User"], "moderator"),
    ("Canvas: designer", [f"{INSTITUTION}Instructor", f"{COURSE}ContentDeveloper", f"{SYSTEM}User"], "moderator"),
    ("Canvas: observer", [f"{INSTITUTION}Observer", f"{COURSE}Mentor", f"{SYSTEM}User"], "onlooker"),
    ("Canvas: account admin, not enrolled", [f"{INSTITUTION}Administrator", f"{SYSTEM}User"], "moderator"),
    ("Canvas: account admin who is a student here", [f"{INSTITUTION}Administrator", f"{INSTITUTION}Student", f"{COURSE}Learner", f"{SYSTEM}User"], "attendee"),
    ("Canvas: site admin, not enrolled", [f"{SYSTEM}SysAdmin", f"{SYSTEM}User", f"{INSTITUTION}Administrator"], "moderator"),
    ("Canvas: student view (test student)", [f"{COURSE}Learner", TEST_USER], "attendee"),
    ("Canvas: test student, no role said", [TEST_USER], "attendee"),
    ("Canvas: group leader", [f"{COURSE}Manager"], "attendee"),
    ("Canvas, older: teaching assistant", [f"{LIS}membership/instructor#TeachingAssistant", f"{COURSE}Instructor"], "moderator"),
    ("Canvas 1.1: observer", ["urn:lti:role:ims/lis/Learner/NonCreditLearner", "urn:lti:role:ims/lis/Mentor"], "attendee"),
    ("Canvas 1.1: designer", ["urn:lti:instrole:ims/lis/Instructor", "urn:lti:role:ims/lis/ContentDeveloper"], "moderator"),
    ("Canvas 1.1: not in the course", ["urn:lti:sysrole:ims/lis/None"], "attendee"),
    ("Moodle: student", [f"{COURSE}Learner"], "attendee"),
    ("Moodle: editing teacher, non-editing teacher, manager", [f"{COURSE}Instructor"], "moderator"),
    ("Moodle: site administrator", [f"{COURSE}Instructor", f"{SYSTEM}Administrator", f"{INSTITUTION}Administrator"], "moderator"),
    ("Moodle: site administrator in another's role", [f"{COURSE}Learner"], "attendee"),
    ("Moodle: administrator of the tool alone", [f"{SYSTEM}Administrator", f"{INSTITUTION}Administrator"], "moderator"),
    ("Moodle: administrator, LTI 2 name", [f"{COURSE}Instructor", f"{LIS}person#Administrator"], "moderator"),
    ("Moodle 1.1: administrator", ["Instructor", "urn:lti:sysrole:ims/lis/Administrator", "urn:lti:instrole:ims/lis/Administrator"], "moderator"),
    ("Moodle 1.1: student", ["Learner"], "attendee"),
    ("Blackboard: instructor; others with privileges, unless changed", [f"{COURSE}Instructor"], "moderator"),
    ("Blackboard: teaching assistant, as chosen", [f"{COURSE}Instructor", TA], "moderator"),
    ("Blackboard: teaching assistant, by sub-role alone", [TA], "moderator"),
    ("Blackboard: course builder", [f"{COURSE}ContentDeveloper"], "moderator"),
    ("Blackboard: grader", [f"{LIS}membership/Instructor#Grader"], "moderator"),
    ("Blackboard: guest", [f"{LIS}membership/Learner#GuestLearner"], "attendee"),
    ("Blackboard: student, staff of the institution", [f"{COURSE}Learner", f"{INSTITUTION}Staff"], "attendee"),
    ("Blackboard: student, faculty of the institution", [f"{COURSE}Learner", f"{INSTITUTION}Faculty"], "attendee"),
    ("Blackboard: outside of courses, faculty", [f"{INSTITUTION}Faculty"], "attendee"),
    ("Blackboard: outside of courses, guest", [f"{INSTITUTION}Guest"], "attendee"),
    ("Blackboard: outside of courses, alumni", [f"{INSTITUTION}Alumni"], "attendee"),
    ("Blackboard: outside of courses, observer", [f"{INSTITUTION}Observer"], "onlooker"),
    ("Blackboard: Student Preview user", [TEST_USER], "attendee"),
    ("Blackboard: system administrator, not enrolled", [f"{SYSTEM}SysAdmin"], "moderator"),
    ("Blackboard 1.1: instructor", ["urn:lti:role:ims/lis/Instructor"], "moderator"),
    ("Brightspace: learner", [f"{INSTITUTION}Learner", f"{COURSE}Learner"], "attendee"),
    ("Brightspace: instructor", [f"{INSTITUTION}Instructor", f"{COURSE}Instructor"], "moderator"),
    ("Brightspace: instructor mapped to the institution alone", [f"{INSTITUTION}Instructor"], "attendee"),
    ("Brightspace: administrator", [f"{INSTITUTION}Administrator", f"{COURSE}Administrator"], "moderator"),
    ("Brightspace 1.1: learner", ["urn:lti:instrole:ims/lis/Learner", "Learner"], "attendee"),
    ("Brightspace 1.1: instructor", ["urn:lti:instrole:ims/lis/Instructor", "Instructor"], "moderator"),
    ("Sakai: access", ["Learner", f"{COURSE}Learner"], "attendee"),
    ("Sakai: maintain, Instructor", ["Instructor", f"{COURSE}Instructor"], "moderator"),
    ("Sakai: Student", ["Learner", f"{COURSE}Learner"], "attendee"),
    ("Sakai: Teaching Assistant", ["TeachingAssistant", f"{COURSE}Instructor#TeachingAssistant"], "moderator"),
    ("Sakai: Teaching Assistant, the URI alone", [f"{COURSE}Instructor#TeachingAssistant"], "moderator"),
    ("Sakai: admin", ["Instructor", f"{COURSE}Instructor", f"{COURSE}Instructor", "Administrator", f"{INSTITUTION}Administrator", f"{SYSTEM}Administrator"], "moderator"),
    ("Sakai: Faculty", ["Faculty", f"{INSTITUTION}Faculty"], "attendee"),
    ("Sakai: Staff", ["Staff", f"{INSTITUTION}Staff"], "attendee"),
    ("Sakai: Member", ["Member", f"{INSTITUTION}Member"], "attendee"),
    ("Sakai: Mentor", ["Mentor", f"{COURSE}Mentor"], "onlooker"),
    ("Sakai: Observer", ["Observer", f"{INSTITUTION}Observer"], "onlooker"),
    ("Sakai: ContentDeveloper", ["ContentDeveloper", f"{COURSE}ContentDeveloper"], "moderator"),
    ("Sakai: Guest", ["Guest", f"{INSTITUTION}Guest"], "attendee"),
    ("Sakai: ProspectiveStudent", ["ProspectiveStudent", f"{INSTITUTION}ProspectiveStudent"], "attendee"),
    ("Sakai: a role of the school's own", ["Mascot", f"{INSTITUTION}Mascot"], "attendee"),
    ("Schoology: course administrator", [f"{COURSE}Instructor"], "moderator"),
    ("Schoology: member", [f"{COURSE}Learner"], "attendee"),
    ("Schoology: system administrator, member here", [f"{INSTITUTION}Administrator", f"{COURSE}Learner"], "attendee"),
    ("Schoology: parent", [f"{COURSE}Mentor"], "onlooker"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "roles", "expected"), LISTS, ids=[who for who, _, _ in LISTS])
def test_each_lmss_own_lists(who, roles, expected):
    for order in (roles, roles[::-1]):
        assert role_in_class(order, {}) == ("moderator" if expected == "moderator" else "attendee")
        assert is_observer(order) == (expected == "onlooker")
        standing = standing_in_class(order, {})
        leads = bool(standing & (Standing.TEACHER | Standing.ADMINISTRATOR))
        assert leads == (expected == "moderator"), who


def test_a_test_user_of_an_administrator_is_not_taken_for_one():
    """Who tries a course out as a student isn't to lead it for being an administrator elsewhere."""
    assert role_in_class([f"{INSTITUTION}Administrator", TEST_USER], {}) == "attendee"
    assert standing_in_class([f"{INSTITUTION}Administrator", TEST_USER], {}) == Standing.STUDENT
    assert role_in_class([f"{COURSE}Instructor", TEST_USER], {}) == "moderator", "a real role"


@pytest.mark.parametrize("table", [{TEST_USER: "moderator"}, {TEST_USER: "attendee"}])
def test_a_platforms_table_may_name_the_test_user(table):
    assert role_in_class([TEST_USER], table) == table[TEST_USER]


def test_sakais_own_way_to_write_a_sub_role_is_read_as_one():
    role = f"{COURSE}Instructor#TeachingAssistant"
    assert role_in_class([role], {"TeachingAssistant": "attendee"}) == "attendee"
    assert role_in_class([f"{COURSE}Learner#Instructor"], {}) == "attendee"
