"""Long lists: getRecordings by pages, and IDs too many for one call."""

from __future__ import annotations

import pytest

from lti_bridge.conferencing import RecordingQuery
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.conferencing.family import bigbluebutton as module
from lti_bridge.conferencing.family.calls import LONGEST_QUERY, split
from tests.unit.conferencing.family.simulated import pair_of
from tests.unit.conferencing.services import FAMILY, Canned, connected, ok, sent


@pytest.fixture(params=FAMILY, ids=lambda kind: kind.kind)
def pair(request):
    with pair_of(request.param) as pair:
        yield pair


def fill(pair, count):
    for number in range(count):
        pair.simulator.recordings.add(record_id=f"r-{number:05}", meeting_id=f"m-{number:05}")
    return [f"r-{number:05}" for number in range(count)]


def found(service, **query):
    return [each.record_id for each in service.recordings(RecordingQuery(**query))]


@pytest.mark.parametrize(
    ("count", "calls"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (250, 3)]
)
def test_a_server_that_knows_pages_is_asked_page_by_page(count, calls):
    with pair_of(BigBlueButton) as pair:
        ids = fill(pair, count)
        assert found(pair.service) == ids
        asked = [sent(each) for each in pair.asked("getRecordings")]
        assert len(asked) == calls
        assert [each.get("offset") for each in asked] == [None, "100", "200"][:calls]
        assert {each["limit"] for each in asked} == {"100"}


def test_pages_are_asked_for_as_they_are_needed():
    with pair_of(BigBlueButton) as pair:
        fill(pair, 250)
        listed = pair.service.recordings(RecordingQuery())
        next(listed)
        assert len(pair.asked("getRecordings")) == 1


def recordings(numbers):
    one = "<recording><recordID>r-{:05}</recordID></recording>"
    return ok(f"<recordings>{''.join(one.format(number) for number in numbers)}</recordings>")


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 300])
def test_a_server_that_knows_no_pages_gives_everything_and_nothing_twice(count):
    canned = Canned(recordings(range(count)))
    with connected(BigBlueButton, canned) as service:
        assert found(service) == [f"r-{number:05}" for number in range(count)]
    assert len(canned.asked) == (2 if count == 100 else 1)


def test_a_recording_that_is_finished_meanwhile_hides_no_other():
    """The newest is first in the list: each page begins with the one before's last."""
    pages = iter([range(100), range(99, 199), range(198, 250)])
    canned = Canned(lambda _: recordings(next(pages)))
    with connected(BigBlueButton, canned) as service:
        assert found(service) == [f"r-{number:05}" for number in range(250)]
    assert [sent(each).get("offset") for each in canned.faults.requests] == [None, "100", "200"]


def test_a_server_that_finds_no_end_is_not_asked_for_ever(monkeypatch):
    monkeypatch.setattr(module, "MOST_PAGES", 5)
    numbers = iter(range(0, 10**6, 100))

    def endless(_):
        first = next(numbers)
        return recordings(range(first, first + 100))

    canned = Canned(endless)
    with connected(BigBlueButton, canned) as service:
        assert len(found(service)) == 500
    assert len(canned.asked) == 5


@pytest.mark.parametrize("name", ["meeting_ids", "record_ids"])
def test_ids_too_many_for_a_call_are_asked_for_in_several(pair, name):
    ids = fill(pair, 1500)
    wanted = ids if name == "record_ids" else [f"m-{number:05}" for number in range(1500)]
    assert sorted(found(pair.service, **{name: tuple(wanted)})) == ids
    asked = pair.asked("getRecordings")
    assert all(len(each.query) <= LONGEST_QUERY for each in asked)
    if not isinstance(pair.service, MconfLive) or name == "meeting_ids":
        parameter = "meetingID" if name == "meeting_ids" else "recordID"
        firsts = [each for each in map(sent, asked) if "offset" not in each]
        assert len(firsts) > 1
        assert [one for each in firsts for one in each[parameter].split(",")] == wanted


def test_recordings_too_many_for_a_call_are_changed_in_several(pair):
    ids = fill(pair, 1500)
    pair.service.publish_recordings(ids, published=False)
    assert len(pair.asked("publishRecordings")) > 1
    assert {each.state for each in pair.simulator.recordings.all} == {"unpublished"}
    if not isinstance(pair.service, MconfLive):
        pair.service.update_recordings(ids, {"topic": "Cells"})
        assert len(pair.asked("updateRecordings")) > 1
        assert all(each.metadata["topic"] == "Cells" for each in pair.simulator.recordings.all)
    pair.service.delete_recordings(ids)
    assert {each.state for each in pair.simulator.recordings.all} == {"deleted"}
    for call in ("publishRecordings", "updateRecordings", "deleteRecordings"):
        assert all(len(each.query) <= LONGEST_QUERY for each in pair.asked(call))


def test_meetings_too_many_for_a_call_have_their_attendance_in_several():
    canned = Canned(ok("<stats><meeting><meetingID>m</meetingID></meeting></stats>"))
    with connected(MconfLive, canned) as service:
        ids = [f"lti-{number:032}" for number in range(400)]
        assert len(list(service.attendance(ids))) == len(canned.asked) > 1
    asked = [sent(each)["meetingID"] for each in canned.faults.requests]
    assert [one for each in asked for one in each.split(",")] == ids


def test_lists_are_split_where_they_are_long_and_hold_nothing_twice():
    assert list(split([])) == [[]]
    assert list(split(["a", "b", "a"])) == [["a", "b"]]
    assert list(split(["aa", "bb", "cc"], longest=12)) == [["aa", "bb"], ["cc"]]
    assert list(split(["a" * 50, "b"], longest=10)) == [["a" * 50], ["b"]]
    assert list(split(["é", "è"], longest=10)) == [["é"], ["è"]]
    with pytest.raises(ValueError, match="empty"):
        list(split(["a", " "]))


def test_nothing_is_asked_before_somebody_looks():
    canned = Canned(ok())
    with connected(Meetingz, canned) as service:
        service.recordings(RecordingQuery())
        service.meetings()
    assert canned.asked == []
