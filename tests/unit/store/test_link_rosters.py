"""Who may see the links of graded meetings: on both engines."""

from __future__ import annotations

from sqlalchemy import update

from lti_bridge.store import GradedLink, GradingRules, Offered, Profile, RosterMember, Standing
from lti_bridge.store.tables import MeetingRow
from tests.unit.store.planned import HOUR_MS, a_series
from tests.unit.store.values import NOW, a_meeting

LATER = NOW + 3_600_000
RULES = GradingRules(enabled=True)


def the_meeting(store, *subs):
    """A graded meeting of a link, in a course whose roster names these people."""
    meeting = a_meeting(store)
    people = [RosterMember(sub, Profile(sub), "attendee", Standing.STUDENT) for sub in subs]
    store.roster.save_page(meeting.course_id, 1, people, NOW)
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    return meeting


def expected(store, meeting):
    return [one.name for one in store.gradebook.learners(meeting.id) if one.in_roster]


def test_links_of_graded_meetings_are_asked_for_and_no_others(store):
    meeting = the_meeting(store, "ann")
    assert store.link_rosters.graded(meeting.course_id) == [GradedLink(meeting.id, "link-1")]
    assert store.link_rosters.graded(meeting.course_id + 1) == []
    store.gradebook.set_rules(meeting.id, GradingRules(), NOW)
    assert store.link_rosters.graded(meeting.course_id) == []


def test_a_whole_roster_of_a_link_says_who_is_expected(store):
    meeting = the_meeting(store, "ann", "ben", "cy")
    links = store.link_rosters
    links.save_page(meeting.id, 1, ["ann"], NOW)
    assert expected(store, meeting) == ["ann", "ben", "cy"], "it isn't whole yet"
    links.save_page(meeting.id, 1, ["ben", "a stranger"], NOW)
    links.finish(meeting.id, NOW)
    assert expected(store, meeting) == ["ann", "ben"]
    links.save_page(meeting.id, 1, ["cy"], LATER)
    links.failed(meeting.id, LATER)
    assert expected(store, meeting) == ["ann", "ben", "cy"], "who was seen is not taken back"
    links.save_page(meeting.id, 1, ["cy", "cy"], LATER)
    links.finish(meeting.id, LATER)
    assert expected(store, meeting) == ["cy"]
    links.refused(meeting.id, LATER + 1)
    assert expected(store, meeting) == ["ann", "ben", "cy"]


def test_it_makes_the_grading_due(store):
    meeting = the_meeting(store, "ann")
    for news in (store.link_rosters.finish, store.link_rosters.refused):
        for task in store.gradebook.take_due(LATER, 60_000):
            store.gradebook.done(task)
        news(meeting.id, LATER)
        assert store.gradebook.of_meeting(meeting.id).due_ms == 0


def test_a_link_that_was_never_asked_about_makes_a_fresh_roster_due(store):
    meeting = the_meeting(store, "ann")
    services, course = store.course_services, meeting.course_id
    assert services.platform_of(course) == 1
    assert services.platform_of(course + 1) is None
    services.save(course, Offered("https://lms.example/m"), NOW)
    services.came(course, roster_ms=NOW, groups_ms=None)
    assert services.want(course, NOW + 1)
    services.came(course, roster_ms=NOW, groups_ms=None)
    store.link_rosters.failed(meeting.id, NOW)
    assert not services.want(course, NOW + 2)
    store.link_rosters.refused(meeting.id, NOW)
    assert not services.want(course, NOW + 3)


def test_a_series_is_asked_for_by_the_link_that_leads_to_it(store):
    _, (first, second) = a_series(store, [NOW + HOUR_MS, NOW + 25 * HOUR_MS])
    unlink = update(MeetingRow).values(resource_link_id=None)
    store.database.write(lambda c: c.execute(unlink))
    other = a_meeting(store, link="link-9")
    store.series.grade(first.series_id, RULES, NOW)
    links, course = store.link_rosters, first.course_id
    assert links.graded(course) == [], "nobody came by a link so far"
    store.meetings.named_by(second.id, "placed-1")
    assert links.graded(course) == [GradedLink(first.id, "placed-1")]
    assert [one.named_by_link_id for one in map(store.meetings.by_id, (first.id, second.id))] == [
        "placed-1",
        "placed-1",
    ]
    assert store.meetings.by_id(other.id).named_by_link_id is None
    people = [RosterMember(sub, Profile(sub), "attendee", Standing.STUDENT) for sub in ("a", "b")]
    store.roster.save_page(course, 1, people, NOW)
    assert store.attendances.link_rosters(course) == {}
    links.save_page(first.id, 1, ["a"], NOW)
    links.finish(first.id, NOW)
    found = {one.name: one.user_id for one in store.attendances.learners(course)}
    assert store.attendances.link_rosters(course) == {first.id: {found["a"]}}
    columns = [one.column for one in store.attendances.each([first.id, second.id, other.id])]
    assert columns == [other.id, first.id, first.id]
    store.meetings.named_by(other.id, "placed-2")
    assert store.meetings.by_id(other.id).named_by_link_id == "placed-2"
    assert store.meetings.by_id(first.id).named_by_link_id == "placed-1"
