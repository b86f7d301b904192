"""The simulated Meetingz against its document, over real sockets: what it takes, and answers."""

import re
from urllib.parse import urlencode

import pytest

from lti_bridge.simulators.meetingz import create_meetingz
from tests.unit.simulators.family import CLASS, SECRET, Service, texts

# --- the checksum


def test_the_documents_worked_example_is_accepted(service):
    root = service.send(
        "GET",
        "/KEY/api/create?name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
        "&checksum=1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17",
    ).xml
    assert root.findtext("returncode") == "SUCCESS"
    assert service.simulator.meetings["abc123"].parameters["name"] == "Test Meeting"


@pytest.mark.parametrize(
    "query", ["name=a%20b&meetingID=x", "name=a+b&meetingID=x", "&&name=%61&meetingID=%78&"]
)
def test_what_is_signed_is_what_was_sent_to_the_byte(service, query):
    assert (
        service.send("GET", service.path("create", query)).xml.findtext("returncode") == "SUCCESS"
    )
    signed = service.path("create", query)
    other = (
        signed.replace("name=a%20b", "name=a+b")
        if "%20" in query
        else signed.replace("name=", "n%61me=")
    )
    assert service.send("GET", other).xml.findtext("messageKey") == "checksumError"


def test_the_checksum_may_stand_anywhere(service):
    query, _, checksum = (
        service.path("create", "name=n&meetingID=m").partition("?")[2].rpartition("&")
    )
    assert (
        service.send("GET", f"/KEY/api/create?{checksum}&{query}").xml.findtext("returncode")
        == "SUCCESS"
    )
    assert (
        service.send("GET", f"/KEY/api/create?name=n&{checksum}&meetingID=m").xml.findtext(
            "messageKey"
        )
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
    root = service.send("GET", spoil(service.path("create", "name=n&meetingID=m"))).xml
    assert texts(root) == {
        "returncode": "FAILED",
        "messageKey": "checksumError",
        "message": "You did not pass the checksum security check",
    }
    assert service.simulator.meetings == {}


@pytest.mark.parametrize("checksum", ["sha256", "sha384", "sha512"])
def test_other_checksums_are_configured_and_then_the_only_ones(request, checksum):
    service = Service(create_meetingz, {"checksum": checksum}, checksum)
    request.addfinalizer(service.stop)
    assert service.call("getMeetings").findtext("returncode") == "SUCCESS"
    service.checksum = "sha1"
    assert service.key("getMeetings") == "checksumError"


def test_wrong_options_are_refused():
    with pytest.raises(ValueError, match="slash"):
        create_meetingz(base="/KEY", secret="s")
    with pytest.raises(ValueError, match="sha1, sha256"):
        create_meetingz(secret="s", checksum="md5")


# --- what isn't there


@pytest.mark.parametrize("call", ["getRecordings", "getStats", "Create", "", "create/"])
def test_calls_that_meetingz_has_not_got_are_unsupported(service, call):
    assert (
        service.send("GET", service.path(call, "")).xml.findtext("messageKey")
        == "unsupportedRequest"
    )


def test_other_paths_and_methods_are_http_errors(service):
    assert (
        service.send("GET", service.path("getMeetings", "").replace("KEY", "OTHER")).status == 404
    )
    assert service.send("GET", "/").status == 404
    assert service.send("POST", service.path("create", urlencode(CLASS)), b"").status == 405


def test_a_query_too_long_for_an_address_is_414(service):
    assert (
        service.send(
            "GET", service.path("create", urlencode({**CLASS, "welcome": "x" * 8000}))
        ).status
        == 414
    )


def test_the_url_for_a_settings_file_ends_where_api_begins(service):
    assert service.simulator.url_for(service.server) == f"{service.server.url}/KEY/"


def test_faults_stand_in_front(in_class):
    in_class.simulator.faults.set("503", times=1)
    assert in_class.send("GET", "/KEY/api/getMeetings").status == 503
    assert in_class.simulator.faults.count("/create") == 1


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
