"""getRecordings and what is done with recordings: every parameter, good and bad."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.conferencing import RecordingFormat, RecordingQuery, Thumbnail
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.errors import CapabilityMissing, RemoteRejected
from lti_bridge.simulators.bigbluebutton import Format, Image
from tests.unit.conferencing.family.simulated import EVERY_CALL, pair_of
from tests.unit.conferencing.services import DETAILS, FAMILY, TEACHER, follow, sent

STATES = ("processing", "processed", "published", "unpublished", "deleted")


@pytest.fixture(params=FAMILY, ids=lambda kind: kind.kind)
def pair(request):
    with pair_of(request.param) as pair:
        yield pair


@pytest.fixture
def shelf(pair):
    """Six recordings of three meetings, in every state."""
    for number, state in enumerate((*STATES, "published")):
        pair.simulator.recordings.add(
            record_id=f"r-{number}",
            meeting_id=f"lti-{number % 3}",
            name=f"№ {number} – درس",
            state=state,
            metadata={"course": "bio" if number % 2 else "chem", "number": str(number)},
            started_ms=1_700_000_000_000 + number,
            ended_ms=1_700_003_600_000 + number,
        )
    return pair


def found(pair, **query):
    return {each.record_id for each in pair.service.recordings(RecordingQuery(**query))}


def has_states(pair):
    return not isinstance(pair.service, MconfLive)


def test_what_is_published_and_what_is_not_is_found_without_asking_for_states(shelf):
    expected = {"r-2", "r-3", "r-5"}
    assert found(shelf) == expected
    assert {each.state for each in shelf.service.recordings(RecordingQuery())} == {
        "published",
        "unpublished",
    }


@pytest.mark.parametrize("state", STATES)
def test_each_state_can_be_asked_for(shelf, state):
    in_it = {each.record_id for each in shelf.simulator.recordings.all if each.state == state}
    if has_states(shelf):
        assert found(shelf, states=(state,)) == in_it
        assert sent(shelf.last)["state"] == state
    else:  # BigBlueButton 0.9 tells only of what is published and what isn't
        shown = in_it if state in {"published", "unpublished"} else set()
        assert found(shelf, states=(state,)) == shown
        assert "state" not in sent(shelf.last)


def test_several_states_or_any_can_be_asked_for(shelf):
    if has_states(shelf):
        assert found(shelf, states=("processing", "deleted")) == {"r-0", "r-4"}
        assert sent(shelf.last)["state"] == "processing,deleted"
        assert found(shelf, states="any") == {f"r-{number}" for number in range(6)}
        assert sent(shelf.last)["state"] == "any"
    else:
        assert found(shelf, states="any") == {"r-2", "r-3", "r-5"}


def test_a_state_nobody_knows_is_refused(pair):
    if not has_states(pair):
        return
    with pytest.raises(RemoteRejected) as refusal:
        found(pair, states=("secret",))
    assert refusal.value.code == "validationError"


def test_meetings_can_be_asked_for(shelf):
    assert found(shelf, meeting_ids=("lti-2",)) == {"r-2", "r-5"}
    assert sent(shelf.last)["meetingID"] == "lti-2"
    assert found(shelf, meeting_ids=("lti-0", "lti-2")) == {"r-2", "r-3", "r-5"}
    assert sent(shelf.last)["meetingID"] == "lti-0,lti-2"
    assert found(shelf, meeting_ids=("lti-9",)) == set()


def test_records_can_be_asked_for_by_their_ids_or_beginnings(shelf):
    assert found(shelf, record_ids=("r-2", "r-3")) == {"r-2", "r-3"}
    assert found(shelf, record_ids=("r",)) == {"r-2", "r-3", "r-5"}
    assert found(shelf, record_ids=("s",)) == set()
    if has_states(shelf):
        assert sent(shelf.last)["recordID"] == "s"
    else:
        assert "recordID" not in sent(shelf.last)


def test_where_records_are_named_meetings_count_for_nothing(shelf):
    assert found(shelf, record_ids=("r-2",), meeting_ids=("lti-0",)) == {"r-2"}
    assert "meetingID" not in sent(shelf.last)


def test_metadata_must_fit_all(shelf):
    assert found(shelf, metadata={"course": "bio"}) == {"r-3", "r-5"}
    assert found(shelf, metadata={"course": "bio", "number": "5"}) == {"r-5"}
    given = sent(shelf.last)
    assert (given["meta_course"], given["meta_number"]) == ("bio", "5")
    assert found(shelf, metadata={"course": "bio", "number": "2"}) == set()
    with pytest.raises(RemoteRejected) as refusal:
        found(shelf, metadata={"course": "\x01"})
    assert refusal.value.code == "validationError"


@pytest.mark.parametrize("empty", [("",), (" ",), (",",), ("r-1", "")])
def test_an_empty_id_never_comes_to_mean_all_of_them(shelf, empty):
    for query in (RecordingQuery(meeting_ids=empty), RecordingQuery(record_ids=empty)):
        with pytest.raises(ValueError, match="empty"):
            list(shelf.service.recordings(query))
    for change in (
        lambda: shelf.service.publish_recordings(empty, published=False),
        lambda: shelf.service.update_recordings(empty, {"name": "x"}),
        lambda: shelf.service.delete_recordings(empty),
    ):
        with pytest.raises(ValueError, match="empty"):
            change()
    if isinstance(shelf.service, MconfLive):
        with pytest.raises(ValueError, match="empty"):
            list(shelf.service.attendance(empty))
    assert shelf.simulator.faults.requests == []


def test_a_change_of_no_recording_at_all_is_a_mistake(pair):
    for change in (
        lambda: pair.service.publish_recordings([], published=True),
        lambda: pair.service.update_recordings([], {"name": "x"}),
        lambda: pair.service.delete_recordings([]),
    ):
        with pytest.raises(ValueError, match="IDs"):
            change()
    assert pair.simulator.faults.requests == []


def test_everything_of_a_recording_is_read(pair):
    thumbnail = Image("https://bbb.example/1.png", "Slide – ۱", 176, 136)
    made = pair.simulator.recordings.add(
        meeting_id="lti-7",
        name="Chemistry & «شیمی»",
        metadata={"Meets-Id-Course": "12"},
        formats=[Format("presentation", images=(thumbnail,)), "video", "podcast"],
        started_ms=1_700_000_000_000,
        ended_ms=1_700_003_600_000,
        participants=3,
    )
    (recording,) = pair.service.recordings(RecordingQuery())
    assert recording.record_id == made.record_id
    assert (recording.meeting_id, recording.name) == ("lti-7", "Chemistry & «شیمی»")
    assert recording.is_published
    assert (recording.started_ms, recording.ended_ms) == (1_700_000_000_000, 1_700_003_600_000)
    assert recording.length_ms == 3_600_000
    assert recording.metadata["meets-id-course"] == "12"
    assert [each.type for each in recording.formats] == ["presentation", "video", "podcast"]
    assert [each.length_minutes for each in recording.formats] == [60, 60, 60]
    assert all(made.record_id in each.url for each in recording.formats)
    if isinstance(pair.service, BigBlueButton):
        assert recording.remote_meeting_id == made.record_id
        assert (recording.participants, recording.is_breakout) == (3, False)
        assert recording.size_bytes == 3 * 1_104_836
        assert recording.formats[0] == RecordingFormat(
            "presentation",
            recording.formats[0].url,
            length_minutes=60,
            processing_ms=7177,
            size_bytes=1_104_836,
            thumbnails=(Thumbnail("https://bbb.example/1.png", "Slide – ۱", 176, 136),),
        )


def test_a_meeting_that_was_recorded_has_a_recording(pair):
    created = pair.service.create(DETAILS)
    assert follow(pair.service.join_url(DETAILS, TEACHER, created))[0] == 302
    pair.service.end(DETAILS.meeting_id)
    (recording,) = pair.service.recordings(RecordingQuery(meeting_ids=(DETAILS.meeting_id,)))
    assert recording.name == DETAILS.name
    assert DETAILS.metadata.items() <= recording.metadata.items()
    not_recorded = replace(DETAILS, meeting_id="lti-quiet", record=False)
    created = pair.service.create(not_recorded)
    follow(pair.service.join_url(not_recorded, TEACHER, created))
    pair.service.end("lti-quiet")
    assert found(pair, meeting_ids=("lti-quiet",)) == set()


def states_of(pair):
    return {each.record_id: each.state for each in pair.simulator.recordings.all}


def test_recordings_are_shown_and_hidden(shelf):
    shelf.service.publish_recordings(["r-2", "r-5"], published=False)
    assert sent(shelf.last) == {"recordID": "r-2,r-5", "publish": "false"}
    assert (states_of(shelf)["r-2"], states_of(shelf)["r-5"]) == ("unpublished", "unpublished")
    shelf.service.publish_recordings(["r-5"], published=True)
    assert states_of(shelf)["r-5"] == "published"


@pytest.mark.parametrize("kind", [Meetingz, BigBlueButton])
def test_a_recording_is_given_another_name_and_metadata(kind):
    with pair_of(kind) as pair:
        pair.simulator.recordings.add(record_id="r-1", meeting_id="lti-1", name="Room")
        pair.service.rename_recording("r-1", "Lecture 1 – «فصل ۱» & <b>")
        assert sent(pair.last) == {"recordID": "r-1", "meta_name": "Lecture 1 – «فصل ۱» & <b>"}
        (recording,) = pair.service.recordings(RecordingQuery())
        assert recording.name == "Lecture 1 – «فصل ۱» & <b>"
        pair.service.update_recordings(["r-1"], {"name": "", "topic": "Cells"})
        assert sent(pair.last) == {"recordID": "r-1", "meta_name": "", "meta_topic": "Cells"}
        (recording,) = pair.service.recordings(RecordingQuery())
        assert (recording.name, recording.metadata["topic"]) == ("Room", "Cells")
        assert "name" not in recording.metadata
        with pytest.raises(RemoteRejected) as refusal:
            pair.service.rename_recording("r-1", "\x01")
        assert refusal.value.code == "validationError"


def test_mconf_of_today_renames_nothing():
    with pair_of(MconfLive) as pair:
        pair.simulator.recordings.add(record_id="r-1", meeting_id="lti-1")
        with pytest.raises(CapabilityMissing):
            pair.service.rename_recording("r-1", "x")


def test_deleted_is_deleted(shelf):
    shelf.service.delete_recordings(["r-2"])
    assert sent(shelf.last) == {"recordID": "r-2"}
    assert states_of(shelf)["r-2"] == "deleted"
    shelf.service.delete_recordings(["r-2"])
    shelf.service.delete_recordings(["never-there"])
    shelf.service.delete_recordings(["r-3", "never-there", "r-5"])
    assert {state for name, state in states_of(shelf).items() if name in {"r-3", "r-5"}} == {
        "deleted"
    }


@pytest.mark.parametrize("call", ["publishRecordings", "updateRecordings"])
def test_what_is_not_there_cannot_be_changed(pair, call):
    if call == "updateRecordings" and isinstance(pair.service, MconfLive):
        return
    with pytest.raises(RemoteRejected) as refusal:
        EVERY_CALL[call](pair.service)
    assert refusal.value.code == "notFound"
    assert "recording" in refusal.value.remedy


def test_one_that_is_gone_keeps_no_other_from_being_deleted(pair):
    """A server that refuses the whole list for one of it."""
    for number in range(4):
        pair.simulator.recordings.add(record_id=f"r-{number}", meeting_id="lti-1")
    pair.service.delete_recordings(["gone-1", "gone-2"])
    assert [sent(each)["recordID"] for each in pair.asked("deleteRecordings")] == [
        "gone-1,gone-2",
        "gone-1",
        "gone-2",
    ]
