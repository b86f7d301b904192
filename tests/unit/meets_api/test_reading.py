"""The manual's own examples, and everything that it leaves open."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.errors import RemoteMalformed
from lti_bridge.meets_api import (
    AttendanceEntry,
    ConferenceRecording,
    ConferencingEvent,
    Connection,
    Course,
    User,
    reading,
)
from lti_bridge.simulators.meets import Dialect, seed

RECORDINGS = json.loads("""
{"status":200,"conferenceRecordings":{
"553":{"meetsIdConferenceRecording":553,"meetsIdConferencingEvent":114,"timeAdded":1466172120,"type":"original"},
"556":{"meetsIdConferenceRecording":556,"meetsIdConferencingEvent":117,"timeAdded":1466172120,"type":"original"},
"578":{"meetsIdConferenceRecording":578,"meetsIdConferencingEvent":114,"timeAdded":1466172120,"type":"original"},
"580":{"meetsIdConferenceRecording":580,"meetsIdConferencingEvent":117,"timeAdded":1466172120,"type":"original"},
"587":{"meetsIdConferenceRecording":587,"meetsIdConferencingEvent":117,"timeAdded":1466172120,"type":"converted"}},
"conferencingEvents":{
"114":{"meetsIdConferencingEvent":114,"name":"API Examples","timeBegin":1442860200,"timeEnd":1442861100,
"meetsIdUser_host":2,"conferencingService":"webexmeetingcenter","meetsIdConferencingAccount":5,"meetsIdCourses":[1]},
"117":{"meetsIdConferencingEvent":117,"name":"More API Examples","timeBegin":1442865000,"timeEnd":1442865900,
"meetsIdUser_host":2,"conferencingService":"webexmeetingcenter","meetsIdConferencingAccount":5,"meetsIdCourses":[1]}},
"conferencingAccounts":{"5":{"meetsIdConferencingAccount":5,"conferencingService":"webexmeetingcenter",
"conferencingUsername":"teacheraccount","meetsIdUsers":[2]}},
"users":{"2":{"meetsIdUser":2,"meetsIdConnection":1,"ltiIdUser":"XjQ35e42","nameFirst":"Tea","nameLast":"Cher",
"email":"teacher@example.com","auxiliary":{}}},
"courses":{"1":{"meetsIdCourse":1,"meetsIdConnection":1,"ltiIdContext":"tLr83M1d","name":"Using MEETS SaaS APIs","auxiliary":{}}},
"connections":{"1":{"meetsIdConnection":1,"name":"Main LMS","platformUrl":"http://lms.example.com/","platformType":"Moodle",
"settings":{"tlsRequired":true,"teacherScheduleOthers":true,"teacherSubstitute":true,"studentsHost":false,
"featureRecordings":true,"featureRepository":true}}},
"nextPageStartAfterId":587}
""")
"""The manual's working example, without its comments."""


def test_the_manuals_working_example_reads_as_it_is_printed():
    answer = reading.Answer("list_conference_recordings", RECORDINGS)
    found = answer.entities("conferenceRecordings", reading.recording)
    assert [one.meets_id for one in found] == [553, 556, 578, 580, 587]
    assert answer.next_page() == 587
    lms = Connection(
        1,
        "Main LMS",
        "http://lms.example.com/",
        "Moodle",
        {
            "tlsRequired": True,
            "teacherScheduleOthers": True,
            "teacherSubstitute": True,
            "studentsHost": False,
            "featureRecordings": True,
            "featureRepository": True,
        },
    )
    teacher = User(2, 1, "Tea", "Cher", "teacher@example.com", "XjQ35e42", {}, lms)
    course = Course(1, 1, "Using MEETS SaaS APIs", "tLr83M1d", {}, lms)
    account = answer.refer("conferencingAccounts", 5, reading.account)
    assert (account.conferencing_username, account.users) == ("teacheraccount", (teacher,))
    event = ConferencingEvent(
        117,
        "More API Examples",
        1442865000,
        1442865900,
        "webexmeetingcenter",
        2,
        5,
        (1,),
        (),
        teacher,
        account,
        (course,),
        (),
    )
    assert found[-1] == ConferenceRecording(587, 117, 1466172120, "converted", event)


STAY = {
    "wasHost": False,
    "attendeeName": "Jane Dough (6)",
    "emailAddress": "jdough@example.com",
    "ip": "127.0.0.1",
    "browser": "WINDOWS, CHROME",
    "timeJoin": 1429139036,
    "timeLeave": 1429139103,
}
JANE = AttendanceEntry(
    False, "Jane Dough (6)", "jdough@example.com", "127.0.0.1", "WINDOWS, CHROME",
    1429139036, 1429139103,
)  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [[STAY], {"": [STAY]}, {"0": STAY}],
    ids=["a list", "a list in braces", "numbered as PHP does"],
)
def test_attendance_reads_in_every_shape_that_the_example_may_mean(given):
    found = reading.attendance("get", {"attendance": given, "isFinal": True})
    assert found.entries == (JANE,)
    assert found.is_final


def test_what_a_service_does_not_tell_of_somebody_is_empty():
    found = reading.attendance("get", {"attendance": [{}], "isFinal": False})
    assert found.entries == (AttendanceEntry(False, "", "", "", "", None, None),)
    assert not found.is_final
    assert reading.attendance("get", {"attendance": []}).entries == ()


@pytest.mark.parametrize("given", [None, "none", 7, [1], ["x"], {"a": 1}])
def test_attendance_that_is_none_is_malformed(given):
    with pytest.raises(RemoteMalformed):
        reading.attendance("get", {"attendance": given, "isFinal": True})


DIALECTS = [
    Dialect(),
    Dialect(users_of_event="meetsIdUser"),
    Dialect(users_of_event=""),
    Dialect(event_of_recording="meetsIdEvent"),
    Dialect(appointments=False, empty_maps=False, auxiliary=False),
    Dialect(attendance_in_braces=True),
]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_way_that_the_manual_may_be_meant_is_read_alike(new_domain, dialect):
    domain = new_domain(dialect=dialect)
    seed(domain.simulator, users=40, courses=4, events=10, recordings=10)
    event = domain.records.events[3]
    event.users = (5, 6)
    recordings = list(domain.client.list_conference_recordings())
    assert len(recordings) == 10
    assert all(one.event.meets_id == one.meets_id_conferencing_event for one in recordings)
    (found,) = [one for one in domain.client.list_conferencing_events() if one.meets_id == 3]
    assert found.meets_id_users == ((5, 6) if dialect.users_of_event else ())
    assert [user.meets_id for user in found.users] == list(found.meets_id_users)
    number = next(n for n, e in domain.records.events.after(0) if e.service == "zoom")
    attendance = domain.client.get_conferencing_event_attendance(number)
    assert len(attendance.entries) == len(domain.records.events[number].attendance)
    (connection, _) = domain.client.list_connections()
    assert ("featureAppointments" in connection.settings) is dialect.appointments


def test_numbers_may_come_as_text_and_maps_as_empty_lists():
    members = {
        "users": {"7": {"meetsIdUser": "7", "meetsIdConnection": "1", "nameFirst": None}},
        "connections": [],
        "nextPageStartAfterId": "7",
    }
    answer = reading.Answer("list_users", members)
    (user,) = answer.entities("users", reading.user)
    assert (user.meets_id, user.meets_id_connection, user.connection) == (7, 1, None)
    assert user.name_first == user.email == ""
    assert answer.next_page() == 7
    assert reading.Answer("list_users", {"users": []}).entities("users", reading.user) == ()


@pytest.mark.parametrize("users", [{"x": {}}, {"7": 1}, {"0": {}}, {"-1": {}}, {"1.5": {}}])
def test_an_entity_without_a_number_is_malformed(users):
    with pytest.raises(RemoteMalformed):
        reading.Answer("list_users", {"users": users}).entities("users", reading.user)


def test_entities_that_refer_to_each_other_come_to_an_end():
    account = {"meetsIdConferencingAccount": 1, "meetsIdUsers": [1, 1, 2]}
    answer = reading.Answer("x", {"conferencingAccounts": {"1": account}, "users": {"1": {}}})
    (found,) = answer.entities("conferencingAccounts", reading.account)
    assert found.meets_id_users == (1, 2)
    assert [user.meets_id for user in found.users] == [1]


def test_nothing_personal_shows_in_a_repr():
    answer = reading.Answer("list_conference_recordings", RECORDINGS)
    shown = repr(answer.entities("conferenceRecordings", reading.recording))
    for personal in ("Cher", "teacher@", "XjQ35e42", "teacheraccount", "API Examples"):
        assert personal not in shown
    assert "Jane" not in repr(JANE)
    assert "127" not in repr(JANE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=4) | st.sampled_from(["1", "2", "users"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)
MAPS = ["conferenceRecordings", "conferencingEvents", "users", "courses", "connections"]
ENTITY = st.dictionaries(
    st.sampled_from(
        ["meetsIdUsers", "meetsIdUser_host", "meetsIdCourses", "meetsIdConferencingEvent",
         "meetsIdConferencingAccount", "name", "settings", "roles", "timeBegin", "type"]
    ),
    JSON,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from([*MAPS, "conferencingAccounts", "admins", "nextPageStartAfterId"]),
        JSON | st.dictionaries(st.sampled_from(["1", "2", "3"]), ENTITY | JSON),
    )
)
def test_any_json_whatsoever_is_read_or_malformed(members):
    answer = reading.Answer("list_conference_recordings", members)
    for name, read in (
        ("conferenceRecordings", reading.recording),
        ("conferencingEvents", reading.event),
        ("conferencingAccounts", reading.account),
        ("users", reading.user),
        ("courses", reading.course),
        ("connections", reading.connection),
        ("admins", reading.admin),
    ):
        with suppress(RemoteMalformed):
            for entity in answer.entities(name, read):
                assert entity.meets_id > 0
    for ask in (answer.next_page, answer.log_entries, lambda: reading.attendance("x", members)):
        with suppress(RemoteMalformed):
            ask()
