"""The manual's working example: its database, its request, and its answer, member by member."""

from __future__ import annotations

import copy
import json
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from lti_bridge.store.tables import (
    ConnectionRow,
    CourseRow,
    MeetingRow,
    RecordingRow,
    ServiceRow,
    UserRow,
)
from tests.unit.api.conftest import Reporting
from tests.unit.meets_api.test_reading import RECORDINGS as PRINTED

REQUEST = "list_conference_recordings?timeAddedAfter=1466158312&limit=5&startAfterId="
ADDED = 1466172120


def example(database):
    """What the manual's answer tells of, and a few recordings around it."""
    common = {"created_ms": 0}
    connection = {
        **common, "id": 1, "meets_connection": 1, "name": "Main LMS", "type": "Moodle",
        "version": "1.3", "issuer": "http://lms.example.com", "client_id": "1",
        "conferencing": "webex", "managed_by": "file", "updated_ms": 0,
    }  # fmt: skip
    course = {
        **common, "id": 1, "connection_id": 1, "lti_context_id": "tLr83M1d",
        "title": "Using MEETS SaaS APIs",
    }  # fmt: skip
    user = {
        **common, "id": 2, "connection_id": 1, "lti_user_id": "XjQ35e42", "name": "Tea Cher",
        "given_name": "Tea", "family_name": "Cher", "email": "teacher@example.com",
    }  # fmt: skip
    service = {
        **common, "id": 5, "name": "webex", "kind": "meetingz", "managed_by": "admin",
        "updated_ms": 0, "settings": '{"username": "teacheraccount"}',
    }  # fmt: skip
    meetings = [
        {
            **common, "id": number, "course_id": 1, "resource_link_id": str(number), "name": name,
            "service": "webex", "meeting_id": f"lti-{number}", "attendee_password_sealed": "",
            "moderator_password_sealed": "", "meets_connection": 1, "lti_context_id": "tLr83M1d",
            "begins_ms": begins * 1000, "ends_ms": (begins + 900) * 1000, "host_id": 2,
        }
        for number, name, begins in (
            (114, "API Examples", 1442860200), (117, "More API Examples", 1442865000),
        )
    ]  # fmt: skip
    recordings = [
        {"id": number, "meeting_id": meeting, "record_id": str(number), "seen_ms": 0,
         "added_ms": added * 1000}
        for number, meeting, added in (
            (524, 114, ADDED), (540, 114, 1466158312), (553, 114, ADDED), (556, 117, ADDED),
            (578, 114, ADDED), (580, 117, ADDED), (587, 117, ADDED), (600, 114, ADDED + 5),
        )
    ]  # fmt: skip

    def insert(connected):
        for table, rows in (
            (ConnectionRow, connection), (CourseRow, course), (UserRow, user),
            (ServiceRow, service), (MeetingRow, meetings), (RecordingRow, recordings),
        ):  # fmt: skip
            connected.execute(table.__table__.insert(), rows)

    database.write(insert)
    return SimpleNamespace()


def expected():
    """As it is printed, but for what the bridge has not (docs/reporting-api.md)."""
    answer = copy.deepcopy(PRINTED)
    answer["conferenceRecordings"]["587"]["type"] = "original"
    answer["conferencingAccounts"]["5"]["conferencingService"] = "meetingz"
    for event in answer["conferencingEvents"].values():
        event["conferencingService"] = "meetingz"
        event["meetsIdUsers"] = []  # which the text has, and the example leaves out
    answer["conferencingAccounts"]["5"]["meetsIdUsers"] = []
    answer["connections"]["1"]["settings"] = {
        "tlsRequired": False,  # its address has none
        "teacherScheduleOthers": False,
        "teacherSubstitute": True,
        "studentsHost": False,
        "featureAppointments": False,
        "featureRecordings": True,
        "featureRepository": False,
    }
    return answer


@pytest.fixture
def bridge(database_url):
    with ExitStack() as stack:
        yield Reporting(database_url, stack, example)


def test_its_request_gives_its_answer_and_the_next_one_the_rest(bridge):
    answer = bridge.get(f"{REQUEST}524")
    assert json.loads(answer.body) == expected()
    assert b", " not in answer.body, "unformatted"
    rest = json.loads(bridge.get(f"{REQUEST}587").body)
    assert list(rest["conferenceRecordings"]) == ["600"]
    assert list(rest["conferencingEvents"]) == ["114"]
    assert rest["nextPageStartAfterId"] is None


def test_our_client_reads_it_as_it_reads_meets(bridge):
    listing = bridge.client.list_conference_recordings(
        time_added_after=1466158312, limit=5, start_after_id=524
    )
    pages = list(listing.pages())
    assert [page.next_start_after_id for page in pages] == [587, None]
    found = [one for page in pages for one in page.entities]
    assert [one.meets_id for one in found] == [553, 556, 578, 580, 587, 600]
    event = found[1].event
    assert (event.name, event.time_begin) == ("More API Examples", 1442865000)
    assert event.host.email == "teacher@example.com"
    assert event.account.conferencing_username == "teacheraccount"
    assert event.courses[0].connection.platform_type == "Moodle"
