"""Which services of the LMS a launch names."""

from __future__ import annotations

import pytest

from lti_bridge.directory import LmsServices
from lti_bridge.launch.services import GRADES, GROUPS, LONGEST_URL, MEMBERSHIPS, services_from

LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"


def test_all_that_there_are():
    """The claims as the specifications' own examples have them."""
    assert services_from({
        MEMBERSHIPS: {
            "context_memberships_url": "https://lms.example.com/sections/2923/memberships",
            "service_versions": ["2.0"],
        },
        GRADES: {
            "scope": [LINE_ITEM],
            "lineitems": "https://lms.example.com/context/2923/lineitems/",
            "lineitem": "https://lms.example.com/context/2923/lineitems/1234/lineitem",
        },
        GROUPS: {
            "scope": ["https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"],
            "context_groups_url": "https://lms.example.com/sections/2923/groups",
            "context_group_sets_url": "https://lms.example.com/sections/2923/groupsets",
            "service_versions": ["1.0"],
        },
    }) == LmsServices(
        memberships_url="https://lms.example.com/sections/2923/memberships",
        line_items_url="https://lms.example.com/context/2923/lineitems/",
        line_item_url="https://lms.example.com/context/2923/lineitems/1234/lineitem",
        grade_scopes=(LINE_ITEM,),
        groups_url="https://lms.example.com/sections/2923/groups",
        group_sets_url="https://lms.example.com/sections/2923/groupsets",
    )  # fmt: skip  # claims a line each


def test_a_launch_without_any_offers_none():
    assert services_from({}) == LmsServices()


@pytest.mark.parametrize("claim", [None, "x", 3, [], ["lineitems"], {}])
@pytest.mark.parametrize("name", [MEMBERSHIPS, GRADES, GROUPS])
def test_a_claim_of_a_wrong_shape_offers_nothing(name, claim):
    assert services_from({name: claim}) == LmsServices()


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "lineitems",
        "//lms.example.com/x",
        "javascript:alert(1)",
        "ftp://lms.example.com/",
        "https://lms.example.com/a b",
        "https://lms.example.com/\n",
        "https://lms.example.com/é",
        "https://lms.example.com/" + "x" * LONGEST_URL,
    ],
)
def test_what_is_no_address_is_not_asked(url):
    claims = {
        MEMBERSHIPS: {"context_memberships_url": url},
        GRADES: {"lineitems": url, "lineitem": url, "scope": url},
        GROUPS: {"context_groups_url": url, "context_group_sets_url": url},
    }
    assert services_from(claims) == LmsServices()


def test_scopes_are_the_texts_of_a_list():
    assert services_from({GRADES: {"scope": [LINE_ITEM, 3, None]}}).grade_scopes == (LINE_ITEM,)
