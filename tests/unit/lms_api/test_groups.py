"""Course groups, as the Course Groups Service 1.0 tells of them, and as some LMSs do."""

from __future__ import annotations

import pytest
from pylti1p3.course_groups import CourseGroupsService

from lti_bridge.errors import RemoteMalformed, RemoteRejected
from lti_bridge.lms_api import CourseGroups, Group
from lti_bridge.simulators.lms import DEMO_CAMPUS
from tests.unit.lms_api.elsewhere import connector
from tests.unit.lms_api.house import canned

ALGEBRA = DEMO_CAMPUS.courses[0]
BLUE = Group("g-pr-blue", "Blue team", "project", "gs-projects")
GREEN = Group("g-pr-green", "Green team", "project", "gs-projects")


def urls(house):
    base = f"{house.lms.issuer}/lti/courses/{ALGEBRA.id}"
    return f"{base}/groups", f"{base}/groupsets"


def groups(house, url=""):
    return list(CourseGroups(house.transport).groups(house.platform, url or urls(house)[0]))


def sets(house, url=""):
    return CourseGroups(house.transport).sets(house.platform, url or urls(house)[1])


def test_groups_and_their_sets(house):
    assert groups(house) == [BLUE, GREEN]
    assert sets(house) == {"gs-projects": "Projects"}


def test_they_come_in_pages(house):
    house.lms.groups.page_size = 1
    assert groups(house) == [BLUE, GREEN]
    assert house.lms.groups.requests == 2


def test_one_that_is_dissolved_is_not_told(house):
    house.lms.groups.dissolved.add(BLUE.id)
    assert groups(house) == [GREEN]


def test_a_course_that_there_is_not(house):
    with pytest.raises(RemoteRejected) as error:
        groups(house, urls(house)[0].replace(ALGEBRA.id, "another"))
    assert error.value.code == "http_404"


def test_a_tool_without_the_scope_gets_no_token(house):
    tool = house.lms.tools["client-1"]
    object.__setattr__(tool, "scopes", ())
    with pytest.raises(RemoteRejected) as error:
        groups(house)
    assert error.value.code == "invalid_scope"


def test_numbers_and_missing_names_are_taken(house):
    house.service = canned(
        "200 OK", b'{"groups":[{"id":7,"set_id":3},{"id":"x","name":null,"tag":1}]}'
    )
    assert groups(house, f"{house.service_server.url}/g") == [
        Group("7", "", "", "3"),
        Group("x", ""),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"groups":7}',
        b'{"groups":[{}]}',
        b'{"groups":[{"id":""}]}',
        b'{"groups":["a"]}',
    ],
)
def test_what_is_no_list_of_groups_is_said_so(house, body):
    house.service = canned("200 OK", body)
    with pytest.raises(RemoteMalformed):
        groups(house, f"{house.service_server.url}/g")
    with pytest.raises(RemoteMalformed):
        sets(house, f"{house.service_server.url}/g")


def test_somebody_elses_library_reads_the_simulated_groups_too(house):
    service = CourseGroupsService(
        connector(house),
        {
            "context_groups_url": urls(house)[0],
            "scope": ["https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"],
            "service_versions": ["1.0"],
        },
    )
    house.lms.groups.page_size = 1
    assert [one["id"] for one in service.get_groups()] == [BLUE.id, GREEN.id]
    ben = DEMO_CAMPUS.users[2].id
    assert [one["id"] for one in service.get_groups(user_id=ben)] == [BLUE.id]
