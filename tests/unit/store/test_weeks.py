"""Classes and people of a week, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

from lti_bridge.store import FoundStay, LaunchEntry, Seen, Week
from lti_bridge.store.weeks import DAY_MS, WEEK_MS, monday
from tests.unit.store.test_sampling import a_person
from tests.unit.store.values import NOW, a_meeting

MONDAY = monday(NOW)


def test_weeks_begin_on_mondays():
    begins = datetime.fromtimestamp(MONDAY / 1000, UTC)
    assert begins.isoweekday() == 1
    assert (begins.hour, begins.minute) == (0, 0)
    assert monday(MONDAY) == MONDAY
    assert monday(MONDAY - 1) == MONDAY - WEEK_MS


def test_a_class_counts_once_a_day_and_a_person_once_a_week(store):
    one, other = a_meeting(store), a_meeting(store, link="other")
    ann = a_person(store, "ann")
    noon, number = MONDAY + DAY_MS // 2, str(ann)
    for day in (0, 2):
        at_ms = noon + day * DAY_MS
        store.sampling.saw(one.id, [Seen(number, "Ann"), Seen("guest-7", "G")], at_ms)
        stays = [FoundStay(number, "Ann", at_ms + 5, at_ms + 10)]
        store.records.save_attendance(one.id, "service", stays, is_final=True)
    launch = {"outcome": "joined", "milliseconds": 1, "user_id": ann}
    store.launches.add(
        [
            LaunchEntry("AAAA-0001", noon, meeting_id=one.id, **launch),
            LaunchEntry("AAAA-0002", noon, meeting_id=other.id, **launch),
            LaunchEntry("AAAA-0003", noon, meeting_id=None, **launch),
            LaunchEntry("AAAA-0004", MONDAY - 1, meeting_id=other.id, **launch),
            LaunchEntry("AAAA-0005", noon, "refused", 1, meeting_id=other.id, user_id=99),
        ]
    )
    assert store.weeks.count(MONDAY, NOW) == Week(MONDAY, 3, 2)
    assert store.weeks.count(MONDAY, NOW) == Week(MONDAY, 3, 2)
    assert store.weeks.count(MONDAY - WEEK_MS, NOW) == Week(MONDAY - WEEK_MS, 1, 1)
    assert [week.classes for week in store.weeks.since(MONDAY - WEEK_MS)] == [1, 3]
    assert store.weeks.since(MONDAY + 1) == []
