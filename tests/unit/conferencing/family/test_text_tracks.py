"""getRecordingTextTracks and putRecordingTextTrack (BigBlueButton API), good and bad."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.conferencing import Capability
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.errors import CapabilityMissing, RemoteRejected, RemoteUnavailable
from tests.unit.conferencing.family.simulated import TRACK, WEBVTT, pair_of
from tests.unit.conferencing.services import Canned, connected, failed, sent

SRT = b"1\r\n00:00:01,000 --> 00:00:02,000\r\nBom dia\r\n"


@pytest.fixture
def pair():
    with pair_of(BigBlueButton) as pair:
        pair.simulator.recordings.add(record_id="r-1", meeting_id="lti-1")
        yield pair


def test_captions_are_added_listed_replaced_and_taken_away(pair):
    assert pair.service.text_tracks("r-1") == ()
    pair.service.put_text_track("r-1", TRACK, WEBVTT)
    assert sent(pair.last) == {
        "recordID": "r-1",
        "kind": "captions",
        "lang": "pt-BR",
        "label": "Português",
    }
    assert pair.last.method == "POST"
    assert pair.last.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    (track,) = pair.service.text_tracks("r-1")
    assert (track.kind, track.lang, track.label) == ("captions", "pt-BR", "Português")
    assert track.source == "upload"
    assert track.href.startswith("http://127.0.0.1:")
    (kept,) = pair.simulator.recordings.all[0].tracks.values()
    assert kept.content == WEBVTT.decode()
    pair.service.put_text_track("r-1", replace(TRACK, label="Outra"), SRT)
    (track,) = pair.service.text_tracks("r-1")
    assert track.label == "Outra"
    subtitles = replace(TRACK, kind="subtitles", lang="fa", label="")
    pair.service.put_text_track("r-1", subtitles, WEBVTT)
    assert {(each.kind, each.lang) for each in pair.service.text_tracks("r-1")} == {
        ("captions", "pt-BR"),
        ("subtitles", "fa"),
    }
    pair.service.put_text_track("r-1", TRACK, None)
    assert [each.lang for each in pair.service.text_tracks("r-1")] == ["fa"]


def test_a_file_in_a_format_nobody_knows_is_taken_without_a_word(pair):
    pair.service.put_text_track("r-1", TRACK, b"\xff\xfenot captions")
    assert pair.service.text_tracks("r-1") == ()


def refusal_of(pair, record_id="r-1", track=TRACK, content=WEBVTT):
    with pytest.raises(RemoteRejected) as refusal:
        pair.service.put_text_track(record_id, track, content)
    assert refusal.value.remedy
    return refusal.value.code


def test_what_cannot_be_taken_is_refused_in_words(pair):
    bad_kind = replace(TRACK)
    object.__setattr__(bad_kind, "kind", "karaoke")
    assert refusal_of(pair, track=bad_kind) == "invalidKind"
    assert refusal_of(pair, track=replace(TRACK, lang="brasileiro!")) == "invalidLang"
    assert refusal_of(pair, track=replace(TRACK, lang="")) == "missingParameter"
    assert refusal_of(pair, track=replace(TRACK, label="\x01")) == "validationError"
    assert refusal_of(pair, content=b"") == "empty_uploaded_text_track"
    assert refusal_of(pair, record_id="r-9") == "noRecordings"
    pair.simulator.recordings.takes_tracks = False
    assert refusal_of(pair) == "upload_text_track_failed"


def test_a_recording_that_is_not_there_has_no_captions(pair):
    assert pair.service.text_tracks("r-9") == ()
    with pytest.raises(RemoteRejected) as refusal:
        pair.service.text_tracks("")
    assert refusal.value.code == "missingParameter"


def test_a_wrong_secret_is_refused_in_json_too(pair):
    pair.simulator.secret = "another-secret-than-before"
    assert refusal_of(pair) == "checksumError"
    with pytest.raises(RemoteRejected) as refusal:
        pair.service.text_tracks("r-1")
    assert refusal.value.code == "checksumError"


def test_a_refusal_in_xml_is_understood_as_well():
    with connected(BigBlueButton, Canned(failed("internalError"))) as service:
        for call in (
            lambda: service.text_tracks("r-1"),
            lambda: service.put_text_track("r-1", TRACK, WEBVTT),
        ):
            with pytest.raises(RemoteUnavailable, match="internalError"):
                call()


@pytest.mark.parametrize("kind", [Meetingz, MconfLive])
def test_the_others_have_no_captions(kind):
    with pair_of(kind) as pair:
        assert Capability.CAPTIONS not in pair.service.capabilities
        with pytest.raises(CapabilityMissing):
            pair.service.text_tracks("r-1")
        with pytest.raises(CapabilityMissing):
            pair.service.put_text_track("r-1", TRACK, WEBVTT)
        assert pair.simulator.faults.requests == []


ODD = """{"response": {"returncode": "SUCCESS", "tracks": [
  {"kind": "karaoke", "lang": 7, "label": ["x"], "source": null, "href": {"a": 1}},
  {"label": "half a pair \\ud83d"}
]}}"""


def test_odd_words_in_a_track_are_no_words():
    with connected(BigBlueButton, Canned((200, "application/json", ODD))) as service:
        first, second = service.text_tracks("r-1")
    assert (first.kind, first.lang, first.label, first.source, first.href) == (
        "subtitles",
        "",
        "",
        "",
        "",
    )
    assert second.label == "half a pair ?"
