"""Rules, against a plain loop over the days."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from icalendar import vRecur

from lti_bridge.scheduling.recurrence import (
    DAYS,
    MOST_CLASSES,
    Rule,
    RuleError,
    begins,
    rule_from,
    split_at,
    times,
)

BERLIN = "Europe/Berlin"
at = datetime.fromisoformat
ZONES = (BERLIN, "Asia/Tehran", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC", "Pacific/Apia")


def expected(first, rule):
    """Day by day, by the words of RFC 5545, 3.3.10."""
    found, day = [], first.date()
    last = rule.until or date.max
    while day <= last and (rule.count is None or len(found) < rule.count):
        if fits(day, first.date(), rule):
            found.append(datetime.combine(day, first.time()))
        if day - first.date() > timedelta(days=740):
            break
        day += timedelta(days=1)
    return found


def fits(day, first, rule):
    if rule.frequency == "DAILY":
        return (day - first).days % rule.interval == 0
    if rule.frequency == "WEEKLY":
        monday = first - timedelta(days=first.weekday())
        weeks = (day - monday).days // 7
        days = rule.days or (DAYS[first.weekday()],)
        return weeks % rule.interval == 0 and DAYS[day.weekday()] in days
    months = (day.year - first.year) * 12 + day.month - first.month
    if months % rule.interval:
        return False
    if rule.nth is None:
        return day.day == first.day
    if day.weekday() != first.weekday():
        return False
    if rule.nth == -1:
        return day.day + 7 > monthrange(day.year, day.month)[1]
    return (day.day - 1) // 7 + 1 == rule.nth


@some.composite
def series(draw):
    first = draw(
        some.datetimes(min_value=at("2024-01-01T00:00"), max_value=at("2030-01-01T00:00"))
    ).replace(second=0, microsecond=0)
    frequency = draw(some.sampled_from(("DAILY", "WEEKLY", "MONTHLY")))
    ends = draw(some.booleans())
    rule = Rule(
        frequency=frequency,
        interval=draw(some.integers(1, 4)),
        days=(
            tuple(draw(some.lists(some.sampled_from(DAYS), unique=True)))
            if frequency == "WEEKLY"
            else ()
        ),
        nth=(
            draw(some.sampled_from((None, 1, 2, 3, 4, 5, -1))) if frequency == "MONTHLY" else None
        ),
        count=None if ends else draw(some.integers(1, 30)),
        until=first.date() + timedelta(days=draw(some.integers(0, 300))) if ends else None,
    )
    return first, draw(some.sampled_from(ZONES)), rule


@given(series())
def test_the_classes_are_those_of_a_loop_over_the_days(one):
    first, zone, rule = one
    wanted = expected(first, rule)
    if not wanted or (rule.count and len(wanted) < rule.count):
        with pytest.raises(RuleError):
            times(first, zone, rule)
        return
    found = times(first, zone, rule)
    assert [each.wall for each in found] == wanted
    for each in found:
        local = datetime.fromtimestamp(each.ms / 1000, ZoneInfo(zone))
        gap = local.replace(tzinfo=None) - each.wall
        assert timedelta(0) <= gap <= timedelta(hours=1)
        assert local.fold == 0 or gap


@given(series())
def test_a_rule_is_read_as_it_was_written(one):
    first, zone, rule = one
    text = rule.text(first, zone)
    ordered = tuple(day for day in DAYS if day in rule.days)
    again = rule_from(text, zone)
    assert (again.days, again.until, again.count) == (ordered, rule.until, rule.count)
    assert again.text(first, zone) == text
    assert vRecur.from_ical(text)["FREQ"] == [rule.frequency]


@given(series(), some.integers(0, 30))
def test_a_split_series_has_the_same_classes(one, number):
    first, zone, rule = one
    try:
        every = times(first, zone, rule)
    except RuleError:
        return
    cut = every[number % len(every)].ms
    halves = split_at(first, zone, rule, cut)
    if halves is None:
        assert cut == every[0].ms
        return
    kept, start, rest = halves
    both = [*times(every[0].wall, zone, kept), *times(start, zone, rest)]
    assert both == every


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        (BERLIN, "2026-03-28T10:00", "2026-03-28T09:00"),
        (BERLIN, "2026-03-29T10:00", "2026-03-29T08:00"),
        (BERLIN, "2026-03-29T02:30", "2026-03-29T01:30"),  # is 03:30 there
        (BERLIN, "2026-10-25T02:30", "2026-10-25T00:30"),  # the first of two
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45"),
    ],
)
def test_an_hour_on_the_clocks(zone, wall, utc):
    (only,) = times(datetime.fromisoformat(wall), zone, None)
    assert datetime.fromtimestamp(only.ms / 1000, UTC) == datetime.fromisoformat(f"{utc}+00:00")


def test_a_class_keeps_its_hour_across_daylight_saving():
    found = times(at("2026-10-12T10:00"), BERLIN, Rule("WEEKLY", count=4))
    hours = [datetime.fromtimestamp(one.ms / 1000, UTC).hour for one in found]
    assert hours == [8, 8, 9, 9]


def test_the_first_class_is_the_first_by_the_rule():
    monday = at("2026-10-05T10:00")
    rule = Rule("WEEKLY", days=("WE", "FR"), count=2)
    assert begins(monday, rule) == at("2026-10-07T10:00")
    assert begins(monday, None) == monday
    assert [one.wall.day for one in times(monday, BERLIN, rule)] == [7, 9]


@pytest.mark.parametrize(
    "values",
    [
        {"frequency": "YEARLY", "count": 2},
        {"frequency": "DAILY"},
        {"frequency": "DAILY", "count": 2, "until": date(2026, 1, 1)},
        {"frequency": "DAILY", "count": MOST_CLASSES + 1},
        {"frequency": "DAILY", "count": 0},
        {"frequency": "DAILY", "count": 2, "interval": 0},
        {"frequency": "DAILY", "count": 2, "interval": 100},
        {"frequency": "DAILY", "count": 2, "days": ("MO",)},
        {"frequency": "WEEKLY", "count": 2, "days": ("XX",)},
        {"frequency": "WEEKLY", "count": 2, "nth": 1},
        {"frequency": "MONTHLY", "count": 2, "nth": 6},
    ],
)
def test_rules_that_there_are_not(values):
    with pytest.raises(RuleError):
        Rule(**values)


@pytest.mark.parametrize(
    "text",
    [
        "COUNT=3",
        "FREQ=SECONDLY;COUNT=3",
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=x",
        "FREQ=DAILY;COUNT=2;BYHOUR=3",
        "FREQ=DAILY;COUNT=2;WKST=SU",
        "FREQ=MONTHLY;COUNT=2;BYDAY=MO",
        "FREQ=DAILY;UNTIL=yesterday",
        "nonsense",
    ],
)
def test_texts_that_are_no_rule_of_ours(text):
    with pytest.raises(RuleError):
        rule_from(text, BERLIN)


def test_texts_of_others():
    assert rule_from("", BERLIN) is None
    rule = rule_from("RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261231;BYDAY=MO,WE", BERLIN)
    assert rule == Rule("WEEKLY", days=("MO", "WE"), until=date(2026, 12, 31))
    assert rule_from("FREQ=DAILY;UNTIL=20261231T233000Z", BERLIN).until == date(2027, 1, 1)


@pytest.mark.parametrize(
    "rule",
    [
        Rule("DAILY", until=date(2027, 12, 1)),  # more than there may be
        Rule("MONTHLY", until=date(2030, 1, 1)),
        Rule("MONTHLY", count=30),
        Rule("WEEKLY", until=date(2026, 10, 1)),  # before the first
    ],
)
def test_series_that_are_too_long_or_empty(rule):
    with pytest.raises(RuleError):
        times(at("2026-10-05T10:00"), BERLIN, rule)


def test_nothing_is_split_at_the_first_class_or_between_two():
    first = at("2026-10-05T10:00")
    rule = Rule("DAILY", count=3)
    every = times(first, BERLIN, rule)
    assert split_at(first, BERLIN, rule, every[0].ms) is None
    assert split_at(first, BERLIN, rule, every[1].ms + 1) is None
    assert split_at(first, BERLIN, rule, every[2].ms + 1) is None
