"""The documents' example answers, over a socket, are the values they print."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.conferencing import (
    Attendance,
    Attendee,
    Created,
    MeetingInfo,
    Recording,
    RecordingFormat,
    RecordingQuery,
    Stay,
    TextTrack,
    Thumbnail,
)
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from tests.unit.conferencing.family import documented
from tests.unit.conferencing.services import DETAILS, FAMILY, Canned, connected, ok


@pytest.fixture
def canned():
    return Canned()


@pytest.fixture(params=FAMILY, ids=lambda kind: kind.kind)
def service(request, canned):
    with connected(request.param, canned) as service:
        yield service


DEMO = MeetingInfo(
    running=True,
    meeting_id="Demo Meeting",
    name="Demo Meeting",
    create_time=1411067830029,
    voice_bridge="74518",
    dial_number="613-555-1234",
    attendee_password="ap",
    moderator_password="mp",
    forcibly_ended=False,
    participants=2,
    listeners=1,
    voice_participants=1,
    has_user_joined=True,
)


def test_mconf_create(canned, service):
    canned.answer = documented.MCONF_CREATE
    assert service.create(DETAILS) == Created(create_time=1411067830029)


def test_mconf_get_meetings(canned, service):
    canned.answer = documented.MCONF_MEETINGS
    assert list(service.meetings()) == [replace(DEMO, videos=1)]


def test_mconf_get_meeting_info(canned, service):
    canned.answer = documented.MCONF_INFO
    assert service.info("Demo Meeting") == replace(
        DEMO,
        remote_id="183f0bf3a0982a127bdb8161e0c44eb696b3e75c-1411067830029",
        recording=False,
        started_ms=1411067830152,
        max_participants=20,
        moderators=1,
        attendees=(
            Attendee(
                user_id="r4osda8xzlsg",
                full_name="stu",
                role="attendee",
                has_joined_voice=True,
                has_video=True,
                video_streams=("320x240-r4osda8xzlsg-1411067854724",),
            ),
            Attendee(
                user_id="jgkgwilgigcf",
                full_name="mod",
                role="moderator",
                is_presenter=True,
                is_listening_only=True,
            ),
        ),
    )


def test_mconf_get_stats(canned):
    canned.answer = documented.MCONF_STATS
    with connected(MconfLive, canned) as service:
        (found,) = service.attendance(["test01"])
    joined, left = 1401206434944, 1401206455459
    assert found == Attendance(
        meeting_id="test01",
        name="Test",
        remote_meeting_id="183f0bf3a0982a127bdb8161e0c44eb696b3e75c-1337964901471",
        started_ms=1401206434944,
        ended_ms=1401206455564,
        stays=(
            Stay("josy6efffm6e", "John Doe", joined, left),
            Stay("9wvp7mz15zpa", "Dexter Morgan", joined, left),
        ),
    )
    assert found.is_final


def test_bigbluebutton_create(canned, service):
    canned.answer = documented.BBB_CREATE
    assert service.create(DETAILS) == Created(
        create_time=1700000000000, remote_id="aa11-1700000000000"
    )


CHEMISTRY = MeetingInfo(
    running=True,
    meeting_id="lti-7",
    name="Chemistry",
    remote_id="aa11-1700000000000",
    create_time=1700000000000,
    voice_bridge="71234",
    dial_number="555-0100",
    attendee_password="ap",
    moderator_password="mp",
    duration_minutes=90,
    has_user_joined=True,
    recording=True,
    forcibly_ended=False,
    started_ms=1700000000111,
    participants=1,
    listeners=0,
    voice_participants=1,
    videos=1,
    moderators=1,
    attendees=(
        Attendee(
            user_id="42",
            full_name="Ann",
            role="moderator",
            is_presenter=True,
            has_joined_voice=True,
            has_video=True,
            client="HTML5",
        ),
    ),
    metadata={"bbb-origin": "LTI Bridge", "meets-id-course": "12"},
    breakout_rooms=("room-1", "room-2"),
)


def test_bigbluebutton_get_meeting_info_and_get_meetings(canned, service):
    canned.answer = documented.BBB_INFO
    assert service.info("lti-7") == CHEMISTRY
    canned.answer = documented.BBB_MEETINGS
    assert list(service.meetings()) == [CHEMISTRY]


def test_a_breakout_room_names_its_meeting(canned, service):
    canned.answer = documented.BBB_BREAKOUT
    assert service.info("room-1") == MeetingInfo(
        running=False,
        meeting_id="room-1",
        parent_meeting_id="lti-7",
        sequence=1,
        free_join=False,
    )


def test_a_meeting_that_is_nobodys_part_has_no_parent(canned, service):
    canned.answer = ok("<meetingID>x</meetingID><parentMeetingID>bbb-none</parentMeetingID>")
    assert service.info("x").parent_meeting_id == ""


def test_bigbluebutton_get_recordings(canned, service):
    canned.answer = documented.BBB_RECORDINGS
    (found,) = service.recordings(RecordingQuery())
    assert found == Recording(
        record_id="aa11-1700000000000",
        meeting_id="lti-7",
        remote_meeting_id="aa11-1700000000000",
        name="Chemistry",
        state="published",
        started_ms=1700000000000,
        ended_ms=1700003600000,
        length_ms=3_600_000,
        participants=3,
        size_bytes=1000,
        metadata={"isbreakout": "false", "meetingname": "Chemistry", "meetingid": "lti-7"},
        formats=(
            RecordingFormat(
                "podcast",
                "https://bbb.example/podcast/aa11-1700000000000/audio.ogg",
                length_minutes=60,
                processing_ms=0,
                size_bytes=10,
            ),
            RecordingFormat(
                "presentation",
                "https://bbb.example/playback/aa11-1700000000000",
                length_minutes=60,
                processing_ms=7100,
                size_bytes=990,
                thumbnails=(
                    Thumbnail("https://bbb.example/1.png", "Welcome", 176, 136),
                    Thumbnail("https://bbb.example/2.png"),
                ),
            ),
        ),
    )
    assert found.is_published


def test_a_recording_of_an_old_server_lacks_most_of_it(canned, service):
    canned.answer = documented.OLD_RECORDING
    (found,) = service.recordings(RecordingQuery())
    assert found == Recording(
        record_id="bb22-1300000000000",
        meeting_id="lti-8",
        name="Old & gold",
        state="unpublished",
        metadata={"title": "Test <3"},
        formats=(RecordingFormat("slides", "http://x/1"),),
    )
    assert not found.is_published


@pytest.mark.parametrize("answer", [documented.NO_RECORDINGS, ok("<recordings/>"), ok()])
def test_no_recordings_are_none(canned, service, answer):
    canned.answer = answer
    assert list(service.recordings(RecordingQuery())) == []


def recording_of(canned, inner):
    canned.answer = ok(f"<recordings><recording>{inner}</recording></recordings>")
    with connected(Meetingz, canned) as service:
        (found,) = service.recordings(RecordingQuery())
    return found


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        ("<name>a</name><metadata><name>b</name></metadata>", "b"),
        ("<name>a</name><metadata><bbb-recording-name>c</bbb-recording-name></metadata>", "c"),
        ("<name>a</name><metadata><meetingName>d</meetingName></metadata>", "a"),
        ("<metadata><meetingName>d</meetingName></metadata>", "d"),
        ("<name>a</name><metadata><name/></metadata>", "a"),
        ("", ""),
    ],
)
def test_the_name_somebody_gave_a_recording_counts_more_than_its_meetings(canned, inner, name):
    assert recording_of(canned, inner).name == name


@pytest.mark.parametrize(
    "state", ["processing", "processed", "published", "unpublished", "deleted"]
)
def test_every_state_is_read(canned, state):
    found = recording_of(canned, f"<state>{state.title()}</state><published>true</published>")
    assert found.state == state


def test_an_unknown_state_is_no_reason_to_show_a_recording(canned):
    found = recording_of(canned, "<state>secret</state><published>false</published>")
    assert found.state == "unpublished"
    assert recording_of(canned, "").state == "unpublished"


def test_odd_times_and_sizes_give_no_odd_lengths(canned):
    found = recording_of(canned, "<startTime>2000</startTime><endTime>1000</endTime>")
    assert (found.started_ms, found.ended_ms, found.length_ms) == (2000, 1000, None)
    found = recording_of(canned, f"<startTime>{'9' * 18}</startTime><rawSize>7</rawSize>")
    assert (found.started_ms, found.length_ms, found.size_bytes) == (None, None, 7)
    found = recording_of(canned, "<metadata><meetingId>m</meetingId><!-- x --></metadata>")
    assert (found.meeting_id, found.metadata) == ("m", {"meetingid": "m"})


def test_stays_that_have_not_ended_make_preliminary_figures(canned):
    person = "<participant><userID>1</userID><joinTime>5</joinTime><leftTime>0</leftTime>"
    inner = f"<participants>{person}</participant></participants><endTime>0</endTime>"
    canned.answer = ok(f"<stats><meeting>{inner}</meeting></stats>")
    with connected(MconfLive, canned) as service:
        (found,) = service.attendance()
    assert found.stays == (Stay("1", "", 5, None),)
    assert not found.is_final


def test_bigbluebutton_get_recording_text_tracks(canned):
    canned.answer = (200, "application/json;charset=utf-8", documented.BBB_TRACKS)
    with connected(BigBlueButton, canned) as service:
        tracks = service.text_tracks("aa11")
    assert tracks == (
        TextTrack("subtitles", "en-US", "English", "upload", "https://bbb.example/t/1"),
        TextTrack("captions", "pt-BR", "برزیلی", "live", "https://bbb.example/t/2"),
    )


@pytest.mark.parametrize("tracks", ["null", "{}", '"x"', "[null, 7, []]"])
def test_tracks_that_are_none_are_left_out(canned, tracks):
    body = f'{{"response": {{"returncode": "SUCCESS", "tracks": {tracks}}}}}'
    canned.answer = (200, "application/json", body)
    with connected(BigBlueButton, canned) as service:
        assert service.text_tracks("aa11") == ()


def test_a_service_that_says_nothing_but_success_is_good_enough(canned, service):
    canned.answer = ok()
    assert service.create(DETAILS) == Created()
    assert not service.is_running("lti-0123")
    assert service.info("lti-0123") == MeetingInfo(running=False)
    assert list(service.meetings()) == []


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example/", "ftp://x/", "http://", ""]
)
def test_an_address_that_no_page_may_lead_to_is_left_out(canned, url):
    recording = (
        "<recordings><recording><recordID>r</recordID><playback><format><type>x</type>"
        f"<url>{url}</url><preview><images><image>{url}</image></images></preview>"
        "</format></playback></recording></recordings>"
    )
    canned.answer = ok(recording)
    with connected(BigBlueButton, canned) as service:
        (found,) = service.recordings(RecordingQuery())
    (form,) = found.formats
    assert form.url == form.thumbnails[0].url == ""
