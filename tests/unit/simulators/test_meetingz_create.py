"""The simulated Meetingz against its document: ``create``."""

import pytest

from tests.unit.simulators.family import CLASS, texts


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
    assert (
        service.send("GET", service.path("create", query)).xml.findtext("messageKey")
        == "validationError"
    )


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


def test_a_lenient_service_takes_unknown_parameters(start):
    service = start("meetingz", strict=False)
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
