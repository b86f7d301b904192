"""``create``: every parameter of the documents, in the good and the bad case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from lti_bridge.conferencing import Callbacks, Created, LockSettings
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.errors import RemoteRejected
from tests.unit.conferencing.family.simulated import pair_of
from tests.unit.conferencing.services import DETAILS, FAMILY, TEACHER, follow, sent

ALL = frozenset(FAMILY)
BBB = frozenset({BigBlueButton})
TELEPHONE = frozenset({MconfLive, BigBlueButton})
RULES = frozenset({Meetingz, BigBlueButton})
CONTROL = "a\x01b"


class Case(NamedTuple):
    """What is said, the parameter and value it becomes, by whom, and what is refused."""

    parameter: str
    said: dict[str, Any]
    value: str
    kinds: frozenset[type[Any]]
    bad: dict[str, Any] | None = None


def _flag(parameter: str, said: str, kinds: frozenset[type[Any]], value: bool = True) -> Case:
    return Case(parameter, {said: value}, str(value).lower(), kinds, {said: "maybe"})


def _lock(parameter: str, said: str, kinds: frozenset[type[Any]], value: bool = True) -> Case:
    bad: Any = "maybe"
    locked = {"lock": LockSettings(**{said: value})}
    return Case(parameter, locked, str(value).lower(), kinds, {"lock": LockSettings(**{said: bad})})


def _text(parameter: str, said: str, value: str, kinds: frozenset[type[Any]] = ALL) -> Case:
    return Case(parameter, {said: value}, value, kinds, {said: CONTROL})


def _callback(parameter: str, said: str) -> Case:
    url = "http://127.0.0.1:1/callback?a=1&signature=x%20y"
    return Case(
        parameter,
        {"callbacks": Callbacks(**{said: url})},
        url,
        BBB,
        {"callbacks": Callbacks(**{said: CONTROL})},
    )


CASES = [
    _text("name", "name", "Žofie & 李雷 – «ریاضی» <b>"),
    Case("meetingID", {"meeting_id": "A-z_09"}, "A-z_09", ALL, {"meeting_id": "a,b"}),
    _text("attendeePW", "attendee_password", "p w+%&="),
    _text("moderatorPW", "moderator_password", "q w+%&="),
    _text("welcome", "welcome", "Hi to %%CONFNAME%%, <b>سلام</b>\nand more"),
    _text("moderatorOnlyMessage", "moderator_only_message", "Only <i>you</i> read this"),
    Case("maxParticipants", {"max_participants": 25}, "25", ALL, {"max_participants": -1}),
    Case(
        "logoutURL",
        {"logout_url": "https://lms.example.edu/?a=b&c=%20d#e"},
        "https://lms.example.edu/?a=b&c=%20d#e",
        ALL,
        {"logout_url": "javascript:alert(1)"},
    ),
    Case("record", {"record": True}, "true", ALL),
    Case("duration", {"duration_minutes": 90}, "90", ALL, {"duration_minutes": -5}),
    Case(
        "meta_meets-id-course",
        {"metadata": {"meets-id-course": "۱۲ & <x>"}},
        "۱۲ & <x>",
        ALL,
        {"metadata": {"meets-id-course": CONTROL}},
    ),
    _flag("autoStartRecording", "auto_start_recording", ALL),
    _flag("allowStartStopRecording", "allow_start_stop_recording", ALL, False),
    _flag("webcamsOnlyForModerator", "webcams_only_for_moderator", RULES),
    _flag("muteOnStart", "mute_on_start", RULES),
    _flag("allowModsToUnmuteUsers", "allow_mods_to_unmute_users", RULES),
    _lock("lockSettingsDisableCam", "disable_cam", RULES),
    _lock("lockSettingsDisableMic", "disable_mic", RULES),
    _lock("lockSettingsDisablePrivateChat", "disable_private_chat", RULES),
    _lock("lockSettingsDisablePublicChat", "disable_public_chat", RULES),
    _lock("lockSettingsDisableNote", "disable_notes", frozenset({Meetingz})),
    _lock("lockSettingsDisableNotes", "disable_notes", BBB),
    _lock("lockSettingsLockedLayout", "locked_layout", RULES),
    _lock("lockSettingsLockOnJoin", "lock_on_join", RULES, False),
    Case("voiceBridge", {"voice_bridge": "71234"}, "71234", TELEPHONE, {"voice_bridge": "x"}),
    _text("dialNumber", "dial_number", "+1 613-555-1234", TELEPHONE),
    Case("guestPolicy", {"guest_policy": "accept"}, "ALWAYS_ACCEPT", BBB),
    Case("guestPolicy", {"guest_policy": "ask"}, "ASK_MODERATOR", BBB),
    Case("guestPolicy", {"guest_policy": "deny"}, "ALWAYS_DENY", BBB),
    _callback("meta_endCallbackUrl", "ended_url"),
    _callback("meta_bbb-recording-ready-url", "recording_ready_url"),
    _callback("meta_analytics-callback-url", "analytics_url"),
    Case(
        "meetingKeepEvents",
        {"callbacks": Callbacks(analytics_url="http://127.0.0.1:1/")},
        "true",
        BBB,
    ),
]
MEETINGZ_CREATE = (
    "name meetingID attendeePW moderatorPW welcome maxParticipants logoutURL record duration"
    " moderatorOnlyMessage autoStartRecording allowStartStopRecording webcamsOnlyForModerator"
    " muteOnStart allowModsToUnmuteUsers lockSettingsDisableCam lockSettingsDisableMic"
    " lockSettingsDisablePrivateChat lockSettingsDisablePublicChat lockSettingsDisableNote"
    " lockSettingsLockedLayout lockSettingsLockOnJoin meta_meets-id-course"
)
"""Every parameter of the Meetingz API's "create"."""


@pytest.fixture(scope="module", params=FAMILY, ids=lambda kind: kind.kind)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def shared(kind):
    with pair_of(kind) as pair:
        yield pair


@pytest.fixture
def pair(shared):
    yield shared
    for meeting in shared.simulator.meetings.values():
        shared.service.end(meeting.meeting_id, meeting.moderator_password)
    shared.simulator.faults.forget()


def test_the_cases_have_every_parameter_that_meetingz_names():
    assert {case.parameter for case in CASES if Meetingz in case.kinds} == set(
        MEETINGZ_CREATE.split()
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.parameter)
def test_every_parameter_arrives_where_it_is_known_and_is_refused_where_it_is_bad(pair, kind, case):
    details = replace(DETAILS, **case.said)
    created = pair.service.create(details)
    assert created.create_time
    assert created.warnings == ()
    given = sent(pair.last)
    meeting = pair.simulator.meetings[details.meeting_id]
    if kind in case.kinds:
        assert given[case.parameter] == meeting.parameters[case.parameter] == case.value
    else:
        assert case.parameter not in given
    if case.bad and kind in case.kinds:
        bad = replace(DETAILS, **{"meeting_id": "lti-bad", **case.bad})
        with pytest.raises(RemoteRejected) as refusal:
            pair.service.create(bad)
        assert refusal.value.code == "validationError"
        assert refusal.value.remedy


def test_nothing_but_what_is_said_is_sent(pair):
    bare = replace(DETAILS, logout_url="", record=False, metadata={"empty": ""})
    pair.service.create(bare)
    assert set(sent(pair.last)) == {"name", "meetingID", "attendeePW", "moderatorPW"}


def test_a_second_create_is_a_success_with_the_same_time(pair):
    first = pair.service.create(DETAILS)
    backwards = dict(reversed(list(DETAILS.metadata.items())))
    assert pair.service.create(replace(DETAILS, metadata=backwards)) == first
    assert pair.simulator.meetings["lti-0123"].create_calls == 2
    queries = {request.query for request in pair.simulator.faults.requests}
    assert len(queries) == 1, "the same bytes, whatever the order of the metadata"


def test_a_meeting_made_with_other_words_is_ours_all_the_same(pair, kind):
    pair.service.create(DETAILS)
    other = replace(DETAILS, attendee_password="another-password", record=False)
    assert pair.service.create(other) == Created()
    url = pair.service.join_url(DETAILS, TEACHER, Created())
    status, where = follow(url)
    assert (status, "/client/" in where) == (302, True)


def test_what_a_service_may_leave_out_is_made_by_it(pair):
    pair.service.create(replace(DETAILS, attendee_password="", moderator_password=""))
    info = pair.service.info(DETAILS.meeting_id)
    assert info.attendee_password
    assert info.moderator_password


def test_a_name_that_is_missing_is_refused(pair, kind):
    if kind is BigBlueButton:  # it wants two characters, and gets quotes around one or none
        pair.service.create(replace(DETAILS, name="क"))
        assert pair.service.info(DETAILS.meeting_id).name == "“क”"
        return
    with pytest.raises(RemoteRejected) as refusal:
        pair.service.create(replace(DETAILS, name=""))
    assert refusal.value.code == "missingParamName"


def test_bigbluebutton_cuts_names_as_it_counts_them():
    with pair_of(BigBlueButton) as pair:
        names = ("x" * 256, "x" * 257, "🎓" * 128, "🎓" * 129, "x" + "🎓" * 200)
        for number, name in enumerate(names):
            pair.service.create(replace(DETAILS, meeting_id=f"lti-{number}", name=name))
            said = sent(pair.last)["name"]
            units = len(said.encode("utf-16-le")) // 2
            assert units <= 256
            if len(name.encode("utf-16-le")) // 2 <= 256:
                assert said == name
            else:
                assert said.endswith("…")
                assert name.startswith(said[:-1])


def test_a_voice_bridge_of_another_meeting_is_refused_in_words():
    with pair_of(BigBlueButton) as pair:
        pair.service.create(replace(DETAILS, voice_bridge="71234"))
        with pytest.raises(RemoteRejected) as refusal:
            pair.service.create(replace(DETAILS, meeting_id="lti-2", voice_bridge="71234"))
    assert refusal.value.code == "nonUniqueVoiceBridge"
    assert "voice bridge" in refusal.value.remedy


ONLY = {
    Meetingz: lambda checksum: {"checksum": checksum},
    BigBlueButton: lambda checksum: {"checksums": (checksum,)},
}


@pytest.mark.parametrize("checksum", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("kind", ONLY)
def test_the_service_chooses_the_checksum(kind, checksum):
    only = ONLY[kind](checksum)
    with pair_of(kind, signed_with=checksum, **only) as pair:
        created = pair.service.create(DETAILS)
        assert follow(pair.service.join_url(DETAILS, TEACHER, created))[0] == 302
        pair.service.check()
    other = "sha1" if checksum == "sha512" else "sha512"
    with pair_of(kind, signed_with=other, **only) as pair:
        with pytest.raises(RemoteRejected) as refusal:
            pair.service.create(DETAILS)
        assert refusal.value.code == "checksumError"
        assert "checksum" in refusal.value.remedy


def test_the_usual_checksum_is_each_services_own(pair, kind):
    pair.service.check()
    digits = len(pair.last.query.rpartition("checksum=")[2])
    assert digits == (64 if kind is BigBlueButton else 40)
