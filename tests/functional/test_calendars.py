"""Calendars: an address of one's own that programs fetch, that can be taken back, and that shows
what its person may see.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from lti_bridge.simulators.lms import CLAIM, DEMO_CAMPUS
from lti_bridge.store import NewMeeting, Preferences
from lti_bridge.store.series import Plan, Stays
from lti_bridge.web.feeds import OFTEN
from tests.campus import Browser, ask
from tests.functional.test_budget import traced
from tests.functional.tools import read
from tests.unit.reports.reading import components, occurrences

COURSE_PAGE = {f"{CLAIM}custom": {"action": "course"}}
SECRET_IN_URL = "https://lms.example/mod/lti/return.php?sesskey=aB3dE5"


def page_of(campus, user=None, course=0, **changes):
    claims = {"claims": COURSE_PAGE, **changes}
    return read(campus.launch(user or campus.student, campus.link("frame", course), **claims))


def send(campus, page, path="", **fields):
    form = {"session": page.session, **fields}
    return Browser().ask("POST", f"{campus.url}/course/calendar{path}", form)


def addresses(campus, page, path="", **fields):
    """The course's and the person's, as their page shows them."""
    answer = send(campus, page, path, **fields)
    assert answer.status == 200, answer.text
    return [
        url.replace("&amp;", "&")
        for url in re.findall(r'readonly dir="ltr" value="([^"]+)"', answer.text)
    ]


def events(campus, url, **headers):
    answer = ask("GET", url, headers=headers)
    assert answer.status == 200, answer.text
    return [part for part in components(answer.body).parts if part.kind == "VEVENT"]


def schedule(campus, user=None, course=0, title="Lecture", uid="series-1"):
    """Three classes from tomorrow on, ten o'clock in Tehran."""
    page_of(campus, user, course)
    store = campus.bridge.store
    row = course_row(campus, course)
    first = datetime.now(UTC).replace(hour=6, minute=30, second=0, microsecond=0) + timedelta(1)
    starts = (first + timedelta(hours=3, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S")
    plan = Plan(
        title=title, zone="Asia/Tehran", starts=starts, minutes=90, rule="FREQ=DAILY;COUNT=3"
    )
    template = NewMeeting(
        course_id=row,
        resource_link_id=None,
        service="live",
        name=title,
        logout_url=SECRET_IN_URL,
        meets_course_id=None,
        meets_connection=1,
        lti_context_id="x",
    )
    times = [int((first + timedelta(days)).timestamp()) * 1000 for days in range(3)]
    now_ms = int(time.time() * 1000)
    series = store.series.add(template, plan, times, uid=uid, created_by=None, now_ms=now_ms)
    return store.series.of_series(series.id)


def course_row(campus, number):
    return campus.bridge.store.people.course(1, DEMO_CAMPUS.courses[number].id, "").id


def test_a_program_gets_the_classes_by_the_address_alone(campus):
    classes = schedule(campus)
    page = page_of(campus)
    for url in addresses(campus, page):
        answer = ask("GET", url)
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Cache-Control"].startswith("private")
        assert "Set-Cookie" not in answer.headers
        shown = occurrences(answer.body)
        assert [int(one.begins.timestamp()) * 1000 for one in shown] == [
            one.begins_ms for one in classes
        ]
        assert {f"{one.begins:%H:%M}" for one in shown} == {"10:00"}
        assert b"sesskey" not in answer.body


def test_the_address_holds_neither_session_nor_number(campus):
    page = page_of(campus)
    course, everything = addresses(campus, page)
    assert course != everything
    assert page.session not in course
    assert re.fullmatch(r"/calendar/[\w-]{32}\.[\w-]{43}/classes\.ics", urlsplit(course).path)
    assert addresses(campus, page_of(campus)) == [course, everything], "it stays"


def test_only_signed_addresses_lead_anywhere(campus):
    # Whoever read the database knows tokens, and no marks.
    url = addresses(campus, page_of(campus))[0]
    mark = urlsplit(url).path.split("/")[2].split(".")[1]
    for wrong in (
        url.replace(mark, ""), url.replace(mark, mark[:-1]), url.replace("." + mark, ""),
        url.replace(mark, mark.swapcase()), f"{campus.url}/calendar/x.{mark}/classes.ics",
        f"{campus.url}/calendar/{'x' * 5000}/classes.ics", f"{campus.url}/calendar/%FF.%00/classes.ics",
    ):  # fmt: skip
        answer = ask("GET", wrong)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")


def test_an_address_that_was_taken_back_is_gone(campus):
    schedule(campus)
    page = page_of(campus)
    old, everything = addresses(campus, page)
    asked = send(campus, page, "/renew", feed="course")
    assert "Take the address of “This course” back?" in read(asked).text
    assert ask("GET", old).status == 200, "asked once more before"
    new, same = addresses(campus, page, "/renew", feed="course", sure="yes")
    assert ask("GET", old).status == 410
    assert ask("GET", old).headers["Content-Type"].startswith("text/plain")
    assert (len(events(campus, new)), same) == (1, everything)


def test_a_program_gone_wild_waits_and_others_do_not(campus):
    feed, *others = addresses(campus, page_of(campus))
    for _ in range(OFTEN.times):
        assert ask("GET", feed).status == 200
    answer = ask("GET", feed)
    assert (answer.status, answer.headers["Retry-After"]) == (429, str(OFTEN.seconds))
    assert "too often" in answer.text
    for other in others:
        assert ask("GET", other).status == 200


def test_what_has_not_changed_is_not_sent_again(campus):
    classes = schedule(campus)
    url = addresses(campus, page_of(campus))[0]
    etag = ask("GET", url).headers["ETag"]
    again = ask("GET", url, headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")
    at = campus.bridge.store.series
    now_ms = int(time.time() * 1000)
    assert at.cancel_one(classes[1].id, Stays(now_ms, now_ms))
    changed = ask("GET", url, headers={"If-None-Match": etag})
    assert changed.status == 200
    assert [one.status for one in occurrences(changed.body)] == [
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
    ]


def test_it_costs_few_reads_and_a_write_an_hour(campus):
    schedule(campus)
    url = addresses(campus, page_of(campus))[1]
    with traced() as first:
        ask("GET", url)
    with traced() as second:
        ask("GET", url)
    assert (len(first.writes), len(second.writes)) == (1, 0)
    assert len(second.reads) == 4


def test_somebody_elses_calendar_is_their_own(campus):
    schedule(campus)
    mine, theirs = (
        addresses(campus, page_of(campus, user)) for user in (campus.student, campus.other_student)
    )
    assert not set(mine) & set(theirs)


def test_all_courses_are_in_one_calendar_each_by_its_name(campus):
    schedule(campus)
    schedule(campus, course=1, title="Seminar", uid="series-2")
    course, everything = addresses(campus, page_of(campus))
    assert len(events(campus, course)) == 1
    assert [one.text("SUMMARY").partition(": ")[2] for one in events(campus, everything)] == [
        "Lecture",
        "Seminar",
    ]


def test_a_calendar_rings_and_speaks_as_was_asked_for(campus):
    schedule(campus)
    page = page_of(campus)
    plain, alarmed = addresses(campus, page)[0], addresses(campus, page, alarm="15")[0]
    assert events(campus, plain)[0].parts == []
    assert events(campus, alarmed)[0].parts[0].value("TRIGGER") == "-PT15M"
    persian = page_of(campus, campus.other_student)
    assert persian.language == "fa"
    (event,) = events(campus, addresses(campus, persian)[0])
    assert "سامانهٔ آموزشی" in event.text("DESCRIPTION")
    person = newest_person(campus)
    campus.bridge.store.preferences.save(person, Preferences("de"))
    (event,) = events(campus, addresses(campus, persian)[0])
    assert "Lernplattform" in event.text("DESCRIPTION"), "as they chose since"


def newest_person(campus):
    query = "SELECT max(id) FROM users"
    return campus.bridge.store.database.read(lambda c: c.exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize(
    "query",
    ["alarm=7", "alarm=-1", "alarm=" + "9" * 3000, "language=xx", "language=../x", "%00=%ff"],
)
def test_what_an_address_asks_besides_is_never_an_error(campus, query):
    schedule(campus)
    url = addresses(campus, page_of(campus))[0].partition("?")[0]
    assert events(campus, f"{url}?{query}")[0].parts == []


# One class


def test_a_class_can_be_added_alone(campus):
    classes = schedule(campus)
    answer = send(campus, page_of(campus), "/event", meeting=str(classes[1].id))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert (
        answer.headers["Content-Disposition"] == f'attachment; filename="class-{classes[1].id}.ics"'
    )
    (one,) = occurrences(answer.body)
    assert int(one.begins.timestamp()) * 1000 == classes[1].begins_ms


def test_a_class_of_another_course_is_nobodys_business(campus):
    elsewhere = schedule(campus, course=1)
    page = page_of(campus)
    for wanted, status in ((str(elsewhere[0].id), 403), ("999999", 403), ("x", 400), ("", 400)):
        assert read(send(campus, page, "/event", meeting=wanted), status).reference


# Who may


def test_without_a_session_there_is_no_page(campus):
    for path in ("", "/renew", "/event"):
        answer = Browser().ask("POST", f"{campus.url}/course/calendar{path}", {"feed": "all"})
        assert read(answer, 401).reference
        assert read(ask("GET", f"{campus.url}/course/calendar{path}"), 403).reference


def test_a_form_that_names_no_calendar_is_refused(campus):
    for feed in ("", "mine", "x" * 50_000):
        answer = send(campus, page_of(campus), "/renew", feed=feed, sure="yes")
        assert read(answer, 400).reference


def test_somebody_anonymous_has_no_calendar_and_is_told_why(campus):
    page = page_of(campus, remove=["sub"])
    for path in ("", "/renew"):
        shown = read(send(campus, page, path, feed="all", sure="yes"))
        assert "doesn’t tell us who you are" in shown.text
    assert addresses(campus, page) == []


def test_who_left_the_course_sees_its_classes_no_longer(campus):
    schedule(campus)
    course, everything = addresses(campus, page_of(campus))
    row = course_row(campus, 0)
    query = "UPDATE memberships SET left_ms = 1 WHERE course_id = ?"
    campus.bridge.store.database.write(lambda c: c.exec_driver_sql(query, (row,)))
    assert events(campus, course) == events(campus, everything) == []
