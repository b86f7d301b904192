from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.conferencing import answers
from lti_bridge.errors import RemoteError, RemoteMalformed, RemoteRejected, RemoteUnavailable
from tests.unit.conferencing.services import answered

SAID = "Dear Ann Bee <b>no</b>"


def read(body, status=200, kind="text/xml"):
    return answers.read(answered(body, status, kind), service="live", call="create")


def ok(inner=""):
    return f"<response><returncode>SUCCESS</returncode>{inner}</response>"


def test_success_is_the_document_itself():
    root = read(ok("<a> 1411067830029 </a><b> true\n</b><c/>"))
    assert answers.number(root, "a") == 1411067830029
    assert answers.flag(root, "b")
    assert answers.text(root, "c") == answers.text(root, "missing") == ""
    assert answers.number(root, "c") is None
    assert not answers.flag(root, "missing")


@pytest.mark.parametrize(
    "text", ["", "-1", "1.5", "1e3", "twelve", "٣", "1" * 19, "0x10", "1_0", "<x/>"]
)
def test_what_is_no_number_is_none(text):
    assert answers.number(read(ok(f"<n>{text}</n>")), "n") is None


def test_unknown_elements_attributes_and_order_do_not_matter():
    root = read(
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- hello --><response script="x">'
        "<more><running>false</running></more><running>true</running><a/><a/>"
        "<returncode>\n  SUCCESS </returncode></response>"
    )
    assert answers.flag(root, "running")


def test_names_in_every_script_are_read():
    root = read(ok("<n>کلاس زیست‌شناسی &amp; 🎓</n>"))
    assert answers.text(root, "n") == "کلاس زیست‌شناسی & 🎓"


def test_an_answer_may_come_in_another_encoding():
    body = ok("<n>é</n>").encode("iso-8859-1")
    root = read(b'<?xml version="1.0" encoding="iso-8859-1"?>' + body)
    assert answers.text(root, "n") == "é"


def refused(inner):
    with pytest.raises(RemoteRejected) as refusal:
        read(f"<response><returncode>FAILED</returncode>{inner}</response>")
    error = refusal.value
    assert (error.service, error.call) == ("live", "create")
    assert SAID not in f"{error} {error.remedy}", "the service's own text may hold anything"
    return error


@pytest.mark.parametrize("key", sorted(answers.REMEDIES))
def test_known_refusals_have_a_remedy_of_their_own(key):
    error = refused(f"<messageKey>{key}</messageKey><message>{SAID}</message>")
    assert error.code == key
    assert error.remedy == answers.REMEDIES[key]


@pytest.mark.parametrize("inner", ["", "<messageKey/>", f"<message>{SAID}</message>"])
def test_a_refusal_without_key_is_one_too(inner):
    error = refused(inner)
    assert error.code == "failed"
    assert error.remedy


def test_a_key_with_html_or_a_novel_in_it_is_cut_down():
    error = refused(f"<messageKey>&lt;script&gt;{'x' * 500}</messageKey>")
    assert re.fullmatch("[a-zA-Z]{60}", error.code)


def test_a_returncode_that_is_neither_is_a_refusal():
    for returncode in ("", "OK", "success?"):
        with pytest.raises(RemoteRejected):
            read(f"<response><returncode>{returncode}</returncode></response>")


@pytest.mark.parametrize("status", [500, 502, 503, 599])
def test_server_errors_are_no_answer(status):
    with pytest.raises(RemoteUnavailable) as failure:
        read(ok(), status)
    assert failure.value.code == f"http_{status}"


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<response><returncode>SUCCESS</returncode><n>&b;</n></response>"
)
FILE = (
    '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    "<response><returncode>SUCCESS</returncode><n>&f;</n></response>"
)


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "SUCCESS",
        "<html><body>Please wait</body></html>",
        "<!DOCTYPE html><html><br></html>",
        ok()[:-5],
        ok() + "more",
        "<response/>",
        "<response><messageKey>notFound</messageKey></response>",
        "<answer><returncode>SUCCESS</returncode></answer>",
        "<response><data><returncode>SUCCESS</returncode></data></response>",
        '<response xmlns="x"><returncode>SUCCESS</returncode></response>',
        '{"returncode": "SUCCESS"}',
        BOMB,
        FILE,
        '<!DOCTYPE response SYSTEM "http://127.0.0.1:1/x.dtd">' + ok(),
        '<?xml version="1.0" encoding="klingon"?>' + ok(),
        '<?xml version="1.0" encoding="utf-7"?>' + ok(),
        ok("<n>&undefined;</n>"),
        ok("<n>\x01</n>"),
        b"\xff\xfe\x00",
        ok("<n>é</n>").encode("iso-8859-1"),
    ],
)
def test_what_is_no_answer_of_the_api_is_malformed(body):
    with pytest.raises(RemoteMalformed) as failure:
        read(body, kind="text/html; charset=utf-8")
    assert "text/html" in failure.value.message
    assert "HTTP 200" in failure.value.message


def test_a_deep_document_breaks_nothing():
    assert read(ok("<a>" * 50_000 + "</a>" * 50_000)) is not None


def test_a_content_type_is_repeated_only_in_part_and_may_be_missing():
    with pytest.raises(RemoteMalformed, match="no content type"):
        answers.read(answered("", kind=""), service="live", call="create")
    with pytest.raises(RemoteMalformed) as failure:
        read("", kind="text/<script>" + "x" * 500)
    assert "<" not in failure.value.message
    assert len(failure.value.message) < 200


@given(st.binary(max_size=300), st.sampled_from([200, 200, 200, 302, 404, 414, 500]))
def test_random_bytes_give_remote_errors_and_nothing_else(body, status):
    with pytest.raises(RemoteError):
        read(body, status)


elements = st.recursive(
    st.text("abc<>&;'\"![]-? \x00é\n", max_size=20),
    lambda inner: st.tuples(st.sampled_from(["returncode", "messageKey", "a"]), inner).map(
        lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
    ),
)


@given(st.lists(elements, max_size=4))
def test_nearly_xml_gives_an_answer_or_remote_errors(parts):
    try:
        root = read(f"<response>{''.join(parts)}</response>")
    except RemoteError:
        return
    assert answers.text(root, "returncode") == "SUCCESS"


# The answers that the Mconf-Live API prints in its documentation, one per call.

CREATED = """<response>
  <returncode>SUCCESS</returncode>
  <meetingID>Demo Meeting</meetingID>
  <attendeePW>ap</attendeePW>
  <moderatorPW>mp</moderatorPW>
  <createTime>1411067830029</createTime>
  <voiceBridge>74518</voiceBridge> <!-- Added -->
  <dialNumber>613-555-1234</dialNumber> <!-- Added -->
  <createDate>Thu Sep 18 19:17:10 UTC 2014</createDate>
  <hasUserJoined>true</hasUserJoined>
  <duration>0</duration>
  <hasBeenForciblyEnded>false</hasBeenForciblyEnded>
  <messageKey/>
  <message/>
</response>"""

INFO = """<response>
  <returncode>SUCCESS</returncode>
  <meetingName>Demo Meeting</meetingName>
  <meetingID>Demo Meeting</meetingID>
  <internalMeetingID> <!-- Added -->
    183f0bf3a0982a127bdb8161e0c44eb696b3e75c-1411067830029
  </internalMeetingID>
  <createTime>1411067830029</createTime>
  <running>true</running>
  <participantCount>2</participantCount>
  <listenerCount>1</listenerCount> <!-- Added -->
  <moderatorCount>1</moderatorCount>
  <attendees>
    <attendee><userID>r4osda8xzlsg</userID><fullName>stu</fullName><role>VIEWER</role></attendee>
    <attendee><userID>jgkgwilgigcf</userID><fullName>mod</fullName><role>MODERATOR</role></attendee>
  </attendees>
  <metadata/>
  <messageKey/>
  <message/>
</response>"""


def test_the_documented_answer_of_create():
    root = read(CREATED)
    assert answers.number(root, "createTime") == 1411067830029
    assert answers.text(root, "meetingID") == "Demo Meeting"
    assert answers.number(root, "voiceBridge") == 74518
    assert answers.text(root, "dialNumber") == "613-555-1234"
    assert answers.flag(root, "hasUserJoined")
    assert not answers.flag(root, "hasBeenForciblyEnded")
    assert answers.text(root, "messageKey") == ""


def test_the_documented_answer_of_get_meeting_info():
    root = read(INFO)
    assert answers.text(root, "internalMeetingID") == (
        "183f0bf3a0982a127bdb8161e0c44eb696b3e75c-1411067830029"
    )
    assert answers.flag(root, "running")
    assert answers.number(root, "participantCount") == 2
    assert answers.number(root, "moderatorCount") == 1
    assert [answers.text(each, "fullName") for each in root.iter("attendee")] == ["stu", "mod"]
