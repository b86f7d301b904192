"""Groups' own meetings, and who may enter them; on both engines."""

from __future__ import annotations

import pytest

from lti_bridge.errors import NotAllowed
from lti_bridge.scheduling import CoursePeople, GroupBook
from lti_bridge.store import FoundGroup, NewMeeting, Offered, Profile, RosterMember, Standing
from tests.unit.store.values import NOW


class Class:
    def __init__(self, store):
        self.store = store
        self.course = store.people.add_course(1, "context", "", "Algebra", now_ms=NOW).id
        store.groups.save(self.course, [FoundGroup("x", "Blue"), FoundGroup("y", "")], NOW)
        people = [
            RosterMember("a", Profile("Ann"), "attendee", Standing.STUDENT, groups=("x",)),
            RosterMember("b", Profile("Ben"), "attendee", Standing.STUDENT, groups=("y",)),
        ]
        store.roster.save_page(self.course, 1, people, NOW)
        self.ann, self.ben = (m.user_id for m in store.roster.members(self.course))
        self.base = store.meetings.add_standing(
            NewMeeting(
                course_id=self.course,
                resource_link_id="link",
                service="live",
                name="Algebra",
                logout_url="https://lms.example.edu/back",
                meets_course_id=5,
                meets_connection=7,
                lti_context_id="context",
                wait_for_moderator=True,
            ),
            NOW,
        )
        self.seconds = 0.0
        self.book = GroupBook(store.groups, clock=lambda: self.seconds)
        groups = {g.name: g.id for g in store.groups.of_course(self.course)}
        self.blue, self.nameless = groups["Blue"], groups[""]

    def meeting(self, group, role, user):
        return self.book.meeting(group, self.base, "Algebra", role, user)[1]


@pytest.fixture
def klass(store):
    return Class(store)


def test_a_groups_meeting_is_made_once_from_what_is_the_courses(klass):
    made = klass.meeting(klass.blue, "attendee", klass.ann)
    assert klass.meeting(klass.blue, "moderator", None).id == made.id
    assert (made.name, made.title, made.group_id) == ("Algebra – Blue", "Blue", klass.blue)
    assert (made.service, made.meets_course_id, made.meets_connection) == ("live", 5, 7)
    assert made.logout_url == klass.base.logout_url
    assert made.meeting_id != klass.base.meeting_id
    assert not made.wait_for_moderator, "a group meets without a teacher"


def test_a_group_without_a_name_meets_under_the_courses(klass):
    assert klass.meeting(klass.nameless, "attendee", klass.ben).name == "Algebra"


def test_of_two_processes_that_make_it_at_once_both_get_the_same(klass):
    made = klass.meeting(klass.blue, "moderator", None)
    again = klass.store.groups.add_meeting(
        NewMeeting(
            klass.course, None, "live", "Other", "", None, 7, "context", group_id=klass.blue
        ),
        NOW,
    )
    assert again == made


@pytest.mark.parametrize("who", ["ben", None])
def test_other_people_stay_out(klass, who):
    user = klass.ben if who else None
    made = klass.meeting(klass.blue, "moderator", None)
    for ask in (
        lambda: klass.meeting(klass.blue, "attendee", user),
        lambda: klass.book.check(made, "attendee", user),
    ):
        with pytest.raises(NotAllowed) as refusal:
            ask()
        assert refusal.value.code == "not_in_group"


def test_a_meeting_of_no_group_is_everybodys(klass):
    klass.book.check(klass.base, "attendee", None)


def test_a_group_that_is_gone_is_closed(klass):
    klass.store.groups.save(klass.course, [FoundGroup("y", "")], NOW + 1)
    with pytest.raises(NotAllowed) as refusal:
        klass.meeting(klass.blue, "moderator", None)
    assert refusal.value.code == "group_gone"


def test_what_pages_show_is_remembered_for_a_moment(klass):
    def shown(role, user):
        return [g.name for g in klass.book.shown(klass.course, role, user)]

    assert shown("moderator", None) == ["", "Blue"]
    assert shown("attendee", klass.ann) == ["Blue"]
    assert shown("attendee", None) == []
    klass.store.groups.save(klass.course, [FoundGroup("x", "Azure")], NOW + 1)
    assert shown("attendee", klass.ann) == ["Blue"]
    klass.seconds += 15
    assert shown("attendee", klass.ann) == ["Azure"]
    assert shown("moderator", klass.ann) == ["Azure"]


def test_group_meetings_follow_their_course_to_another_service(klass):
    made = klass.meeting(klass.blue, "moderator", None)
    assert klass.store.services.assign_course(klass.course, "other")
    klass.store.meetings.follow_platforms(["live", "other"], NOW)
    assert klass.store.meetings.by_id(made.id).service == "other"


def test_looking_at_people_wants_their_roster_at_most_every_quarter_of_an_hour(klass):
    services = klass.store.course_services
    services.save(klass.course, Offered("https://lms.example.edu/m"), NOW)
    services.take_due(NOW)
    services.came(klass.course, roster_ms=NOW - 10**8, groups_ms=None)
    now = NOW / 1000
    people = CoursePeople(
        klass.store.roster, services, clock=lambda: klass.seconds, now=lambda: now
    )
    people.want(klass.course)
    assert len(services.take_due(NOW)) == 1
    services.came(klass.course, roster_ms=NOW - 10**8, groups_ms=None)
    klass.seconds += 899
    people.want(klass.course)
    assert services.take_due(NOW) == []
    klass.seconds += 1
    people.want(klass.course)
    assert len(services.take_due(NOW)) == 1


def test_people_are_remembered_for_a_moment_unless_asked_for(klass):
    people = CoursePeople(
        klass.store.roster,
        klass.store.course_services,
        clock=lambda: klass.seconds,
        now=lambda: NOW / 1000,
    )
    assert people.of_course(klass.course).counts.people == 2
    klass.store.roster.finish(klass.course, NOW + 1)
    assert people.of_course(klass.course).counts.people == 2
    people.ask_now(klass.course)
    assert people.of_course(klass.course).counts.people == 0
    page = people.page(klass.course)
    assert (page.members, page.before, page.after) == ((), None, None)
