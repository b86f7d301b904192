"""The messages that come to the launch URL: what each requires, and what it says."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.directory import DEEP_LINKING, SUBMISSION_REVIEW
from lti_bridge.errors import BridgeError, MalformedRequest, NotAllowed
from lti_bridge.launch.claims import launch_from
from lti_bridge.launch.deep_linking import LONGEST_DATA, SETTINGS
from tests.unit.launch.values import FUZZ, LIS, LTI, a_platform, claims

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
LINE_ITEM = "https://lms.example.edu/items/1"


def settings(**changes):
    """Deep linking settings; a change to ``...`` takes one away."""
    values = {
        "deep_link_return_url": "https://lms.example.edu/picked?course=1",
        "accept_types": ["link", "ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        **changes,
    }
    return {name: value for name, value in values.items() if value is not ...}


def picking(more=None, **changes):
    """The claims of a deep linking request; ``more`` goes to its settings."""
    made = claims(message_type=DEEP_LINKING, resource_link=..., target_link_uri=..., **changes)
    return {**made, SETTINGS: settings(**(more or {}))}


def read(more=None, **changes):
    return launch_from(picking(more, **changes), a_platform())


def refused(more=None, **changes):
    with pytest.raises(MalformedRequest) as caught:
        read(more, **changes)
    return caught.value.code


def test_a_request_that_says_as_little_as_it_may():
    launch = read()
    asked = launch.deep_linking
    assert (launch.message_type, launch.resource_link_id) == (DEEP_LINKING, "")
    assert asked.return_url == "https://lms.example.edu/picked?course=1"
    assert asked.accept_types == ("link", "ltiResourceLink")
    assert asked.targets == ("iframe", "window")
    assert (asked.accept_multiple, asked.accept_line_item, asked.auto_create) == (
        False,
        None,
        False,
    )
    assert (asked.title, asked.text, asked.data, asked.media_types) == ("", "", None, "")


def test_a_request_that_says_everything():
    asked = read(
        {
            "accept_media_types": "image/*,text/html",
            "accept_multiple": True,
            "accept_lineitem": True,
            "auto_create": True,
            "title": "A title",
            "text": "A text",
            "data": " opaque\n{} سلام",
        }
    ).deep_linking
    assert (asked.accept_multiple, asked.accept_line_item, asked.auto_create) == (True, True, True)
    assert (asked.title, asked.text, asked.media_types) == (
        "A title",
        "A text",
        "image/*,text/html",
    )
    assert asked.data == " opaque\n{} سلام"
    assert "opaque" not in repr(asked)


@pytest.mark.parametrize(
    "name", ["deep_link_return_url", "accept_types", "accept_presentation_document_targets"]
)
@pytest.mark.parametrize("value", [..., None])
def test_what_the_specification_requires_has_to_be_there(name, value):
    assert refused({name: value}) == "claim_missing"


@pytest.mark.parametrize("name", ["accept_types", "accept_presentation_document_targets"])
def test_nothing_accepted_is_nothing_asked_for(name):
    assert refused({name: []}) == "claim_missing"


@pytest.mark.parametrize("value", ["ltiResourceLink", {}, [1], [None], 7, ["x" * 256], ["x"] * 51])
def test_what_is_accepted_is_a_list_of_texts(value):
    assert refused({"accept_types": value}) == "claim_type"
    assert refused({"accept_presentation_document_targets": value}) == "claim_type"


@pytest.mark.parametrize("name", ["accept_multiple", "accept_lineitem", "auto_create"])
def test_switches_are_booleans_however_they_are_written(name):
    assert refused({name: "perhaps"}) == refused({name: 1}) == refused({name: []}) == "claim_type"
    assert read({name: "True"}).deep_linking == read({name: True}).deep_linking
    assert read({name: "false"}).deep_linking == read({name: False}).deep_linking


def test_data_are_a_text_of_bearable_length():
    assert refused({"data": {"a": 1}}) == refused({"data": 7}) == "claim_type"
    assert refused({"data": "x" * (LONGEST_DATA + 1)}) == "too_large"
    assert read({"data": ""}).deep_linking.data == ""


@pytest.mark.parametrize("value", [..., None, {}])
def test_a_picker_belongs_to_a_course(value):
    assert refused(context=value) == "picker_without_course"


def test_the_settings_themselves_have_to_be_there():
    with pytest.raises(MalformedRequest) as caught:
        launch_from({**picking(), SETTINGS: None}, a_platform())
    assert caught.value.code == "claim_missing"
    with pytest.raises(MalformedRequest) as caught:
        launch_from({**picking(), SETTINGS: [1]}, a_platform())
    assert caught.value.code == "claim_type"


def test_version_and_roles_are_required_as_of_every_message():
    assert refused(version="1.1") == refused(version=...) == "message"
    assert refused(roles=...) == "message"
    assert read(roles=[f"{LIS}membership#Instructor"]).role == "moderator"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/picked",
        "https://lms.example.edu.evil.example/",
        "https://lms.example.edu@evil.example/",
        "https://lms.example.edu:8443/",
        "javascript:alert(1)//lms.example.edu/",
        "//lms.example.edu/picked",
        "/picked",
        "ftp://lms.example.edu/picked",
        "https://lms.example.edu/a b",
    ],
)
def test_the_answer_goes_to_the_platform_or_nowhere(url):
    with pytest.raises(NotAllowed) as caught:
        read({"deep_link_return_url": url})
    assert caught.value.code == "return_url_elsewhere"
    assert "hosts" in caught.value.remedy
    assert "evil" not in caught.value.message


@pytest.mark.parametrize(
    "url", [7, ["https://lms.example.edu/"], "https://é/", "https://x\r\n", "x" * 5000]
)
def test_a_return_url_is_a_url(url):
    assert refused({"deep_link_return_url": url}) == "claim_type"


def test_further_hosts_of_the_platform_may_be_named():
    platform = a_platform(hosts=frozenset({"lms.example.edu", "beta.lms.example.edu"}))
    url = "https://beta.lms.example.edu/picked"
    made = launch_from(picking({"deep_link_return_url": url}), platform)
    assert made.deep_linking.return_url == url


def test_a_resource_link_has_nothing_to_pick():
    assert launch_from({**claims(), SETTINGS: settings()}, a_platform()).deep_linking is None


def review(**changes):
    made = claims(message_type=SUBMISSION_REVIEW, **changes)
    return {
        **made,
        f"{LTI}for_user": {"user_id": "usr:1", "name": "Ben"},
        AGS: {"lineitem": LINE_ITEM},
    }


def test_a_submission_review_is_of_its_link():
    launch = launch_from(review(), a_platform())
    assert (launch.message_type, launch.resource_link_id) == (SUBMISSION_REVIEW, "rl-1")
    assert launch.lti_user_id == "usr:7c1e"
    assert launch.services.line_item_url == LINE_ITEM


@pytest.mark.parametrize("name", [f"{LTI}for_user", AGS, f"{LTI}resource_link"])
def test_a_submission_review_says_what_its_specification_requires(name):
    made = {key: value for key, value in review().items() if key != name}
    with pytest.raises(MalformedRequest):
        launch_from(made, a_platform())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@FUZZ
@given(st.dictionaries(st.sampled_from([*settings(), "data", "accept_multiple", "title"]), _JSON))
def test_settings_of_any_shape_are_read_or_refused(changes):
    with suppress(BridgeError):
        read(changes)


@FUZZ
@given(_JSON, _JSON)
def test_reviews_of_any_shape_are_read_or_refused(for_user, endpoint):
    with suppress(BridgeError):
        launch_from({**review(), f"{LTI}for_user": for_user, AGS: endpoint}, a_platform())
