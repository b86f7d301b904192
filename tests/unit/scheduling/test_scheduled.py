"""Entering scheduled classes by their times, and links that lead to a series."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import update

from lti_bridge.errors import NotAllowed
from lti_bridge.scheduling import Waiting
from lti_bridge.scheduling.opening import details
from lti_bridge.scheduling.timing import CANCELLED, OVER, phase_of
from lti_bridge.store import GradingRules, Stays, copys_token
from lti_bridge.store.tables import MeetingRow
from tests.unit.scheduling.rooms import ANN, TEACHER, follow
from tests.unit.scheduling.test_linking import a_book, a_launch, in_course
from tests.unit.store.planned import a_series
from tests.unit.store.schedules import HOUR, a_plan, template
from tests.unit.store.values import NOW

MINUTE = 60_000
BEGINS = NOW + HOUR


@pytest.fixture
def planned(building):
    """Makes a series in a course of the building; gives its meetings."""

    def plan(times=(BEGINS,), course="course-1", **changes):
        store = building.store
        series = store.series.add(
            template(in_course(building, course).id),
            a_plan(**changes),
            times,
            uid=f"{course}{times[0]}",
            created_by=None,
            now_ms=NOW,
        )
        return store.series.of_series(series.id)

    return plan


class TestTellingTheService:
    def test_onstream_is_told_of_the_time_and_of_a_new_one(self, new_site):
        site = new_site("onstream", dst=True)  # it is summer in London, by our own calendar
        _, (one,) = a_series(site.store, [BEGINS])
        entrance = site.entrance()
        assert isinstance(entrance.enter(one.id, TEACHER), str)
        (session,) = site.simulator.sessions.values()
        assert (_ms(session.start_time), session.duration) == (BEGINS, 60)
        values = {"begins_ms": BEGINS + 2 * HOUR, "ends_ms": BEGINS + 2 * HOUR + 90 * MINUTE}
        moved = update(MeetingRow).where(MeetingRow.id == one.id).values(**values)
        site.store.database.write(lambda c: c.execute(moved))
        site.clock.pass_by(21)
        assert isinstance(entrance.enter(one.id, TEACHER), str)
        (session,) = site.simulator.sessions.values()
        assert (_ms(session.start_time), session.duration) == (BEGINS + 2 * HOUR, 90)

    def test_no_service_that_would_end_it_by_force_is_told_how_long_it_lasts(
        self, building, planned
    ):
        (one,) = planned()
        building.opener().open(one)
        assert "duration" not in dict(parse_qsl(building.creates[0]))
        given = details(one)
        assert (given.starts_ms, given.lasts_minutes, given.duration_minutes) == (BEGINS, 60, None)
        assert details(replace(one, ends_ms=BEGINS + 61_000)).lasts_minutes == 2


def _ms(moment):
    return int(moment.timestamp() * 1000)


class TestEntering:
    def test_attendees_wait_until_it_opens_and_make_no_meeting(self, building, planned):
        (one,) = planned()
        entrance = building.entrance()
        assert entrance.enter(one.id, ANN) == Waiting("scheduled", BEGINS - 10 * MINUTE)
        assert not entrance.is_open(one.id, ANN)
        assert building.creates == []
        building.clock.pass_by(50 * 60)
        assert entrance.is_open(one.id, ANN)
        assert isinstance(entrance.enter(one.id, ANN), str)

    def test_moderators_go_in_at_any_time(self, building, planned):
        (one,) = planned()
        entrance = building.entrance()
        assert entrance.is_open(one.id, TEACHER)
        assert isinstance(entrance.enter(one.id, TEACHER), str)
        building.clock.pass_by(10 * 3600)
        assert isinstance(entrance.enter(one.id, TEACHER), str)

    def test_it_is_over_for_attendees_unless_it_runs(self, building, planned):
        (one,) = planned()
        entrance = building.entrance()
        building.clock.pass_by(2 * 3600 + 16 * 60)
        with pytest.raises(NotAllowed) as refused:
            entrance.enter(one.id, ANN)
        assert refused.value.code == OVER
        assert building.asked("isMeetingRunning") == 0
        url = entrance.enter(one.id, TEACHER)
        assert follow(url) == 302
        building.clock.pass_by(21)  # so long a row is remembered
        assert isinstance(entrance.enter(one.id, ANN), str)

    def test_one_that_was_cancelled_lets_nobody_in(self, building, planned):
        (one,) = planned()
        assert building.store.series.cancel_one(one.id, Stays(NOW, NOW - HOUR))
        entrance = building.entrance()
        for visitor in (ANN, TEACHER):
            with pytest.raises(NotAllowed) as refused:
                entrance.enter(one.id, visitor)
            assert refused.value.code == CANCELLED

    def test_who_hosts_needs_no_moderator_and_becomes_one(self, building, planned):
        (one,) = planned(wait_for_moderator=True)
        entrance = building.entrance()
        assert entrance.enter(one.id, ANN, hosting=True) == Waiting(
            "scheduled", BEGINS - 10 * MINUTE
        )
        building.clock.pass_by(55 * 60)
        assert entrance.enter(one.id, ANN) == Waiting("moderator")
        assert entrance.is_open(one.id, ANN, hosting=True)
        url = entrance.enter(one.id, ANN, hosting=True)
        assert f"password={one.moderator_password}" in url

    @pytest.mark.parametrize(
        ("now", "phase"),
        [
            (BEGINS - 10 * MINUTE - 1, "early"),
            (BEGINS - 10 * MINUTE, "open"),
            (BEGINS + HOUR + 15 * MINUTE, "open"),
            (BEGINS + HOUR + 15 * MINUTE + 1, "over"),
        ],
    )
    def test_its_phases(self, planned, now, phase):
        assert phase_of(planned()[0], now) == phase

    def test_a_standing_meeting_is_always_open(self, building):
        assert phase_of(building.meeting(), 0) == "open"


class TestLinks:
    def series(self, building, classes):
        return building.store.series.name(classes[0].series_id)

    def test_a_link_to_a_series_leads_to_the_class_that_is_now_or_next(self, building, planned):
        classes = planned((BEGINS, BEGINS + 24 * HOUR))
        token = self.series(building, classes)
        course, links = in_course(building, "course-1"), a_book(building)
        launch = a_launch(building, meeting=token)
        assert links.meeting_for(launch, course).id == classes[0].id
        building.clock.pass_by(4 * 3600)
        assert links.meeting_for(launch, course).id == classes[1].id
        building.clock.pass_by(72 * 3600)
        assert links.meeting_for(launch, course).id == classes[1].id

    def test_a_token_that_names_nothing_is_looked_up_once(self, building):
        course, links = in_course(building, "course-1"), a_book(building)
        launch = a_launch(building, meeting="0" * 32)
        standing = links.meeting_for(launch, course)
        assert standing.series_id is None
        assert links.meeting_for(launch, course).id == standing.id

    def test_a_copied_course_has_a_standing_meeting_with_the_same_settings(self, building, planned):
        classes = planned((BEGINS, BEGINS + 24 * HOUR), wait_for_moderator=True)
        token = self.series(building, classes)
        rules = GradingRules(enabled=True, points=20)
        building.store.series.grade(classes[0].series_id, rules, NOW)
        second = in_course(building, "course-2", "Biology, next year")
        launch = a_launch(building, "link-9", "course-2", meeting=token)
        copy = a_book(building).meeting_for(launch, second)
        assert (copy.series_id, copy.begins_ms, copy.course_id) == (None, None, second.id)
        assert (copy.title, copy.text) == ("Laboratory", "Onion cells")
        assert (copy.room, copy.record, copy.wait_for_moderator) == (
            classes[0].room,
            True,
            True,
        )
        assert copy.link_token == copys_token(token, second.id)
        assert building.store.gradebook.of_meeting(copy.id).rules.points == 20
        again = a_book(building)
        assert again.meeting_for(launch, second).id == copy.id
        assert again.meeting_for(launch, second).id == copy.id

    def test_a_series_without_a_class_is_nobodys(self, building, planned):
        classes = planned()
        token = self.series(building, classes)
        store = building.store
        store.series.change(
            classes[0].series_id,
            template(classes[0].course_id),
            a_plan(),
            [],
            Stays(NOW, NOW - HOUR),
        )
        found = a_book(building).meeting_for(
            a_launch(building, meeting=token), in_course(building, "course-1")
        )
        assert found.series_id is None
