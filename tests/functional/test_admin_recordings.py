"""Recordings of all courses: watched, shown, hidden, deleted; and who may."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from lti_bridge.store.tables import RecordingRow
from tests.functional.administrators import at_work
from tests.functional.test_recordings import ids, state_of, with_recordings

WHO = "manageContent"


@pytest.fixture
def campus(new_campus):
    return with_recordings(new_campus(kind="bigbluebutton", meets=False))


@pytest.fixture
def ana(campus):
    ana = at_work(campus, "ana", [WHO])
    assert ana.get("/").location == "/admin/recordings"
    ana.get("/recordings")
    return ana


def lines(campus, action="recording"):
    return [(line.action, line.after) for line in campus.bridge.store.audit.search(action)]


def test_a_recording_is_hidden_and_shown_at_its_service(campus, ana):
    page = ana.get("/recordings").text
    assert "Week 1" in page
    assert "Week 2" in page
    number = ids(campus)["rec-1"]
    done = ana.post(f"/recordings/{number}/publish?service=live", {"published": "false"})
    assert done.location == "/admin/recordings?service=live&done=saved"
    assert "Saved" in ana.get("/recordings?service=live&done=saved").text
    assert state_of(campus, "rec-1") == "unpublished"
    ana.post(f"/recordings/{number}/publish", {"published": "true"})
    assert state_of(campus, "rec-1") == "published"
    assert lines(campus) == [("recording.show", {}), ("recording.hide", {})]


def test_deleting_is_asked_once_more_and_done_at_the_service(campus, ana):
    number = ids(campus)["rec-1"]
    assert "for good" in ana.get(f"/recordings/{number}/delete").text
    assert state_of(campus, "rec-1") == "published", "nothing was done yet"
    assert ana.post(f"/recordings/{number}/delete").status == 303
    assert "Week 1" not in ana.get("/recordings").text
    assert [one.record_id for one in campus.service.recordings.all if one.state != "deleted"] == [
        "rec-2"
    ]
    assert lines(campus) == [("recording.delete", {})]
    assert ana.post(f"/recordings/{number}/delete").status == 403


def test_watching_one_leads_to_its_service_and_is_written_down(campus, ana):
    answer = ana.get(f"/recordings/{ids(campus)['rec-1']}/watch")
    assert answer.status == 303
    assert answer.location.startswith(campus.meetingz_server.url)
    assert lines(campus) == [("recording.watch", {})]


def test_of_a_service_that_is_gone_recordings_are_listed_and_nothing_is_offered(campus, ana):
    store = campus.bridge.store
    number = ids(campus)["rec-1"]
    change = update(RecordingRow).values(service="gone", formats="[]")
    store.database.write(lambda c: c.execute(change))
    page = ana.get("/recordings").text
    assert "Week 1" in page
    assert ">Hide<" not in page
    assert ana.post(f"/recordings/{number}/publish", {"published": "false"}).status == 503
    assert ana.get(f"/recordings/{number}/watch").status == 403, "no address to go to"


def test_a_service_that_fails_changes_nothing_and_the_log_says_so(campus, ana):
    campus.service.faults.set("500")
    number = ids(campus)["rec-1"]
    for path in ("publish", "delete"):
        assert ana.post(f"/recordings/{number}/{path}", {"published": "false"}).status == 503
    campus.service.faults.clear()
    assert state_of(campus, "rec-1") == "published"
    assert "Week 1" in ana.get("/recordings").text
    assert [after.get("failed", "") != "" for _, after in lines(campus)] == [
        True, False, True, False,
    ]  # fmt: skip


def test_they_are_found_by_what_is_known_and_nothing_hostile_is_believed(campus, ana):
    assert "Week 2" not in ana.get("/recordings?state=published").text
    assert "Nothing found" in ana.get("/recordings?service=nowhere").text
    assert "Nothing found" in ana.get("/recordings?course=99999").text
    assert "Nothing found" in ana.get("/recordings?person=99999").text
    for text in ("x", "-1", "9" * 40, "%00", "'; DROP TABLE recordings; --".replace(" ", "%20")):
        for name in ("course", "person", "platform", "state", "service", "before"):
            assert ana.get(f"/recordings?{name}={text}").status == 200, (name, text)
    for number in ("0", "999", "9" * 40):
        for path in ("watch", "delete"):
            assert ana.get(f"/recordings/{number}/{path}").status == 403
        for path in ("publish", "delete"):
            assert ana.post(f"/recordings/{number}/{path}").status == 403
    assert ana.get("/recordings/x/watch").status == 404


@pytest.mark.parametrize(
    ("permission", "opened"),
    [
        ("manageConnections", {"/platforms"}),
        ("manageConferencingAccounts", {"/services"}),
        ("manageContent", {"/recordings"}),
        ("viewData", {"/overview", "/launches"}),
        ("manageAdmins", {"/administrators", "/audit"}),
    ],
)
def test_each_permission_opens_its_own_pages(campus, permission, opened):
    someone = at_work(campus, "bob", [permission])
    every = {"/platforms", "/services", "/recordings", "/overview", "/launches",
             "/administrators", "/audit"}  # fmt: skip
    assert {path for path in every if someone.get(path).status == 200} == opened
    navigation = someone.get("/me").text.split("<nav", 1)[1].split("</nav>")[0]
    assert {path for path in every if f'"/admin{path}"' in navigation} == opened
