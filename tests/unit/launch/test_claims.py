"""What the claims of a verified token say, whatever is missing or of a wrong type."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.errors import MalformedRequest
from lti_bridge.launch.claims import launch_from
from lti_bridge.store import Profile
from tests.unit.launch.values import FUZZ, LIS, LTI, a_platform, claims


def read(**changes):
    return launch_from(claims(**changes), a_platform())


def refused(**changes):
    with pytest.raises(MalformedRequest) as caught:
        read(**changes)
    return caught.value.code


def test_a_whole_launch():
    launch = read(
        given_name="Ana",
        family_name="Pereira",
        email="ana@lms.example.edu",
        custom={"action": "join", "n": 1},
        launch_presentation={
            "document_target": "window",
            "locale": "pt-BR",
            "return_url": "https://lms.example.edu/course/1",
        },
    )
    assert launch.message_type == "LtiResourceLinkRequest"
    assert launch.deployment_id == "deployment-1"
    assert launch.lti_user_id == "usr:7c1e"
    assert launch.profile == Profile("Ana Pereira", "Ana", "Pereira", "ana@lms.example.edu")
    assert launch.role == "attendee"
    assert (launch.lti_context_id, launch.course_title) == ("c-1", "Algebra I")
    assert (launch.resource_link_id, launch.link_title) == ("rl-1", "Live class")
    assert launch.custom == {"action": "join"}
    assert (launch.target, launch.locale) == ("window", "pt-BR")
    assert launch.return_url == "https://lms.example.edu/course/1"


def test_a_launch_that_says_as_little_as_it_may():
    launch = read(sub=..., name=..., context=..., resource_link={"id": "rl-1"}, roles=[])
    assert (launch.lti_user_id, launch.profile, launch.role) == ("", Profile(), "attendee")
    assert (launch.lti_context_id, launch.course_title, launch.link_title) == ("", "", "")
    assert (launch.target, launch.return_url, launch.locale) == ("frame", "", "")


@pytest.mark.parametrize(
    "claim",
    ["message_type", "version", "deployment_id", "target_link_uri", "resource_link", "roles"],
)
@pytest.mark.parametrize("value", [..., None])
def test_required_claims_are_required(claim, value):
    assert refused(**{claim: value})


@pytest.mark.parametrize("sub", [..., None, ""])
def test_anonymous_launches_are_legal(sub):
    assert read(sub=sub).lti_user_id == ""


@pytest.mark.parametrize("context", [..., None, {}])
def test_launches_without_context_are_legal(context):
    assert read(context=context).lti_context_id == ""


def test_a_context_has_an_id():
    assert refused(context={"title": "Algebra I"}) == "claim_missing"
    assert refused(context={"id": ""}) == "claim_missing"


def test_the_label_stands_in_for_a_title():
    assert read(context={"id": "c-1", "label": "MATH-101"}).course_title == "MATH-101"


@pytest.mark.parametrize("version", ["1.3", "1.3.1", "1.1", "LTI-1p0", "", " 1.3.0"])
def test_only_version_1_3_0_is_taken(version):
    assert refused(version=version) == "message"


@pytest.mark.parametrize(
    "message_type", ["DataPrivacyLaunchRequest", "basic-lti-launch-request", ""]
)
def test_other_messages_are_refused(message_type):
    assert refused(message_type=message_type) == "message_type"


@pytest.mark.parametrize("identifier", ["x" * 256, "a\x00b", "a\x1fb", "\ud800", "\uffff"])
def test_identifiers_that_nobody_could_keep_are_refused(identifier):
    assert refused(sub=identifier) == "claim_type"
    assert refused(deployment_id=identifier) == "claim_type"
    assert refused(resource_link={"id": identifier}) == "claim_type"
    assert refused(context={"id": identifier}) == "claim_type"


@pytest.mark.parametrize(
    "identifier", ["x" * 255, " ", " a ", "É", "e\u0301", "سارا", "👩‍🏫", "a\nb", "%41"]
)
def test_identifiers_are_opaque(identifier):
    launch = read(
        sub=identifier,
        deployment_id=identifier,
        resource_link={"id": identifier},
        context={"id": identifier},
    )
    assert launch.lti_user_id == launch.deployment_id == identifier
    assert launch.resource_link_id == launch.lti_context_id == identifier


@pytest.mark.parametrize("role", ["Instructor", f"{LIS}membership#Instructor"])
def test_roles_are_read_by_the_platforms_table(role):
    assert read(roles=[role]).role == "moderator"
    platform = a_platform(roles={"Instructor": "attendee"})
    assert launch_from(claims(roles=[role]), platform).role == "attendee"


@pytest.mark.parametrize("role", ["Mentor", f"{LIS}membership#Mentor"])
def test_who_looks_on_attends_as_an_onlooker(role):
    launch = read(roles=[role])
    assert (launch.role, launch.observer) == ("attendee", True)
    assert not read(roles=[role, "Learner"]).observer
    assert not read(roles=[]).observer


def test_who_leads_by_the_platforms_table_is_no_onlooker():
    launch = launch_from(claims(roles=["Mentor"]), a_platform(roles={"Mentor": "moderator"}))
    assert (launch.role, launch.observer) == ("moderator", False)


@pytest.mark.parametrize("roles", ["Instructor", [1], [None], {}, 0, False, [["Instructor"]]])
def test_roles_are_a_list_of_texts(roles):
    assert refused(roles=roles) == "claim_type"


@pytest.mark.parametrize(
    ("presentation", "custom", "target"),
    [
        ({"document_target": "window"}, {}, "window"),
        ({"document_target": "iframe"}, {}, "frame"),
        ({"document_target": "frame"}, {}, "frame"),
        ({"document_target": ["window"]}, {}, "frame"),
        ({}, {"embed": "true"}, "window"),
        ({}, {"embed": "TRUE"}, "window"),
        ({}, {"embed": True}, "frame"),
        ({}, {"embed": "false"}, "frame"),
        (None, None, "frame"),
    ],
)
def test_frame_or_window(presentation, custom, target):
    assert read(launch_presentation=presentation, custom=custom).target == target


@pytest.mark.parametrize(
    "url",
    [
        "https://lms.example.edu/",
        "https://lms.example.edu/course?id=1#top",
        "http://lms.example.edu",
        "HTTPS://LMS.EXAMPLE.EDU/x",
    ],
)
def test_the_way_back_to_the_platforms_own_host(url):
    assert read(launch_presentation={"return_url": url}).return_url == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)//lms.example.edu/",
        "https://evil.example/",
        "https://lms.example.edu.evil.example/",
        "https://lms.example.edu@evil.example/",
        "https://evil.example@lms.example.edu/",
        "https://lms.example.edu:444/",
        "https://evil.example\\@lms.example.edu/",
        "https:\\\\lms.example.edu/",
        "//lms.example.edu/",
        "/course/1",
        "ftp://lms.example.edu/",
        "data:text/html,x",
        "https:///lms.example.edu/",
        "https://[lms.example.edu/",
        " https://lms.example.edu/",
        "https://lms.example.edu/\r\nSet-Cookie: a=b",
        "https://lms.example.edu/a b",
        "https://lms.example.edu/a\tb",
        "https://lms.example.edu/a\x7fb",
        "https://lms.example.edu/\u2028",
        "https://lms.example.edu/é",
        "https://lms.example.edu/\ud800",
        "https://ｌms.example.edu/",
        "https://lms.example.edu/" + "x" * 4000,
        "",
        None,
        1,
        ["https://lms.example.edu/"],
    ],
)
def test_any_other_way_back_is_left_out(url):
    assert read(launch_presentation={"return_url": url}).return_url == ""


def test_names_are_cleaned_of_what_nobody_can_keep_and_cut_between_signs():
    launch = read(name="A\x00na\ud800\n<b>", given_name="x" * 300, family_name="é" * 255)
    assert launch.profile.name == "Ana\n<b>"
    assert launch.profile.given_name == "x" * 254 + "…"
    assert launch.profile.family_name == "é" * 255


WRONG = [None, 0, 1.5, True, "", "x", [], {}, [1], {"id": 1}, {"id": {"id": [None]}}, [[[[]]]]]
NAMES = [*claims(), f"{LTI}custom", f"{LTI}launch_presentation", "email", "locale", "given_name"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_claim_of_any_type_is_read_or_refused(name, value):
    with suppress(MalformedRequest):
        launch_from({**claims(), name: value}, a_platform())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
_INNER = st.dictionaries(
    st.sampled_from(["id", "title", "label", "return_url", "document_target", "locale", "embed"]),
    _JSON,
)


@FUZZ
@given(st.dictionaries(st.sampled_from(NAMES), _JSON | _INNER))
def test_claims_of_any_shape_are_read_or_refused(changes):
    with suppress(MalformedRequest):
        launch_from({**claims(), **changes}, a_platform())
