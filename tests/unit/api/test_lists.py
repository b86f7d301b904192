"""Every list with every parameter, read by our own client, which takes it for MEETS.

What must come is worked out from the rows by plain Python.
"""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from sqlalchemy import event

from lti_bridge.errors import RemoteRejected
from lti_bridge.meets_api import CourseRoles
from tests.unit.api.university import HOUR, START

NUMBERS = {1: 10, 2: 20, 3: 20}


def ids(listing):
    found = [one.meets_id for one in listing]
    assert len(found) == len(set(found)), "each once"
    return found


def begins(row):
    return (row["begins_ms"] or row["created_ms"]) // 1000


def ends(row):
    return (row["ends_ms"] or row["used_ms"] or row["created_ms"]) // 1000


def kind(row):
    return ("meetingz", "mconf", "bigbluebutton", "onstream")[int(row["service"][1:])]


def connection_of(rows, meeting):
    return NUMBERS[rows.courses[meeting["course_id"] - 1]["connection_id"]]


def standing(membership):
    given = membership["standing"]
    return given or (2 if membership["role"] == "moderator" else 4)


def test_people_page_by_page(reporting):
    pages = list(reporting.client.list_users().pages())
    assert [len(page.entities) for page in pages] == [1000, 1000, 300]
    assert [page.next_start_after_id for page in pages] == [1000, 2000, None]
    found = [user for page in pages for user in page.entities]
    for user, row in zip(found, reporting.rows.users, strict=True):
        assert (user.meets_id, user.lti_id_user, user.email) == (
            row["id"], row["lti_user_id"], row["email"],
        )  # fmt: skip
        expected = (row["given_name"], row["family_name"])
        assert (user.name_first, user.name_last) == (
            expected if any(expected) else (f"Ann {row['id']}", "Bee")
        )
        assert user.connection.meets_id == NUMBERS[row["connection_id"]]


def test_people_by_connection_and_course(reporting):
    rows, list_users = reporting.rows, reporting.client.list_users
    of_two = [u["id"] for u in rows.users if NUMBERS[u["connection_id"]] == 20]
    assert ids(list_users(meets_id_connections=[20])) == of_two
    in_some = {m["user_id"] for m in rows.memberships if m["course_id"] in {3, 4}}
    assert ids(list_users(meets_id_courses=[3, 4])) == sorted(in_some)
    both = sorted(in_some & set(of_two))
    assert ids(list_users(meets_id_courses=[3, 4], meets_id_connections=[20])) == both != []
    assert (
        ids(list_users(meets_id_courses=[4711])) == ids(list_users(meets_id_connections=[1])) == []
    )


@pytest.mark.parametrize(
    ("name", "bits"), [("administrator", 1), ("teacher", 2), ("student", 4), (None, 15)]
)
def test_courses_by_who_is_what_in_them(reporting, name, bits):
    rows = reporting.rows
    parameter = f"meets_id_users_is_{name}" if name else "meets_id_users_can_access"
    for people in ([100], [40, 20], [66], [1, 2], [4711]):
        expected = {
            m["course_id"]
            for m in rows.memberships
            if m["user_id"] in people and standing(m) & bits
        }
        assert ids(reporting.client.list_courses(**{parameter: people})) == sorted(expected)


def test_courses_by_connection_and_by_several_filters_at_once(reporting):
    rows, list_courses = reporting.rows, reporting.client.list_courses
    found = list(list_courses(meets_id_connections=[10]))
    expected = [c for c in rows.courses if c["connection_id"] == 1]
    assert [(c.meets_id, c.name, c.lti_id_context) for c in found] == [
        (c["id"], c["title"], c["lti_context_id"]) for c in expected
    ]
    assert {c.connection.name for c in found} == {"Main LMS"}
    both = {m["course_id"] for m in rows.memberships if m["user_id"] == 100} & {
        m["course_id"] for m in rows.memberships if m["user_id"] == 148
    }
    listing = list_courses(meets_id_users_is_teacher=[100], meets_id_users_is_student=[148])
    assert ids(listing) == sorted(both)


ROLES = {"administrator": 1, "teacher": 2, "student": 4}


@pytest.mark.parametrize(
    ("roles", "exclude"),
    [
        (None, None),
        (["teacher"], None),
        (["teacher", "student"], None),
        (None, ["student"]),
        (["teacher"], ["administrator"]),
        (["administrator"], ["teacher"]),
        (None, ["student", "teacher"]),
    ],
)
def test_people_of_a_course_with_their_roles_there(reporting, roles, exclude):
    wanted = sum(ROLES[r] for r in roles) if roles else None
    unwanted = sum(ROLES[r] for r in exclude) if exclude else 0
    members = {m["user_id"]: standing(m) for m in reporting.rows.memberships if m["course_id"] == 5}
    expected = [
        user
        for user, has in sorted(members.items())
        if (wanted is None or has & wanted) and not has & unwanted
    ]
    found = list(
        reporting.client.list_course_users(5, roles=roles, roles_exclude=exclude, limit=90)
    )
    assert ids(found) == expected
    for user in found:
        has = members[user.meets_id]
        assert user.roles == CourseRoles(bool(has & 1), bool(has & 2), bool(has & 4))


EVENTS = [
    ({}, lambda rows, e: True),
    ({"meets_id_connections": [20]}, lambda rows, e: connection_of(rows, e) == 20),
    ({"meets_id_courses": [2, 3]}, lambda rows, e: e["course_id"] in {2, 3}),
    ({"meets_id_users_host": [5, 6, 7]}, lambda rows, e: e["host_id"] in {5, 6, 7}),
    ({"meets_id_conferencing_accounts": [6, 8]}, lambda rows, e: e["service"] in {"s1", "s3"}),
    ({"conferencing_services": ["mconf", "zoom"]}, lambda rows, e: kind(e) == "mconf"),
    (
        {"time_begin_before": START + 5 * HOUR + 60},
        lambda rows, e: begins(e) < START + 5 * HOUR + 60,
    ),
    (
        {"time_begin_after": START + 5 * HOUR + 60},
        lambda rows, e: begins(e) > START + 5 * HOUR + 60,
    ),
    ({"time_end_before": START + 7 * HOUR}, lambda rows, e: ends(e) < START + 7 * HOUR),
    ({"time_end_after": START + 7 * HOUR}, lambda rows, e: ends(e) > START + 7 * HOUR),
    (
        {"meets_id_courses": [4, 6, 8], "time_begin_after": START + 30 * HOUR},
        lambda rows, e: e["course_id"] in {4, 6, 8} and begins(e) > START + 30 * HOUR,
    ),
]


@pytest.mark.parametrize(("filters", "fits"), EVENTS)
def test_meetings_by_every_filter(reporting, filters, fits):
    rows = reporting.rows
    expected = [e["id"] for e in rows.meetings if fits(rows, e)]
    assert expected
    assert ids(reporting.client.list_conferencing_events(limit=17, **filters)) == expected


def test_a_meeting_with_all_that_it_refers_to(reporting):
    for found in reporting.client.list_conferencing_events():
        row = reporting.rows.meetings[found.meets_id - 1]
        assert (found.name, found.time_begin, found.time_end) == (
            row["name"],
            begins(row),
            ends(row),
        )
        assert found.conferencing_service == kind(row) == found.account.conferencing_service
        assert found.meets_id_user_host == row["host_id"]
        assert (found.host.meets_id if found.host else None) == row["host_id"]
        (course,) = found.courses
        assert course.meets_id == row["course_id"]
        assert course.connection.meets_id == connection_of(reporting.rows, row)
        assert found.account.conferencing_username == (
            "johndoe" if kind(row) == "onstream" else row["service"]
        )


RECORDINGS = [
    ({}, lambda rows, r, e: True),
    ({"recording_type": "original"}, lambda rows, r, e: True),
    ({"meets_id_conferencing_events": [3, 30]}, lambda rows, r, e: e["id"] in {3, 30}),
    (
        {"time_added_before": START + 9 * HOUR},
        lambda rows, r, e: r["added_ms"] // 1000 < START + 9 * HOUR,
    ),
    (
        {"time_added_after": START + 9 * HOUR},
        lambda rows, r, e: r["added_ms"] // 1000 > START + 9 * HOUR,
    ),
    (
        {"time_event_begin_before": START + 9 * HOUR},
        lambda rows, r, e: begins(e) < START + 9 * HOUR,
    ),
    ({"time_event_begin_after": START + 9 * HOUR}, lambda rows, r, e: begins(e) > START + 9 * HOUR),
    ({"time_event_end_before": START + 9 * HOUR}, lambda rows, r, e: ends(e) < START + 9 * HOUR),
    ({"time_event_end_after": START + 9 * HOUR}, lambda rows, r, e: ends(e) > START + 9 * HOUR),
    *EVENTS[1:6],
]


@pytest.mark.parametrize(("filters", "fits"), RECORDINGS)
def test_recordings_by_every_filter(reporting, filters, fits):
    rows = reporting.rows
    with_event = [(r, rows.meetings[r["meeting_id"] - 1]) for r in rows.recordings if not r["gone"]]
    expected = [
        r["id"]
        for r, e in with_event
        if (fits(rows, r, e) if fits.__code__.co_argcount == 3 else fits(rows, e))
    ]
    assert expected
    found = list(reporting.client.list_conference_recordings(limit=40, **filters))
    assert ids(found) == expected
    for recording in found:
        assert recording.event.meets_id == rows.recordings[recording.meets_id - 1]["meeting_id"]
        assert recording.event.courses
        assert recording.type == "original"


def test_there_are_no_converted_recordings(reporting):
    assert ids(reporting.client.list_conference_recordings(recording_type="converted")) == []


def test_connections_that_share_a_number_are_one(reporting):
    main, canvas = reporting.client.list_connections()
    assert (main.meets_id, main.name, main.platform_type) == (10, "Main LMS", "Moodle")
    assert main.platform_url == "https://lms.example.edu/"
    assert main.settings["tlsRequired"] is True
    assert (canvas.meets_id, canvas.name) == (20, "Canvas")
    (first,) = next(reporting.client.list_connections(limit=1).pages()).entities
    assert first.meets_id == 10
    assert ids(reporting.client.list_connections(start_after_id=10)) == [20]


def test_what_the_bridge_has_not_is_an_empty_set(reporting):
    assert ids(reporting.client.list_admins()) == []
    assert ids(reporting.client.get_conferencing_authentication_log(time_after=5)) == []


def test_attendance(reporting):
    rows = sorted(
        (r for r in reporting.rows.attendance if r["meeting_id"] == 1), key=lambda r: r["joined_ms"]
    )
    found = reporting.client.get_conferencing_event_attendance(1)
    assert not found.is_final
    assert [(e.attendee_name, e.was_host, e.time_join, e.time_leave) for e in found.entries] == [
        (r["name"], r["was_host"], r["joined_ms"] // 1000, r["left_ms"] and r["left_ms"] // 1000)
        for r in rows
    ]
    host = next(e for e in found.entries if e.was_host)
    assert (host.ip, host.browser) == ("10.0.2.254", "LINUX, GALEON")
    empty = reporting.client.get_conferencing_event_attendance(50)
    assert empty.is_final
    assert empty.entries == ()


def test_lti_identifiers_become_numbers(reporting):
    client = reporting.client
    assert client.from_lti_id_user(10, "user-3", timeout=5) == 3
    assert client.from_lti_id_user(20, "user-1", timeout=5) == 1
    assert client.from_lti_id_user(20, "user-2", timeout=5) == 2, "of the second registration"
    assert client.from_lti_id_user(20, "user-3", timeout=5) is None, "another connection's"
    assert client.from_lti_id_user(10, "USER-3", timeout=5) is None, "byte by byte"
    assert client.from_lti_id_context(10, "context-3", timeout=5) == 3
    assert client.from_lti_id_context(10, "context-" + "x" * 900, timeout=5) is None
    assert client.from_lti_id_context(99, "context-3", timeout=5) is None


@pytest.mark.parametrize(
    ("recording", "location"),
    [
        (5, "https://play.example/p/5?a=1&b=%C3%BC"),
        (1, "https://play.example/v/1"),
        (2, "https://n.example/"),
    ],
)
def test_a_download_leads_to_where_it_can_be_watched(reporting, recording, location):
    assert reporting.client.download_conference_recording(recording).locations == (location,)
    answer = reporting.get(f"download_conference_recording?meetsIdConferenceRecording={recording}")
    assert (answer.status, answer.location) == (303, location)
    assert json.loads(answer.body) == {"status": 303, "location": location}


@pytest.mark.parametrize(
    ("recording", "code"),
    [(25, "recording_gone"), (3, "recording_gone"), (4, "recording_gone"), (999, "http_404")],
)
def test_a_download_that_leads_nowhere_says_so(reporting, recording, code):
    with pytest.raises(RemoteRejected) as refusal:
        reporting.client.download_conference_recording(recording)
    assert refusal.value.code == code


def test_a_page_takes_one_query_for_each_kind_of_entity(reporting):
    statements = []
    engine = reporting.store.database._reading

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    list(reporting.client.list_connections())
    event.listen(engine, "before_cursor_execute", note)
    try:
        for call, queries in (
            ("list_users?limit=1000", 2),
            ("list_courses?limit=1000", 2),
            ("list_conferencing_events?limit=1000", 5),
            ("list_conference_recordings?limit=1000", 6),
            ("list_course_users?meetsIdCourse=3", 3),
            ("get_conferencing_event_attendance?meetsIdConferencingEvent=1", 2),
        ):
            statements.clear()
            assert reporting.get(call).status == 200
            asked = [s for s in statements if "EXISTS" not in s]
            assert len(asked) == queries, (call, asked)
            assert not any("OFFSET" in s.upper() and "OFFSET ?" not in s for s in asked)
    finally:
        event.remove(engine, "before_cursor_execute", note)


# Bad requests.


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("list_users?limit=1001", "limit"),
        ("list_users?limit=0", "limit"),
        ("list_users?limit=ten", "limit"),
        ("list_users?limit=-5", "limit"),
        ("list_users?startAfterId=x", "startAfterId"),
        ("list_users?meetsIdConnections=1,x", "meetsIdConnections"),
        ("list_users?meetsIdConnections=1,,2", "meetsIdConnections"),
        ("list_users?meetsIdCourses=1.5", "meetsIdCourses"),
        ("list_users?meetsIdCourses=" + ",".join(["17"] * 200), "meetsIdCourses"),
        ("list_users?meetsIdCourses=99999999999999999999", "meetsIdCourses"),
        ("list_courses?meetsIdUsers_isTeacher=me", "meetsIdUsers_isTeacher"),
        ("list_course_users", "meetsIdCourse"),
        ("list_course_users?meetsIdCourse=", "meetsIdCourse"),
        ("list_course_users?meetsIdCourse=3&roles=professor", "roles"),
        ("list_course_users?meetsIdCourse=3&rolesExclude=student,", "rolesExclude"),
        ("list_conferencing_events?timeBeginAfter=yesterday", "timeBeginAfter"),
        ("list_conferencing_events?timeEndBefore=-1", "timeEndBefore"),
        ("list_conference_recordings?type=mp4", "type"),
        ("get_conferencing_event_attendance", "meetsIdConferencingEvent"),
        ("get_conferencing_authentication_log?limit=2000", "limit"),
        ("from_lti_id_user?meetsIdConnection=10", "ltiIdUser"),
        ("from_lti_id_user?ltiIdUser=x", "meetsIdConnection"),
        ("from_lti_id_context?meetsIdConnection=10&ltiIdContext=" + "x" * 513, "ltiIdContext"),
        ("download_conference_recording", "meetsIdConferenceRecording"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(reporting, query, named):
    answer = reporting.get(query)
    found = json.loads(answer.body)
    assert answer.status == found["status"] == 400
    assert f'"{named}"' in found["error"]


@pytest.mark.parametrize(
    "query",
    [
        "list_users?a=1&a=2",
        "list_users?a=%GG",
        "list_users?a=%FF",
        "list_users?a=[1]",
    ],
)
def test_a_query_that_cannot_be_read_is_refused(reporting, query):
    assert reporting.get(query).status == 400


def test_a_plus_is_a_plus(reporting):
    assert reporting.get("from_lti_id_user?meetsIdConnection=10&ltiIdUser=user+3").status == 404


def test_what_is_not_a_parameter_is_nobodys_business(reporting):
    assert reporting.get("list_connections?colour=blue&x=" + "y" * 600).status == 200


def test_by_post_values_may_be_longer_and_the_query_does_not_count(reporting):
    many = ",".join(map(str, range(1, 800)))
    answer = reporting.post("list_users?limit=1", f"meetsIdCourses={quote(many)}&limit=7")
    assert len(json.loads(answer.body)["users"]) == 7
    too_many = ",".join(map(str, range(1, 1100)))
    assert reporting.post("list_users", f"meetsIdCourses={quote(too_many)}").status == 400
    assert reporting.post("list_users", "{}", "application/json").status == 415
    assert reporting.post("list_users", "x=" + "y" * 300_000).status == 413


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("list_meetings", 404),
        ("list_course_users?meetsIdCourse=4711", 404),
        ("get_conferencing_event_attendance?meetsIdConferencingEvent=4711", 404),
        ("download_conference_recording?meetsIdConferenceRecording=25", 500),
    ],
)
def test_every_refusal_is_json_with_its_status(reporting, path, status):
    answer = reporting.get(path)
    assert answer.status == status
    assert json.loads(answer.body)["status"] == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_other_methods_are_refused_in_json_too(reporting):
    from tests.campus import ask

    bearer = {"Authorization": f"Bearer {reporting.token}"}
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = ask(method, f"{reporting.base}/list_users", None, bearer)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")
        assert json.loads(answer.body)["status"] == 405
