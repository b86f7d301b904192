"""What classes leave behind comes into the bridge's own tables, and out by the reporting API."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import text

from lti_bridge.app.background import jobs_of
from lti_bridge.errors import RemoteError
from lti_bridge.http import Client
from lti_bridge.meets_api import MeetsClient
from lti_bridge.reports import RecordingBook
from lti_bridge.settings import Meets
from lti_bridge.store import Onlooker
from tests.campus import FAMILY, Server
from tests.functional.test_every_service import class_page
from tests.functional.tools import LTI
from tests.unit.store.values import at_once

RECORDED = {f"{LTI}custom": {"record": "true", "embed": "true", "action": "join"}}
MINUTES = 60.0


def later(campus, minutes):
    return replace(jobs_of(campus.bridge), now=lambda: time.time() + minutes * MINUTES)


@pytest.fixture
def reports():
    """Our own client of MEETS, reading the bridge."""
    clients = []

    def of(campus):
        _, token = campus.bridge.store.tokens.add("test", ["viewData", "manageContent"], 0)
        http = Client(allow_http=True, allow_private_networks=True)
        clients.append(http)
        settings = Meets(url=f"{campus.url}/api/meets", username="x", password=token)
        return MeetsClient(settings, http)

    yield of
    for client in clients:
        client.close()


def hold_a_class(campus):
    for person in (campus.teacher, campus.student):
        class_page(campus.launch(person, campus.link(), claims=RECORDED))


@pytest.fixture
def backup():
    """A second service, with a secret of its own."""
    server = Server(FAMILY["mconf"](secret="the-secret-of-the-second-service"))
    yield f"""
[[conferencing]]
name = "backup"
kind = "mconf"
url = "{server.app.url_for(server)}"
secret = "the-secret-of-the-second-service"
"""
    server.stop()


def book(campus):
    return RecordingBook(campus.bridge.store.recordings, campus.bridge.services, allow_http=True)


def end_it(campus):
    (meeting,) = campus.service.meetings.values()
    with campus.service._calls.meetings.lock:
        campus.service._calls.meetings.end(meeting)
    campus.service.settle(10)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.parametrize("kind", ["bigbluebutton", "mconf"])
def test_a_class_leaves_its_attendance_and_recording(new_campus, reports, kind, engine):
    campus = new_campus(engine, kind=kind)
    hold_a_class(campus)
    client = reports(campus)
    (event,) = client.list_conferencing_events()
    assert list(client.get_conferencing_event_attendance(event.meets_id).entries) == []
    end_it(campus)
    assert later(campus, 10).collect_records() == 1
    (event,) = client.list_conferencing_events()
    assert event.conferencing_service == kind
    assert (event.host.name_first, event.host.name_last) == ("Ana", "Pereira")
    found = client.get_conferencing_event_attendance(event.meets_id)
    assert found.is_final
    assert {(e.attendee_name.rpartition("Dr. ")[2], e.was_host) for e in found.entries} == {
        ("Ana Pereira", True),
        ("Ben Okafor", False),
    }
    assert {e.email_address for e in found.entries} == {
        "ana.pereira@riverbank.example", "ben.okafor@riverbank.example",
    }  # fmt: skip
    (recording,) = client.list_conference_recordings()
    assert recording.event == event
    (location,) = client.download_conference_recording(recording.meets_id).locations
    assert location.startswith("http")
    before = campus.service.faults.requests
    assert later(campus, 11).collect_records() == 0, "not yet again"
    assert len(campus.service.faults.requests) == len(before)
    assert later(campus, 45).collect_records() == 1
    again = client.get_conferencing_event_attendance(event.meets_id)
    assert again == found, "collected twice, there once"


def test_a_recording_that_the_service_deleted_disappears(new_campus, reports):
    campus = new_campus(kind="bigbluebutton")
    hold_a_class(campus)
    end_it(campus)
    later(campus, 10).collect_records()
    client = reports(campus)
    (recording,) = client.list_conference_recordings()
    service = campus.bridge.services.service_for("live")
    (there,) = service.recordings(
        __import__("lti_bridge.conferencing").conferencing.RecordingQuery()
    )
    service.delete_recordings([there.record_id])
    later(campus, 45).collect_records()
    assert list(client.list_conference_recordings()) == []
    with pytest.raises(RemoteError) as gone:
        client.download_conference_recording(recording.meets_id)
    assert gone.value.code == "recording_gone"


def test_a_service_that_fails_leaves_its_meetings_due(new_campus):
    campus = new_campus(kind="mconf")
    hold_a_class(campus)
    end_it(campus)
    for fault in ("500", "html", "down"):
        campus.service.faults.set(fault)
        with pytest.raises(RemoteError):
            later(campus, 10).collect_records()
    campus.service.faults.clear()
    campus.restart()
    assert later(campus, 10).collect_records() == 1


def test_what_a_service_tells_is_collected_at_once(new_campus):
    campus = new_campus(kind="bigbluebutton")
    hold_a_class(campus)
    assert later(campus, 10).collect_records() == 1
    campus.service.settle(0)
    end_it(campus)
    jobs = jobs_of(campus.bridge)
    with campus.bridge.store.database.writing.begin() as connection:
        connection.execute(text("UPDATE meetings SET collected_ms = 5"))
    assert jobs.collect_records() == 1
    assert jobs.collect_records() == 0


@pytest.mark.parametrize("kind", ["meetingz", "onstream"])
def test_services_that_tell_less_are_asked_for_what_they_have(new_campus, reports, kind):
    campus = new_campus(kind=kind)
    for person in (campus.teacher, campus.student):
        campus.launch(person, campus.link("window"))
    assert later(campus, 10).collect_records() == 1
    (event,) = reports(campus).list_conferencing_events()
    assert event.conferencing_service == kind


def test_two_workers_never_get_the_same_meeting(new_campus):
    campus = new_campus("postgresql")
    for link in ("frame", "window", "join"):
        campus.launch(campus.teacher, campus.link(link))
    now_ms = int(time.time() * 1000) + 600_000
    taken = at_once(4, lambda _: [one.id for one in campus.bridge.store.records.take_due(now_ms)])
    ids = [one for some in taken for one in some]
    assert len(ids) == len(set(ids))


def test_a_recording_that_is_ready_is_there_after_the_next_run_however_late(new_campus):
    campus = new_campus(kind="bigbluebutton")
    campus.service._recordings.publish_at_once = False
    hold_a_class(campus)
    end_it(campus)
    assert later(campus, 10).collect_records() == 1
    (one,) = campus.service.recordings.all
    with campus.bridge.store.database.writing.begin() as connection:
        connection.execute(text("UPDATE meetings SET used_ms = 5, collected_ms = 5"))
    campus.service.recordings.finish(one.record_id)
    campus.service.settle(10)
    jobs = jobs_of(campus.bridge)
    assert jobs.collect_records() == 1
    states = text("SELECT state FROM recordings")
    assert campus.bridge.store.database.read(lambda c: c.execute(states).scalars().all()) == [
        "published"
    ]
    assert jobs.collect_records() == 0


def test_a_recording_deleted_long_after_class_disappears_within_a_day(new_campus):
    campus = new_campus(kind="mconf")
    hold_a_class(campus)
    end_it(campus)
    later(campus, 10).collect_records()
    (one,) = campus.service.recordings.all
    campus.bridge.services.service_for("live").delete_recordings([one.record_id])
    assert later(campus, 30 * 24 * 60).collect_records() == 1
    gone = text("SELECT gone FROM recordings")
    assert campus.bridge.store.database.read(lambda c: c.execute(gone).scalars().all()) == [1]


def test_what_a_course_left_at_the_service_of_before_is_collected_and_changed_there(
    new_campus, backup
):
    campus = new_campus(kind="bigbluebutton")
    campus.service._recordings.publish_at_once = False
    hold_a_class(campus)
    end_it(campus)
    campus.restart(backup)
    store = campus.bridge.store
    meeting = store.meetings.by_id(1)
    store.meetings.ended(meeting.id, int(time.time() * 1000))
    store.services.assign_course(meeting.course_id, "backup")
    assert campus.bridge.follow_platforms() == 1
    hold_a_class(campus)

    (made,) = campus.service.recordings.all
    campus.service.recordings.finish(made.record_id)
    campus.service.settle(10)
    notices = store.database.read(
        lambda c: c.execute(text("SELECT kind FROM notices")).scalars().all()
    )
    assert {"attendance", "recording"} <= set(notices), "told with the secret of before"
    later(campus, 10).collect_records()
    teacher = Onlooker(meeting.course_id, None, leads=True)
    page = book(campus).page(teacher)
    (found,) = page.recordings
    assert (found.kept.service, found.state) == ("live", "published")
    book(campus).publish(teacher, found.id, published=False)
    assert campus.service.recordings.all[0].state == "unpublished"
    stays = text("SELECT count(*) FROM attendances WHERE source = 'service'")
    assert store.database.read(lambda c: c.execute(stays).scalar_one()) >= 2, "of both services"

    later(campus, 45).collect_records()
    assert book(campus).page(teacher).total == 1, "that the other has none says nothing"
    campus.bridge.services.service_for("live").delete_recordings([made.record_id])
    later(campus, 80).collect_records()
    assert book(campus).page(teacher).total == 0


def test_a_service_of_before_that_is_not_there_any_more_holds_nothing_up(new_campus, backup):
    campus = new_campus(kind="mconf")
    campus.restart(backup)
    store = campus.bridge.store
    hold_a_class(campus)
    end_it(campus)
    later(campus, 10).collect_records()
    with store.database.writing.begin() as connection:
        connection.execute(text("UPDATE meetings SET came_from = 'given-up', collected_ms = 5"))
        connection.execute(text("UPDATE recordings SET service = 'given-up'"))
    assert later(campus, 45).collect_records() == 1
    (one,) = book(campus).page(Onlooker(1, None, leads=True)).recordings
    assert one.kept.record_id == campus.service.recordings.all[0].record_id
