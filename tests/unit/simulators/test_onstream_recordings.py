"""Recordings and files of the simulated Onstream."""

from datetime import UTC, datetime

import pytest

from lti_bridge.errors import RemoteRejected
from tests.unit.simulators.onstream_service import Service, rest

FILE = {"file_link": "https://files.example.edu/a.pdf?v=1", "is_url": 1}
MISSING = object()


@pytest.fixture
def service():
    with Service() as service:
        service.new_session()
        yield service


def without_missing(given):
    return {name: value for name, value in given.items() if value is not MISSING}


# --- recordings


def test_a_recording_is_made_inside_only_and_tells_all(service):
    service.simulator.timezone = "UP1"
    made_at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    made = service.simulator.add_recording(
        1, title="Week 1: α/β", duration_ms=25880, made_at=made_at
    )
    assert service.simulator.recordings == {made.id: made}
    found = service.ok("GET", "recording/id/1")["recordings"]["recording"]
    assert found == {
        "id": 1,
        "session_id": 1,
        "title": "Week 1: α/β",
        "description": "",
        "password": "",
        "duration": 25880,
        "allow_anonymous_playback": False,
        "recording_link": f"{service.server.url}/play/1-Week-1-%CE%B1-%CE%B2",
        "creation_date": "2026-03-02 00:30:00",
    }


def test_a_recording_has_its_sessions_topic_and_password(service):
    service.new_session(topic="Geometry", password="pw")
    service.simulator.add_recording(2)
    (found,) = service.recordings(**{"return": "title;password"})
    assert found == {"title": "Geometry", "password": "pw"}


def test_there_is_nothing_to_record_without_a_session(service):
    with pytest.raises(RemoteRejected, match="no session 2"):
        service.simulator.add_recording(2)


def test_recordings_are_listed_by_session_count_offset_and_order(service):
    service.new_session()
    for session in (1, 2, 1, 2, 1):
        service.simulator.add_recording(session)

    def ids(path="recordings", **given):
        return [one["id"] for one in service.recordings(path, **given)]

    assert ids() == [1, 2, 3, 4, 5]
    assert ids("recordings/session/1/count/2/offset/1/order/desc/return/id") == [3, 1]
    assert ids(session=2, order="desc") == [4, 2]
    assert ids(session=3) == []


def test_a_hundred_recordings_are_a_page(service):
    for _ in range(101):
        service.simulator.add_recording(1)
    assert len(service.recordings()) == 100


@pytest.mark.parametrize(
    "path",
    ["recordings/count/abcd", "recordings/offset/abcd", "recordings/order/x", "recordings/session/x",
     "recordings/return/topic", "recordings/id/1", "recording", "recording/id/x",
     "recording/id/1/return/topic", "recording/id/1/unknown/1"],
)  # fmt: skip
def test_bad_arguments_of_get_are_refused(service, path):
    service.simulator.add_recording(1)
    assert service.refused("GET", path) == 400


def test_a_single_recording_passes_over_the_cursor(service):
    service.simulator.add_recording(1)
    found = service.ok("GET", "recording/id/1/session/9/count/x/offset/y/order/z/return/id")
    assert found == {"recordings": {"recording": {"id": 1}}}


def test_recordings_outlive_their_session(service):
    service.simulator.add_recording(1)
    service.ok("DELETE", "session", id=1)
    assert [one["id"] for one in service.recordings(session=1)] == [1]


def test_an_edit_changes_what_it_says_and_nothing_else(service):
    service.simulator.add_recording(1)
    before = service.recordings()[0]
    assert service.ok("POST", "recording", id=1) == {"id": 1, "message": "Recording updated"}
    assert service.recordings() == [before]
    changes = {"title": "T", "description": "D", "password": "pw", "allow_anonymous_playback": True}
    service.ok("POST", "recording", id="1", **{**changes, "allow_anonymous_playback": "1"})
    after = service.recordings()[0]
    assert after == {**before, **changes, "recording_link": f"{service.server.url}/play/1-T"}
    service.ok("POST", "recording", id=1, password="")
    assert service.recordings()[0]["password"] == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", MISSING), ("id", "x"), ("title", ""), ("title", []), ("description", {}),
        ("password", True), ("allow_anonymous_playback", "maybe"), ("duration", 5), ("session_id", 2),
    ],
)  # fmt: skip
def test_a_bad_edit_changes_nothing(service, name, value):
    service.simulator.add_recording(1)
    given = without_missing({"id": 1, "title": "T", name: value})
    assert service.refused("POST", "recording", **given) == 400
    assert service.recordings()[0]["title"] == "Algebra"


def test_deleted_recordings_are_gone_and_others_were_never_there(service):
    for _ in range(3):
        service.simulator.add_recording(1)
    messages = [
        service.ok("DELETE", "recording", id=1)["message"],
        service.ok("DELETE", "recording/id/2")["message"],
    ]
    assert messages == ["Recording was deleted", "Recording deleted"]
    for number, status in ((1, 410), (2, 410), (4, 404)):
        assert service.refused("GET", f"recording/id/{number}") == status
        assert service.refused("POST", "recording", id=number, title="T") == status
        assert service.refused("DELETE", "recording", id=number) == status
    assert [one["id"] for one in service.recordings()] == [3]
    for given in ({}, {"id": "x"}, {"id": 3, "session": 1}):
        assert service.refused("DELETE", "recording", **given) == 400


# --- files


def test_a_url_goes_into_the_library_and_into_a_session(service):
    status, headers, _ = service.raw(
        "PUT", "file", rest({**FILE, "file_description": "Slides", "dir_id": 3})
    )
    assert status == 201
    assert headers["Location"] == f"{service.server.url}/api/2/johndoe/file/id/1"
    file = service.simulator.files[1]
    assert (file.file_link, file.is_url, file.file_description) == (
        FILE["file_link"],
        True,
        "Slides",
    )
    status, headers, _ = service.raw(
        "PUT", "file_in_session", rest({"file_id": 1, "session_id": 1})
    )
    assert status == 201
    assert headers["Location"] == f"{service.server.url}/api/2/johndoe/file_in_session/id/1"
    assert service.ok("PUT", "file_in_session", file_id=1, session_id=1, is_auto_opening=1) == {
        "id": 2,
        "message": "File added to session",
    }
    assert [
        (one.id, one.file_id, one.is_auto_opening) for one in service.simulator.sessions[1].files
    ] == [(1, 1, False), (2, 1, True)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("file_link", MISSING), ("file_link", ""), ("file_link", "a.pdf"), ("file_link", "//a.b/c"),
        ("file_link", "ftp://a.b/c"), ("file_link", "https:///c"), ("file_link", "http://[a"),
        ("file_link", 7), ("is_url", MISSING), ("is_url", 0), ("is_url", 2), ("dir_id", "x"),
        ("file_description", "x" * 256), ("unknown", 1),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(service, name, value):
    assert service.refused("PUT", "file", **without_missing({**FILE, name: value})) == 400
    assert service.simulator.files == {}


def test_a_description_may_be_255_characters(service):
    service.ok("PUT", "file", **FILE, file_description="ä" * 255)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("file_id", MISSING, 400), ("file_id", "x", 400), ("file_id", 2, 404),
        ("session_id", MISSING, 400), ("session_id", 2, 404), ("is_auto_opening", "x", 400),
        ("unknown", 1, 400),
    ],
)  # fmt: skip
def test_a_file_goes_only_where_it_can(service, name, value, status):
    service.ok("PUT", "file", **FILE)
    given = without_missing({"file_id": 1, "session_id": 1, name: value})
    assert service.refused("PUT", "file_in_session", **given) == status
    assert service.simulator.sessions[1].files == []
