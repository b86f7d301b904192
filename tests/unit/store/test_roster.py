"""Who belongs to a course, as its roster says page by page: on both engines."""

from __future__ import annotations

import pytest

from lti_bridge.store import FoundGroup, Profile, RosterMember, Standing
from tests.unit.store.values import ALIKE, ANN, NOW

TEACHER, STUDENT = Standing.TEACHER, Standing.STUDENT
LATER = NOW + 3_600_000


@pytest.fixture
def course(store):
    return store.people.add_course(1, "context", "", "Algebra", now_ms=NOW).id


def named(sub, profile=ANN, role="attendee", standing=STUDENT, **more):
    return RosterMember(sub, profile, role, standing, **more)


def save(store, course, *people, run_ms=NOW, finish=True):
    store.roster.save_page(course, 1, people, run_ms)
    return store.roster.finish(course, run_ms) if finish else None


def there(store, course):
    return {m.lti_user_id for m in store.roster.members(course) if m.left_ms is None}


def one(store, course, sub):
    (found,) = [m for m in store.roster.members(course) if m.lti_user_id == sub]
    return found


def test_people_of_a_roster_belong_to_the_course(store, course):
    save(store, course, named("a"), named("t", role="moderator", standing=TEACHER))
    first, second = store.roster.members(course)
    assert (first.lti_user_id, first.role, first.standing) == ("t", "moderator", TEACHER)
    assert (second.profile, second.named, second.left_ms) == (ANN, True, None)
    counts = store.roster.counts(course)
    assert (counts.moderators, counts.attendees, counts.people) == (1, 1, 2)


def test_they_are_the_same_people_who_launch(store, course):
    person = store.people.arrive(1, "a", ANN, course_id=course, role="attendee", now_ms=NOW)
    save(store, course, named("a"), run_ms=LATER)
    assert one(store, course, "a").user_id == person.id
    assert store.people.person(1, "a", course).role == "attendee"


def test_identifiers_are_compared_byte_by_byte(store, course):
    save(store, course, *(named(sub) for sub in ALIKE))
    assert there(store, course) == set(ALIKE)


def test_a_profile_is_filled_in_and_nothing_known_is_erased(store, course):
    save(store, course, named("a", Profile("Ann Bee", email="ann@example.edu")))
    save(store, course, named("a", Profile(given_name="Ann")), run_ms=LATER)
    assert one(store, course, "a").profile == Profile("Ann Bee", "Ann", "", "ann@example.edu")
    save(store, course, named("a", Profile("Ann C.")), run_ms=LATER + 1)
    assert one(store, course, "a").profile.name == "Ann C."


def test_who_is_not_named_any_more_has_left(store, course):
    save(store, course, named("a"), named("b"))
    assert save(store, course, named("a"), run_ms=LATER) == 1
    assert there(store, course) == {"a"}
    assert one(store, course, "b").left_ms == LATER
    assert store.roster.counts(course).people == 1
    assert save(store, course, named("a"), run_ms=LATER + 1) == 0
    assert one(store, course, "b").left_ms == LATER, "since then, not since the last look"


def test_who_is_named_again_is_back(store, course):
    save(store, course, named("a"), named("b"))
    save(store, course, named("a"), run_ms=LATER)
    save(store, course, named("a"), named("b"), run_ms=LATER + 1)
    assert there(store, course) == {"a", "b"}


def test_a_roster_that_breaks_off_lets_nobody_leave(store, course):
    save(store, course, named("a"), named("b"))
    save(store, course, named("a"), run_ms=LATER, finish=False)
    assert there(store, course) == {"a", "b"}


def test_who_came_by_a_launch_and_was_never_named_stays(store, course):
    store.people.arrive(1, "admin", ANN, course_id=course, role="moderator", now_ms=NOW)
    save(store, course, named("a"), run_ms=LATER)
    assert there(store, course) == {"admin", "a"}
    assert not one(store, course, "admin").named


def test_inactive_people_have_left_and_strangers_among_them_are_not_kept(store, course):
    save(store, course, named("a"), named("b"))
    save(
        store, course, named("a"), named("b", active=False), named("c", active=False), run_ms=LATER
    )
    assert there(store, course) == {"a"}
    assert {m.lti_user_id for m in store.roster.members(course)} == {"a", "b"}
    save(store, course, named("a"), named("b", active=False), run_ms=LATER + 1)
    assert one(store, course, "b").left_ms == LATER


def test_a_launch_brings_somebody_back(store, course):
    save(store, course, named("a"), named("b"))
    save(store, course, named("b"), run_ms=LATER)
    assert store.people.person(1, "a", course).role is None
    store.people.arrive(1, "a", ANN, course_id=course, role="attendee", now_ms=LATER + 1)
    assert there(store, course) == {"a", "b"}
    assert store.people.person(1, "a", course).role == "attendee"


def test_one_named_twice_counts_once(store, course):
    save(store, course, named("a"), named("a", role="moderator", standing=TEACHER))
    assert one(store, course, "a").role == "moderator"


def test_the_role_is_the_rosters(store, course):
    save(store, course, named("a"))
    save(store, course, named("a", role="moderator", standing=TEACHER), run_ms=LATER)
    found = one(store, course, "a")
    assert (found.role, found.standing) == ("moderator", TEACHER)


def test_an_empty_page_is_no_trouble(store, course):
    save(store, course)
    assert store.roster.members(course) == []


def test_a_thousand_people_are_paged_and_searched(store, course):
    people = [
        named(f"u{n:04}", Profile(f"Person {n:04}", email=f"p{n}@x.example")) for n in range(1000)
    ]
    save(store, course, *people)
    page, count = store.roster.page(course, start=50, limit=20)
    assert count == 1000
    assert [m.profile.name for m in page] == [f"Person {n:04}" for n in range(50, 70)]
    found, count = store.roster.page(course, search="pERSON 0777")
    assert ([m.lti_user_id for m in found], count) == (["u0777"], 1)
    assert store.roster.page(course, search="p12@x")[1] == 1
    assert store.roster.page(course, search="%")[1] == 0
    assert store.roster.page(course, search="_")[1] == 0
    assert store.roster.page(course, search="'; DROP TABLE users; --")[1] == 0


def test_who_left_is_on_no_page(store, course):
    save(store, course, named("a"), named("b"))
    save(store, course, named("a"), run_ms=LATER)
    assert store.roster.page(course)[1] == 1


def test_another_course_is_not_touched(store, course):
    other = store.people.add_course(1, "other", "", "Biology", now_ms=NOW).id
    save(store, course, named("a"))
    save(store, other, named("a"), named("b"))
    save(store, course, run_ms=LATER)
    assert there(store, other) == {"a", "b"}


# Groups


def groups(store, course, *ids, now_ms=NOW):
    store.groups.save(course, [FoundGroup(i, f"Group {i}", "Set") for i in ids], now_ms)
    return {g.name.removeprefix("Group "): g for g in store.groups.of_course(course)}


def test_groups_and_who_is_in_them(store, course):
    groups(store, course, "x", "y")
    save(store, course, named("a", groups=("x",)), named("b", groups=("x", "y", "unknown")))
    found = groups(store, course, "x", "y")
    assert {name: g.members for name, g in found.items()} == {"x": 2, "y": 1}
    a = one(store, course, "a").user_id
    assert [g.name for g in store.groups.of_course(course, user_id=a)] == ["Group x"]
    assert store.groups.has_member(found["x"].id, a)
    assert not store.groups.has_member(found["y"].id, a)


def test_people_move_between_groups(store, course):
    groups(store, course, "x", "y")
    save(store, course, named("a", groups=("x",)))
    save(store, course, named("a", groups=("y",)), run_ms=LATER)
    found = groups(store, course, "x", "y")
    assert {name: g.members for name, g in found.items()} == {"x": 0, "y": 1}
    save(store, course, named("a", groups=None), run_ms=LATER + 1)
    assert groups(store, course, "x", "y")["y"].members == 1, "a roster that says nothing of groups"
    save(store, course, named("a", groups=()), run_ms=LATER + 2)
    assert groups(store, course, "x", "y")["y"].members == 0


def test_who_leaves_the_course_leaves_its_groups(store, course):
    groups(store, course, "x")
    save(store, course, named("a", groups=("x",)), named("b", groups=("x",)))
    save(store, course, named("a", groups=("x",)), run_ms=LATER)
    assert groups(store, course, "x")["x"].members == 1


def test_a_group_that_is_gone_is_listed_no_more_and_may_come_back(store, course):
    before = groups(store, course, "x", "y")
    assert set(groups(store, course, "y", now_ms=LATER)) == {"y"}
    gone = store.groups.find(before["x"].id)
    assert gone.gone
    assert set(groups(store, course, "x", "y", now_ms=LATER + 1)) == {"x", "y"}
    assert not store.groups.find(before["x"].id).gone
    assert groups(store, course, now_ms=LATER + 2) == {}


def test_groups_of_another_course_are_other_groups(store, course):
    other = store.people.add_course(1, "other", "", "Biology", now_ms=NOW).id
    groups(store, course, "x")
    groups(store, other, "x")
    save(store, other, named("a", groups=("x",)))
    assert groups(store, course, "x")["x"].members == 0
    assert store.groups.find(10**9) is None


def test_five_hundred_groups(store, course):
    found = groups(store, course, *(f"{n:03}" for n in range(500)))
    assert len(found) == 500
