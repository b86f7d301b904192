"""Signatures against RFC 5849's own example, published vectors, and another writing of the rules."""

from __future__ import annotations

import base64
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_bridge.lms_api import oauth1
from lti_bridge.simulators.lms import oauth1 as theirs

RFC_PARAMETERS = [
    ("b5", "=%3D"),
    ("a3", "a"),
    ("c@", ""),
    ("a2", "r b"),
    ("oauth_consumer_key", "9djdj82h48djs9d2"),
    ("oauth_token", "kkk9d7dh3k39sjv7"),
    ("oauth_signature_method", "HMAC-SHA1"),
    ("oauth_timestamp", "137131201"),
    ("oauth_nonce", "7d8f3e4a"),
    ("c2", ""),
    ("a3", "2 q"),
]
RFC_BASE_STRING = (
    "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D"
    "%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_"
    "signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
)
"""RFC 5849, 3.4.1.1."""


def test_the_base_string_is_that_of_the_rfc():
    assert oauth1.base_string("post", "http://example.com/request", RFC_PARAMETERS) == (
        RFC_BASE_STRING
    )


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://EXAMPLE.COM:80/r%20v/X", "http%3A%2F%2Fexample.com%2Fr%2520v%2FX"),
        ("https://www.example.net:8080/?q=1", "https%3A%2F%2Fwww.example.net%3A8080%2F"),
        ("https://www.example.net:443", "https%3A%2F%2Fwww.example.net%2F"),
    ],
)
def test_addresses_are_made_alike_as_in_the_rfc(url, base):
    assert oauth1.base_string("GET", url, []) == f"GET&{base}&"


def test_what_is_signed_gives_the_signature_in_the_rfc():
    """RFC 5849, 1.2, the request for a photo: its key has a token's secret after the "&", which
    LTI has none of, so only what is signed is ours.
    """
    parameters = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_token": "nnch734d00sl2jdk",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131202",
        "oauth_nonce": "chapoH",
        "file": "vacation.jpg",
        "size": "original",
    }
    text = oauth1.base_string("GET", "http://photos.example.net/photos", parameters.items())
    made = hmac.digest(b"kd94hf93k423kf44&pfkkdhi9sl3r4s00", text.encode(), "sha1")
    assert base64.b64encode(made) == b"MdpQcU8iPSUjWoN/UDMsK2sui9I="


LAUNCH = {
    "basiclti_submit": "Launch Endpoint with BasicLTI Data",
    "context_id": "456434513",
    "context_label": "SI182",
    "context_title": "Design of Personal Environments",
    "lis_person_contact_email_primary": "user@school.edu",
    "lis_person_name_full": "Jane Q. Public",
    "lis_person_sourced_id": "school.edu:user",
    "lti_message_type": "basic-lti-launch-request",
    "lti_version": "LTI-1p0",
    "oauth_consumer_key": "12345",
    "oauth_nonce": "c8350c0e47782d16d2fa48b2090c1d8f",
    "oauth_signature_method": "HMAC-SHA1",
    "oauth_timestamp": "1251600739",
    "oauth_version": "1.0",
    "resource_link_id": "120988f929-274612",
    "roles": "Instructor",
    "tool_consumer_instance_description": "University of School (LMSng)",
    "tool_consumer_instance_guid": "lmsng.school.edu",
    "user_id": "292832126",
}
"""The signed launch of the Basic LTI Implementation Guide; its secret is "secret"."""


def test_the_launch_in_the_implementation_guide_holds():
    text = oauth1.base_string("POST", "http://dr-chuck.com/ims/php-simple/tool.php", LAUNCH.items())
    assert oauth1.is_signed(text, "TPFPK4u3NwmtLt0nDMP1G1zG30U=", "secret", "HMAC-SHA1")


def test_values_of_oauths_own_parameters_are_taken_as_they_are():
    one = oauth1.base_string("POST", "https://a.example/", [("oauth_nonce", "a%2Bb")])
    other = oauth1.base_string("POST", "https://a.example/", [("oauth_nonce", "a+b")])
    assert one != other
    assert "realm" in oauth1.base_string("POST", "https://a.example/", [("realm", "here")])


@pytest.mark.parametrize("method", oauth1.HASHES)
def test_only_the_very_signature_holds(method):
    text = oauth1.base_string("POST", "https://a.example/l", [("a", "1")])
    right = oauth1.signature(text, "s&e+c", method)
    assert oauth1.is_signed(text, right, "s&e+c", method)
    other = oauth1.signature(text, "s&e+c", "HMAC-SHA1" if "256" in method else "HMAC-SHA256")
    for wrong in ("", right[:-1], right.lower(), f"{right} ", f"{right}=", "é", "\ud800", other):
        assert not oauth1.is_signed(text, wrong, "s&e+c", method)
    assert not oauth1.is_signed(text + "x", right, "s&e+c", method)
    assert not oauth1.is_signed(text, right, "s&e+d", method)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(TEXTS, TEXTS, max_size=8), TEXTS, st.sampled_from(sorted(oauth1.HASHES)))
@settings(deadline=None, max_examples=200)
def test_two_writings_of_the_rules_agree(parameters, secret, method):
    address = "https://bridge.example.edu:8443/lti/1p1/launch"
    text = oauth1.base_string("POST", address, parameters.items())
    assert text == theirs.base_string("POST", address, parameters.items())
    assert oauth1.signature(text, secret, method) == theirs.signature(text, secret, method)
