"""Calendars as programs read them: right hours, moves, cancellations, and every line as it must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.reports.calendars import Manner, calendar_of, calendar_of_one
from lti_bridge.reports.homes import home_of
from lti_bridge.reports.zones import timezone_of
from lti_bridge.store import FeedClass, FeedCourse, Series, Shown
from tests.unit.reports.reading import carried_zone, components, occurrences

MOODLE = "https://moodle.example.edu/sub/mod/lti/return.php?course=7&sesskey=aB3dE5"
COURSE = FeedCourse(7, "Algebra I", "Moodle", "7")
MANNER = Manner("Algebra I", "Open the course to join.", "bridge.example.edu")
CHANGED = 1_790_000_000_000
HOUR = 3_600_000
STARTS, RULE = "2026-10-09T10:00:00", "FREQ=WEEKLY;COUNT=5"


def ms(text, zone="Europe/Berlin"):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


def a_series(**changes):
    values = {
        "id": 1,
        "course_id": 7,
        "uid": "5f0c@bridge.example.edu",
        "title": "Lecture",
        "text": "",
        "zone": "Europe/Berlin",
        "starts": STARTS,
        "minutes": 90,
        "rule": RULE,
        "sequence": 0,
        "updated_ms": CHANGED,
    }
    return Series(**{**values, **changes})


def classes_of(series):
    """A meeting for each occurrence, as scheduling makes them."""
    first = datetime.fromisoformat(series.starts).replace(tzinfo=ZoneInfo(series.zone))
    begins = rrulestr(series.rule, dtstart=first) if series.rule else [first]
    return [
        a_class(number, series, int(each.timestamp()) * 1000) for number, each in enumerate(begins)
    ]


def a_class(number, series, begins_ms, **changes):
    values = {
        "id": 100 + number,
        "course_id": 7,
        "series_id": series.id if series else None,
        "title": series.title if series else "Exam",
        "text": series.text if series else "",
        "begins_ms": begins_ms,
        "ends_ms": begins_ms + 60_000 * (series.minutes if series else 60),
        "occurrence_ms": begins_ms if series else None,
        "cancelled_ms": None,
        "sequence": 0,
        "logout_url": MOODLE,
        "made_ms": CHANGED,
    }
    return FeedClass(**{**values, **changes})


def written(series, classes, manner=MANNER, course=COURSE):
    return calendar_of(Shown([course], [series] if series else [], classes), manner)


def events_of(body):
    return [part for part in components(body).parts if part.kind == "VEVENT"]


# Hours


def test_a_weekly_class_keeps_its_hour_when_clocks_change():
    series = a_series()
    shown = occurrences(written(series, classes_of(series)))
    assert [one.wall for one in shown] == [
        "2026-10-09 10:00", "2026-10-16 10:00", "2026-10-23 10:00",
        "2026-10-30 10:00", "2026-11-06 10:00",
    ]  # fmt: skip
    assert [one.utc[11:] for one in shown] == ["08:00", "08:00", "08:00", "09:00", "09:00"]
    assert {one.ends - one.begins for one in shown} == {timedelta(minutes=90)}


@pytest.mark.parametrize(
    ("zone", "starts", "hours"),
    [
        ("Europe/Berlin", "2026-03-22T02:30:00", ["01:30", "01:30", "00:30"]),  # 02:30 isn't there
        ("America/New_York", "2026-10-25T01:30:00", ["05:30", "05:30", "06:30"]),  # is there twice
        ("Australia/Lord_Howe", "2026-09-27T09:00:00", ["22:30", "22:00", "22:00"]),  # half an hour
        ("Africa/Casablanca", "2026-02-08T09:00:00", ["08:00", "09:00", "09:00"]),
        ("Asia/Tehran", "2026-03-18T08:00:00", ["04:30", "04:30", "04:30"]),
        ("Asia/Kathmandu", "2026-03-18T08:00:00", ["02:15", "02:15", "02:15"]),
        ("America/Sao_Paulo", "2026-10-30T19:00:00", ["22:00", "22:00", "22:00"]),
        ("UTC", "2026-10-18T10:00:00", ["10:00", "10:00", "10:00"]),
    ],
)
def test_every_zone_goes_by_its_own_rules(zone, starts, hours):
    series = a_series(zone=zone, starts=starts, rule="FREQ=WEEKLY;COUNT=3")
    classes = classes_of(series)
    shown = occurrences(written(series, classes))
    assert [one.utc[11:] for one in shown] == hours
    assert [int(one.begins.timestamp()) * 1000 for one in shown] == [
        one.begins_ms for one in classes
    ]


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Pacific/Apia",
    ],
)
@given(minutes=st.integers(0, 2 * 366 * 24 * 60))
def test_the_zone_that_goes_along_is_the_zone(zone, minutes):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    carried = _carried(zone)
    there = moment.astimezone(ZoneInfo(zone))
    wall = there.replace(tzinfo=carried)
    if not there.fold:  # of an hour that comes twice, calendars have the first
        assert wall.utcoffset() == there.utcoffset()


_ZONES = {}


def _carried(zone):
    if zone not in _ZONES:
        first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in (2026, 2029))
        body = (
            b"BEGIN:VCALENDAR\r\n" + timezone_of(zone, first, last).to_ical() + b"END:VCALENDAR\r\n"
        )
        _ZONES[zone] = carried_zone(body, zone)
    return _ZONES[zone]


def test_a_zone_that_never_changes_has_one_state():
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    assert len(timezone_of("Asia/Tehran", first, last).subcomponents) == 1


# Changes


def test_a_class_that_was_moved_is_where_it_was_moved_to():
    series = a_series()
    classes = classes_of(series)
    to = ms("2026-10-31T16:00:00")
    classes[3] = replace(classes[3], begins_ms=to, ends_ms=to + HOUR, sequence=2)
    body = written(series, classes)
    assert [one.wall for one in occurrences(body)] == [
        "2026-10-09 10:00", "2026-10-16 10:00", "2026-10-23 10:00",
        "2026-10-31 16:00", "2026-11-06 10:00",
    ]  # fmt: skip
    master, moved = events_of(body)
    assert moved.value("UID") == master.value("UID") == series.uid
    assert moved.all("RECURRENCE-ID") == [({"TZID": "Europe/Berlin"}, "20261030T100000")]
    assert int(moved.value("SEQUENCE")) > int(master.value("SEQUENCE"))
    assert moved.value("RRULE") == ""


def test_one_that_was_cancelled_is_said_to_be_cancelled():
    series = a_series()
    classes = classes_of(series)
    classes[1] = replace(classes[1], cancelled_ms=CHANGED + HOUR, sequence=1)
    body = written(series, classes)
    assert [one.status for one in occurrences(body)] == [
        "CONFIRMED", "CANCELLED", "CONFIRMED", "CONFIRMED", "CONFIRMED"
    ]  # fmt: skip
    cancelled = events_of(body)[1]
    assert cancelled.value("RECURRENCE-ID") == "20261016T100000"
    assert (
        cancelled.value("LAST-MODIFIED")
        == f"{datetime.fromtimestamp((CHANGED + HOUR) / 1000, UTC):%Y%m%dT%H%M%SZ}"
    )


def test_what_the_rule_has_and_nobody_holds_is_left_out():
    series = a_series()
    classes = classes_of(series)
    body = written(series, [classes[0], *classes[2:4]])
    assert [one.wall[:10] for one in occurrences(body)] == [
        "2026-10-09",
        "2026-10-23",
        "2026-10-30",
    ]
    (master,) = events_of(body)
    assert master.all("EXDATE") == [({"TZID": "Europe/Berlin"}, "20261016T100000,20261106T100000")]


def test_the_first_class_may_be_the_one_that_is_missing():
    series = a_series()
    body = written(series, classes_of(series)[1:])
    assert occurrences(body)[0].wall == "2026-10-16 10:00"


def test_what_is_held_beside_the_rule_is_there_too():
    series = a_series()
    extra = a_class(50, series, ms("2026-10-12T18:00:00"))
    body = written(series, [*classes_of(series), extra])
    assert "2026-10-12 18:00" in [one.wall for one in occurrences(body)]
    gone = replace(extra, cancelled_ms=CHANGED)
    body = written(series, [*classes_of(series), gone])
    assert "2026-10-12 18:00" not in [one.wall for one in occurrences(body)]


def test_one_with_a_name_of_its_own_has_that_name():
    series = a_series()
    classes = classes_of(series)
    classes[4] = replace(classes[4], title="Exam", text="Bring a pen; no books, please")
    body = written(series, classes)
    assert [one.summary for one in occurrences(body)] == ["Lecture"] * 4 + ["Exam"]
    assert "Bring a pen; no books, please" in events_of(body)[1].text("DESCRIPTION")


def test_a_whole_series_that_is_cancelled_is_one_cancelled_event():
    series = a_series(cancelled_ms=CHANGED, sequence=3)
    classes = [replace(one, cancelled_ms=CHANGED) for one in classes_of(series)]
    (master,) = events_of(written(series, classes))
    assert (master.value("STATUS"), master.value("SEQUENCE")) == ("CANCELLED", "3")


def test_a_single_class_is_an_event_without_a_rule():
    series = a_series(rule="")
    (one,) = classes_of(series)
    to = ms("2026-10-10T08:00:00")
    (event,) = events_of(written(series, [replace(one, begins_ms=to, ends_ms=to + HOUR)]))
    assert event.all("DTSTART") == [({"TZID": "Europe/Berlin"}, "20261010T080000")]
    assert (event.value("RRULE"), event.value("RECURRENCE-ID")) == ("", "")


def test_a_class_of_no_series_is_an_event_in_utc():
    lone = a_class(9, None, ms("2026-10-09T10:00:00"))
    (event,) = events_of(written(None, [lone]))
    assert event.value("DTSTART") == "20261009T080000Z"
    assert event.value("UID") == "class-109@bridge.example.edu"


def test_a_series_without_classes_is_not_there():
    assert events_of(written(a_series(), [])) == []


@given(
    st.sampled_from(
        [
            "FREQ=DAILY;COUNT=40",
            "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=60",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=20",
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=12",
            "FREQ=MONTHLY;COUNT=12",
            "FREQ=WEEKLY;UNTIL=20270331T215959Z",
        ]
    ),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tehran", "Pacific/Auckland"]),
    st.data(),
)
def test_whatever_was_moved_or_cancelled_everything_is_shown_once(rule, zone, data):
    series = a_series(rule=rule, zone=zone, starts="2026-09-28T09:15:00")
    classes = classes_of(series)
    numbers = st.sets(st.integers(0, len(classes) - 1), max_size=5)
    for number in data.draw(numbers):
        shift = data.draw(st.integers(-48, 48)) * HOUR
        one = classes[number]
        classes[number] = replace(one, begins_ms=one.begins_ms + shift, ends_ms=one.ends_ms + shift)
    for number in data.draw(numbers):
        classes[number] = replace(classes[number], cancelled_ms=CHANGED)
    shown = occurrences(written(series, classes))
    expected = sorted((one.begins_ms, one.cancelled_ms is not None) for one in classes)
    got = sorted((int(one.begins.timestamp()) * 1000, one.status == "CANCELLED") for one in shown)
    # DTSTART is an occurrence even where the rule doesn't have it; scheduling begins by the rule.
    assert [one for one in got if one in expected] == expected


# Words


def test_persian_texts_come_through_whole():
    title = "جبر خطی؛ جلسهٔ اول، «مقدمه»" * 5
    series = a_series(title=title, text="متن\nدو سطر")
    course = replace(COURSE, title="ریاضی ۱")
    body = written(
        series, classes_of(series), replace(MANNER, name="کلاس‌ها", hint="از درس وارد شوید."), course
    )
    calendar = components(body)
    assert calendar.text("X-WR-CALNAME") == calendar.text("NAME") == "کلاس‌ها"
    (event,) = events_of(body)
    assert event.text("SUMMARY") == title
    assert event.text("DESCRIPTION").startswith("متن\nدو سطر\n\nاز درس وارد شوید.")


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_the_calendar(title, text):
    series = a_series(title=title, text=text)
    body = written(series, classes_of(series))
    assert [part.kind for part in components(body).parts] == ["VTIMEZONE", "VEVENT"]


def test_hostile_texts_stay_texts():
    title = "x\r\nATTENDEE:mailto:a@b.example\r\nEND:VEVENT\r\nBEGIN:VALARM"
    series = a_series(title=title, text="\x00\x1b[2J\u2028END:VCALENDAR")
    (event,) = events_of(written(series, classes_of(series)))
    assert event.text("SUMMARY") == title.replace("\r", "")
    assert (event.all("ATTENDEE"), event.parts) == ([], [])


def test_an_event_leads_back_to_the_course_and_holds_no_secret():
    series = a_series()
    body = written(series, classes_of(series))
    (event,) = events_of(body)
    assert event.value("URL") == "https://moodle.example.edu/sub/course/view.php?id=7"
    for secret in (b"sesskey", b"aB3dE5", b"ORGANIZER"):
        assert secret not in body


def test_a_calendar_of_several_courses_says_which():
    series = a_series()
    (event,) = events_of(written(series, classes_of(series), replace(MANNER, names_courses=True)))
    assert event.text("SUMMARY") == "Algebra I: Lecture"
    (nameless,) = events_of(written(replace(series, title=""), classes_of(a_series(title=""))))
    assert nameless.text("SUMMARY") == "Algebra I"


def test_the_alarm_is_as_somebody_wants_it():
    series = a_series()
    classes = classes_of(series)
    assert events_of(written(series, classes))[0].parts == []
    (event,) = events_of(written(series, classes, replace(MANNER, alarm_minutes=15)))
    (alarm,) = event.parts
    assert (alarm.kind, alarm.value("ACTION"), alarm.value("TRIGGER")) == (
        "VALARM",
        "DISPLAY",
        "-PT15M",
    )


def test_what_is_cancelled_rings_for_nobody():
    series = a_series()
    classes = classes_of(series)
    classes[1] = replace(classes[1], cancelled_ms=CHANGED)
    master, cancelled = events_of(written(series, classes, replace(MANNER, alarm_minutes=5)))
    assert (len(master.parts), cancelled.parts) == (1, [])


def test_the_whole_says_how_it_is_to_be_read():
    calendar = components(written(a_series(), classes_of(a_series())))
    assert calendar.value("VERSION") == "2.0"
    assert calendar.value("METHOD") == "PUBLISH"
    assert calendar.all("REFRESH-INTERVAL") == [({"VALUE": "DURATION"}, "PT1H")]
    assert calendar.value("X-PUBLISHED-TTL") == "PT1H"
    assert calendar.value("PRODID")


def test_the_same_rows_are_the_same_bytes():
    series = a_series()
    assert written(series, classes_of(series)) == written(series, classes_of(series))


def test_one_class_to_be_added_alone_has_a_uid_of_its_own():
    series = a_series()
    one = classes_of(series)[3]
    body = calendar_of_one(COURSE, one, series, MANNER)
    (event,) = events_of(body)
    assert event.value("UID") == f"{one.id}-{series.uid}"
    assert [each.wall for each in occurrences(body)] == ["2026-10-30 10:00"]


@pytest.mark.parametrize(
    ("lms", "return_url", "context", "home"),
    [
        ("Moodle", MOODLE, "7", "https://moodle.example.edu/sub/course/view.php?id=7"),
        ("Totara", "https://t.example/mod/lti/x", "12", "https://t.example/course/view.php?id=12"),
        ("Moodle", MOODLE, "not-a-number", "https://moodle.example.edu/"),
        ("Moodle", "https://m.example/elsewhere", "7", "https://m.example/"),
        ("Canvas", "https://c.example/courses/31/external_content/success?token=x", "af3", "https://c.example/courses/31"),
        ("Canvas", "https://c.example/accounts/1", "af3", "https://c.example/"),
        ("Desire2Learn", "https://d.example/d2l/le/lti/x", "6606", "https://d.example/d2l/home/6606"),
        ("BlackboardLearn", "https://b.example/webapps/x", "_12_1", "https://b.example/ultra/courses/_12_1"),
        ("BlackboardLearn", "https://b.example/webapps/x", "ab", "https://b.example/"),
        ("Other", "https://user:pw@o.example:8443/x?secret=1#y", "1", "https://o.example:8443/"),
        ("Other", "", "1", ""),
        ("Other", "javascript:alert(1)", "1", ""),
    ],
)  # fmt: skip
def test_a_courses_page_is_found_without_what_the_launch_said(lms, return_url, context, home):
    assert home_of(lms, return_url, context) == home
