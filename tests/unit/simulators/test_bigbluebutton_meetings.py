"""BigBlueButton's own ways with meetings: create, join, guests."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.unit.simulators.family import CLASS, texts

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
