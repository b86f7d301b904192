"""What is kept of what an LMS said: presence and length of what is secret or somebody's own."""

from __future__ import annotations

import base64
import json

import pytest

from lti_bridge.launch.masking import LARGEST_UNPROVEN, MOST_BYTES, Said, told
from lti_bridge.launch.reading import LTI

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
CONTEXT_ID = "4dde05e8ca1973bcca9bffc13e1548820eee93a3"
ANN = {
    "sub": "ann-17",
    "name": "Ann Bee",
    "given_name": "Ann",
    "family_name": "Bee",
    "middle_name": "",
    "email": "ann.bee@example.edu",
    "picture": "https://lms.example.edu/ann.png",
    "phone_number": "+49 123",
    "address": {"formatted": "Street 1", "country": "DE"},
}


def kept(said, *, proven=True):
    content = json.loads(told(said, proven=proven))
    return {f"{claim.removeprefix(LTI)}.{path}".strip("."): value for claim, path, value in content["rows"]}  # fmt: skip


def custom(name, value, **others):
    return kept({**ANN, f"{LTI}custom": {name: value}, **others})[f"custom.{name}"]


def test_of_a_person_only_lengths_stay():
    found = kept(ANN)
    assert found.pop("sub") == "ann-17"
    lengths = {name: value["hidden"] for name, value in found.items()}
    assert lengths == {
        "name": 7,
        "given_name": 3,
        "family_name": 3,
        "middle_name": 0,
        "email": 19,
        "picture": 31,
        "phone_number": 7,
        "address.formatted": 8,
        "address.country": 2,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_key", "123"),
        ("apiToken", "t"),
        ("db_password", "x"),
        ("secret", "639259d4-9dd8-4b25-bf01-95f9567eaf4b"),
        ("session_id", "5"),
        ("join_code", "77"),
        ("anything", JWT),
        ("anything", f"Bearer {JWT}"),
        ("anything", "k8s7d6f5g4h3j2k1l0m9"),
        ("anything", "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ+"),
        ("who", "Ann Bee"),
        ("who", "ANN"),
        ("greeting", "Hello Ann Bee!"),
        ("greeting", "Write to somebody.else@example.org"),
        ("greeting", "https://lms.example.edu/?to=somebody%40example.org"),
        ("user_name", "abee"),
        ("person_name_full", "A. Bee"),
        ("lis_person_contact_email", "x"),
    ],
)
def test_custom_parameters_that_are_secret_or_somebodys_own_are_masked(name, value):
    assert custom(name, value) == {"hidden": len(value)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("action", "join"),
        ("course_code", "BIO-101-2026-Autumn-Term-Section-01"),
        ("ends", "2026-11-28T23:44:47.000+00:00"),
        ("canvas_account_id", CONTEXT_ID),
        ("context_history", f"{CONTEXT_ID},5"),
        ("campus", "Beekeeping and annals"),
        ("page", "https://lms.example.edu/course/2?tab=live"),
    ],
)
def test_what_an_administrator_needs_stays(name, value):
    assert custom(name, value) == value


def test_protocol_secrets_are_masked_and_identifiers_stay():
    found = kept(
        {
            "iss": "https://lms.example.edu",
            "nonce": "n-1",
            f"{LTI}deployment_id": f"1:{CONTEXT_ID}",
            f"{LTI}context": {"id": CONTEXT_ID, "title": "Bees", "type": ["a", "b"]},
            f"{LTI}tool_platform": {"name": "Riverbank", "contact_email": "it@example.edu"},
            f"{LTI}lis": {"person_sourcedid": "sis:7", "course_section_sourcedid": "sis:bees"},
            f"{LTI}lti1p1": {"oauth_consumer_key": "key", "oauth_consumer_key_sign": "abc="},
            f"{LTI}for_user": {"user_id": "3", "name": "Cy Dee"},
            "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": {"data": "csrf"},
            f"{LTI}launch_presentation": {
                "return_url": f"https://lms.example.edu/r?course=2&sesskey=s&t={CONTEXT_ID}"
            },
        }
    )
    hidden = {name for name, value in found.items() if isinstance(value, dict)}
    assert hidden == {
        "nonce",
        "tool_platform.contact_email",
        "lis.person_sourcedid",
        "lti1p1.oauth_consumer_key_sign",
        "for_user.name",
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings.data",
    }
    assert found["context.type"] == ["a", "b"]
    address = "https://lms.example.edu/r?course=2&sesskey=•••&t=•••"
    assert found["launch_presentation.return_url"] == address


def test_the_parameters_of_lti_1p1_are_masked_alike():
    found = kept(
        {
            "oauth_consumer_key": "sakai-consumer-key-0123456789",
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_signature": "s=",
            "oauth_nonce": "n",
            "lis_person_name_full": "Ann Bee",
            "lis_person_sourcedid": "sis:7",
            "lis_result_sourcedid": "r",
            "ext_user_username": "abee",
            "user_image": "x",
            "custom_owner": "abee",
            "tool_consumer_instance_name": "Sakai",
            "roles": "Instructor",
            "user_id": "7",
        }
    )
    hidden = {name for name, value in found.items() if isinstance(value, dict)}
    assert hidden == {
        "oauth_signature",
        "oauth_nonce",
        "lis_person_name_full",
        "lis_person_sourcedid",
        "lis_result_sourcedid",
        "ext_user_username",
        "user_image",
        "custom_owner",
    }


def test_no_size_shape_or_sign_makes_it_fail_or_grow():
    deep: object = "x"
    for _ in range(50):
        deep = {"a": deep, "b": [deep if isinstance(deep, str) else 1, {"c": None}]}
    monster = {
        "z": "é" * 100_000,
        "deep": deep,
        "many": {str(number): number for number in range(5000)},
        "list": list(range(5000)),
        "ann@example.edu": True,
        "\0\ud800": "\0\ud800",
        JWT: 1.5,
        "": float("nan"),
        "huge": 10**400,
    }
    text = told(monster, proven=False)
    assert len(text.encode("utf-8", "replace")) <= MOST_BYTES
    content = json.loads(text)
    assert content["cut"] is True
    assert content["proven"] is False
    assert content["rows"][0][2] == "é" * 400 + " …"
    assert {"ann@example.edu", JWT}.isdisjoint(row[0] for row in content["rows"])
    one = json.loads(told({JWT: 1, "x": {"ann@example.edu": 2}}, proven=True))["rows"]
    assert one == [["•••", "", 1], ["x", "•••", 2]]


def test_a_token_nobody_checked_is_read_as_far_as_it_can_be():
    body = base64.urlsafe_b64encode(json.dumps({"iss": "i?>", **ANN}).encode()).decode().rstrip("=")
    assert kept(f"x.{body}.y", proven=False)["iss"] == "i?>"
    assert kept(f"x.{body}.y", proven=False)["name"] == {"hidden": 7}
    for junk in ("", "a.b", "a.b.c", "a.W10.c", "a.!!.c", "é.é.é", f"a.{'W' * 99999}.b"):
        assert told(junk, proven=False) == ""


def test_what_was_said_is_masked_once_and_let_go():
    said = Said({"name": "Ann"}, proven=True)
    first = said()
    assert "Ann" not in first
    assert said() is first
    assert Said("x" * (LARGEST_UNPROVEN + 1), proven=False)() == ""
    assert told({}, proven=True) == ""
