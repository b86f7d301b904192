from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.store import NewMeeting, RosterMember, Standing
from lti_bridge.store.series import Plan
from lti_bridge.store.series.values import Stays
from tests.unit.store.values import ANN, NOW, at_once

HOUR = 3_600_000
DAY = 24 * HOUR
YEAR = 366 * DAY


def a_course(store, name):
    return store.people.add_course(1, name, "", name.title(), now_ms=NOW).id


def join(store, course, sub="ann"):
    return store.people.arrive(1, sub, ANN, course_id=course, role="attendee", now_ms=NOW).id


def a_template(course):
    return NewMeeting(
        course_id=course,
        resource_link_id=None,
        service="live",
        name="Lecture",
        logout_url="https://lms.example.edu/back",
        meets_course_id=None,
        meets_connection=7,
        lti_context_id="course-1",
    )


def schedule(store, course, times, uid="series-1", rule="FREQ=DAILY;COUNT=3"):
    plan = Plan(title="Lecture", zone="UTC", starts="2025-10-10T10:00:00", minutes=60, rule=rule)
    return store.series.add(a_template(course), plan, times, uid=uid, created_by=None, now_ms=NOW)


@pytest.fixture
def biology(store):
    return a_course(store, "biology")


@pytest.fixture
def ann(store, biology):
    return join(store, biology)


def test_an_address_is_made_once_and_stays(store, ann, biology):
    feed = store.feeds.of(ann, biology, NOW)
    assert len(feed.token) == 32
    assert store.feeds.of(ann, biology, NOW + DAY) == feed
    assert store.feeds.by_token(feed.token) == feed
    assert (feed.user_id, feed.course_id, feed.revoked_ms) == (ann, biology, None)
    assert feed.token not in repr(feed)


def test_everybody_has_addresses_of_their_own(store, ann, biology):
    ben = join(store, biology, "ben")
    tokens = {
        store.feeds.of(who, course, NOW).token for who in (ann, ben) for course in (biology, None)
    }
    assert len(tokens) == 4


def test_one_that_was_taken_back_is_known_as_such_and_another_takes_its_place(store, ann, biology):
    old, other = store.feeds.of(ann, biology, NOW), store.feeds.of(ann, None, NOW)
    new = store.feeds.take_back(ann, biology, NOW + DAY)
    assert store.feeds.by_token(old.token).revoked_ms == NOW + DAY
    assert store.feeds.of(ann, biology, NOW) == new != old
    assert store.feeds.of(ann, None, NOW) == other


def test_also_those_that_two_windows_made_at_once(store, ann, biology):
    feeds = at_once(6, lambda _: store.feeds.of(ann, biology, NOW))
    new = store.feeds.take_back(ann, biology, NOW)
    assert {store.feeds.by_token(feed.token).revoked_ms for feed in feeds} == {NOW}
    assert store.feeds.of(ann, biology, NOW) == new


@pytest.mark.parametrize("token", ["", "x" * 32, "'; --", "ن" * 32])
def test_what_never_was_an_address_is_none(store, ann, biology, token):
    store.feeds.of(ann, biology, NOW)
    assert store.feeds.by_token(token) is None


def test_fetching_is_noted_once_an_hour(store, ann, biology):
    for later, noted in ((0, 0), (HOUR // 2, 0), (HOUR, HOUR)):
        feed = store.feeds.of(ann, biology, NOW)
        store.feeds.fetched(feed, NOW + later)
        assert store.feeds.by_token(feed.token).fetched_ms == NOW + noted


def test_a_person_sees_the_classes_of_all_their_courses_and_no_others(store, ann, biology):
    chemistry, physics = a_course(store, "chemistry"), a_course(store, "physics")
    join(store, chemistry)
    join(store, physics, "ben")
    for number, course in enumerate((biology, chemistry, physics)):
        schedule(store, course, [NOW, NOW + DAY], uid=f"series-{number}")
    shown = store.feeds.shown(store.feeds.of(ann, None, NOW), NOW - YEAR)
    assert [course.title for course in shown.courses] == ["Biology", "Chemistry"]
    assert [one.uid for one in shown.series] == ["series-0", "series-1"]
    assert len(shown.classes) == 4
    alone = store.feeds.shown(store.feeds.of(ann, chemistry, NOW), NOW - YEAR)
    assert ([one.uid for one in alone.series], len(alone.classes)) == (["series-1"], 2)


def test_who_left_a_course_sees_its_classes_no_longer(store, ann, biology):
    schedule(store, biology, [NOW])
    store.roster.save_page(
        biology, 1, [RosterMember("ann", ANN, "attendee", Standing.STUDENT)], NOW
    )
    store.roster.finish(biology, NOW)
    store.roster.finish(biology, NOW + DAY)  # now the LMS names nobody any more
    for course in (biology, None):
        shown = store.feeds.shown(store.feeds.of(ann, course, NOW), NOW - YEAR)
        assert (shown.courses, shown.series, shown.classes) == ([], [], [])


def test_a_series_that_ended_long_ago_is_left_out_and_one_that_goes_on_is_whole(
    store, ann, biology
):
    schedule(store, biology, [NOW - 2 * YEAR], uid="old")
    schedule(store, biology, [NOW - 2 * YEAR, NOW], uid="going on")
    shown = store.feeds.shown(store.feeds.of(ann, biology, NOW), NOW - YEAR)
    assert [one.uid for one in shown.series] == ["going on"]
    assert [one.begins_ms for one in shown.classes] == [NOW - 2 * YEAR, NOW]


def test_cancelled_classes_are_there_and_standing_meetings_are_not(store, ann, biology):
    series = schedule(store, biology, [NOW + DAY])
    (meeting,) = store.series.of_series(series.id)
    store.series.cancel_one(meeting.id, Stays(NOW, NOW))
    (shown,) = store.feeds.shown(store.feeds.of(ann, biology, NOW), NOW - YEAR).classes
    assert (shown.id, shown.cancelled_ms, shown.sequence) == (meeting.id, NOW, 1)


def test_one_class_comes_with_its_course_and_series(store, ann, biology):
    series = schedule(store, biology, [NOW])
    (meeting,) = store.series.of_series(series.id)
    course, one, found = store.feeds.one(meeting.id)
    assert (course.title, one.begins_ms, found.uid) == ("Biology", NOW, "series-1")
    assert store.feeds.one(10**9) is None


def test_what_somebody_chose_comes_with_the_address(store, ann, biology):
    store.preferences.save(ann, replace(store.preferences.of(ann), language="fa"))
    assert store.feeds.of(ann, biology, NOW).language == "fa"
