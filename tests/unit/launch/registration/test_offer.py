"""What the bridge asks for, beside the specification's own example (Dynamic Registration 1.0, 3.5.2)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from lti_bridge.launch.presets import DEEP_LINKING, PRESETS, RESOURCE_LINK, preset_of, type_of
from lti_bridge.launch.registration.configuration import LmsConfiguration
from lti_bridge.launch.registration.offer import (
    SCOPES,
    Offer,
    canvas_configuration,
    registration_request,
)

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"

EXAMPLE = {
    "application_type": "web",
    "response_types": ["id_token"],
    "grant_types": ["implict", "client_credentials"],
    "initiate_login_uri": "https://client.example.org/lti",
    "redirect_uris": ["https://client.example.org/callback"],
    "client_name": "Virtual Garden",
    "jwks_uri": "https://client.example.org/.well-known/jwks.json",
    "logo_uri": "https://client.example.org/logo.png",
    "token_endpoint_auth_method": "private_key_jwt",
    "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    TOOL: {
        "domain": "client.example.org",
        "description": "Learn Botany by tending to your little (virtual) garden.",
        "target_link_uri": "https://client.example.org/lti",
        "custom_parameters": {"context_history": "$Context.id.history"},
        "claims": ["iss", "sub", "name", "given_name", "family_name"],
        "messages": [
            {
                "type": "LtiDeepLinkingRequest",
                "target_link_uri": "https://client.example.org/lti/dl",
                "label": "Add a virtual garden",
                "placements": ["ContentArea"],
                "supported_types": ["ltiResourceLink"],
            }
        ],
    },
}
"""The members of the specification's example; ``implict`` is misspelt there."""

LMS = LmsConfiguration(
    issuer="https://server.example.com",
    authorization_endpoint="https://server.example.com/connect/authorize",
    token_endpoint="https://server.example.com/connect/token",
    jwks_uri="https://server.example.com/jwks.json",
    registration_endpoint="https://server.example.com/connect/register",
    authorization_server="",
    scopes=("openid", *SCOPES),
    family_code="ExampleLMS",
    version="1.0",
    messages={RESOURCE_LINK: (), DEEP_LINKING: ("ContentArea",)},
    variables=("CourseSection.timeFrame.end", "Context.id.history"),
)
OFFER = Offer("https://bridge.example.edu")


def shape(value):
    """Types, not values; what a list holds is that of its first."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value).__name__


def test_it_has_every_member_of_the_example_in_the_same_shape():
    request = registration_request(OFFER, LMS, PRESETS["other"])
    ours, theirs = shape(request), shape(EXAMPLE)
    for name, wanted in theirs.items():
        if name != TOOL:
            assert ours[name] == wanted, name
    assert ours[TOOL].keys() >= theirs[TOOL].keys()
    for name in ("domain", "description", "target_link_uri", "claims"):
        assert ours[TOOL][name] == theirs[TOOL][name], name
    deep = next(each for each in request[TOOL]["messages"] if each["type"] == DEEP_LINKING)
    assert shape(deep).items() >= theirs[TOOL]["messages"][0].items()
    assert set(request["grant_types"]) == {"implicit", "client_credentials"}


def test_every_address_is_the_bridges_own():
    request = registration_request(OFFER, LMS, PRESETS["canvas"])
    addresses = [
        request["initiate_login_uri"],
        *request["redirect_uris"],
        request["jwks_uri"],
        request["logo_uri"],
        request[TOOL]["target_link_uri"],
        *(each["target_link_uri"] for each in request[TOOL]["messages"]),
    ]
    assert {urlsplit(each).netloc for each in addresses} == {request[TOOL]["domain"]}


def test_only_what_the_lms_has_is_asked_for():
    poor = replace(LMS, scopes=("openid",), variables=(), messages={RESOURCE_LINK: ()})
    request = registration_request(OFFER, poor, PRESETS["other"])
    assert request["scope"] == ""
    assert request[TOOL]["custom_parameters"] == {}
    assert [each["type"] for each in request[TOOL]["messages"]] == [RESOURCE_LINK]
    odd = replace(LMS, messages={RESOURCE_LINK: (), "LtiEulaRequest": ()})
    types = registration_request(OFFER, odd, PRESETS["other"])[TOOL]["messages"]
    assert [each["type"] for each in types] == [RESOURCE_LINK]


def test_canvas_placements_are_those_that_it_has_by_either_name():
    canvas = replace(
        LMS,
        messages={
            RESOURCE_LINK: (
                "https://canvas.instructure.com/lti/course_navigation",
                "wiki_page_menu",
            ),
            DEEP_LINKING: ("editor_button",),
        },
    )
    messages = registration_request(OFFER, canvas, PRESETS["canvas"])[TOOL]["messages"]
    assert [each["placements"] for each in messages] == [
        ["https://canvas.instructure.com/lti/course_navigation"],
        ["editor_button"],
    ]


@pytest.mark.parametrize(
    ("family", "preset", "type_"),
    [
        ("canvas", "canvas", "Canvas"),
        ("moodle", "moodle", "Moodle"),
        ("Totara", "moodle", "Totara"),
        ("BlackboardLearn", "blackboard", "BlackboardLearn"),
        ("desire2learn", "brightspace", "Desire2Learn"),
        ("sakai", "sakai", "Other"),
        ("schoology", "schoology", "Other"),
        ("", "other", "Other"),
        ("ExampleLMS", "other", "Other"),
    ],
)
def test_an_lms_is_known_by_what_it_calls_itself(family, preset, type_):
    assert preset_of(family).key == preset
    assert type_of(family) == type_


@pytest.mark.parametrize("preset", [each for each in PRESETS.values() if each.endpoints])
def test_a_presets_addresses_are_whole_once_filled(preset):
    filled = preset.endpoints.filled("lms.example.edu", "client-1")
    for address in (
        filled.issuer,
        filled.auth_login_url,
        filled.auth_token_url,
        filled.key_set_url,
    ):
        assert address.startswith("https://")
        assert "{" not in address


def test_canvas_json_names_each_placement_once():
    (extension,) = canvas_configuration(OFFER)["extensions"]
    places = [each["placement"] for each in extension["settings"]["placements"]]
    assert len(places) == len(set(places)) == 5
