"""BigBlueButton's own ways with meetings: create, join, ask, end."""

import base64
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.unit.simulators.family import CLASS, tags, texts

XML = "application/xml"


# --- create


def test_create_answers_as_the_document_prints_it(bbb):
    root = bbb.call("create", **CLASS, voiceBridge=70757, dialNumber="555", duration=90)
    internal = root.findtext("internalMeetingID")
    assert re.fullmatch(r"[0-9a-f]{40}-1700000000250", internal)
    assert internal == bbb.meeting.internal_id
    assert list(texts(root).items()) == [
        ("returncode", "SUCCESS"),
        ("meetingID", "m1"),
        ("internalMeetingID", internal),
        ("parentMeetingID", "bbb-none"),
        ("attendeePW", "ap"),
        ("moderatorPW", "mp"),
        ("createTime", "1700000000250"),
        ("voiceBridge", "70757"),
        ("dialNumber", "555"),
        ("createDate", "Tue Nov 14 22:13:20 UTC 2023"),
        ("hasUserJoined", "false"),
        ("duration", "90"),
        ("hasBeenForciblyEnded", "false"),
        ("messageKey", ""),
        ("message", ""),
    ]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"name": "Other"}, "duplicateWarning"),
        ({"record": "true"}, "duplicateWarning"),
        ({"meta_a": "1", "welcome": "hi"}, "duplicateWarning"),
        ({"moderatorPW": "other"}, "idNotUnique"),
        ({"attendeePW": "other"}, "idNotUnique"),
    ],
)
def test_a_second_create_is_compared_by_its_passwords_only(bbb, change, key):
    first = bbb.call("create", **CLASS).findtext("createTime")
    bbb.clock.now += 1
    root = bbb.ask("create", **{**CLASS, **change}).xml
    assert root.findtext("messageKey") == key
    assert root.findtext("createTime") == (first if key == "duplicateWarning" else None)
    assert bbb.meeting.parameters == CLASS
    assert bbb.meeting.create_calls == 2


FLAGS = [
    "record",
    "breakoutRoomsPrivateChatEnabled",
    "breakoutRoomsRecord",
    "autoStartRecording",
    "allowStartStopRecording",
    "recordFullDurationMedia",
    "webcamsOnlyForModerator",
    "muteOnStart",
    "allowModsToUnmuteUsers",
    "lockSettingsDisableCam",
    "lockSettingsDisableMic",
    "lockSettingsDisablePrivateChat",
    "lockSettingsDisablePublicChat",
    "lockSettingsDisableNotes",
    "lockSettingsDisableNote",
    "lockSettingsHideUserList",
    "lockSettingsLockedLayout",
    "lockSettingsLockOnJoin",
    "lockSettingsLockOnJoinConfigurable",
    "lockSettingsHideViewersCursor",
    "meetingKeepEvents",
    "endWhenNoModerator",
    "allowModsToEjectCameras",
    "allowRequestsWithoutSession",
    "notifyRecordingIsOn",
    "preUploadedPresentationOverrideDefault",
    "allowPromoteGuestToModerator",
]
NUMBERS = [
    "maxParticipants",
    "duration",
    "userCameraCap",
    "meetingCameraCap",
    "endWhenNoModeratorDelayInMinutes",
    "meetingExpireIfNoUserJoinedInMinutes",
    "meetingExpireWhenLastUserLeftInMinutes",
]
ADDRESSES = [
    "logoutURL",
    "loginURL",
    "logo",
    "preUploadedPresentation",
    "presentationUploadExternalUrl",
    "meetingEndedURL",
]
OTHERS = {
    "welcome": "<b>Hi</b>",
    "dialNumber": "+1 613",
    "voiceBridge": "10000",
    "moderatorOnlyMessage": "psst",
    "bannerText": "Today: exam",
    "bannerColor": "#00ffAA",
    "guestPolicy": "ASK_MODERATOR",
    "meetingLayout": "VIDEO_FOCUS",
    "groups": "[]",
    "disabledFeatures": "chat,polls",
    "disabledFeaturesExclude": "polls",
    "preUploadedPresentationName": "slides.pdf",
    "presentationUploadExternalDescription": "From the library",
    "meta_presenter": "Jane",
}


def test_every_parameter_of_create_is_taken(bbb):
    given = {
        **CLASS,
        **dict.fromkeys(FLAGS, "true"),
        **dict.fromkeys(NUMBERS, "60"),
        **dict.fromkeys(ADDRESSES, "https://lms.example.edu/x?y=1"),
        **OTHERS,
    }
    bbb.call("create", **given)
    assert bbb.meeting.parameters == given
    assert bbb.meeting.guest_policy == "ASK_MODERATOR"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((flag, value) for flag in FLAGS for value in ("", "True", "1")),
        *((number, value) for number in NUMBERS for value in ("", "-1", "1.5", "１")),
        *((address, value) for address in ADDRESSES for value in ("", "//x/", "javascript:1")),
        ("voiceBridge", "09999"),
        ("voiceBridge", "123456"),
        ("bannerColor", "red"),
        ("guestPolicy", "ask_moderator"),
        ("guestPolicy", ""),
        ("meetingLayout", "FANCY"),
        ("webVoice", "x"),
        ("keepEvents", "true"),
        ("meta", "x"),
        ("userID", "1"),
    ],
)
def test_malformed_and_unknown_parameters_of_create_are_refused(bbb, name, value):
    assert bbb.key("create", **{**CLASS, name: value}) == "validationError"
    assert bbb.simulator.meetings == {}


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("name", ["", "x", "x" * 257]),
        ("meetingID", ["", "x", "x" * 257, "a,b"]),
        ("attendeePW", ["", "x", "x" * 65]),
        ("moderatorPW", ["", "x", "x" * 65]),
    ],
)
def test_names_ids_and_passwords_have_a_length(bbb, name, bad):
    for value in bad:
        assert bbb.key("create", **{**CLASS, name: value}) == "validationError"
    for value in ("xy", "x" * 64):
        assert bbb.call("create", **{**CLASS, "meetingID": f"{name}-{len(value)}", name: value})


@pytest.mark.parametrize("missing", ["name", "meetingID"])
def test_name_and_meeting_id_are_needed(bbb, missing):
    given = {name: value for name, value in CLASS.items() if name != missing}
    assert bbb.key("create", **given) == "validationError"


def test_a_lenient_service_takes_unknown_parameters(start):
    service = start("bigbluebutton", strict=False)
    service.call("create", **CLASS, learningDashboardEnabled="true")
    assert service.join(defaultLayout="x")


def test_a_voice_bridge_belongs_to_one_meeting(bbb):
    bbb.call("create", **CLASS, voiceBridge=71234)
    other = {**CLASS, "meetingID": "m2"}
    assert bbb.key("create", **other, voiceBridge=71234) == "nonUniqueVoiceBridge"
    assert bbb.call("create", **other).findtext("voiceBridge") != "71234"


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


# --- join


def test_the_role_of_join_wins_over_the_password(bbb):
    bbb.call("create", **CLASS)
    bbb.join("Ada", "ap", role="MODERATOR")
    bbb.join("Bob", "mp", role="viewer")
    bbb.join("Eve", "mp")
    assert bbb.ask("join", fullName="Kim", meetingID="m1", role="VIEWER").status == 302
    assert [one.role for one in bbb.meeting.participants] == [
        "MODERATOR", "VIEWER", "MODERATOR", "VIEWER",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"password": ""}, "validationError"),
        ({"password": "wrong"}, "invalidPassword"),
        ({"fullName": ""}, "validationError"),
        ({"meetingID": ""}, "validationError"),
        ({"meetingID": "m2"}, "invalidMeetingIdentifier"),
        ({"role": "OWNER"}, "validationError"),
        ({"role": ""}, "validationError"),
        ({"createTime": "1"}, "mismatchCreateTimeParam"),
        ({"createTime": ""}, "validationError"),
        ({"guest": "TRUE"}, "validationError"),
        ({"redirect": "no"}, "validationError"),
        ({"avatarURL": "x"}, "validationError"),
        ({"defaultLayout": "x"}, "validationError"),
    ],
)
def test_a_bad_join_is_refused_in_xml(bbb, change, key):
    bbb.call("create", **CLASS)
    given = {"fullName": "Ada", "meetingID": "m1", "password": "ap", **change}
    assert bbb.key("join", **given) == key
    assert bbb.meeting.participants == []


def test_every_parameter_of_join_is_taken(bbb):
    created = bbb.call("create", **CLASS).findtext("createTime")
    page = bbb.join(
        role="VIEWER",
        createTime=created,
        userID="42",
        avatarURL="https://x.example/a.png",
        webcamBackgroundURL="https://x.example/b.png",
        errorRedirectUrl="https://x.example/e",
        excludeFromDashboard="true",
        enforceLayout="VIDEO_FOCUS",
        webVoiceConf="7",
        logoutURL="https://x.example/bye",
        redirect="true",
        **{"userdata-bbb_skip_check_audio": "true", "userdata-1x": "no element's name"},
    )
    attendee = bbb.call("getMeetingInfo", meetingID="m1").find("attendees/attendee")
    assert texts(attendee.find("customdata")) == {"bbb_skip_check_audio": "true"}
    left = bbb.send("POST", f"{page}/leave")
    assert (left.status, left.headers["Location"]) == (303, "https://x.example/bye")


def test_join_without_redirect_says_where_to_go(bbb):
    bbb.call("create", **CLASS)
    root = bbb.ask(
        "join", fullName="Ada", meetingID="m1", password="ap", userID="42", redirect="false"
    ).xml
    found = texts(root)
    assert list(found) == [
        "returncode", "messageKey", "message", "meeting_id", "user_id", "auth_token",
        "session_token", "url",
    ]  # fmt: skip
    assert (found["messageKey"], found["user_id"]) == ("successfullyJoined", "42")
    assert found["meeting_id"] == bbb.meeting.internal_id
    path = found["url"].removeprefix(bbb.server.url)
    assert bbb.send("GET", path).status == 200


@pytest.mark.parametrize("url", ["https://x.example/e", "https://x.example/e?a=1"])
def test_a_refused_join_goes_where_it_was_told(bbb, url):
    answer = bbb.ask("join", fullName="Ada", meetingID="m9", password="ap", errorRedirectUrl=url)
    assert answer.status == 302
    location = answer.headers["Location"]
    assert location.startswith(url)
    (error,) = json.loads(parse_qs(urlsplit(location).query)["errors"][0])
    assert error["key"] == "invalidMeetingIdentifier"


# --- guests


def test_guests_are_let_in_unless_the_meeting_says_otherwise(bbb):
    bbb.call("create", **CLASS)
    bbb.join(guest="true")
    assert [one.guest for one in bbb.meeting.participants] == [True]


def test_a_meeting_can_deny_guests(bbb):
    bbb.call("create", **CLASS, guestPolicy="ALWAYS_DENY")
    assert bbb.key("join", fullName="A", meetingID="m1", password="ap", guest="true") == "guestDeny"
    assert bbb.join()
    assert bbb.join("Mod", "mp", guest="true")


def test_viewers_wait_where_moderators_are_asked(bbb):
    bbb.call("create", **CLASS, guestPolicy="ASK_MODERATOR")
    moderator = bbb.join("Mod", "mp", guest="true")
    page = bbb.join("Guest", guest="true")
    bbb.join("Ada")
    assert [one.full_name for one in bbb.meeting.participants] == ["Mod", "Ada"]
    (guest,) = bbb.meeting.waiting
    assert "Let in" in bbb.send("GET", moderator).body
    bbb.send("POST", f"{moderator}/approve", f"guest={guest.guest_id}")
    assert "You are in class:" in bbb.send("GET", page).body


# --- asking and ending


def test_get_meeting_info_answers_as_the_document_prints_it(bbb):
    bbb.call("create", **CLASS, record="true", maxParticipants=20, **{"meta_BBB-Origin": "here"})
    bbb.clock.now += 1
    bbb.join("stu", userID="7")
    bbb.join("mod", "mp", userID="8")
    one, two = bbb.meeting.participants
    one.voice, two.listening, one.video = True, True, 2
    root = bbb.call("getMeetingInfo", meetingID="m1")
    assert tags(root) == [
        "returncode", "meetingName", "meetingID", "internalMeetingID", "createTime", "createDate",
        "voiceBridge", "dialNumber", "attendeePW", "moderatorPW", "running", "duration",
        "hasUserJoined", "recording", "hasBeenForciblyEnded", "startTime", "endTime",
        "participantCount", "listenerCount", "voiceParticipantCount", "videoCount", "maxUsers",
        "moderatorCount", "attendees", "metadata", "isBreakout", "messageKey", "message",
    ]  # fmt: skip
    found = texts(root)
    assert found["internalMeetingID"] == bbb.meeting.internal_id
    assert found["startTime"] == "1700000001250"
    assert [found[name] for name in tags(root)[17:23]] == ["2", "1", "1", "1", "20", "1"]
    assert texts(root.find("metadata")) == {"bbb-origin": "here"}
    assert [texts(attendee) for attendee in root.find("attendees")] == [
        {
            "userID": "7", "fullName": "stu", "role": "VIEWER", "isPresenter": "false",
            "isListeningOnly": "false", "hasJoinedVoice": "true", "hasVideo": "true",
            "clientType": "HTML5", "customdata": "",
        },
        {
            "userID": "8", "fullName": "mod", "role": "MODERATOR", "isPresenter": "true",
            "isListeningOnly": "true", "hasJoinedVoice": "false", "hasVideo": "false",
            "clientType": "HTML5", "customdata": "",
        },
    ]  # fmt: skip


def test_get_meetings_has_all_that_get_meeting_info_has(bbb):
    root = bbb.call("getMeetings")
    assert (root.findtext("messageKey"), len(root.find("meetings"))) == ("noMeetings", 0)
    bbb.call("create", **CLASS)
    bbb.join()
    info = tags(bbb.call("getMeetingInfo", meetingID="m1"))
    (meeting,) = bbb.call("getMeetings").find("meetings")
    assert tags(meeting) == info[1:-2]
    assert bbb.key("getMeetings", random="1") == "validationError"


@pytest.mark.parametrize("call", ["isMeetingRunning", "getMeetingInfo", "end"])
def test_calls_about_a_meeting_need_its_id(bbb, call):
    assert bbb.key(call) == "validationError"
    assert bbb.key(call, meetingID="") == "validationError"


def test_calls_about_an_unknown_meeting(bbb):
    assert bbb.call("isMeetingRunning", meetingID="m1").findtext("running") == "false"
    assert bbb.key("getMeetingInfo", meetingID="m1") == "notFound"
    assert bbb.key("end", meetingID="m1") == "notFound"


def test_end_needs_no_password_but_no_wrong_one_either(bbb):
    bbb.call("create", **CLASS)
    assert bbb.key("end", meetingID="m1", password="ap") == "invalidPassword"
    assert bbb.call("end", meetingID="m1").findtext("messageKey") == "sentEndMeetingRequest"


# --- ending by itself


def test_a_meeting_says_how_long_it_stays_without_people(bbb):
    bbb.call(
        "create",
        **CLASS,
        meetingExpireIfNoUserJoinedInMinutes=10,
        meetingExpireWhenLastUserLeftInMinutes=2,
    )
    bbb.clock.now += 599
    page = bbb.join()
    bbb.send("POST", f"{page}/leave")
    bbb.clock.now += 119
    assert bbb.simulator.meetings
    bbb.clock.now += 1
    assert bbb.simulator.meetings == {}
    bbb.call("create", **CLASS, meetingExpireIfNoUserJoinedInMinutes=10)
    bbb.clock.now += 600
    assert bbb.simulator.meetings == {}


def test_a_meeting_without_moderator_ends_where_it_was_told_to(start):
    bbb = start("bigbluebutton", away_after=3600.0)
    bbb.call("create", **CLASS, endWhenNoModerator="true", endWhenNoModeratorDelayInMinutes=3)
    bbb.join("Ada")
    moderator = bbb.join("Mod", "mp")
    bbb.send("POST", f"{moderator}/leave")
    bbb.clock.now += 179
    assert bbb.simulator.meetings
    bbb.clock.now += 1
    assert bbb.simulator.meetings == {}
    bbb.call("create", **CLASS, endWhenNoModerator="true")
    bbb.join("Ada")
    bbb.clock.now += 60
    assert bbb.simulator.meetings == {}


def test_the_end_of_a_meeting_is_when_it_was_due_not_when_it_was_noticed(bbb):
    bbb.call("create", **CLASS, duration=10)
    bbb.join()
    bbb.clock.now += 5000
    (ended,) = bbb.simulator.ended
    assert ended.ended_at == ended.created_at + 75 + 60
    assert bbb.simulator.meetings == {}
