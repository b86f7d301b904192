"""How busy services are: kept by the minute, thinned to hours, forgotten; on both engines."""

from __future__ import annotations

import pytest

from lti_bridge.store import Load, ServiceFailure
from lti_bridge.store.loads import HOUR_MS
from tests.unit.store.test_services import of_file
from tests.unit.store.values import NOW, a_meeting, at_once

HOUR = NOW // HOUR_MS * HOUR_MS
MINUTE = 60_000


def a_load(at_ms, meetings=1, people: int | None = 1, service="live", own=(0, 0)):
    return Load(service, at_ms, meetings, people, *own)


def test_the_latest_of_each_service_and_what_failed_are_told_apart(store):
    store.services.synchronise([of_file("live"), of_file("other")], NOW)
    store.loads.note(a_load(NOW, 3, 30))
    store.loads.note(a_load(NOW, 9, 90))  # another node, in the same moment: one of them stays
    store.loads.note(a_load(NOW + MINUTE, 4, None, own=(2, None)))
    store.loads.note(a_load(NOW - HOUR_MS, 5, 50, service="other"))
    store.loads.failed("other", "other answered getMeetings with HTTP 500.", NOW)
    store.loads.failed("nobody's", "…", NOW)
    assert store.loads.latest(NOW - MINUTE) == {
        "live": a_load(NOW + MINUTE, 4, None, own=(2, None))
    }
    assert set(store.loads.latest(0)) == {"live", "other"}
    assert store.loads.failures() == {
        "other": ServiceFailure(NOW, "other answered getMeetings with HTTP 500.")
    }


def test_which_meetings_are_ours_is_known_however_many_there_are(store):
    mine = a_meeting(store)
    others = {f"elsewhere-{number}" for number in range(1200)}
    assert store.loads.ours({mine.meeting_id, *others}) == {mine.meeting_id}
    assert store.loads.ours(()) == set()


def test_an_hour_that_is_over_keeps_the_most_there_was(store):
    for minute in range(60):
        store.loads.note(a_load(HOUR + minute * MINUTE, 1 + minute % 7, minute, own=(1, minute)))
    store.loads.note(a_load(HOUR + 5 * MINUTE, 2, None, service="silent"))
    store.loads.note(a_load(HOUR + HOUR_MS, 1, 1))
    before = store.loads.hourly(HOUR)
    assert store.loads.thin(HOUR + HOUR_MS - 1) == 0, "that hour isn't over by then"
    assert sum(at_once(2, lambda _: store.loads.thin(HOUR + HOUR_MS + 5))) == 59
    assert store.loads.thin(HOUR + HOUR_MS + 5) == 0
    assert store.loads.hourly(HOUR) == before
    assert a_load(HOUR, 7, 59, own=(1, 59)) in before
    assert a_load(HOUR, 2, None, service="silent") in before


def test_what_is_old_is_forgotten_in_bites(store):
    for minute in range(700):
        store.loads.note(a_load(NOW + minute * MINUTE))
    bites = []
    while gone := store.loads.forget(NOW + 699 * MINUTE):
        bites.append(gone)
    assert len(bites) == 2
    assert sum(bites) == 699
    assert [load.at_ms for load in store.loads.latest(0).values()] == [NOW + 699 * MINUTE]


@pytest.mark.parametrize("before", [0, -1])
def test_nothing_is_forgotten_of_before_anything(store, before):
    store.loads.note(a_load(NOW))
    assert store.loads.forget(before) == 0
    assert store.loads.thin(before) == 0
