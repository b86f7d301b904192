"""The page of conferencing services."""

from __future__ import annotations

import re

import pytest

from lti_bridge.app.background import jobs_of
from lti_bridge.errors import RemoteError
from tests.campus import MEETINGZ_SECRET
from tests.functional.administrators import at_work
from tests.functional.test_collecting import hold_a_class


@pytest.fixture
def ana(campus):
    return at_work(campus, "ana", ["manageConferencingAccounts"])


def new(campus, **changes):
    return {
        "name": "backup",
        "kind": "meetingz",
        "url": campus.service.url_for(campus.meetingz_server),
        "secret": MEETINGZ_SECRET,
    } | changes


def names(campus):
    return [one.name for one in campus.bridge.store.services.all()]


def test_a_service_is_added_tested_and_launches_go_to_it(campus, ana):
    assert "managed by the settings file" in ana.get("/services").text
    assert ana.post("/services/add", new(campus)).status == 303
    page = ana.get("/services").text
    assert "backup" in page
    assert MEETINGZ_SECRET not in page
    tested = ana.post("/services/test", {"service": "backup"}).text
    assert "create: made" in tested
    assert ">wrong<" not in tested
    assert campus.meetingz.meetings == {}, "its meeting is ended again"
    (line,) = campus.bridge.store.audit.search("service.test")
    assert line.after == {"well": True}
    assert MEETINGZ_SECRET not in str(campus.bridge.store.audit.search())


def test_a_wrong_secret_shows_in_the_test_and_is_replaced(campus, ana):
    ana.post("/services/add", new(campus, secret="not-the-services-own"))
    assert ">wrong<" in ana.post("/services/test", {"service": "backup"}).text
    values = {"service": "backup", "secret": MEETINGZ_SECRET}
    assert ana.post("/services/secret", values).status == 303
    assert ">wrong<" not in ana.post("/services/test", {"service": "backup"}).text


def test_a_new_secret_that_the_service_does_not_take_is_not_used(campus, ana):
    ana.post("/services/add", new(campus))
    wrong = {"service": "backup", "secret": "not-the-services-own"}
    refused = ana.post("/services/secret", wrong)
    assert refused.status == 403
    assert "not-the-services-own" not in refused.text
    assert ">wrong<" not in ana.post("/services/test", {"service": "backup"}).text
    campus.meetingz.faults.set("down")
    assert ana.post("/services/secret", {**wrong, "secret": MEETINGZ_SECRET}).status == 403
    campus.meetingz.faults.clear()
    assert ana.post("/services/secret", {**wrong, "untested": "1"}).status == 303
    assert ">wrong<" in ana.post("/services/test", {"service": "backup"}).text
    (line,) = campus.bridge.store.audit.search("service.secret")
    assert line.after == {"tested": False}


def test_how_busy_services_are_is_shown_once_a_worker_asked(campus, ana):
    page = ana.get("/services").text
    assert "No worker asked yet." in page
    assert "Learning platforms that meet here: <bdi>" in " ".join(page.split())
    assert "they can begin no new meetings" in page
    hold_a_class(campus)
    jobs_of(campus.bridge).loads()
    page = ana.get("/services").text
    assert "Meetings now: 1 · people: 2" in page
    assert page.count('role="img"') == 2
    campus.meetingz.faults.set("500")
    with pytest.raises(RemoteError):
        jobs_of(campus.bridge).loads()
    page = ana.get("/services").text
    assert "Last failure" in page
    assert "getMeetings" in page
    assert ">wrong<" in page


def test_a_service_that_can_not_tell_says_so(new_campus):
    campus = new_campus(kind="onstream", meets=False)
    ana = at_work(campus, "ana", ["manageConferencingAccounts"])
    assert "not told by this service" in ana.get("/services").text


def test_a_service_rests_and_wakes(campus, ana):
    assert ana.post("/services/rest", {"service": "live"}).status == 303
    assert campus.bridge.services.is_resting("live")
    assert "at rest" in ana.get("/services").text
    assert ana.post("/services/rest", {"service": "live", "wake": "1"}).status == 303
    assert not campus.bridge.services.is_resting("live")


def test_removing_takes_a_ticked_box_and_leaves_the_files_own(campus, ana):
    ana.post("/services/add", new(campus))
    assert ana.post("/services/remove", {"service": "backup"}).status == 403
    assert ana.post("/services/remove", {"service": "live", "sure": "1"}).status == 403
    assert ana.post("/services/secret", {"service": "live", "secret": "x"}).status == 403
    assert names(campus) == ["live", "backup"]
    assert ana.post("/services/remove", {"service": "backup", "sure": "1"}).status == 303
    assert names(campus) == ["live"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"kind": "zoom"}, "kind"), ({"url": "nowhere"}, "url"),
     ({"secret": ""}, "secret"), ({"name": "live"}, "name"), ({"kind": "onstream"}, "username"),
     ({"checksum": "md5"}, "checksum"), ({"url": "javascript:alert(1)"}, "url")],
)  # fmt: skip
def test_one_that_cannot_be_added_is_refused_without_its_secret(campus, ana, changes, field):
    typed = new(campus, **changes)
    answer = ana.post("/services/add", typed)
    assert answer.status == 400
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert f'id="{field}-wrong"' in answer.text
    assert f'value="{typed["url"]}"' in answer.text, "what was typed stays"
    assert MEETINGZ_SECRET not in answer.text
    assert names(campus) == ["live"]


@pytest.mark.parametrize("action", ["secret", "rest", "remove", "test"])
@pytest.mark.parametrize("name", ["", "nowhere", "\0"])
def test_a_service_that_is_not_there(ana, action, name):
    answer = ana.post(f"/services/{action}", {"service": name, "sure": "1", "secret": "x"})
    assert answer.status == 503


def test_a_service_that_is_down_says_so_in_its_test(campus, ana):
    campus.meetingz.faults.set("down")
    answer = ana.post("/services/test", {"service": "live"})
    assert answer.status == 200
    assert ">wrong<" in answer.text
