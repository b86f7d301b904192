"""Rosters, from an LMS that answers as NRPS 2.0 has it, and from some that don't."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace

import pytest
from pylti1p3.names_roles import NamesRolesProvisioningService

from lti_bridge.errors import RemoteMalformed, RemoteRejected
from lti_bridge.lms_api import Member, Roster
from lti_bridge.lms_api.reading import with_parameters
from lti_bridge.simulators.lms import DEMO_CAMPUS, User
from tests.unit.lms_api.elsewhere import connector
from tests.unit.lms_api.house import House, canned

ALGEBRA = DEMO_CAMPUS.courses[0]
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
ANA, TOMAS, BEN, SARA = DEMO_CAMPUS.users[:4]


def members_url(house, course=ALGEBRA):
    return f"{house.lms.issuer}/lti/courses/{course.id}/members"


def everybody(house, url="", **wishes):
    pages = Roster(house.transport).pages(house.platform, url or members_url(house), **wishes)
    return [member for page in pages for member in page]


def test_everybody_of_a_course(house):
    found = {member.user_id: member for member in everybody(house)}
    assert set(found) == set(ALGEBRA.roles)
    assert found[BEN.id] == Member(
        user_id=BEN.id,
        roles=(LEARNER,),
        status="Active",
        name="Ben Okafor",
        given_name="Ben",
        family_name="Okafor",
        email="ben.okafor@riverbank.example",
        lis_person_sourcedid="riverbank:ben.okafor",
    )
    assert found[SARA.id].name == "سارا محمدی"


def test_it_comes_in_pages(house):
    house.lms.roster.page_size = 3
    assert [m.user_id for m in everybody(house)] == list(ALGEBRA.roles)
    assert house.lms.roster.requests == 2


def test_a_page_is_no_larger_than_asked_for(house):
    pages = Roster(house.transport).pages(house.platform, members_url(house), limit=1)
    assert [len(page) for page in pages] == [1, 1, 1, 1]


def test_only_those_of_a_role(house):
    assert {m.user_id for m in everybody(house, role=LEARNER)} == {BEN.id, SARA.id}
    assert {m.user_id for m in everybody(house, role="Instructor")} == {ANA.id, TOMAS.id}


def test_only_those_of_a_link_whose_messages_are_not_looked_at(house):
    link = ALGEBRA.links[0].id
    assert {m.user_id for m in everybody(house, resource_link_id=link)} == set(ALGEBRA.roles)
    with pytest.raises(RemoteRejected) as error:
        everybody(house, resource_link_id="another")
    assert error.value.code == "http_404"


def test_groups_where_they_are_asked_for(house):
    assert everybody(house)[0].groups is None
    found = {m.user_id: m.groups for m in everybody(house, groups=True)}
    assert found[BEN.id] == ("g-pr-blue",)
    assert found[ANA.id] == ()


def test_who_is_inactive_says_so_and_who_is_deleted_is_not_there(house):
    house.lms.roster.set_status(ALGEBRA, BEN.id, "Inactive")
    house.lms.roster.set_status(ALGEBRA, SARA.id, "Deleted")
    found = {m.user_id: m.status for m in everybody(house)}
    assert found == {ANA.id: "Active", TOMAS.id: "Active", BEN.id: "Inactive"}


def test_differences_name_those_who_left(house):
    house.lms.roster.set_status(ALGEBRA, SARA.id, "Deleted")
    found = everybody(house, with_parameters(members_url(house), {"since": "0"}))
    assert [(m.user_id, m.status) for m in found] == [(SARA.id, "Deleted")]


def test_what_the_lms_withholds_is_empty(house):
    house.lms.roster.withheld = frozenset({"name", "given_name", "family_name", "email"})
    member = everybody(house)[0]
    assert (member.name, member.given_name, member.family_name, member.email) == ("", "", "", "")
    assert member.user_id


def test_a_course_whose_roster_is_closed(house):
    house.lms.roster.closed = True
    with pytest.raises(RemoteRejected) as error:
        everybody(house)
    assert error.value.code == "http_403"
    assert "Allow" in error.value.remedy


def test_a_roster_of_a_thousand_is_never_held_whole():
    people = tuple(
        User(f"u{n}", "Given", f"Family {n}", f"u{n}@x.example", "en", ()) for n in range(1000)
    )
    course = replace(ALGEBRA, roles={user.id: (LEARNER,) for user in people}, groups=())
    university = replace(DEMO_CAMPUS, users=people, courses=(course,))
    with ExitStack() as stack:
        house = House(stack.enter_context, university)
        pages = Roster(house.transport).pages(house.platform, members_url(house))
        assert len(next(pages)) == 50
        assert house.lms.roster.requests == 1
        assert sum(map(len, pages)) == 950
        assert house.lms.tokens.requests == 1


def test_the_url_may_have_parameters_of_its_own(house):
    house.service = canned("200 OK", b'{"members":[]}')
    everybody(house, f"{house.service_server.url}/m?a=1&limit=9&b=%C3%A9&c=", groups=True)
    (asked,) = house.service.asked
    assert asked["QUERY_STRING"] == "a=1&b=%C3%A9&c=&limit=100&groups=true"


def test_small_differences_between_lmss_are_taken(house):
    body = {
        "id": "x",
        "members": [
            {"user_id": 7, "roles": [], "name": None, "email": ["x"], "custom": {}, "message": 3},
            {
                "user_id": "a",
                "roles": ["Learner"],
                "status": "active",
                "group_enrollments": [{"group_id": 5}],
            },
        ],
    }
    house.service = canned("200 OK", json.dumps(body).encode())
    first, second = everybody(house, f"{house.service_server.url}/m")
    assert first == Member("7", ())
    assert second == Member("a", ("Learner",), groups=("5",))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Please sign in</html>",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"members": null}',
        b'{"members": {}}',
        b'{"members": [1]}',
        b'{"members": [{"roles": []}]}',
        b'{"members": [{"user_id": "", "roles": []}]}',
        b'{"members": [{"user_id": true, "roles": []}]}',
        b'{"members": [{"user_id": ["a"], "roles": []}]}',
        b'{"members": [{"user_id": "a"}]}',
        b'{"members": [{"user_id": "a", "roles": "Learner"}]}',
        b'{"members": [{"user_id": "a", "roles": [1]}]}',
        b'{"members": [{"user_id": "a", "roles": [], "status": "Odd"}]}',
        b'{"members": [{"user_id": "a", "roles": [], "status": 1}]}',
        b'{"members": [{"user_id": "a", "roles": [], "group_enrollments": 1}]}',
        b'{"members": [{"user_id": "a", "roles": [], "group_enrollments": [{}]}]}',
    ],
)
def test_what_is_no_roster_is_said_so(house, body):
    house.service = canned("200 OK", body)
    with pytest.raises(RemoteMalformed) as error:
        everybody(house, f"{house.service_server.url}/m")
    assert error.value.code == "answer_malformed"
    assert error.value.remedy


def test_nobodys_name_is_in_a_repr(house):
    assert "Okafor" not in repr(everybody(house))


def test_somebody_elses_library_reads_the_simulated_roster_too(house):
    """So that the simulator isn't only strict towards our own reading of the document."""
    service = NamesRolesProvisioningService(
        connector(house), {"context_memberships_url": members_url(house)}
    )
    house.lms.roster.page_size = 3
    assert {one["user_id"] for one in service.get_members()} == set(ALGEBRA.roles)
