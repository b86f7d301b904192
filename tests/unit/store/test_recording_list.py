"""Recordings of all courses, as administrators find them, on both engines."""

from __future__ import annotations

import pytest

from lti_bridge.store import FoundRecording, RecordingSearch, Seen
from tests.unit.store.test_sampling import a_person
from tests.unit.store.values import NOW, a_meeting


def found(record_id, name="", state="published"):
    return FoundRecording(record_id, name, state, NOW, NOW + 1, 60_000, 3, "[]")


@pytest.fixture
def listed(store):
    """Two recordings of one class, and one of another on another service."""
    one, other = a_meeting(store), a_meeting(store, "other", service="second")
    store.records.save_recordings(
        one.id, "live", [found("r1", "Week 1"), found("r2", one.name, "unpublished")], NOW
    )
    store.records.save_recordings(other.id, "second", [found("r3"), found("r4")], NOW)
    store.records.save_recordings(other.id, "second", [found("r3")], NOW)
    return one


def ids(store, before=None, limit=50, **wanted):
    lines = store.recording_list.search(RecordingSearch(**wanted), before_id=before, limit=limit)
    return [line.record_id for line in lines]


def test_they_are_listed_with_where_they_belong_the_last_first(store, listed):
    assert ids(store) == ["r3", "r2", "r1"], "r4 is gone"
    third, second, first = store.recording_list.search(RecordingSearch())
    assert (first.name, first.service, first.course_title) == ("Week 1", "live", "Biology")
    assert second.name == listed.name, "it has no name of its own"
    assert first.course_id == second.course_id == listed.course_id
    assert ids(store, before=third.id, limit=1) == ["r2"]
    assert store.recording_list.find(first.id) == first
    assert store.recording_list.find(first.id + 999) is None


def test_they_are_found_by_course_person_platform_state_and_service(store, listed):
    ann = a_person(store, "ann")
    store.sampling.saw(listed.id, [Seen(str(ann), "Ann")], NOW)
    course = store.recording_list.search(RecordingSearch())[0].course
    assert ids(store, course=course) == ["r3", "r2", "r1"]
    assert ids(store, course=course + 1) == []
    assert ids(store, person=ann) == ["r2", "r1"]
    assert ids(store, person=ann + 1) == []
    assert ids(store, connection_id=1, state="unpublished") == ["r2"]
    assert ids(store, connection_id=2) == []
    assert ids(store, service="second") == ["r3"]
    assert ids(store, service="'; DROP TABLE recordings; --") == []
