from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lti_bridge.conferencing import Recording, RecordingFormat, RecordingQuery
from lti_bridge.errors import CapabilityMissing, RemoteRejected, RemoteUnavailable
from tests.unit.conferencing.onstream.accounts import (
    LECTURE,
    STANDING,
    Told,
    an_account,
    asked,
    connected,
)
from tests.unit.conferencing.services import follow

MADE = datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
METADATA = {"meets-id-course": "12", "bbb-origin": "LTI Bridge"}


@pytest.fixture
def account():
    """Session 1 was recorded twice, session 2 once, session 3 never."""
    return an_account(timezone="UP1", dst=True)


@pytest.fixture
def service(account):
    with connected(account, timezone="UP1") as service:
        service.create(STANDING)
        service.create(replace(LECTURE, metadata={"meets-id-course": "13"}))
        service.create(replace(LECTURE, meeting_id="lti-0789"))
        account.add_recording(1, title="One", duration_ms=25880, made_at=MADE)
        account.add_recording(2, title="Two")
        account.add_recording(1, title="Three & <more>")
        account.faults.forget()
        yield service


def ids(service, **query):
    return [each.record_id for each in service.recordings(RecordingQuery(**query))]


def test_a_recording_in_our_words(account, service):
    account.recordings[1].description = "What was said"
    account.recordings[1].password = "p"
    (found,) = service.recordings(RecordingQuery(record_ids=("1",)))
    (link,) = [each.url for each in found.formats]
    assert found == Recording(
        record_id="1",
        meeting_id="lti-0123",
        name="One",
        state="published",
        remote_meeting_id="1",
        description="What was said",
        started_ms=int(MADE.timestamp() * 1000),
        length_ms=25880,
        needs_password=True,
        metadata=METADATA,
        formats=(RecordingFormat("onstream", link),),
    )
    assert found.is_published
    assert follow(link)[0] == 200


def test_all_of_them(account, service):
    found = list(service.recordings(RecordingQuery()))
    assert [(each.record_id, each.meeting_id) for each in found] == [
        ("1", "lti-0123"),
        ("2", "lti-0456"),
        ("3", "lti-0123"),
    ]
    assert not any(each.needs_password for each in found)
    assert asked(account) == ["GET recordings", "GET sessions"], (
        "the sessions once, for their names"
    )


def test_those_of_meetings_by_friendly_url_or_number(account, service):
    assert ids(service, meeting_ids=("lti-0123",)) == ["1", "3"]
    assert asked(account) == ["GET sessions", "GET recordings"]
    assert ids(service, meeting_ids=("1",)) == ["1", "3"]
    assert ids(service, meeting_ids=("2", "lti-0123")) == ["2", "1", "3"]
    assert ids(service, meeting_ids=("lti-0456", "2", "2")) == ["2"]
    assert ids(service, meeting_ids=("lti-0123", "lti-0456")) == ["2", "1", "3"]
    assert ids(service, meeting_ids=("lti-0789",)) == []
    assert ids(service, meeting_ids=("lti-none", "99")) == []
    found = list(service.recordings(RecordingQuery(meeting_ids=("2",))))
    assert [each.meeting_id for each in found] == ["lti-0456"]


def test_those_of_a_number_whose_session_has_gone(account, service):
    service.cancel(STANDING)
    found = list(service.recordings(RecordingQuery(record_ids=("1", "2"))))
    assert [(each.meeting_id, each.remote_meeting_id) for each in found] == [
        ("1", "1"),
        ("lti-0456", "2"),
    ]
    assert [each.meeting_id for each in service.recordings(RecordingQuery())] == [
        "1",
        "lti-0456",
        "1",
    ]
    assert ids(service, meeting_ids=("1",)) == ["1", "3"]


def test_whole_numbers_of_recordings_and_no_others(account, service):
    assert ids(service, record_ids=("3", "1", "3")) == ["3", "1"]
    assert ids(service, record_ids=("3", "99", "not-a-number")) == ["3"]
    assert ids(service, record_ids=("1",), meeting_ids=("lti-0456",)) == ["1"]
    assert ids(service, record_ids=("nothing",)) == []


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ((), 3),
        ("any", 3),
        (("published",), 3),
        (("published", "deleted"), 3),
        (("unpublished",), 0),
        (("processing", "processed", "deleted"), 0),
    ],
)
def test_all_are_published(account, service, states, found):
    assert len(ids(service, states=states)) == found
    assert bool(account.faults.requests) == bool(found)


def test_metadata_is_that_of_the_session(service):
    assert ids(service, metadata={"meets-id-course": "12"}) == ["1", "3"]
    assert ids(service, metadata={"meets-id-course": "13"}) == ["2"]
    assert ids(service, metadata={"meets-id-course": "12", "bbb-origin": "Other"}) == []


def test_lists_of_any_length_are_read_to_the_end(account, service):
    for _ in range(250):
        account.add_recording(3)
    assert len(ids(service)) == 253
    assert len(ids(service, meeting_ids=("lti-0789",))) == 250


def test_a_recording_may_say_nothing_of_itself():
    service = Told()
    service.answer = lambda request: (
        (404, {}, "")
        if "/session/" in request.path
        else json.dumps(
            [
                {
                    "id": 7,
                    "recording_link": "javascript:alert(1)",
                    "creation_date": "?",
                    "duration": "?",
                }
            ]
        )
    )
    with connected(service) as onstream:
        assert list(onstream.recordings(RecordingQuery(record_ids=("7",)))) == [Recording("7")]


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_that_is_not_there_has_no_recordings(status):
    with connected(Told((status, {}, ""))) as onstream:
        assert ids(onstream, meeting_ids=("7",)) == []
        assert ids(onstream, record_ids=("7",)) == []


@pytest.mark.parametrize("status", [401, 500])
def test_a_failure_is_no_empty_list(status):
    with connected(Told((status, {}, ""))) as onstream:
        for query in ({}, {"meeting_ids": ("7",)}, {"meeting_ids": ("x",)}, {"record_ids": ("7",)}):
            with pytest.raises((RemoteRejected, RemoteUnavailable)):
                ids(onstream, **query)


def test_a_recording_gets_another_name(account, service):
    service.rename_recording("1", "Ökologie 🌱")
    assert account.recordings[1].title == "Ökologie 🌱"
    assert asked(account) == ["POST recording"]


def test_name_and_description_can_be_changed(account, service):
    service.update_recordings(["1", "2"], {"name": "N", "description": "D"})
    assert [
        (account.recordings[n].title, account.recordings[n].description) for n in (1, 2, 3)
    ] == [
        ("N", "D"),
        ("N", "D"),
        ("Three & <more>", ""),
    ]
    service.update_recordings(["1"], {"description": ""})
    assert (account.recordings[1].title, account.recordings[1].description) == ("N", "")
    account.faults.forget()
    service.update_recordings(["1"], {})
    assert asked(account) == []


def test_nothing_else_of_a_recording_can_be_changed(account, service):
    with pytest.raises(CapabilityMissing) as failure:
        service.update_recordings(["1"], {"name": "N", "meets-id-course": "12"})
    assert "webinars" in str(failure.value)
    assert failure.value.remedy
    assert account.recordings[1].title == "One"


def test_recordings_are_deleted_and_may_be_gone_already(account, service):
    service.delete_recordings(["1", "3", "99", "not-a-number"])
    service.delete_recordings(["1"])
    assert list(account.recordings) == [2]


def test_a_refused_deletion_is_told():
    with connected(Told((403, {}, ""))) as onstream, pytest.raises(RemoteRejected):
        onstream.delete_recordings(["7"])
