"""The simulated Meetingz against its document, over real sockets."""

import hashlib
import http.client
import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

import pytest
from defusedxml import ElementTree

from lti_bridge.simulators.bigbluebutton.pages import initials, tone
from lti_bridge.simulators.meetingz import create_meetingz
from lti_bridge.simulators.serving import Server

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
CLASS = {"name": "Algebra", "meetingID": "m1", "attendeePW": "ap", "moderatorPW": "mp"}
NOON = 1_700_000_000.25


@dataclass
class Clock:
    now: float = NOON

    def __call__(self):
        return self.now


@dataclass
class Service:
    """The simulator, its clock and its server, and how a client speaks to it."""

    options: dict = field(default_factory=dict)
    secret: str = SECRET

    def __post_init__(self):
        self.clock = Clock()
        self.simulator = create_meetingz(secret=self.secret, clock=self.clock, **self.options)
        self.server = Server(self.simulator)

    def send(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=10)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def path(self, call, query, checksum="sha1"):
        digest = hashlib.new(checksum, f"{call}{query}{self.secret}".encode()).hexdigest()
        return f"/KEY/api/{call}?{query}{'&' if query else ''}checksum={digest}"

    def xml(self, path):
        status, headers, body = self.send("GET", path)
        assert (status, headers["Content-Type"]) == (200, "text/xml;charset=utf-8"), body
        root = ElementTree.fromstring(body)
        assert root.tag == "response"
        return root

    def call(self, call, /, **given):
        return self.xml(self.path(call, urlencode(given)))

    def key(self, call, /, **given):
        root = self.call(call, **given)
        assert root.findtext("returncode") == "FAILED"
        assert root.findtext("message")
        return root.findtext("messageKey")

    def join(self, name="Ada", password="ap", **given):
        """The path of the class page."""
        query = urlencode({"fullName": name, "meetingID": "m1", "password": password, **given})
        status, headers, body = self.send("GET", self.path("join", query))
        assert status == 302, body
        assert headers["Location"].startswith(f"{self.server.url}/KEY/client/")
        return headers["Location"].removeprefix(self.server.url)

    @property
    def meeting(self):
        return self.simulator.meetings["m1"]


@pytest.fixture
def serve():
    started = []

    def start(**options):
        started.append(Service(options))
        return started[-1]

    yield start
    for service in started:
        service.server.stop()


@pytest.fixture
def service(serve):
    return serve()


@pytest.fixture
def in_class(service):
    service.call("create", **CLASS)
    return service


def texts(root):
    return {element.tag: element.text or "" for element in root}


# --- the checksum


def test_the_documents_worked_example_is_accepted(service):
    root = service.xml(
        "/KEY/api/create?name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
        "&checksum=1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17"
    )
    assert root.findtext("returncode") == "SUCCESS"
    assert service.simulator.meetings["abc123"].parameters["name"] == "Test Meeting"


@pytest.mark.parametrize(
    "query", ["name=a%20b&meetingID=x", "name=a+b&meetingID=x", "&&name=%61&meetingID=%78&"]
)
def test_what_is_signed_is_what_was_sent_to_the_byte(service, query):
    assert service.xml(service.path("create", query)).findtext("returncode") == "SUCCESS"
    signed = service.path("create", query)
    other = (
        signed.replace("name=a%20b", "name=a+b")
        if "%20" in query
        else signed.replace("name=", "n%61me=")
    )
    assert service.xml(other).findtext("messageKey") == "checksumError"


def test_the_checksum_may_stand_anywhere(service):
    query, _, checksum = (
        service.path("create", "name=n&meetingID=m").partition("?")[2].rpartition("&")
    )
    assert service.xml(f"/KEY/api/create?{checksum}&{query}").findtext("returncode") == "SUCCESS"
    assert (
        service.xml(f"/KEY/api/create?name=n&{checksum}&meetingID=m").findtext("messageKey")
        == "duplicateWarning"
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.partition("&checksum=")[0],
        lambda path: path.partition("&checksum=")[0] + "&checksum=",
        lambda path: path[:-1] + ("0" if path[-1] != "0" else "1"),
        lambda path: path + "&" + path.rpartition("&")[2],
        lambda path: path.replace("name=n", "name=m"),
        lambda path: path.replace("/create?", "/getMeetings?"),
        lambda path: (
            path.partition("checksum=")[0]
            + "checksum="
            + path.partition("checksum=")[2].upper()
            + "A"
        ),
        lambda path: path.partition("&checksum=")[0] + "&checksum=%ff%C3%A9",
    ],
    ids=["none", "empty", "wrong", "twice", "altered", "other call", "upper case", "not hex"],
)
def test_a_bad_checksum_is_refused_and_creates_nothing(service, spoil):
    root = service.xml(spoil(service.path("create", "name=n&meetingID=m")))
    assert texts(root) == {
        "returncode": "FAILED",
        "messageKey": "checksumError",
        "message": "You did not pass the checksum security check",
    }
    assert service.simulator.meetings == {}


@pytest.mark.parametrize("checksum", ["sha256", "sha384", "sha512"])
def test_other_checksums_are_configured_and_then_the_only_ones(serve, checksum):
    service = serve(checksum=checksum)
    assert (
        service.xml(service.path("getMeetings", "", checksum)).findtext("returncode") == "SUCCESS"
    )
    assert service.call("getMeetings").findtext("messageKey") == "checksumError"


def test_wrong_options_are_refused():
    with pytest.raises(ValueError, match="slash"):
        create_meetingz(base="/KEY", secret="s")
    with pytest.raises(ValueError, match="sha1, sha256"):
        create_meetingz(secret="s", checksum="md5")


# --- what isn't there


@pytest.mark.parametrize("call", ["getRecordings", "getStats", "Create", "", "create/"])
def test_calls_that_meetingz_has_not_got_are_unsupported(service, call):
    assert service.xml(service.path(call, "")).findtext("messageKey") == "unsupportedRequest"


def test_other_paths_and_methods_are_http_errors(service):
    assert service.send("GET", service.path("getMeetings", "").replace("KEY", "OTHER"))[0] == 404
    assert service.send("GET", "/")[0] == 404
    assert service.send("POST", service.path("create", urlencode(CLASS)), b"")[0] == 405


def test_a_query_too_long_for_an_address_is_414(service):
    assert (
        service.send("GET", service.path("create", urlencode({**CLASS, "welcome": "x" * 8000})))[0]
        == 414
    )


def test_the_url_for_a_settings_file_ends_where_api_begins(service):
    assert service.simulator.url_for(service.server) == f"{service.server.url}/KEY/"


def test_faults_stand_in_front(in_class):
    in_class.simulator.faults.set("503", times=1)
    assert in_class.send("GET", "/KEY/api/getMeetings")[0] == 503
    assert in_class.simulator.faults.count("/create") == 1


# --- create


def test_create_answers_as_the_document_prints_it(service):
    root = service.call("create", **CLASS, voiceBridge=74518, dialNumber="555", duration=90)
    assert texts(root) == {
        "returncode": "SUCCESS",
        "meetingID": "m1",
        "attendeePW": "ap",
        "moderatorPW": "mp",
        "createTime": "1700000000250",
        "voiceBridge": "74518",
        "dialNumber": "555",
        "createDate": "Tue Nov 14 22:13:20 UTC 2023",
        "hasUserJoined": "false",
        "duration": "90",
        "hasBeenForciblyEnded": "false",
        "messageKey": "",
        "message": "",
    }


def test_create_again_with_the_same_parameters_is_a_warning_and_the_same_meeting(in_class):
    first = in_class.call("getMeetingInfo", meetingID="m1").findtext("createTime")
    in_class.clock.now += 10
    root = in_class.call("create", **dict(reversed(CLASS.items())))
    assert root.findtext("returncode") == "SUCCESS"
    assert root.findtext("messageKey") == "duplicateWarning"
    assert root.findtext("message")
    assert root.findtext("createTime") == first
    assert in_class.meeting.create_calls == 2


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Other"},
        {"moderatorPW": "x"},
        {"record": "true"},
        {"meta_a": "1"},
        {"welcome": "hi"},
    ],
)
def test_create_again_with_anything_else_is_not_unique(in_class, change):
    assert in_class.key("create", **{**CLASS, **change}) == "idNotUnique"
    assert in_class.meeting.create_calls == 2
    assert in_class.meeting.parameters == CLASS


def test_missing_passwords_are_made_up_once(service):
    first = service.call("create", name="n", meetingID="m1")
    again = service.call("create", name="n", meetingID="m1")
    for name in ("attendeePW", "moderatorPW"):
        assert first.findtext(name)
        assert first.findtext(name) == again.findtext(name)
    assert first.findtext("attendeePW") != first.findtext("moderatorPW")


@pytest.mark.parametrize("meeting_id", ["a b", "a.b", "é", "a/b", "x" * 65, "a\n", "１"])
def test_a_meeting_id_of_other_characters_or_too_long_is_refused(service, meeting_id):
    assert service.key("create", name="n", meetingID=meeting_id) == "validationError"


def test_a_meeting_id_of_64_characters_is_fine(service):
    meeting_id = "aZ09_-" + "x" * 58
    assert (
        service.call("create", name="n", meetingID=meeting_id).findtext("returncode") == "SUCCESS"
    )


@pytest.mark.parametrize(
    ("missing", "key"), [("name", "missingParamName"), ("meetingID", "missingParamMeetingID")]
)
def test_name_and_meeting_id_are_needed(service, missing, key):
    assert service.key("create", **{**CLASS, missing: ""}) == key
    assert service.key("create", **{k: v for k, v in CLASS.items() if k != missing}) == key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("maxParticipants", ""),
        ("maxParticipants", "ten"),
        ("duration", ""),
        ("duration", "-1"),
        ("duration", "1.5"),
        ("duration", "１"),
        ("record", ""),
        ("record", "True"),
        ("record", "1"),
        ("muteOnStart", "yes"),
        ("lockSettingsLockOnJoin", ""),
        ("logoutURL", ""),
        ("logoutURL", "javascript:alert(1)"),
        ("logoutURL", "//example.com/"),
        ("guestPolicy", "ASK"),
        ("meta", "x"),
        ("Name", "x"),
        ("userID", "1"),
        ("welcome", "bell \x07"),
    ],
)
def test_malformed_and_unknown_parameters_are_refused(service, name, value):
    assert service.key("create", **CLASS, **{name: value}) == "validationError"
    assert service.simulator.meetings == {}


@pytest.mark.parametrize(
    "query",
    [
        "name=%zz&meetingID=m",
        "name=%&meetingID=m",
        "name=%ff&meetingID=m",
        "name=a&name=a&meetingID=m",
    ],
)
def test_query_strings_that_cannot_be_read_are_refused(service, query):
    assert service.xml(service.path("create", query)).findtext("messageKey") == "validationError"


def test_every_documented_parameter_is_taken(service):
    flags = [
        "record",
        "autoStartRecording",
        "allowStartStopRecording",
        "webcamsOnlyForModerator",
        "muteOnStart",
        "allowModsToUnmuteUsers",
        "lockSettingsDisableCam",
        "lockSettingsDisableMic",
        "lockSettingsDisablePrivateChat",
        "lockSettingsDisablePublicChat",
        "lockSettingsDisableNote",
        "lockSettingsLockedLayout",
        "lockSettingsLockOnJoin",
    ]
    given = {
        **CLASS,
        **dict.fromkeys(flags, "true"),
        "welcome": "<b>Hi</b>",
        "maxParticipants": "0",
        "duration": "0",
        "logoutURL": "https://lms.example.edu/course/1",
        "moderatorOnlyMessage": "psst",
    }
    assert service.call("create", **given).findtext("returncode") == "SUCCESS"


def test_a_lenient_service_takes_unknown_parameters(serve):
    service = serve(strict=False)
    assert service.call("create", **CLASS, guestPolicy="ASK").findtext("returncode") == "SUCCESS"
    assert service.key("create", **CLASS, duration="") == "validationError"
    assert service.join(role="MODERATOR")
    assert service.key("create", **{**CLASS, "meetingID": "m2"}, duration="") == "validationError"


def test_metadata_comes_back_in_lower_case_without_bad_names(service):
    service.call(
        "create",
        **CLASS,
        **{
            "meta_meets-id-Course": "42",
            "meta_bad_name": "x",
            "meta_1a": "x",
            "meta_": "x",
            "meta_é": "x",
            "meta_Presenter": "Jane <Doe>",
        },
    )
    info = service.call("getMeetingInfo", meetingID="m1")
    assert texts(info.find("metadata")) == {"meets-id-course": "42", "presenter": "Jane <Doe>"}
    assert service.meeting.metadata["presenter"] == "Jane <Doe>"


# --- join


def test_join_leads_to_a_page_that_says_who_is_where_as_what(in_class):
    page = in_class.join("Ada Lovelace", "mp", userID="42")
    status, headers, body = in_class.send("GET", page)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "You are in class:" in body
    assert '<h1 id="class-name" dir="auto">Algebra</h1>' in body
    assert '<span id="me" class="name" dir="auto">Ada Lovelace</span>' in body
    assert '<span id="role" class="role">Moderator</span>' in body
    assert 'id="end"' in body
    (one,) = in_class.meeting.participants
    assert (one.full_name, one.user_id, one.role, one.guest, one.joined_at) == (
        "Ada Lovelace",
        "42",
        "MODERATOR",
        False,
        NOON,
    )


def test_an_attendee_sees_no_end_button(in_class):
    body = in_class.send("GET", in_class.join())[2]
    assert '<span id="role" class="role">Attendee</span>' in body
    assert 'id="leave"' in body
    assert 'id="end"' not in body


def test_names_are_shown_as_text_whatever_they_hold(service):
    evil = "<script>alert('x')</script>"
    service.call(
        "create", **{**CLASS, "name": evil, "welcome": f"{evil}Hello <b>%%CONFNAME%%</b> &lt;i&gt;"}
    )
    body = service.send("GET", service.join(evil))[2]
    assert evil not in body
    assert "<i>" not in body
    assert f'<h1 id="class-name" dir="auto">{escape(evil).replace("&#x27;", "&#39;")}</h1>' in body


def test_everybody_in_class_is_listed_with_role_and_guest(in_class):
    pages = [in_class.join("Ada", "mp"), in_class.join("Bob", guest="TRUE"), in_class.join("علی")]
    body = in_class.send("GET", pages[2])[2]
    listed = re.findall(
        r'<li data-role="(\w+)"(?: class="(mine)")?>.*?<span class="name" dir="auto">(.*?)</span>\s*<span class="role">(.*?)</span>',
        body,
        re.DOTALL,
    )
    assert listed == [
        ("MODERATOR", "", "Ada", "Moderator"),
        ("VIEWER", "", "Bob", "Attendee · Guest"),
        ("VIEWER", "mine", "علی", "Attendee · You"),
    ]
    assert "3 people in class" in body
    assert [one.guest for one in in_class.meeting.participants] == [False, True, False]


def test_the_page_brings_its_own_style_and_script_and_no_other(in_class):
    status, headers, body = in_class.send("GET", in_class.join())
    assert "style=" not in body
    assert not re.search(r"<script(?! src=)", body)
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    for name, kind in (("class.css", "text/css"), ("class.js", "text/javascript")):
        assert f"/KEY/client/{name}" in body
        status, headers, _ = in_class.send("GET", f"/KEY/client/{name}")
        assert (status, headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"password": "wrong"}, "invalidPassword"),
        ({"password": ""}, "missingParamPassword"),
        ({"fullName": ""}, "missingParamFullName"),
        ({"meetingID": ""}, "missingParamMeetingID"),
        ({"meetingID": "m2"}, "invalidMeetingIdentifier"),
        ({"createTime": "273648"}, "mismatchCreateTimeParam"),
        ({"createTime": ""}, "mismatchCreateTimeParam"),
        ({"guest": "1"}, "validationError"),
        ({"role": "MODERATOR"}, "validationError"),
        ({"avatarURL": "x"}, "validationError"),
    ],
)
def test_a_bad_join_is_refused_in_xml_and_lets_nobody_in(in_class, change, key):
    given = {"fullName": "Ada", "meetingID": "m1", "password": "ap", **change}
    assert in_class.key("join", **given) == key
    assert in_class.meeting.participants == []


def test_join_with_the_right_create_time(in_class):
    create_time = in_class.call("getMeetingInfo", meetingID="m1").findtext("createTime")
    assert in_class.join(createTime=create_time)


def test_a_full_class_is_full_until_somebody_leaves(service):
    service.call("create", **CLASS, maxParticipants=1)
    page = service.join()
    assert (
        service.key("join", fullName="Bob", meetingID="m1", password="ap")
        == "maxParticipantsReached"
    )
    service.send("POST", f"{page}/leave")
    assert service.join("Bob")


@pytest.mark.parametrize(
    ("role", "expected"),
    [("MODERATOR", "MODERATOR"), ("moderator", "MODERATOR"), ("VIEWER", "VIEWER")],
)
def test_later_services_take_a_role_for_the_password(serve, role, expected):
    service = serve(roles=True)
    service.call("create", **CLASS)
    query = urlencode({"fullName": "A", "meetingID": "m1", "role": role})
    assert service.send("GET", service.path("join", query))[0] == 302
    assert service.meeting.participants[0].role == expected
    assert service.key("join", fullName="A", meetingID="m1", role="owner") == "validationError"
    assert service.key("join", fullName="A", meetingID="m1") == "missingParamPassword"


def test_who_comes_without_a_user_id_is_given_one(in_class):
    in_class.join()
    assert in_class.meeting.participants[0].user_id.startswith("w_")


# --- leaving, ending, and time


def test_leaving_goes_to_the_logout_url_and_counts_no_more(service):
    service.call("create", **CLASS, logoutURL="https://lms.example.edu/c?x=1&y=2")
    page = service.join()
    service.join("Bob")
    status, headers, _ = service.send("POST", f"{page}/leave")
    assert (status, headers["Location"]) == (303, "https://lms.example.edu/c?x=1&y=2")
    assert [one.full_name for one in service.meeting.participants] == ["Bob"]
    body = service.send("GET", page)[2]
    assert "You have left the class" in body
    assert 'href="https://lms.example.edu/c?x=1&amp;y=2"' in body
    assert len(service.meeting.participants) == 1


def test_without_a_logout_url_leaving_shows_a_page(in_class):
    page = in_class.join()
    status, headers, _ = in_class.send("POST", f"{page}/leave")
    assert (status, headers["Location"]) == (303, page)
    assert "You can close this window." in in_class.send("GET", page)[2]
    assert in_class.send("POST", f"{page}/leave")[0] == 303


def test_a_moderator_ends_the_class_for_everybody(in_class):
    moderator, attendee = in_class.join("Ada", "mp"), in_class.join("Bob")
    assert in_class.send("POST", f"{attendee}/end")[0] == 403
    assert in_class.meeting.running
    assert in_class.send("POST", f"{moderator}/end")[0] == 303
    assert in_class.simulator.meetings == {}
    assert "The class has ended" in in_class.send("GET", attendee)[2]
    assert in_class.send("POST", f"{moderator}/end")[0] == 303
    (ended,) = in_class.simulator.ended
    assert (ended.meeting_id, ended.participants, ended.running) == ("m1", [], False)


def test_class_pages_take_only_their_methods_and_tokens(in_class):
    page = in_class.join("Ada", "mp")
    assert in_class.send("GET", "/KEY/client/guess")[0] == 404
    assert in_class.send("GET", "/KEY/client/")[0] == 404
    assert in_class.send("POST", f"{page}/promote")[0] == 404
    assert in_class.send("GET", f"{page}/end")[0] == 405
    assert in_class.send("POST", page)[0] == 405
    assert in_class.meeting.running


def test_a_closed_page_counts_until_it_is_not_refreshed_for_a_while(in_class):
    closed, open_ = in_class.join("Closed"), in_class.join("Open")
    for _ in range(3):
        in_class.clock.now += 30
        in_class.send("GET", open_)
    assert [one.full_name for one in in_class.meeting.participants] == ["Open"]
    in_class.send("GET", closed)
    assert len(in_class.meeting.participants) == 2


def test_end_by_call_needs_the_moderators_password(in_class):
    page = in_class.join()
    assert in_class.key("end", meetingID="m1", password="ap") == "invalidPassword"
    assert in_class.key("end", meetingID="m1") == "missingParamPassword"
    assert in_class.key("end", meetingID="m2", password="mp") == "notFound"
    root = in_class.call("end", meetingID="m1", password="mp")
    assert (root.findtext("returncode"), root.findtext("messageKey")) == (
        "SUCCESS",
        "sentEndMeetingRequest",
    )
    assert "The class has ended" in in_class.send("GET", page)[2]
    assert (
        in_class.key("join", fullName="A", meetingID="m1", password="ap")
        == "invalidMeetingIdentifier"
    )


def test_an_ended_meeting_frees_its_id_for_a_new_one(in_class):
    old = in_class.meeting.create_time
    in_class.call("end", meetingID="m1", password="mp")
    root = in_class.call("create", **{**CLASS, "name": "Other"})
    assert root.findtext("messageKey") == ""
    assert int(root.findtext("createTime")) > old


def test_a_meeting_nobody_joins_is_removed_after_a_while(in_class):
    in_class.clock.now += 299
    assert "m1" in in_class.simulator.meetings
    in_class.clock.now += 1
    assert in_class.simulator.meetings == {}
    assert in_class.key("getMeetingInfo", meetingID="m1") == "notFound"


def test_a_class_everybody_left_ends_a_minute_later(in_class):
    page = in_class.join()
    in_class.clock.now += 50
    in_class.send("POST", f"{page}/leave")
    in_class.clock.now += 59
    assert in_class.meeting.running
    in_class.clock.now += 1
    assert len(in_class.simulator.ended) == 1


def test_a_class_ends_when_its_duration_is_over(service):
    service.call("create", **CLASS, duration=1)
    page = service.join()
    service.clock.now += 59
    service.send("GET", page)
    service.clock.now += 1
    assert "The class has ended" in service.send("GET", page)[2]


# --- asking


def test_is_meeting_running_from_the_first_join_to_the_end(service):
    def running():
        root = service.call("isMeetingRunning", meetingID="m1")
        assert [element.tag for element in root] == ["returncode", "running"]
        return root.findtext("running")

    assert running() == "false"
    service.call("create", **CLASS)
    assert running() == "false"
    service.join()
    assert running() == "true"
    service.call("end", meetingID="m1", password="mp")
    assert running() == "false"
    assert service.key("isMeetingRunning") == "missingParamMeetingID"


def test_get_meeting_info_answers_as_the_document_prints_it(service):
    service.call("create", **CLASS, record="true", maxParticipants=20, voiceBridge=74518)
    service.clock.now += 1
    service.join("stu", userID="7")
    service.join("mod", "mp", userID="8")
    root = service.call("getMeetingInfo", meetingID="m1")
    attendees = [texts(one) for one in root.find("attendees")]
    plain = {
        name: text
        for name, text in texts(root).items()
        if name not in {"attendees", "internalMeetingID"}
    }
    assert plain == {
        "returncode": "SUCCESS",
        "meetingName": "Algebra",
        "meetingID": "m1",
        "createTime": "1700000000250",
        "createDate": "Tue Nov 14 22:13:20 UTC 2023",
        "voiceBridge": "74518",
        "dialNumber": "613-555-1234",
        "attendeePW": "ap",
        "moderatorPW": "mp",
        "running": "true",
        "duration": "0",
        "hasUserJoined": "true",
        "recording": "true",
        "hasBeenForciblyEnded": "false",
        "startTime": "1700000001250",
        "endTime": "0",
        "participantCount": "2",
        "listenerCount": "0",
        "voiceParticipantCount": "0",
        "maxUsers": "20",
        "moderatorCount": "1",
        "metadata": "",
        "messageKey": "",
        "message": "",
    }
    common = {
        "isListeningOnly": "false",
        "hasJoinedVoice": "false",
        "videoStreams": "",
        "customdata": "",
    }
    assert attendees == [
        {"userID": "7", "fullName": "stu", "role": "VIEWER", "isPresenter": "false", **common},
        {"userID": "8", "fullName": "mod", "role": "MODERATOR", "isPresenter": "true", **common},
    ]
    internal = root.findtext("internalMeetingID")
    assert re.fullmatch(r"\n +[0-9a-f]{40}-1700000000250\n +", internal)


def test_get_meeting_info_takes_the_moderators_password_or_none(in_class):
    assert (
        in_class.call("getMeetingInfo", meetingID="m1", password="mp").findtext("returncode")
        == "SUCCESS"
    )
    assert in_class.key("getMeetingInfo", meetingID="m1", password="ap") == "invalidPassword"
    assert in_class.key("getMeetingInfo", meetingID="m9") == "notFound"
    assert in_class.key("getMeetingInfo") == "missingParamMeetingID"


def test_get_meetings_lists_all_or_says_there_are_none(service):
    root = service.call("getMeetings")
    assert (root.findtext("returncode"), root.findtext("messageKey")) == ("SUCCESS", "noMeetings")
    assert list(root.find("meetings")) == []
    service.call("create", **CLASS)
    service.call("create", **{**CLASS, "meetingID": "m2"})
    service.join()
    one, two = (texts(meeting) for meeting in service.call("getMeetings").find("meetings"))
    assert (one["meetingID"], one["running"], one["participantCount"]) == ("m1", "true", "1")
    assert (two["meetingID"], two["running"], two["hasUserJoined"]) == ("m2", "false", "false")
    assert one["meetingName"] == "Algebra"


def test_no_secret_and_no_password_in_what_a_failing_test_prints(in_class):
    in_class.join()
    printed = repr(in_class.meeting) + repr(in_class.simulator)
    token = in_class.meeting.joined[0].token
    assert not any(word in printed for word in (SECRET, "'ap'", "'mp'", token))


# --- small things on the page


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", "A\u200cL"),
        ("João da Silva", "J\u200cS"),
        ("Li", "L"),
        ("<b>bob</b> o'neil", "B\u200cO"),
        ("علی رضایی", "ع\u200cر"),
        ("💡 --", "?"),
    ],
)
def test_initials_are_the_first_and_last_words_letters(name, expected):
    assert initials(name) == expected


def test_a_name_keeps_its_tone():
    assert tone("Ada") == tone("Ada")
    assert {tone(str(number)) for number in range(100)} == set(range(8))
