"""How busy services were, by hours and by days of a zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lti_bridge.reports.loads import HOUR_MS, Busy, begin_of, day_of, days_of, hours_of
from lti_bridge.store import Load

TEHRAN, BERLIN = ZoneInfo("Asia/Tehran"), ZoneInfo("Europe/Berlin")


def at(*moment, zone=UTC):
    return int(datetime(*moment, tzinfo=zone).timestamp() * 1000)


def a_load(at_ms, people, own=None, service="live"):
    return Load(service, at_ms, 1, people, 1, own)


def test_an_hour_has_the_most_of_each_service_and_their_sum():
    now = at(2026, 11, 28, 23, 10)
    hours = hours_of(
        [
            a_load(now - 60_000, 30, 10),
            a_load(now, 20, 12),
            a_load(now, 5, 5, "other"),
            a_load(now - HOUR_MS, None, None),
            a_load(now - 24 * HOUR_MS, 99, 99),
        ],
        now,
    )
    assert len(hours) == 24
    assert hours[-1] == Busy(at(2026, 11, 28, 23), 35, 17)
    assert hours[-2] == Busy(at(2026, 11, 28, 22), None, None)
    assert all(hour.people is None for hour in hours[:-2])


def test_days_are_those_of_the_zone():
    now = at(2026, 11, 28, 23, 10)  # the next day has begun in Tehran
    found = days_of([a_load(now, 7, 7), a_load(now - 4 * HOUR_MS, 9, 0)], now, TEHRAN)
    assert len(found) == 28
    assert found[-1] == Busy(at(2026, 11, 29, zone=TEHRAN), 7, 7)
    assert found[-2] == Busy(at(2026, 11, 28, zone=TEHRAN), 9, 0)


def test_a_day_on_which_clocks_change_is_a_day():
    begin, end = day_of(at(2026, 3, 29, 12), BERLIN)
    assert end - begin == 23 * HOUR_MS
    assert begin == begin_of(datetime(2026, 3, 29, tzinfo=BERLIN).date(), BERLIN)
