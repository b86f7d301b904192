"""Our words as parameters: always in the documents' order, the same for the same details."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from lti_bridge.conferencing import Callbacks, Created, LockSettings, MeetingDetails, Visitor
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz, parameters
from tests.unit.conferencing.services import ANN, DETAILS, FAMILY, a_client, a_service

EVERYTHING = MeetingDetails(
    meeting_id="lti-1",
    name="Name",
    attendee_password="apw",
    moderator_password="mpw",
    logout_url="https://lms.example.edu/",
    record=True,
    metadata={"z": "last", "a": "first"},
    welcome="Welcome",
    moderator_only_message="For moderators",
    max_participants=0,
    duration_minutes=60,
    starts_ms=1_700_000_000_000,
    lasts_minutes=50,
    auto_start_recording=False,
    allow_start_stop_recording=True,
    webcams_only_for_moderator=True,
    mute_on_start=False,
    allow_mods_to_unmute_users=True,
    lock=LockSettings(True, False, True, False, True, False, True),
    voice_bridge="71234",
    dial_number="555",
    guest_policy="ask",
    callbacks=Callbacks("https://b/1", "https://b/2", "https://b/3"),
    remote_id="number-of-the-service",
)
BASIC = (
    "name meetingID attendeePW moderatorPW welcome maxParticipants logoutURL record duration"
    " moderatorOnlyMessage autoStartRecording allowStartStopRecording"
)
RULES = (
    "webcamsOnlyForModerator muteOnStart allowModsToUnmuteUsers lockSettingsDisableCam"
    " lockSettingsDisableMic lockSettingsDisablePrivateChat lockSettingsDisablePublicChat"
    " lockSettingsDisableNote{} lockSettingsLockedLayout lockSettingsLockOnJoin"
)
IN_ORDER = {
    Meetingz: f"{BASIC} {RULES.format('')} meta_a meta_z",
    MconfLive: f"{BASIC} voiceBridge dialNumber meta_a meta_z",
    BigBlueButton: f"{BASIC} voiceBridge dialNumber {RULES.format('s')} guestPolicy"
    " meta_endCallbackUrl meta_bbb-recording-ready-url meta_analytics-callback-url"
    " meetingKeepEvents meta_a meta_z",
}


@pytest.fixture(params=FAMILY, ids=lambda kind: kind.kind)
def service(request):
    with a_client() as client:
        yield request.param(a_service("https://x.example/", kind=request.param.kind), client)


def test_everything_is_said_in_the_documents_order(service):
    said = [(name, value) for name, value in service._create_parameters(EVERYTHING) if value]
    assert [name for name, _ in said] == IN_ORDER[type(service)].split()
    values = dict(said)
    assert values["maxParticipants"] == "0"
    assert values["autoStartRecording"] == "false"
    assert "1700000000000" not in values.values()
    assert "number-of-the-service" not in values.values()


def test_a_test_says_every_word_there_is():
    bare = MeetingDetails("lti-1", "Name", "apw", "mpw")
    unsaid = {
        each.name
        for each in fields(MeetingDetails)
        if getattr(EVERYTHING, each.name) == getattr(bare, each.name)
    }
    assert unsaid == {"meeting_id", "name", "attendee_password", "moderator_password", "slides"}


def test_what_is_not_said_is_empty(service):
    bare = MeetingDetails("lti-1", "Name", "apw", "mpw", metadata={"m": ""})
    said = {name for name, value in service._create_parameters(bare) if value}
    assert said == {"name", "meetingID", "attendeePW", "moderatorPW"}


@pytest.mark.parametrize("flag", [None, True, False])
def test_flags_are_said_or_not(flag):
    details = replace(DETAILS, mute_on_start=flag, lock=LockSettings(disable_notes=flag))
    said = dict(parameters.rules(details, notes="notes"))
    expected = {None: "", True: "true", False: "false"}[flag]
    assert said["muteOnStart"] == said["notes"] == expected


@pytest.mark.parametrize("kind", FAMILY)
def test_join_says_who_and_as_what(kind):
    created = Created(create_time=1411067830029)
    moderator = Visitor("Tess", "moderator", user_id="7", guest=True, key="k", observer=True)
    with a_client() as client:
        service = kind(a_service("https://x.example/", kind=kind.kind), client)
        said = dict(service._join_parameters(EVERYTHING, moderator, created))
        attendee = dict(service._join_parameters(EVERYTHING, ANN, Created()))
    common = {
        "fullName": "Tess",
        "meetingID": "lti-1",
        "password": "mpw",
        "userID": "7",
        "createTime": "1411067830029",
    }
    more = {
        Meetingz: {},
        MconfLive: {"guest": "true"},
        BigBlueButton: {"role": "MODERATOR", "guest": "true"},
    }
    assert said == common | more[kind]
    assert attendee["password"] == "apw"
    assert attendee["createTime"] == ""
    assert attendee.get("role", "VIEWER") == "VIEWER"
