"""How calls of the family are made: methods, bodies, checksums; and what is refused."""

from urllib.parse import urlencode

import pytest

from lti_bridge.simulators.bigbluebutton import create_bigbluebutton, create_mconf
from tests.unit.simulators.family import CLASS, FORM, SECRET

FAMILY = ("meetingz", "mconf", "bigbluebutton")


@pytest.mark.parametrize("checksum", ["sha1", "sha256", "sha384", "sha512"])
def test_bigbluebutton_tells_checksums_apart_by_their_length(start, checksum):
    service = start("bigbluebutton", checksum)
    service.call("create", **CLASS)
    assert service.join()
    assert service.post_form("getMeetings").xml.findtext("returncode") == "SUCCESS"


def test_a_service_takes_only_the_checksums_it_was_told_to(start):
    service = start("bigbluebutton", "sha512", checksums=("sha256", "sha512"))
    assert service.call("getMeetings")
    service.checksum = "sha1"
    assert service.key("getMeetings") == "checksumError"
    service.checksum = "sha256"
    assert service.call("getMeetings")


def test_mconf_takes_sha1_only(start):
    service = start("mconf", "sha256")
    assert service.key("getMeetings") == "checksumError"


@pytest.mark.parametrize("kind", FAMILY)
def test_a_new_secret_holds_at_once_and_the_old_one_no_more(start, kind):
    service = start(kind)
    assert service.simulator.secret == SECRET
    service.simulator.secret = "another"
    assert service.key("getMeetings") == "checksumError"
    service.secret = "another"
    assert service.call("getMeetings")
    assert "another" not in repr(service.simulator) + repr(service.simulator._options)


@pytest.mark.parametrize("kind", FAMILY)
def test_calls_can_be_taken_away(start, kind):
    service = start(kind, without=frozenset({"getMeetingInfo", "getRecordings"}))
    service.call("create", **CLASS)
    for call in ("getMeetingInfo", "getRecordings"):
        assert service.key(call, meetingID="m1") == "unsupportedRequest"
    assert service.call("isMeetingRunning", meetingID="m1")


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("mconf", "updateRecordings"),
        ("mconf", "insertDocument"),
        ("mconf", "getRecordingTextTracks"),
        ("meetingz", "getStats"),
        ("meetingz", "insertDocument"),
        ("bigbluebutton", "getStats"),
        ("bigbluebutton", "setConfigXML"),
    ],
)
def test_calls_of_other_services_are_unsupported(start, kind, call):
    assert start(kind).key(call) == "unsupportedRequest"


def test_wrong_options_are_refused():
    with pytest.raises(ValueError, match="slash"):
        create_mconf(base="bigbluebutton/", secret="s")
    for checksums in ((), ("md5",), ("sha1", "md5")):
        with pytest.raises(ValueError, match="sha1, sha256"):
            create_bigbluebutton(secret="s", checksums=checksums)


def test_the_url_for_a_settings_file_ends_where_api_begins(bbb):
    assert bbb.simulator.url_for(bbb.server) == f"{bbb.server.url}/bigbluebutton/"


def test_paths_besides_are_not_found(bbb):
    for path in ("/", "/bigbluebutton/", "/bigbluebutton/other/x", "/bigbluebutton/playback"):
        assert bbb.send("GET", path).status == 404
    assert bbb.send("POST", "/bigbluebutton/playback/x").status == 404


# --- methods and forms


@pytest.mark.parametrize(
    ("kind", "method", "call", "allow"),
    [
        ("meetingz", "POST", "create", "GET"),
        ("mconf", "POST", "getMeetingInfo", "GET"),
        ("mconf", "POST", "end", "GET"),
        ("bigbluebutton", "POST", "join", "GET"),
        ("bigbluebutton", "POST", "getRecordings", "GET"),
        ("bigbluebutton", "POST", "deleteRecordings", "GET"),
        ("bigbluebutton", "POST", "publishRecordings", "GET"),
        ("bigbluebutton", "GET", "insertDocument", "POST"),
        ("bigbluebutton", "GET", "putRecordingTextTrack", "POST"),
        ("bigbluebutton", "PUT", "create", "GET, POST"),
    ],
)
def test_other_methods_are_not_allowed(start, kind, method, call, allow):
    service = start(kind)
    answer = service.send(method, service.path(call))
    assert (answer.status, answer.headers["Allow"]) == (405, allow)


def test_bigbluebutton_takes_forms_signed_without_their_parameters(bbb):
    long = {**CLASS, "welcome": "سلام " * 3000}
    assert bbb.post_form("create", **long).xml.findtext("returncode") == "SUCCESS"
    assert bbb.meeting.parameters == {**long}
    bbb.join()
    for call in ("isMeetingRunning", "getMeetingInfo"):
        assert bbb.post_form(call, meetingID="m1").xml.findtext("running") == "true"
    assert len(bbb.post_form("getMeetings").xml.find("meetings")) == 1
    ended = bbb.post_form("end", meetingID="m1", password="mp").xml
    assert ended.findtext("messageKey") == "sentEndMeetingRequest"


def test_a_form_and_an_address_with_parameters_do_not_go_together(bbb):
    body = urlencode({**CLASS, "checksum": bbb.sign("create")})
    for path in ("/bigbluebutton/api/create?record=true", bbb.path("create")):
        assert bbb.send("POST", path, body, FORM).key == "checksumError"


def test_a_form_signed_over_its_body_is_refused(bbb):
    body = urlencode(CLASS)
    signed = f"{body}&checksum={bbb.sign('create', body)}"
    assert bbb.send("POST", "/bigbluebutton/api/create", signed, FORM).key == "checksumError"
    assert bbb.send("POST", "/bigbluebutton/api/create", body, FORM).key == "checksumError"


def test_an_empty_post_has_its_parameters_in_the_address(bbb):
    assert bbb.send("POST", bbb.path("create", urlencode(CLASS)), b"", FORM).xml.findtext(
        "createTime"
    )
    assert bbb.send("POST", bbb.path("getMeetings")).xml.findtext("returncode") == "SUCCESS"


@pytest.mark.parametrize(
    ("kind", "call", "mimetype"),
    [
        ("bigbluebutton", "create", "application/json"),
        ("bigbluebutton", "create", None),
        ("bigbluebutton", "getMeetingInfo", "application/xml"),
        ("bigbluebutton", "insertDocument", "text/plain"),
        ("mconf", "create", "multipart/form-data"),
    ],
)
def test_bodies_of_other_types_are_refused(start, kind, call, mimetype):
    service = start(kind)
    answer = service.post(call, b"<modules/>", mimetype, **CLASS)
    assert answer.key == "unsupportedContentType"
    assert service.simulator.meetings == {}


def test_mconf_takes_no_forms(mconf):
    assert mconf.post_form("create", **CLASS).key == "unsupportedContentType"


def test_what_is_too_long_is_an_http_error(bbb):
    assert bbb.ask("create", **CLASS, welcome="x" * 8000).status == 414
    assert bbb.post("create", b"x" * (2 * 1024 * 1024 + 1), "application/xml").status == 413


@pytest.mark.parametrize("kind", FAMILY)
def test_names_of_every_script_and_characters_of_every_kind_survive(start, kind):
    service = start(kind)
    for number, name in enumerate(
        ["علی رضایی", "李雷 & ハン", "50 % + 1", "é\u0301 <b>", "👩🏽‍🏫"]
    ):
        service.call(
            "create", name=name, meetingID=f"id{number}", attendeePW="ap", moderatorPW="mp"
        )
        info = service.call("getMeetingInfo", meetingID=f"id{number}")
        assert info.findtext("meetingName") == name
