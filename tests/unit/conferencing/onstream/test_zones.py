from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.conferencing.onstream import zones
from lti_bridge.conferencing.onstream.zones import ZONES, AccountClock
from lti_bridge.errors import SettingsError
from lti_bridge.settings import values

HOUR = 3_600_000
YEAR = range(
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1000,
    int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()) * 1000,
    HOUR,
)
SUMMERTIME = {
    "UM9": "America/Anchorage",
    "UM8": "America/Los_Angeles",
    "UM7": "America/Denver",
    "UM6": "America/Chicago",
    "UM5": "America/New_York",
    "UM4": "America/Halifax",
    "UM35": "America/St_Johns",
    "UM1": "Atlantic/Azores",
    "UTC": "Europe/London",
    "UP1": "Europe/Berlin",
    "UP95": "Australia/Adelaide",
    "UP10": "Australia/Sydney",
    "UP105": "Australia/Lord_Howe",
    "UP12": "Pacific/Auckland",
    "UP1275": "Pacific/Chatham",
}


def ms(year, month, day, hour=0, minute=0, second=0):
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1000


def hours_of(code):
    """What the code's own characters say: UM35 is 3.5 hours west."""
    if code == "UTC":
        return 0.0
    digits = code[2:]
    whole, part = (digits, "0") if int(digits) <= 14 else (digits[:-1], digits[-1])
    if len(digits) > 2 and digits.endswith("75"):
        whole, part = digits[:-2], "75"
    return float(f"{whole}.{part}") * (-1 if code[1] == "M" else 1)


def test_every_code_of_the_document_is_known_and_no_other():
    assert ZONES.keys() == values._ONSTREAM_ZONES


@pytest.mark.parametrize("code", ZONES)
def test_a_code_says_its_offset_in_hours(code):
    assert ZONES[code].minutes == hours_of(code) * 60


@pytest.mark.parametrize("code", ZONES)
def test_without_daylight_saving_a_year_has_one_offset(code):
    clock = AccountClock(code, "off")
    ahead = timedelta(hours=hours_of(code))
    for moment in YEAR[::29]:
        wall = (datetime.fromtimestamp(moment / 1000, UTC) + ahead).strftime("%Y-%m-%d %H:%M:%S")
        assert clock.wall(moment) == wall
        assert clock.unix_ms(wall) == moment


@pytest.mark.parametrize("code", ZONES)
def test_with_daylight_saving_on_it_is_an_hour_more_all_the_year(code):
    off, on = AccountClock(code, "off"), AccountClock(code, "on")
    for moment in YEAR[::29]:
        assert on.wall(moment) == off.wall(moment + HOUR)
        assert on.unix_ms(on.wall(moment)) == moment


@pytest.mark.parametrize("code", ZONES)
def test_by_the_calendar_a_year_is_as_the_places_have_it(code):
    clock = AccountClock(code, "auto")
    zone = ZoneInfo(SUMMERTIME[code]) if code in SUMMERTIME else None
    twice = 0
    for moment in YEAR if zone else YEAR[::29]:
        there = datetime.fromtimestamp(moment / 1000, zone or UTC)
        if zone is None:
            there += timedelta(hours=hours_of(code))
        wall = there.strftime("%Y-%m-%d %H:%M:%S")
        assert clock.wall(moment) == wall
        if there.fold:
            twice += 1
            assert clock.unix_ms(wall) in {moment - HOUR, moment - HOUR // 2}, "the first is meant"
        else:
            assert clock.unix_ms(wall) == moment
    assert twice == (1 if code in SUMMERTIME else 0)


@pytest.mark.parametrize("code", sorted(SUMMERTIME))
def test_a_calendar_has_the_offset_of_its_code_in_winter(code):
    offsets = {
        datetime.fromtimestamp(moment / 1000, ZoneInfo(ZONES[code].calendar)).utcoffset()
        for moment in YEAR[::24]
    }
    assert min(offsets) == timedelta(hours=hours_of(code))
    assert len(offsets) == 2


def test_the_example_of_the_document():
    """UTC+1 Berlin with DST: 18:00 is 16:00 UTC, and 12:00 for UTC-5 with DST."""
    for setting in ("auto", "on"):
        berlin, new_york = AccountClock("UP1", setting), AccountClock("UM5", setting)
        moment = berlin.unix_ms("2026-07-01 18:00:00")
        assert moment == ms(2026, 7, 1, 16)
        assert new_york.wall(moment) == "2026-07-01 12:00:00"


def test_the_same_clock_differs_between_summer_and_winter_by_the_calendar_only():
    assert AccountClock("UP1", "auto").unix_ms("2026-01-01 18:00:00") == ms(2026, 1, 1, 17)
    assert AccountClock("UP1", "on").unix_ms("2026-01-01 18:00:00") == ms(2026, 1, 1, 16)
    assert AccountClock("UP1", "off").unix_ms("2026-07-01 18:00:00") == ms(2026, 7, 1, 17)


def test_tehran_had_daylight_saving_until_2022():
    clock = AccountClock("UP35")
    assert clock.unix_ms("2022-07-01 12:00:00") == ms(2022, 7, 1, 7, 30)
    assert clock.unix_ms("2026-07-01 12:00:00") == ms(2026, 7, 1, 8, 30)


def test_places_that_left_the_offset_of_their_code_do_not_count():
    assert AccountClock("UM45").wall(ms(2026, 7, 1, 12)) == "2026-07-01 07:30:00", "Caracas"
    assert AccountClock("UP115").wall(ms(2026, 12, 1)) == "2026-12-01 11:30:00", "Norfolk Island"
    assert AccountClock("UP4").wall(ms(2026, 7, 1)) == "2026-07-01 04:00:00", "Moscow"


def test_without_a_code_it_is_utc():
    assert AccountClock(None).wall(ms(2026, 7, 1, 12)) == "2026-07-01 12:00:00"
    assert AccountClock(None, "on").wall(ms(2026, 7, 1, 12)) == "2026-07-01 13:00:00"
    assert AccountClock("UTC").wall(ms(2026, 7, 1, 12)) == "2026-07-01 13:00:00", "London"
    assert AccountClock("UTC", "off").wall(ms(2026, 7, 1, 12)) == "2026-07-01 12:00:00"


def test_of_an_hour_that_comes_twice_the_first_is_meant():
    clock = AccountClock("UP1")
    assert clock.wall(ms(2026, 10, 25, 0, 30)) == clock.wall(ms(2026, 10, 25, 1, 30))
    assert clock.unix_ms("2026-10-25 02:30:00") == ms(2026, 10, 25, 0, 30)


def test_a_time_that_is_leapt_over_is_as_much_later():
    clock = AccountClock("UP1")
    moment = clock.unix_ms("2026-03-29 02:30:00")
    assert moment == ms(2026, 3, 29, 1, 30)
    assert clock.wall(moment) == "2026-03-29 03:30:00"


def test_parts_of_a_second_are_cut_off():
    assert AccountClock("UP1").wall(ms(2026, 1, 1) + 999) == "2026-01-01 01:00:00"
    assert AccountClock(None).wall(-1) == "1969-12-31 23:59:59"


@pytest.mark.parametrize(
    "wall",
    [
        "",
        "0000-00-00 00:00:00",
        "2026-02-30 10:00:00",
        "2026-01-01",
        "2026-01-01T10:00:00",
        "2026-01-01 10:00",
        "2026-01-01 24:00:00",
        " 2026-01-01 10:00:00",
        "2026-01-01 10:00:00\n",
        "٢٠٢٦-01-01 10:00:00",
        "none",
    ],
)
def test_what_is_no_time_is_none(wall):
    assert AccountClock("UP1").unix_ms(wall) is None


@given(st.sampled_from([*ZONES, None]), st.sampled_from(["auto", "on", "off"]), st.text())
def test_nothing_that_is_read_raises(code, setting, wall):
    AccountClock(code, setting).unix_ms(wall)


@pytest.mark.parametrize("code", ZONES)
def test_the_ends_of_time_raise_nothing(code):
    for setting in ("auto", "on", "off"):
        for wall in ("0001-01-01 00:00:00", "9999-12-31 23:59:59"):
            found = AccountClock(code, setting).unix_ms(wall)
            assert found is None or isinstance(found, int)


def test_a_machine_without_calendars_is_told_what_to_do():
    with pytest.raises(SettingsError, match="tzdata") as failure:
        zones._calendar("Nowhere/Atlantis")
    assert failure.value.__context__ is None
    assert AccountClock("UP1", "on").wall(0) == "1970-01-01 02:00:00", "needs none"
