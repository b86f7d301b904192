"""One-off classes and series in the LMS's picker, and what their links lead to."""

from __future__ import annotations

import pytest

from lti_bridge.store import GradingRules
from tests.functional.picking import ONE, a_picker, added, claims_of, pick
from tests.functional.planning import TOMORROW, course_page, planned
from tests.functional.tools import press, read

DATE = TOMORROW.date().isoformat()
WEEKLY = {
    **ONE,
    "n0-date": DATE,
    "n0-time": "10:00",
    "n0-minutes": "90",
    "n0-repeat": "weekly",
    "n0-count": "3",
    "zone": "UTC",
}


@pytest.fixture
def campus(new_campus):
    return new_campus(meets=False)


def classes(campus):
    series = campus.bridge.store.series
    (only,) = series.of_courses([1])
    return only, series.of_series(only.id)


def test_a_new_series_is_made_and_its_link_leads_to_the_next_class(campus):
    (link,) = added(campus, {**WEEKLY, "n0-graded": "on", "n0-points": "20"})
    series, every = classes(campus)
    assert link.custom["meeting"] == series.link_token
    assert (series.title, series.minutes, len(every)) == ("Laboratory", 90, 3)
    (item,) = claims_of(campus)["content_items"]
    assert item["submission"] == {
        "startDateTime": f"{DATE}T10:00:00Z",
        "endDateTime": f"{TOMORROW.date().fromordinal(TOMORROW.date().toordinal() + 14)}T11:30:00Z",
    }
    assert item["lineItem"]["resourceId"] == every[0].meeting_id
    assert campus.bridge.store.gradebook.of_meeting(every[0].id).rules.points == 20
    assert {one.graded_with_id for one in every[1:]} == {every[0].id}
    page = read(campus.launch(campus.teacher, link))
    assert page.headline
    store = campus.bridge.store
    assert store.meetings.by_id(every[0].id).line_item_url
    assert {store.meetings.by_id(one.id).named_by_link_id for one in every} == {link.id}
    store.gradebook.set_rules(every[0].id, GradingRules(enabled=True), 1)
    (asked,) = store.link_rosters.graded(1)
    assert (asked.meeting, asked.resource_link_id) == (every[0].id, link.id)


def test_a_series_until_a_date(campus):
    last = TOMORROW.date().fromordinal(TOMORROW.date().toordinal() + 15).isoformat()
    added(campus, {**WEEKLY, "n0-ends": "until", "n0-last": last, "n0-count": ""})
    series, every = classes(campus)
    assert len(every) == 3
    assert "UNTIL=" in series.rule


def test_the_same_form_twice_is_one_series(campus):
    page = a_picker(campus)
    for _ in range(2):
        pick(campus, page, **WEEKLY)
    classes(campus)


def test_a_one_off_class(campus):
    added(campus, {**ONE, "n0-date": DATE, "n0-time": "10:00", "zone": "Europe/Berlin"})
    series, (only,) = classes(campus)
    assert (series.zone, series.rule, only.title) == ("Europe/Berlin", "", "Laboratory")


def test_a_series_that_is_there_is_picked(campus):
    every = planned(campus, course_page(campus))
    (link,) = added(campus, {"do": "add", "pick": f"s{every[0].series_id}"})
    series, _ = classes(campus)
    assert link.custom["meeting"] == series.link_token
    assert link.title == "Laboratory"


@pytest.mark.parametrize(
    "changes",
    [
        {"n0-date": "2001-01-01", "n0-repeat": ""},
        {"n0-date": "tomorrow"},
        {"n0-time": "noon"},
        {"n0-minutes": "0"},
        {"n0-count": "0"},
        {"n0-count": "401"},
        {"n0-ends": "until", "n0-last": "some day"},
        {"n0-ends": "until", "n0-last": "2001-01-01"},
        {"n0-title": ""},
    ],
)
def test_what_is_wrong_makes_nothing(campus, changes):
    page = pick(campus, a_picker(campus), **{**WEEKLY, **changes})
    assert page.headline == "Add live classes"
    assert campus.bridge.store.series.of_courses([1]) == []


def test_a_series_of_another_course_cannot_be_picked(campus):
    every = planned(campus, course_page(campus))
    answer = press(campus, a_picker(campus, course=1), do="add", pick=f"s{every[0].series_id}")
    assert answer.status == 403
