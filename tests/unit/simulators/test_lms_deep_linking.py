"""The LMS takes a deep linking answer only word for word (Deep Linking 2.0, 4.5)."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from lti_bridge.errors import LaunchRefused
from lti_bridge.simulators.lms import CLAIM
from lti_bridge.simulators.lms.deep_linking import DL, copy_of, teaches
from tests.unit.lms_api.house import House, private_key

SETTINGS = f"{DL}deep_linking_settings"


@pytest.fixture
def house():
    with ExitStack() as stack:
        yield House(stack.enter_context)


@pytest.fixture
def lms(house):
    return house.lms


def request_of(lms, **changes):
    """What a picker is told, as the tool reads it."""
    (teacher, *_), course = lms.campus.users, lms.campus.courses[0]
    lms.deep_linking.wishes = replace(lms.deep_linking.wishes, **changes)
    token = lms.token_for(teacher, course.picker, "nonce-1")
    return jwt.decode(token, options={"verify_signature": False})


def an_item(lms, **changes):
    """An item; a change to ``...`` takes something away."""
    item = {
        "type": "ltiResourceLink",
        "title": "Laboratory",
        "url": next(iter(lms.tools.values())).launch_url,
        "custom": {"meeting": "1"},
        **changes,
    }
    return {name: value for name, value in item.items() if value is not ...}


def an_answer(lms, *items, key=None, kid="kid-1", algorithm="RS256", **changes):
    tool, now = next(iter(lms.tools.values())), int(time.time())
    claims = {
        "iss": tool.client_id,
        "aud": [lms.issuer],
        "iat": now,
        "exp": now + 60,
        "nonce": f"nonce-{time.perf_counter_ns()}",
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": tool.deployment_id,
        f"{DL}data": request_of(lms)[SETTINGS]["data"],
        f"{DL}content_items": list(items),
    }
    for name, value in changes.items():
        place = next((one for one in claims if one.endswith(f"/{name}")), name)
        claims[place] = value
    kept = {name: value for name, value in claims.items() if value is not ...}
    return jwt.encode(kept, key or private_key(), algorithm=algorithm, headers={"kid": kid})


def refused(lms, *items, **changes):
    before = lms.campus
    with pytest.raises(LaunchRefused) as caught:
        lms.deep_linking.take(an_answer(lms, *items, **changes))
    assert lms.campus is before
    return caught.value


def test_a_request_is_of_a_course_and_of_no_link(lms):
    said = request_of(lms, line_items=None)
    assert said[f"{CLAIM}message_type"] == "LtiDeepLinkingRequest"
    assert f"{CLAIM}resource_link" not in said
    assert said[f"{CLAIM}context"]["title"] == "Algebra I"
    settings = said[SETTINGS]
    assert settings["deep_link_return_url"] == f"{lms.issuer}/lti/deep-links"
    assert settings["accept_multiple"] is True
    assert "accept_lineitem" not in settings


def test_what_holds_is_added(lms):
    item = an_item(
        lms,
        text="Onion cells",
        icon={"url": "https://x.example/i.svg", "width": 64, "height": 64},
        window={"targetName": "class"},
        available={"startDateTime": "2026-01-01T00:00:00Z"},
        lineItem={"scoreMaximum": 20, "label": "Laboratory"},
    )
    taken = lms.deep_linking.take(an_answer(lms, item, an_item(lms, title="Two")))
    first, second = taken.links
    assert lms.campus.courses[0].links[-2:] == (first, second)
    assert (first.title, first.description, first.document_target) == (
        "Laboratory",
        "Onion cells",
        "window",
    )
    assert first.graded
    assert second.document_target == "iframe"
    assert lms.campus.place_by_link_id[first.id][1] == first
    assert lms.login_parameters(lms.campus.users[2], first)


def test_an_answer_counts_once(lms):
    answer = an_answer(lms, an_item(lms))
    lms.deep_linking.take(answer)
    with pytest.raises(LaunchRefused) as caught:
        lms.deep_linking.take(answer)
    assert caught.value.code == "nonce_used"


@dataclass(frozen=True)
class FromNow:
    """Counted when the test runs: every process must name the tests alike."""

    seconds: int


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "client-2"},
        {"aud": "https://elsewhere.example"},
        {"aud": ...},
        {"exp": FromNow(-600)},
        {"exp": FromNow(90_000)},
        {"iat": FromNow(600)},
        {"iat": "now"},
        {"exp": ...},
        {"nonce": ...},
        {"nonce": ""},
        {"message_type": "LtiResourceLinkRequest"},
        {"version": "1.1"},
        {"deployment_id": "other"},
        {"data": "made up"},
        {"data": ...},
        {"content_items": {}},
        {"content_items": [7]},
        {f"{DL}msg": 7},
        {"algorithm": "HS256", "key": b"a secret of the right length for HS256"},
        {"kid": "another"},
    ],
    ids=str,
)
def test_an_answer_that_breaks_a_rule_adds_nothing(lms, changes):
    now = int(time.time())
    assert refused(
        lms,
        **{
            name: now + value.seconds if isinstance(value, FromNow) else value
            for name, value in changes.items()
        },
    )


def test_only_the_tools_own_key_signs(lms):
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    assert refused(lms, an_item(lms), key=stranger).code == "signature"
    with pytest.raises(LaunchRefused):
        lms.deep_linking.take("")


@pytest.mark.parametrize(
    "change",
    [
        {"type": "html"},
        {"type": "link"},
        {"type": ...},
        {"url": "https://elsewhere.example/launch"},
        {"url": 7},
        {"title": 7},
        {"text": ["x"]},
        {"custom": {"n": 1}},
        {"custom": "x"},
        {"icon": "https://x.example/i.svg"},
        {"icon": {"url": "https://x.example/i.svg"}},
        {"embed": {}},
        {"iframe": True},
        {"window": {"targetName": 7}},
        {"available": "now"},
        {"available": {"startDateTime": "tomorrow"}},
        {"available": {"startDateTime": "2026-01-01T00:00:00"}},
        {
            "submission": {
                "startDateTime": "2026-01-02T00:00:00Z",
                "endDateTime": "2026-01-01T00:00:00Z",
            }
        },
        {"lineItem": {"scoreMaximum": 0}},
        {"lineItem": {"scoreMaximum": True}},
        {"lineItem": {"scoreMaximum": 5, "tag": 7}},
        {"lineItem": 5},
    ],
    ids=str,
)
def test_an_item_that_breaks_a_rule_is_not_added(lms, change):
    assert refused(lms, an_item(lms, **change)).code == "deep_linking"


def test_wishes_are_held_against_the_tool(lms):
    request_of(lms, multiple=None)
    assert refused(lms, an_item(lms), an_item(lms))
    request_of(lms, line_items=False)
    assert refused(lms, an_item(lms, lineItem={"scoreMaximum": 5}))
    request_of(lms, targets=("iframe",))
    assert refused(lms, an_item(lms, window={}))
    request_of(lms, types=("html",))
    assert refused(lms, an_item(lms))


def test_data_grow_old_and_mean_nothing_to_another_lms(lms):
    sealer = lms.deep_linking._sealer
    course, teacher = lms.campus.courses[0], lms.campus.users[0]
    for client, ends in (("client-1", int(time.time()) - 1), ("client-2", int(time.time()) + 60)):
        data = sealer.seal("data", [course.id, teacher.id, client, str(ends)])
        assert refused(lms, an_item(lms), data=data).code == "data"
    answer = an_answer(lms, an_item(lms))
    lms.deep_linking._sealer = type(sealer)()
    with pytest.raises(LaunchRefused) as caught:
        lms.deep_linking.take(answer)
    assert caught.value.code == "data"


def test_a_copy_has_new_ids_and_the_same_parameters(lms):
    course = lms.campus.courses[0]
    copy = copy_of(course)
    again = copy_of(copy)
    assert (copy.history, again.history) == ((course.id,), (copy.id, course.id))
    assert {link.id for link in copy.links}.isdisjoint(link.id for link in course.links)
    assert [link.custom for link in copy.links] == [link.custom for link in course.links]
    assert again.links[0].history == (copy.links[0].id, course.links[0].id)
    lms.put_course(copy)
    assert lms.campus.course_by_id[copy.id] == copy
    assert lms.campus.courses[0] == course


def test_who_teaches_may_add(lms):
    course = lms.campus.courses[0]
    names = {user.given_name for user in lms.campus.users if teaches(course, user)}
    assert names == {"Ana", "Tomás"}
