"""BigBlueButton's slides and breakout rooms."""

import base64
import re

import pytest

from tests.unit.simulators.family import CLASS, texts

XML = "application/xml"


# --- slides


def documents(*inner):
    return f"<modules><module name='presentation'>{''.join(inner)}</module></modules>"


PDF = base64.b64encode(b"%PDF-1.4").decode()
BY_URL = '<document url="https://x.example/a%20b.pdf?k=1" downloadable="false" removable="true"/>'
BY_URL_NAMED = '<document url="https://x.example/show?id=1" filename="report.pdf"/>'
EMBEDDED = f'<document name="sample.pdf">\n  {PDF[:5]}\n  {PDF[5:]}\n</document>'


def test_slides_come_with_create(bbb):
    body = documents(BY_URL, BY_URL_NAMED, EMBEDDED)
    assert bbb.post("create", body, XML, **CLASS).xml.findtext("returncode") == "SUCCESS"
    one, two, three = bbb.meeting.slides
    assert (one.name, one.url) == ("a b.pdf", "https://x.example/a%20b.pdf?k=1")
    assert (one.downloadable, one.removable, one.current) == (False, True, True)
    assert (two.name, two.downloadable, two.removable, two.current) == (
        "report.pdf", True, False, False,
    )  # fmt: skip
    assert (three.name, three.url, three.content) == ("sample.pdf", "", b"%PDF-1.4")
    page = bbb.send("GET", bbb.join()).body
    assert re.findall(r'<span class="name" dir="auto">(\S+\.pdf|a b\.pdf)</span>', page) == [
        "a b.pdf", "report.pdf", "sample.pdf",
    ]  # fmt: skip
    assert page.count("Shown now") == 1


def test_slides_of_a_second_create_count_for_nothing(bbb):
    bbb.post("create", documents(EMBEDDED), XML, **CLASS)
    again = bbb.post("create", documents(BY_URL), XML, **CLASS).xml
    assert again.findtext("messageKey") == "duplicateWarning"
    assert [slide.name for slide in bbb.meeting.slides] == ["sample.pdf"]


def test_slides_may_be_a_parameter(bbb):
    bbb.call(
        "create",
        **CLASS,
        preUploadedPresentation="https://x.example/1",
        preUploadedPresentationName="one.pdf",
    )
    (slide,) = bbb.meeting.slides
    assert (slide.name, slide.url, slide.current) == ("one.pdf", "https://x.example/1", True)
    other = {**CLASS, "meetingID": "m2"}
    assert bbb.key("create", **other, preUploadedPresentation="https://x.example/1") == (
        "validationError"
    )


def test_modules_that_are_no_slides_are_let_be(bbb):
    body = "<modules><module name='clientSettingsOverride'>{}</module></modules>"
    assert bbb.post("create", body, "text/xml; charset=utf-8", **CLASS).xml
    assert bbb.meeting.slides == []


@pytest.mark.parametrize(
    "body",
    [
        "<modules>",
        "not xml",
        "<slides/>",
        "<modules><document/></modules>",
        documents("<page/>"),
        documents("<document/>"),
        documents("<document url=''>  </document>"),
        documents(f"<document url='https://x.example/a.pdf'>{PDF}</document>"),
        documents("<document url='ftp://x.example/a.pdf'/>"),
        documents("<document url='https://x.example/a'/>"),
        documents(f"<document>{PDF}</document>"),
        documents("<document name='a.pdf'>%%%</document>"),
        documents("<document url='https://x.example/a.pdf' removable='yes'/>"),
        documents("<document url='https://x.example/a.pdf' size='3'/>"),
        documents("<document current='true' url='https://x.example/a.pdf'/>" * 2),
        "<!DOCTYPE m [<!ENTITY e 'x'>]><modules>&e;</modules>",
    ],
)
def test_slides_that_cannot_be_read_are_refused(bbb, body):
    assert bbb.post("create", body, XML, **CLASS).key == "validationError"
    bbb.call("create", **CLASS)
    assert bbb.post("insertDocument", body, XML, meetingID="m1").key == "validationError"
    assert bbb.meeting.slides == []


def test_documents_are_inserted_into_a_meeting(bbb):
    bbb.post("create", documents(EMBEDDED), XML, **CLASS)
    quiet = bbb.post("insertDocument", documents(BY_URL), XML, meetingID="m1").xml
    assert quiet.findtext("returncode") == "SUCCESS"
    shown = documents('<document current="true" url="https://x.example/now.pdf"/>')
    bbb.post("insertDocument", shown, XML, meetingID="m1")
    assert [(slide.name, slide.current) for slide in bbb.meeting.slides] == [
        ("sample.pdf", False),
        ("a b.pdf", False),
        ("now.pdf", True),
    ]
    assert bbb.post("insertDocument", shown, XML, meetingID="m2").key == "notFound"
    assert bbb.post("insertDocument", shown, XML).key == "validationError"


# --- breakout rooms


ROOM = {**CLASS, "meetingID": "room", "isBreakout": "true", "sequence": "2", "freeJoin": "true"}


def test_breakout_rooms_belong_to_their_meeting(bbb):
    bbb.call("create", **{**CLASS, "meetingID": "beside"})
    bbb.call("create", **CLASS)
    made = bbb.call("create", **ROOM, parentMeetingID="m1")
    assert made.findtext("parentMeetingID") == "m1"
    internal = bbb.meeting.internal_id
    bbb.call("create", **{**ROOM, "meetingID": "room3"}, parentMeetingID=internal)
    parent = bbb.call("getMeetingInfo", meetingID="m1")
    assert parent.findtext("isBreakout") == "false"
    assert [room.text for room in parent.find("breakoutRooms")] == ["room", "room3"]
    assert parent.find("breakout") is None
    room = bbb.call("getMeetingInfo", meetingID="room")
    assert room.findtext("isBreakout") == "true"
    assert room.find("breakoutRooms") is None
    assert texts(room.find("breakout")) == {
        "parentMeetingID": "m1",
        "sequence": "2",
        "freeJoin": "true",
    }
    bbb.call("end", meetingID="m1")
    assert list(bbb.simulator.meetings) == ["beside"]
    assert len(bbb.simulator.ended) == 3


def test_a_breakout_room_that_ended_before_its_meeting(bbb):
    bbb.call("create", **CLASS)
    bbb.call("create", **ROOM, parentMeetingID="m1")
    bbb.call("end", meetingID="room")
    bbb.call("end", meetingID="m1")
    assert [meeting.meeting_id for meeting in bbb.simulator.ended] == ["room", "m1"]


def test_a_breakout_room_needs_its_meeting_and_its_number(bbb):
    assert bbb.key("create", **ROOM) == "validationError"
    assert bbb.key("create", **ROOM, parentMeetingID="m1") == "notFound"
    bbb.call("create", **CLASS)
    without = {name: value for name, value in ROOM.items() if name != "sequence"}
    assert bbb.key("create", **without, parentMeetingID="m1") == "validationError"
    assert bbb.call("create", **{**CLASS, "meetingID": "no"}, isBreakout="false")
