"""Grades by LTI 1.1: from a launch to the LMS's gradebook, as strict as its specification."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from lti_bridge.app.background import grades_of
from lti_bridge.errors import (
    RemoteAddressRefused,
    RemoteMalformed,
    RemoteRejected,
    RemoteUnavailable,
)
from lti_bridge.http import Client
from lti_bridge.lms_api.outcomes import OutcomeClient, authorization, envelope, written
from lti_bridge.store import FoundStay, GradingRules
from tests.campus import Campus, ask

HOSTS = 'hosts = ["LMS"]'


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("campus")
    with Campus(folder, f"sqlite:///{folder / 'bridge.db'}", old_platform=HOSTS) as campus:
        yield campus


@pytest.fixture
def place(shared):
    """Platform, address and sourced ID of the student's grade, as a launch left them."""
    shared.lms.outcomes.fault = None
    shared.lms.outcomes.refused.clear()
    joined = shared.launch_old(shared.student, shared.link()).joined_as
    shared.app.extensions["lti_bridge.journal"].flush()
    store = shared.bridge.store
    meeting = store.meetings.by_meeting_id(joined["meetingID"])
    (outcome,) = store.outcomes.of_meeting(meeting.id)
    platform = shared.bridge.consumers.find(store.outcomes.platform_of(meeting.id))
    return platform, outcome.service_url, outcome.sourced_id


@pytest.fixture
def client(shared):
    return OutcomeClient(shared.bridge.client)


def test_a_score_arrives_can_be_read_and_taken_away(shared, client, place):
    key = (shared.student.id, shared.link().id)
    client.send(*place, 0.875)
    assert shared.lms.outcomes.scores[key] == "0.875"
    assert client.read(*place) == 0.875
    client.send(*place, 0.875)
    client.send(*place, 0)
    assert shared.lms.outcomes.scores[key] == "0"
    client.send(*place, None)
    assert key not in shared.lms.outcomes.scores
    assert client.read(*place) is None
    assert shared.lms.outcomes.refused == []


@pytest.mark.parametrize(
    ("score", "text"),
    [(0, "0"), (1, "1"), (0.5, "0.5"), (1 / 3, "0.3333"), (0.99999, "1"), (1e-9, "0")],
)
def test_scores_are_written_as_decimal_numbers(score, text):
    assert written(score) == text


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan"), float("inf")])
def test_what_is_no_share_is_a_mistake_of_ours(score):
    with pytest.raises(ValueError, match=re.escape(str(score))):
        written(score)


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("failure", RemoteRejected, "failure"),
        ("unsupported", RemoteRejected, "unsupported"),
        ("processing", RemoteUnavailable, "processing"),
        ("html", RemoteMalformed, "unreadable"),
        ("unreadable", RemoteMalformed, "unreadable"),
        ("down", RemoteUnavailable, "http_503"),
    ],
)
def test_each_answer_that_is_no_success_has_its_error(shared, client, place, fault, kind, code):
    shared.lms.outcomes.fault = fault
    with pytest.raises(kind) as caught:
        client.send(*place, 1)
    assert (caught.value.code, caught.value.service) == (code, "Riverbank of before")
    assert caught.value.remedy or fault == "down"
    assert place[2] not in str(caught.value)


def test_a_score_that_is_no_number_is_an_answer_that_is_none(shared, client, place):
    client.send(*place, 1)
    shared.lms.outcomes.scores[(shared.student.id, shared.link().id)] = "A+"
    with pytest.raises(RemoteMalformed) as caught:
        client.read(*place)
    assert caught.value.code == "unreadable"


def test_a_wrong_secret_is_refused_by_the_lms(client, place):
    platform, *rest = place
    with pytest.raises(RemoteRejected) as caught:
        client.send(replace(platform, shared_secret="another"), *rest, 1)
    assert caught.value.code == "failure"


def test_an_unknown_sourced_id_is_a_failure(client, place):
    with pytest.raises(RemoteRejected):
        client.send(place[0], place[1], "<no & such>", 1)


def test_private_addresses_are_not_called_unless_allowed(place):
    guarded = Client()
    try:
        with pytest.raises(RemoteAddressRefused):
            OutcomeClient(guarded).send(*place, 1)
    finally:
        guarded.close()


def test_the_addresss_own_query_is_signed_too(shared, client, place):
    platform, url, sourced_id = place
    client.send(platform, f"{url}?class=7&x=%20a%2Bb", sourced_id, 1)
    assert shared.lms.outcomes.refused == []


def posted(shared, url, body, header):
    headers = {"Content-Type": "application/xml", "Authorization": header}
    return ask("POST", url, body, headers)


def test_the_simulated_gradebook_is_strict(shared, place):
    """What our client never does is seen by the LMS, so that a mistake of ours would show."""
    platform, url, sourced_id = place
    body = envelope("1", "replaceResult", sourced_id, "0.5")
    header = authorization(platform, url, body, int(time.time()))
    wrong = [
        (body.replace(b"0.5", b"0.9"), header),
        (body, header.replace('oauth_nonce="', 'oauth_nonce="x')),
        (body, authorization(platform, url, body, 5)),
        (body, "Bearer x"),
        (body, ""),
        (body, "OAuth x"),
        (b"<a", authorization(platform, url, b"<a", int(time.time()))),
    ]
    for sent, signed in wrong:
        assert posted(shared, url, sent, signed).status == 401
    assert posted(shared, url, body, header).status == 200
    assert posted(shared, url, body, header).status == 401, "a nonce is good once"


@pytest.mark.parametrize(
    "body",
    [
        b"<imsx_POXEnvelopeRequest/>",
        envelope("1", "replaceResult", "s", "1.5"),
        envelope("1", "replaceResult", "s", "0,5"),
        envelope("1", "replaceResult", "s", None),
        envelope("1", "readResult", "s", "1"),
        envelope("1", "burnResult", "s", None),
        envelope("", "readResult", "s", None),
        envelope("1", "readResult", "s", None).replace(b"V1.0", b"V2.0"),
    ],
)
def test_and_knows_the_specifications_xml(shared, place, body):
    platform, url, _ = place
    header = authorization(platform, url, body, int(time.time()))
    assert posted(shared, url, body, header).status == 401
    shared.lms.outcomes.refused.clear()


@pytest.mark.parametrize(
    "changes",
    [
        {"lis_outcome_service_url": ""},
        {"lis_outcome_service_url": "javascript:alert(1)"},
        {"lis_outcome_service_url": "https://a.example/ b"},
        {"lis_outcome_service_url": "https://a.example/" + "x" * 4000},
        {"lis_result_sourcedid": ""},
        {"lis_result_sourcedid": "a\x01b"},
        {"lis_result_sourcedid": "x" * 5000},
        {"user_id": ""},
    ],
)
def test_a_launch_without_a_usable_place_for_grades_leaves_none(shared, changes):
    link = {"resource_link_id": f"rl-none-{abs(hash(str(changes)))}"}
    joined = shared.launch_old(shared.student, shared.link(), changes={**changes, **link}).joined_as
    shared.app.extensions["lti_bridge.journal"].flush()
    meeting = shared.bridge.store.meetings.by_meeting_id(joined["meetingID"])
    assert shared.bridge.store.outcomes.of_meeting(meeting.id) == []


def test_the_job_sends_what_attendance_says(new_campus):
    campus = new_campus(old_platform=HOSTS, meets=False)
    joined = campus.launch_old(campus.student, campus.link()).joined_as
    join = {"custom_action": "join"}
    teacher = campus.launch_old(campus.teacher, campus.link(), changes=join).joined_as
    campus.app.extensions["lti_bridge.journal"].flush()
    store = campus.bridge.store
    meeting = store.meetings.by_meeting_id(joined["meetingID"])
    begun = int(time.time() * 1000) - 7_200_000
    stays = [
        FoundStay(joined["userID"], "Ben Okafor", begun, begun + 1_800_000),
        FoundStay(teacher["userID"], "Ana Pereira", begun, begun + 3_600_000),
    ]
    store.records.save_attendance(meeting.id, "service", stays, is_final=True)
    store.gradebook.set_rules(meeting.id, GradingRules(enabled=True), begun)
    assert grades_of(campus.bridge).run() == 1
    key = (campus.student.id, campus.link().id)
    assert campus.lms.outcomes.scores == {key: "0.5"}
    assert campus.lms.outcomes.refused == []
    assert grades_of(campus.bridge).run() == 0, "it is told once"
