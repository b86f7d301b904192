"""How the bridge fares, at a glance, on both engines."""

from __future__ import annotations

from sqlalchemy import update

from lti_bridge.store import LaunchEntry
from lti_bridge.store.overview import DAY_MS, HOUR_MS
from lti_bridge.store.tables import MeetingRow
from tests.unit.store.values import NOW, a_meeting

TODAY = (NOW // DAY_MS * DAY_MS, NOW // DAY_MS * DAY_MS + DAY_MS)


def test_an_empty_bridge_has_nothing_to_show(store):
    glance = store.overview.glance(NOW, TODAY)
    assert (glance.classes_now, glance.classes_today, glance.entered_people) == (0, 0, 0)
    assert len(glance.hours) == 24
    assert glance.outcomes == {}
    assert glance.reasons == {}


def test_launches_are_counted_by_outcome_and_reason(store):
    joined = {"outcome": "joined", "milliseconds": 1, "meeting_id": 1}
    store.launches.add(
        [
            LaunchEntry("AAAA-0001", NOW - 5, user_id=1, **joined),
            LaunchEntry("AAAA-0002", NOW - 4, user_id=1, **joined),
            LaunchEntry("AAAA-0003", NOW - 3, user_id=2, **joined),
            LaunchEntry("AAAA-0004", NOW - HOUR_MS, user_id=3, **joined),
            LaunchEntry("AAAA-0005", NOW - 2, "refused", 1, reason="expired"),
            LaunchEntry("AAAA-0006", NOW - 2, "refused", 1, reason="expired"),
            LaunchEntry("AAAA-0007", NOW - 2, "refused", 1, reason="replay"),
            LaunchEntry("AAAA-0008", NOW - DAY_MS, "refused", 1, reason="too long ago"),
        ]
    )
    glance = store.overview.glance(NOW, TODAY)
    assert (glance.entered_classes, glance.entered_people) == (1, 2)
    assert glance.outcomes == {"joined": 4, "refused": 3}
    assert list(glance.reasons.items()) == [("expired", 2), ("replay", 1)]
    by_hour = {hour.begins_ms: dict(hour.outcomes) for hour in glance.hours if hour.outcomes}
    assert by_hour == {
        NOW // HOUR_MS * HOUR_MS: {"joined": 3, "refused": 3},
        NOW // HOUR_MS * HOUR_MS - HOUR_MS: {"joined": 1},
    }


def test_classes_of_now_and_of_the_readers_own_day_are_counted(store):
    def a_class(link, begins_ms, **changes):
        one = a_meeting(store, link)
        values = {"begins_ms": begins_ms, "ends_ms": begins_ms + HOUR_MS, **changes}
        statement = update(MeetingRow).where(MeetingRow.id == one.id).values(values)
        store.database.write(lambda c: c.execute(statement))

    begin, end = TODAY
    a_class("now", NOW - 1)
    a_class("over", NOW - HOUR_MS)
    a_class("called off", NOW - 1, cancelled_ms=1)
    a_class("at midnight", begin)
    a_class("late", end - 1)
    a_class("tomorrow", end)
    a_class("yesterday", begin - 1)
    a_meeting(store, "standing")
    glance = store.overview.glance(NOW, TODAY)
    assert (glance.classes_now, glance.classes_today) == (1, 4)
    assert store.overview.glance(begin, TODAY).classes_now == 2, "also what began yesterday"
