"""Times, dates and numbers as each language, zone and calendar has them."""

from __future__ import annotations

from datetime import date, timedelta

import flask
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from jdatetime import date as jalali_date

from lti_bridge.app.languages import LANGUAGES, install
from lti_bridge.reports.cities import cities, is_zone
from lti_bridge.reports.jalali import MONTHS, TRANSLITERATED, jalali_words
from lti_bridge.web.times import Clock, clock, span_of, tell_for
from tests.unit.web.test_tickets import a_session

AUTUMN = 1_796_472_300_000  # 5 December 2026, 12:05 UTC
HOUR = 3_600_000
RLM = "\u200f"

GREGORIAN = {
    "en": "Dec 5, 2026, 3:35\u202fPM – 4:35\u202fPM",
    "ar": f"05{RLM}/12{RLM}/2026، 3:35 م – 4:35 م",
    "de": "05.12.2026, 15:35 – 16:35",
    "es": "5 dic 2026, 15:35 – 16:35",
    "fa": f"5 دسامبر 2026،{RLM} 15:35 – 16:35",
    "fr": "5 déc. 2026, 15:35 – 16:35",
    "pt_BR": "5 de dez. de 2026 15:35 – 16:35",
}
PERSIAN = {
    "en": "Azar 14, 1405",
    "ar": "14 آذر 1405",
    "de": "14. Azar 1405",
    "es": "14 Azar 1405",
    "fa": "14 آذر 1405",
    "fr": "14 Azar 1405",
    "pt_BR": "14 de Azar de 1405",
}
PERSIAN_IN_FULL = {
    "en": "Saturday, Azar 14, 1405",
    "ar": "السبت، 14 آذر 1405",
    "de": "Samstag, 14. Azar 1405",
    "es": "sábado, 14 de Azar de 1405",
    "fa": "شنبه 14 آذر 1405",
    "fr": "samedi 14 Azar 1405",
    "pt_BR": "sábado, 14 de Azar de 1405",
}


def at(language, zone="Asia/Tehran", calendar="gregorian"):
    return Clock(Locale.parse(language), zone, calendar)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_class_is_told_as_the_language_has_it(language):
    assert at(language).span(AUTUMN, AUTUMN + HOUR) == GREGORIAN[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_persian_dates_are_in_the_languages_own_order(language):
    there = at(language, calendar="jalali")
    assert there.day(AUTUMN) == PERSIAN[language]
    assert there.day(AUTUMN, weekday=True) == PERSIAN_IN_FULL[language]


def test_persian_has_its_own_calendar_unless_somebody_chose_another():
    assert at("fa", calendar="").day(AUTUMN) == PERSIAN["fa"]
    assert at("fa").day(AUTUMN) == "5 دسامبر 2026"
    assert at("ar", calendar="").day(AUTUMN) == f"05{RLM}/12{RLM}/2026"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 3, 20), "30 اسفند 1403"),  # of a leap year
        (date(2025, 3, 21), "1 فروردین 1404"),
        (date(2026, 3, 20), "29 اسفند 1404"),
        (date(2026, 3, 21), "1 فروردین 1405"),
        (date(2026, 9, 22), "31 شهریور 1405"),
        (date(2026, 9, 23), "1 مهر 1405"),
    ],
)
def test_the_persian_year_turns_in_spring(day, words):
    assert jalali_words(day, Locale("fa")) == words


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_each_day_follows_the_one_before(day):
    there = jalali_date.fromgregorian(date=day)
    assert jalali_words(day, Locale("en")) == (
        f"{TRANSLITERATED[there.month - 1]} {there.day}, {there.year}"
    )
    assert jalali_words(day, Locale("en")) != jalali_words(day + timedelta(1), Locale("en"))


def test_every_calendar_has_twelve_months():
    assert [len(set(months)) for months in (*MONTHS.values(), TRANSLITERATED)] == [12, 12, 12]


def test_a_day_is_the_readers_own():
    late = AUTUMN + 9 * HOUR  # 21:05 UTC
    assert at("en", "America/New_York").day(late) == "Dec 5, 2026"
    assert at("en", "Asia/Tokyo").day(late) == "Dec 6, 2026"
    assert at("de", "Asia/Tehran").span(late - 2 * HOUR, late) == (
        "05.12.2026, 22:35 – 06.12.2026, 00:35"
    )


def test_where_no_zone_is_known_it_says_so():
    assert at("de", "").span(AUTUMN, None) == "05.12.2026, 12:05 UTC"
    assert at("de", "").span(AUTUMN, AUTUMN + HOUR) == "05.12.2026, 12:05 – 13:05 UTC"
    assert at("de", "UTC").span(AUTUMN, AUTUMN - HOUR) == "05.12.2026, 12:05"


@pytest.mark.parametrize(
    ("moment", "hour"), [(1_792_810_800_000, "05:00"), (1_792_897_200_000, "04:00")]
)
def test_the_hour_follows_daylight_saving(moment, hour):
    assert at("de", "Europe/Berlin").time(moment) == hour


def test_pages_tell_times_as_their_session_has_it():
    app = flask.Flask(__name__)
    install(app)
    with app.test_request_context():
        assert span_of(None, None) is None
        assert span_of(AUTUMN, None).words == "Dec 5, 2026, 12:05\u202fPM UTC"
        tell_for(a_session(zone="Asia/Tehran", calendar="jalali"))
        assert clock().is_jalali
        span = span_of(AUTUMN, AUTUMN + HOUR)
        assert span.words == "Azar 14, 1405, 3:35\u202fPM – 4:35\u202fPM"
        assert span.begins == "2026-12-05T12:05:00+00:00"
        assert span.ends == "2026-12-05T13:05:00+00:00"
        assert span_of(AUTUMN, AUTUMN - HOUR).ends == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_finds_their_city(language):
    known = dict(cities(Locale.parse(language)))
    assert len(known) > 300
    assert {"Europe/Berlin", "Asia/Tehran", "America/Sao_Paulo", "America/New_York"} <= set(known)
    assert all(is_zone(name) and city for name, city in known.items())


def test_cities_are_called_as_people_call_them():
    assert dict(cities(Locale("fa")))["Asia/Tehran"] == "تهران"
    assert dict(cities(Locale("es")))["Europe/London"] == "Londres"


@pytest.mark.parametrize("name", ["", "Mars/Base", "../../etc/passwd", "x" * 10_000, "\x00", "utc"])
def test_what_is_no_zone_is_none(name):
    assert not is_zone(name)
