"""What a teacher may pick links to, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.errors import NotAllowed
from lti_bridge.scheduling import NewClass, Picking, place_of
from lti_bridge.scheduling.picking import title_of
from lti_bridge.store import GradingRules, Offered, new_token


@pytest.fixture
def picking(building):
    store = building.store
    return Picking(
        store.links,
        store.gradebook,
        lambda: ("live",),
        store.course_services,
        store.series,
        now=building.clock,
    )


@pytest.fixture
def place(building):
    return place_of(building.launch(), building.course())


def test_a_new_class_is_made_once_and_offered_from_then_on(picking, place):
    token = new_token()
    new = NewClass("Laboratory", "Onion cells", record=True)
    made = picking.make(place, new, token)
    assert picking.make(place, new, token) == made
    assert picking.choices(place.course_id) == [made]
    assert picking.named(made, place.course_id) == token
    assert (made.name, made.record) == ("Biology – Laboratory", True)
    assert title_of(made, place.course_title) == "Laboratory"


def test_a_links_own_meeting_is_named_when_it_is_picked(building, picking, place):
    meeting = building.meeting()
    token = picking.named(meeting, place.course_id)
    assert picking.named(meeting, place.course_id) == token
    assert title_of(meeting, "Biology") == "Lectures"
    assert title_of(meeting, "") == "Biology – Lectures"


def test_another_courses_meeting_has_no_name_here(building, picking, place):
    with pytest.raises(NotAllowed) as caught:
        picking.named(building.meeting(), place.course_id + 1)
    assert caught.value.code == "picked_elsewhere"


def test_a_meeting_is_graded_by_its_own_rules_if_it_has_any(building, picking):
    meeting, grades = building.meeting(), building.store.gradebook
    picking.grade(meeting.id, 20, "Lectures")
    assert grades.of_meeting(meeting.id).rules == GradingRules(
        enabled=True, points=20, label="Lectures"
    )
    grades.set_rules(meeting.id, GradingRules(mode="presence", threshold=70, label="Mine"), 1)
    picking.grade(meeting.id, 30, "Lectures")
    rules = grades.of_meeting(meeting.id).rules
    assert rules == GradingRules(
        enabled=True, mode="presence", threshold=70, points=30, label="Mine"
    )
    before = grades.of_meeting(meeting.id)
    building.clock.pass_by(5)
    picking.grade(meeting.id, 30, "Lectures")
    assert grades.of_meeting(meeting.id) == before


def test_who_names_the_place_has_all_that_a_meeting_needs(building, place):
    launch = building.launch(return_url="https://lms.example.edu/back?sesskey=1&id=2")
    assert place_of(launch, building.course()) == replace(
        place, logout_url="https://lms.example.edu/back?id=2"
    )


def test_a_course_has_groups_where_its_lms_says_so(building, picking, place):
    assert not picking.has_groups(place.course_id), "no launch said anything yet"
    services = building.store.course_services
    services.save(place.course_id, Offered(memberships_url="https://lms.example/m"), 1)
    assert not picking.has_groups(place.course_id)
    services.save(place.course_id, Offered(groups_url="https://lms.example/g"), 2)
    assert picking.has_groups(place.course_id)
