"""The answer to a deep linking request: what stands in it, and what is left out."""

from __future__ import annotations

import jwt
import pytest

from lti_bridge.directory import DeepLinkingRequest
from lti_bridge.launch.content_items import DeepLinkingAnswers
from lti_bridge.scheduling import PickedLink, Span
from lti_bridge.store import ToolKey
from tests.unit.launch.values import NOW, RING, a_platform

KEY = ToolKey("kid-1", RING.current.private)
ASKED = DeepLinkingRequest("https://lms.example.edu/picked", ("ltiResourceLink",), ("iframe",))


def said(*links, asked=ASKED, **words):
    answers = DeepLinkingAnswers("https://bridge.example.edu", lambda: [KEY], now=lambda: NOW)
    token = answers.signed(a_platform(), "deployment-1", asked, links, nonce="n", **words)
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": "kid-1"}
    claims = jwt.decode(
        token,
        KEY.private_key.public_key(),
        algorithms=["RS256"],
        audience="https://lms.example.edu",
        options={"verify_exp": False, "verify_iat": False},
    )
    return {name.rpartition("/")[2]: value for name, value in claims.items()}


def test_an_answer_without_links():
    assert said() == {
        "iss": "client-1",
        "aud": ["https://lms.example.edu"],
        "iat": int(NOW),
        "exp": int(NOW) + 300,
        "nonce": "n",
        "deployment_id": "deployment-1",
        "message_type": "LtiDeepLinkingResponse",
        "version": "1.3.0",
        "content_items": [],
    }


def test_a_link_that_says_as_little_as_it_may():
    (item,) = said(PickedLink("t", "Laboratory"))["content_items"]
    assert item == {
        "type": "ltiResourceLink",
        "url": "https://bridge.example.edu/lti/launch",
        "title": "Laboratory",
        "icon": {
            "url": "https://bridge.example.edu/course/static/icon.svg",
            "width": 64,
            "height": 64,
        },
        "custom": {
            "meeting": "t",
            "context_history": "$Context.id.history",
            "link_history": "$ResourceLink.id.history",
        },
    }


@pytest.mark.parametrize("shown", ["iframe", "window"])
def test_how_it_is_shown(shown):
    (item,) = said(PickedLink("0123456789", "x", shown=shown))["content_items"]
    assert {"iframe", "window"} & set(item) == {shown}
    assert (item[shown]["width"], item[shown]["height"]) == (960, 720)
    assert item[shown].get("targetName") == (None if shown == "iframe" else "class-01234567")


def test_times_are_in_utc_and_only_what_is_said():
    link = PickedLink("t", "x", available=Span(0), submission=Span(None, 1_760_000_000_500))
    (item,) = said(link)["content_items"]
    assert item["available"] == {"startDateTime": "1970-01-01T00:00:00Z"}
    assert item["submission"] == {"endDateTime": "2025-10-09T08:53:20Z"}


def test_a_graded_link_asks_for_a_column():
    link = PickedLink("t", "x", "About", points=20, resource_id="lti-1")
    (item,) = said(link)["content_items"]
    assert item["text"] == "About"
    assert item["lineItem"] == {
        "scoreMaximum": 20,
        "label": "x",
        "resourceId": "lti-1",
        "tag": "attendance",
    }


def test_words_for_people_and_for_logs():
    assert said(message="Added")["msg"] == "Added"
    assert said(error="No")["errormsg"] == "No"
    assert said(error="No")["errorlog"]
    assert "msg" not in said(error="No")


@pytest.mark.parametrize("data", ["", "opaque", "\ud800"])
def test_data_are_given_back_as_they_came(data):
    asked = DeepLinkingRequest("https://lms.example.edu/", ("x",), ("iframe",), data=data)
    assert said(asked=asked)["data"] == data
