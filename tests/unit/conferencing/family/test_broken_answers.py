"""No answer a service could give ends in anything but a value or an exception of our tree."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_bridge.conferencing import RecordingQuery
from lti_bridge.conferencing.family import BigBlueButton
from lti_bridge.errors import CapabilityMissing, RemoteError
from tests.unit.conferencing.family import documented
from tests.unit.conferencing.family.simulated import calls_of
from tests.unit.conferencing.services import FAMILY, Canned, connected

repeatable = partial(settings, derandomize=True, database=None, deadline=None)

STATUSES = st.sampled_from([200] * 6 + [201, 204, 302, 400, 401, 404, 414, 429, 500, 501])
KINDS = st.sampled_from(
    ["text/xml", "text/html; charset=utf-8", "application/json", "", "a/" + "<b>" * 99, "é"]
)


@pytest.fixture(scope="module")
def canned():
    return Canned()


@pytest.fixture(scope="module", params=FAMILY, ids=lambda kind: kind.kind)
def service(request, canned):
    with connected(request.param, canned) as service:
        yield service


def consumed(value):
    """Look at everything in a value as pages, jobs and tables would."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, int):
        assert 0 <= value < 2**63
    elif isinstance(value, dict):
        consumed(list(value.items()))
    elif isinstance(value, list | tuple):
        for each in value:
            consumed(each)
    else:
        for name in type(value).__slots__:
            each = getattr(value, name)
            consumed(each)
            if name in {"started_ms", "ended_ms", "joined_ms", "left_ms"} and each is not None:
                datetime.fromtimestamp(each / 1000, UTC)


def ask_everything(service, canned, answer):
    canned.answer = answer
    for name, call in calls_of(type(service)).items():
        refusal = None
        try:
            consumed(call(service))
        except (RemoteError, CapabilityMissing) as error:
            refusal = error
        if isinstance(refusal, RemoteError):
            assert (refusal.service, refusal.call) == ("live", name)
        if refusal:
            assert name in str(refusal)
            assert refusal.remedy
            assert refusal.code
            assert len(str(refusal).encode()) < 400


@repeatable(max_examples=60)
@given(body=st.binary(max_size=300), status=STATUSES, kind=KINDS)
def test_random_bytes(service, canned, body, status, kind):
    ask_everything(service, canned, (status, kind, body))


NASTY = st.one_of(
    st.sampled_from(
        [
            "",
            " \n",
            "-1",
            "0",
            "9" * 18,
            "9" * 400,
            "1e9",
            "٣",
            "NaN",
            "true",
            "FALSE",
            "SUCCESS",
            "<b>&amp;",
            "\u202e",
            "🎓" * 50,
            "javascript:alert(1)",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30),
)


@st.composite
def mutated(draw):
    """A documented answer with some of its elements taken out, doubled, moved or rewritten."""
    root = ET.fromstring(draw(st.sampled_from(documented.XML)))  # noqa: S314 - our own
    for _ in range(draw(st.integers(1, 8))):
        parents = [each for each in root.iter() if len(each)]
        if not parents:
            break
        parent = draw(st.sampled_from(parents))
        child = draw(st.sampled_from(list(parent)))
        what = draw(st.sampled_from(["drop", "double", "text", "rename", "move", "attribute"]))
        if what == "drop":
            parent.remove(child)
        elif what == "double":
            parent.extend([child] * draw(st.integers(1, 5)))
        elif what == "text":
            child.text = draw(NASTY)
        elif what == "rename":
            child.tag = draw(st.sampled_from(["x", "meeting", "recording", "startTime", "state"]))
        elif what == "attribute":
            child.set(draw(st.sampled_from(["width", "alt", "y"])), draw(NASTY))
        else:
            to = draw(st.sampled_from(parents))
            if child not in set(parents) and to is not child:
                parent.remove(child)
                to.append(child)
    return ET.tostring(root, encoding=draw(st.sampled_from(["utf-8", "us-ascii", "utf-16"])))


@repeatable(max_examples=120)
@given(body=mutated(), cut=st.sampled_from([0] * 9 + [1, 20, 200]))
def test_documented_answers_that_are_mutilated(service, canned, body, cut):
    ask_everything(service, canned, (200, "text/xml", body[: len(body) - cut]))


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),  # with halves of surrogate pairs
        st.sampled_from(["SUCCESS", "FAILED", "upload_text_track_failed", "noRecordings"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                ["returncode", "messageKey", "tracks", "kind", "lang", "label", "href", "response"]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=15,
)


@repeatable(max_examples=100)
@given(
    inner=st.one_of(
        JSON,
        st.fixed_dictionaries(
            {"returncode": st.sampled_from(["SUCCESS", "FAILED"])},
            optional={"messageKey": JSON, "tracks": st.lists(JSON, max_size=4)},
        ),
    )
)
def test_random_json(canned, json_service, inner):
    body = json.dumps({"response": inner})
    ask_everything(json_service, canned, (200, "application/json", body))


@pytest.fixture(scope="module")
def json_service(canned):
    with connected(BigBlueButton, canned) as service:
        yield service


HUGE = {
    "deep xml": "<response><returncode>SUCCESS</returncode>" + "<a>" * 30_000,
    "deep whole xml": "<response><returncode>SUCCESS</returncode>"
    + "<a>" * 30_000
    + "</a>" * 30_000
    + "</response>",
    "deep json": '{"response": ' * 100_000,
    "deep tracks": '{"response": {"returncode": "SUCCESS", "tracks": '
    + "[" * 900
    + "]" * 900
    + "}}",
    "more than is read": "<response><returncode>SUCCESS</returncode>" + " " * 4_100_000,
    "a number of digits": '{"response": {"returncode": "SUCCESS", "tracks": [' + "9" * 9999 + "]}}",
}


@pytest.mark.parametrize("body", HUGE.values(), ids=HUGE)
def test_answers_too_deep_or_too_large(service, canned, body):
    ask_everything(service, canned, (200, "text/xml", body))


def test_what_was_asked_before_does_no_harm_to_what_is_asked_after(service, canned):
    canned.answer = documented.BBB_RECORDINGS
    (recording,) = service.recordings(RecordingQuery())
    assert recording.record_id == "aa11-1700000000000"
