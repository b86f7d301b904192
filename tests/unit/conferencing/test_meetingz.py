from __future__ import annotations

import http.client
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_bridge.conferencing import MeetingDetails, MeetingStatus, Visitor
from lti_bridge.conferencing.meetingz import Meetingz
from lti_bridge.directory.text import clean
from lti_bridge.errors import (
    RemoteError,
    RemoteMalformed,
    RemoteRejected,
    RemoteTimeout,
    RemoteUnavailable,
)
from lti_bridge.simulators.meetingz import create_meetingz
from lti_bridge.simulators.serving import Server
from tests.unit.conferencing.services import (
    ANN,
    DETAILS,
    SECRET,
    TEACHER,
    a_client,
    a_service,
    connected,
    sha1,
)

NAMES = [
    "Ann Bee",
    'O\'Brien "Bo" <b>',
    "50 % + 1 & more = x; y?",
    "line\nbreak\ttab\r\n",
    "علی رضایی",
    "\u202eright-to-left\u202c \u200fmark",
    "Žofie Nguyễn",
    "李雷 & ハン・メイメイ",
    "👩🏽‍🏫 🇮🇷",
    "%2B%20already+encoded",
    "#fragment/path?query",
    "é and e\u0301",
]


@pytest.fixture
def simulator():
    return create_meetingz(secret=SECRET)


@pytest.fixture
def service(simulator):
    with connected(simulator) as service:
        yield service


def follow(url):
    """What the browser gets at the join URL: status, and where it leads or what it says."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        response = connection.getresponse()
        return response.status, response.getheader("Location") or response.read().decode()
    finally:
        connection.close()


def test_create_says_everything_of_the_meeting(simulator, service):
    created = service.create(DETAILS)
    meeting = simulator.meetings["lti-0123"]
    assert created.create_time == meeting.create_time
    assert meeting.parameters == {
        "name": DETAILS.name,
        "meetingID": "lti-0123",
        "attendeePW": "attendee-pass",
        "moderatorPW": "moderator-pass",
        "logoutURL": DETAILS.logout_url,
        "record": "true",
        "meta_bbb-origin": "LTI Bridge",
        "meta_meets-id-course": "12",
    }


def test_what_is_empty_is_not_sent(simulator, service):
    service.create(replace(DETAILS, logout_url="", record=False, metadata={"empty": ""}))
    assert set(simulator.meetings["lti-0123"].parameters) == {
        "name",
        "meetingID",
        "attendeePW",
        "moderatorPW",
    }


def test_a_second_create_is_a_success_with_the_same_time(simulator, service):
    first = service.create(DETAILS)
    backwards = dict(reversed(list(DETAILS.metadata.items())))
    assert service.create(replace(DETAILS, metadata=backwards)) == first
    assert simulator.meetings["lti-0123"].create_calls == 2
    queries = {request.query for request in simulator.faults.requests}
    assert len(queries) == 1, "the same bytes, whatever the order of the metadata"


def test_a_meeting_made_with_other_words_is_ours_all_the_same(simulator, service):
    service.create(DETAILS)
    assert service.create(replace(DETAILS, record=False)).create_time is None
    status, where = follow(service.join_url(DETAILS, TEACHER))
    assert (status, "/client/" in where) == (302, True)


@pytest.mark.parametrize("name", NAMES)
def test_names_in_every_script_arrive_as_they_are(simulator, service, name):
    service.create(replace(DETAILS, name=name))
    status, _ = follow(service.join_url(DETAILS, replace(ANN, full_name=name)))
    assert status == 302
    meeting = simulator.meetings["lti-0123"]
    assert meeting.parameters["name"] == name
    assert meeting.participants[0].full_name == name


names = st.text(min_size=1, max_size=80).map(lambda text: clean(text).strip() or "x")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names, names)
def test_the_bytes_on_the_wire_are_those_that_were_signed(simulator, service, name, value):
    simulator.faults.forget()
    service.create(MeetingDetails("lti-" + sha1(name), name, "a", "b", metadata={"x": value}))
    (request,) = simulator.faults.requests
    signed, _, checksum = request.query.rpartition("&checksum=")
    assert sha1(f"create{signed}{SECRET}") == checksum
    assert dict(parse_qsl(request.query))["name"] == name


@pytest.mark.parametrize("checksum", ["sha1", "sha256", "sha384", "sha512"])
def test_the_service_chooses_the_checksum(checksum):
    simulator = create_meetingz(secret=SECRET, checksum=checksum)
    with connected(simulator, checksum=checksum) as service:
        service.create(DETAILS)
        assert follow(service.join_url(DETAILS, ANN))[0] == 302
        service.check()


def test_the_password_says_the_role_and_people_are_known_by_their_meets_number(simulator, service):
    created = service.create(DETAILS)
    for visitor in (ANN, TEACHER):
        assert follow(service.join_url(DETAILS, visitor, created.create_time))[0] == 302
    people = simulator.meetings["lti-0123"].participants
    assert [(one.full_name, one.role, one.user_id) for one in people] == [
        ("Ann Bee", "VIEWER", "42"),
        ("Tess Teacher", "MODERATOR", "7"),
    ]


def test_join_carries_the_create_time_where_there_is_one(service):
    def given_to(*create_time):
        return parse_qs(urlsplit(service.join_url(DETAILS, ANN, *create_time)).query)

    assert given_to(1411067830029)["createTime"] == ["1411067830029"]
    for nothing in ((), (None,), (0,)):
        assert "createTime" not in given_to(*nothing)
    assert "userID" not in parse_qs(
        urlsplit(service.join_url(DETAILS, Visitor("A", "attendee"))).query
    )


def test_a_join_url_from_before_the_meeting_was_made_anew_is_no_good(simulator, service):
    created = service.create(DETAILS)
    _, answer = follow(service.join_url(DETAILS, ANN, created.create_time - 1))
    assert "mismatchCreateTimeParam" in answer


def test_a_join_url_is_made_without_a_remote_call(simulator, service):
    service.join_url(DETAILS, ANN)
    assert simulator.faults.requests == []


def test_a_meeting_runs_from_the_first_join_on(simulator, service):
    assert not service.is_running("lti-0123")
    assert service.status("lti-0123") == MeetingStatus(running=False, participants=0, moderators=0)
    service.create(DETAILS)
    assert not service.is_running("lti-0123")
    assert not service.status("lti-0123").running
    for visitor in (ANN, TEACHER):
        follow(service.join_url(DETAILS, visitor))
    assert service.is_running("lti-0123")
    assert service.status("lti-0123") == MeetingStatus(running=True, participants=2, moderators=1)
    simulator._calls.meetings.end(simulator.meetings["lti-0123"])
    assert not service.is_running("lti-0123")
    assert not service.status("lti-0123").running


class Fixed:
    """A service that gives every call the same answer."""

    def __init__(self, body: str) -> None:
        self.body = body.encode()

    def url_for(self, server):
        return f"{server.url}/x/"

    def __call__(self, _environ, start_response):
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [self.body]


@pytest.mark.parametrize("key", ["notFound", "invalidMeetingIdentifier"])
def test_services_that_do_not_know_a_meeting_say_so_in_two_ways(key):
    refusal = f"<response><returncode>FAILED</returncode><messageKey>{key}</messageKey></response>"
    with connected(Fixed(refusal)) as service:
        assert not service.is_running("lti-0123")
        assert not service.status("lti-0123").running
        with pytest.raises(RemoteRejected):
            service.create(DETAILS)


def test_a_service_that_says_nothing_but_success_is_good_enough():
    with connected(Fixed("<response><returncode>SUCCESS</returncode></response>")) as service:
        assert service.create(DETAILS).create_time is None
        assert not service.is_running("lti-0123")
        assert service.status("lti-0123") == MeetingStatus(running=False)


@pytest.mark.parametrize("call", ["create", "is_running", "status", "check"])
def test_a_wrong_secret_is_said_with_its_remedy_and_without_the_secret(simulator, call):
    wrong = "another-secret-than-the-service-has"
    with connected(simulator, secret=wrong) as service:
        arguments = {"create": [DETAILS], "check": []}.get(call, ["lti-0123"])
        with pytest.raises(RemoteRejected) as refusal:
            getattr(service, call)(*arguments)
    error = refusal.value
    assert error.code == "checksumError"
    assert "secret" in error.remedy
    shown = f"{error!r} {error} {error.remedy} {service!r}"
    for secret in (wrong, SECRET, DETAILS.moderator_password, DETAILS.name):
        assert secret not in shown


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("html", RemoteMalformed),
        ("wrong_xml", RemoteMalformed),
        ("cut", RemoteMalformed),
        ("500", RemoteUnavailable),
        ("503", RemoteUnavailable),
        ("down", RemoteUnavailable),
    ],
)
def test_every_call_of_a_broken_service_fails_in_words(simulator, service, fault, kind):
    simulator.faults.set(fault)
    for call in (
        lambda: service.create(DETAILS),
        lambda: service.is_running("lti-0123"),
        lambda: service.status("lti-0123"),
    ):
        with pytest.raises(kind) as failure:
            call()
        error = failure.value
        assert error.service == "live"
        shown = f"{error!r} {error} {error.remedy}"
        assert SECRET not in shown
        assert "checksum=" not in shown
        assert DETAILS.attendee_password not in shown


def test_a_slow_service_is_given_up(simulator):
    simulator.faults.set("slow", seconds=5)
    with Server(simulator) as server, a_client(connect_timeout=0.1, read_timeout=0.1) as client:
        service = Meetingz(a_service(simulator.url_for(server)), client)
        with pytest.raises(RemoteTimeout):
            service.create(DETAILS)
        simulator.faults.clear()


def test_the_longest_meeting_there_is_fits(simulator, service):
    longest = MeetingDetails(
        meeting_id="lti-" + "f" * 32,
        name="🎓" * 255,
        attendee_password="a" * 24,
        moderator_password="b" * 24,
        logout_url="https://lms.example.edu/" + "x" * 1360,
        record=True,
        metadata={
            "bbb-context-id": "𝔘" * 255,
            "bbb-origin": "LTI Bridge",
            "bridge-meeting": "lti-" + "f" * 32,
            "meets-id-connection": "9" * 10,
            "meets-id-course": "9" * 19,
        },
    )
    service.create(longest)
    assert simulator.meetings[longest.meeting_id].parameters["name"] == longest.name


def test_no_repr_shows_a_password():
    shown = repr(DETAILS) + repr(a_service("https://x.example/")) + str(DETAILS)
    for secret in (DETAILS.attendee_password, DETAILS.moderator_password, SECRET):
        assert secret not in shown


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_as_an_answer_give_remote_errors_and_nothing_else(body):
    FUZZED.body = body
    with pytest.raises(RemoteError):
        FUZZED.service.create(DETAILS)


FUZZED = Fixed("")


@pytest.fixture(autouse=True, scope="module")
def fuzzed():
    with connected(FUZZED) as service:
        FUZZED.service = service
        yield


def test_a_service_without_secret_signs_with_nothing():
    with a_client() as client:
        service = Meetingz(a_service("https://x.example/", secret=None), client)
        query = urlsplit(service.join_url(DETAILS, ANN)).query
    signed, _, checksum = query.rpartition("&checksum=")
    assert sha1(f"join{signed}") == checksum
