"""Who may read: tokens, their permissions, connections, pace and end."""

from __future__ import annotations

import base64
import json

import pytest

from lti_bridge.api.functions import FUNCTIONS
from tests.campus import ask

REQUIRED = {
    "list_course_users": "meetsIdCourse=3",
    "get_conferencing_event_attendance": "meetsIdConferencingEvent=1",
    "from_lti_id_context": "meetsIdConnection=10&ltiIdContext=context-3",
    "from_lti_id_user": "meetsIdConnection=10&ltiIdUser=user-3",
    "download_conference_recording": "meetsIdConferenceRecording=1",
}


def get(reporting, authorization, path="list_users?limit=1"):
    headers = {"Authorization": authorization} if authorization is not None else {}
    return ask("GET", f"{reporting.base}/{path}", None, headers)


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_a_token_comes_as_bearer_or_as_a_basic_password(reporting):
    for header in (
        f"Bearer {reporting.token}",
        f"bearer  {reporting.token}",
        basic("x", reporting.token),
    ):
        assert get(reporting, header).status == 200


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer mb_nonsense", "Basic", "Basic !!", "Basic eA==",
     "Digest x", basic("mb_token", ""), "Bearer \u00fc"],
)  # fmt: skip
def test_without_a_token_that_is_known_nothing_is_told(reporting, header):
    header = header.encode().decode("latin-1") if header else header
    answer = get(reporting, header)
    found = json.loads(answer.body)
    assert answer.status == found["status"] == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert set(found) == {"status", "error"}


def test_a_token_in_the_address_is_not_read(reporting):
    answer = get(
        reporting, None, f"list_users?token={reporting.token}&access_token={reporting.token}"
    )
    assert answer.status == 401
    assert "never in the address" in json.loads(answer.body)["error"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_has_its_permission(own_reporting, name):
    function = FUNCTIONS[name]
    everything = {
        "manageAdmins", "manageConnections", "viewData", "manageConferencingAccounts", "manageContent",
    }  # fmt: skip
    path = f"{name}?{REQUIRED.get(name, '')}"
    for permission in function.permissions:
        token = own_reporting.new_token([permission])
        assert own_reporting.get(path, token).status in {200, 303}
    token = own_reporting.new_token(sorted(everything - set(function.permissions)))
    answer = own_reporting.get(path, token)
    assert answer.status == 403
    assert function.permissions[0] in json.loads(answer.body)["error"]


def test_a_revoked_token_holds_no_more_within_five_seconds(own_reporting):
    token = own_reporting.new_token()
    (one,) = [t for t in own_reporting.store.tokens.all() if t.id == 2]
    assert own_reporting.get("list_users?limit=1", token).status == 200
    assert own_reporting.store.tokens.revoke(one.id, 5)
    own_reporting.clock += 5.1
    assert own_reporting.get("list_users?limit=1", token).status == 401
    assert not own_reporting.store.tokens.revoke(one.id, 6), "it doesn't hold any more"


def test_a_token_ends_with_its_last_day_at_once(own_reporting):
    token = own_reporting.new_token(expires_ms=int(own_reporting.now * 1000) + 1000)
    assert own_reporting.get("list_users?limit=1", token).status == 200
    own_reporting.now += 1
    assert own_reporting.get("list_users?limit=1", token).status == 401


def test_a_token_keeps_its_pace(own_reporting):
    token = own_reporting.new_token(per_minute=3)
    answers = []
    for _ in range(5):
        answers.append(own_reporting.get("list_users?limit=1", token))
        own_reporting.clock += 10
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[3].headers["Retry-After"] == "31"
    own_reporting.clock += 12
    assert own_reporting.get("list_users?limit=1", token).status == 200
    assert own_reporting.get("list_users?limit=1").status == 200, "others have theirs"


def test_when_a_token_was_used_is_noted_once_a_minute(own_reporting):
    def used():
        return own_reporting.store.tokens.all()[0].used_ms

    own_reporting.get("list_users?limit=1")
    first = used()
    assert first == own_reporting.now * 1000
    own_reporting.now += 30
    own_reporting.clock += 30
    own_reporting.get("list_users?limit=1")
    assert used() == first
    own_reporting.now += 40
    own_reporting.clock += 40
    own_reporting.get("list_users?limit=1")
    assert used() == own_reporting.now * 1000


# A token for some connections sees nothing of others, by no way.

EVERY_WAY = [
    "list_users?limit=1000",
    "list_users?limit=1000&startAfterId=1000",
    "list_users?meetsIdConnections=10",
    "list_users?meetsIdConnections=10,20",
    "list_users?meetsIdCourses=3,6,9,2,4",
    "list_courses",
    "list_courses?meetsIdConnections=10",
    "list_courses?meetsIdUsers_canAccess=3,6,100,20",
    "list_courses?meetsIdUsers_isTeacher=20,40,60,100",
    "list_connections",
    "list_conferencing_events",
    "list_conferencing_events?meetsIdConnections=10",
    "list_conferencing_events?meetsIdCourses=3,6,2",
    "list_conferencing_events?meetsIdUsers_host=1,2,3,5,6,7",
    "list_conference_recordings",
    "list_conference_recordings?meetsIdConnections=10",
    "list_conference_recordings?meetsIdConferencingEvents=1,2,3,4,5",
    *(f"list_course_users?meetsIdCourse={n}" for n in range(1, 25)),
]


def test_a_token_for_one_connection_sees_nothing_of_others(own_reporting):
    rows = own_reporting.rows
    token = own_reporting.new_token(connections=[20])
    ours = {c["id"] for c in rows.courses if c["connection_id"] != 1}
    meetings = {m["id"] for m in rows.meetings if m["course_id"] in ours}
    seen = 0
    for way in EVERY_WAY:
        answer = json.loads(own_reporting.get(way, token).body)
        if answer["status"] == 404:
            assert int(way.rpartition("=")[2]) not in ours
            continue
        assert set(answer.get("connections", {})) <= {"20"}, way
        for name in ("users", "courses"):
            assert {one["meetsIdConnection"] for one in answer.get(name, {}).values()} <= {20}, way
        assert {int(n) for n in answer.get("conferencingEvents", {})} <= meetings, way
        for one in answer.get("conferenceRecordings", {}).values():
            assert one["meetsIdConferencingEvent"] in meetings, way
        seen += sum(len(v) for v in answer.values() if isinstance(v, dict))
    assert seen > 1000
    for meeting in rows.meetings[:40]:
        way = f"get_conferencing_event_attendance?meetsIdConferencingEvent={meeting['id']}"
        assert own_reporting.get(way, token).status == (200 if meeting["id"] in meetings else 404)
    for recording in rows.recordings[:20]:
        way = f"download_conference_recording?meetsIdConferenceRecording={recording['id']}"
        status = own_reporting.get(way, token).status
        assert (status == 404) is (recording["meeting_id"] not in meetings)
    for way in ("from_lti_id_user?meetsIdConnection=10&ltiIdUser=user-3",
                "from_lti_id_context?meetsIdConnection=10&ltiIdContext=context-3"):  # fmt: skip
        assert own_reporting.get(way, token).status == 404
        assert own_reporting.get(way).status == 200


def test_what_was_asked_is_told_by_numbers_only(own_reporting):
    own_reporting.get("list_users?limit=1")
    own_reporting.get("list_users_of_a_secret?limit=1")
    get(own_reporting, "Bearer mb_something")
    told = own_reporting.told
    assert [(name, status, token) for name, status, token, _ in told] == [
        ("list_users", 200, 1),
        ("unknown", 404, 1),
        ("list_users", 401, None),
    ]


def test_a_database_that_is_gone_is_503_in_json(own_reporting):
    from sqlalchemy import text

    own_reporting.get("list_users?limit=1")
    rename = "ALTER TABLE users RENAME TO elsewhere"
    own_reporting.store.database.write(lambda c: c.execute(text(rename)))
    answer = own_reporting.get("list_users?limit=1")
    assert answer.status == json.loads(answer.body)["status"] == 503
