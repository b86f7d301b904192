from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lti_bridge.directory.text import clean
from lti_bridge.store import Profile
from lti_bridge.store.tables import ConnectionRow, CourseRow, MembershipRow, UserRow
from tests.unit.store.values import ALIKE, ANN, NOW, a_platform, at_once, plan_of

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


def count(store, table):
    query = select(func.count()).select_from(table)
    return store.database.read(lambda c: c.execute(query).scalar_one())


@pytest.fixture
def course(store):
    return store.people.add_course(1, "course-1", "", "Biology", now_ms=NOW)


@pytest.fixture
def arrive(store, course):
    def arrive(sub="ann", profile=ANN, **changes):
        values = {"course_id": course.id, "role": "attendee", "now_ms": NOW, **changes}
        return store.people.arrive(1, sub, profile, **values)

    return arrive


def test_identifiers_that_look_alike_are_different_courses_and_people(store, arrive):
    courses = {one: store.people.add_course(1, one, "", one, now_ms=NOW).id for one in ALIKE}
    people = {one: arrive(one).id for one in ALIKE}
    assert len(set(courses.values())) == len(set(people.values())) == len(ALIKE)
    for one in ALIKE:
        assert store.people.course(1, one, "").id == courses[one]
        assert store.people.person(1, one, courses[one]).id == people[one]


def test_identifiers_are_another_platforms_own(store, arrive):
    store.platforms.synchronise([a_platform(), a_platform(client_id="client-2")], NOW)
    here = store.people.add_course(1, "course-1", "", "Biology", now_ms=NOW)
    there = store.people.add_course(2, "course-1", "", "Biology", now_ms=NOW)
    assert here.id != there.id
    arrive("ann")
    assert store.people.person(2, "ann", here.id) is None


identifiers = st.text(min_size=1, max_size=255).map(lambda text: clean(text) or "x")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(one=identifiers, fold=st.sampled_from(["NFC", "NFD", "NFKC", "lower", "upper", "strip"]))
def test_whatever_the_identifier_it_is_found_again_and_nothing_like_it(store, one, fold):
    like = unicodedata.normalize(fold, one) if fold.startswith("NF") else getattr(one, fold)()
    made = store.people.add_course(1, one, "", "", now_ms=NOW)
    assert store.people.course(1, one, "").id == made.id
    if like != one and len(like) <= 255:
        found = store.people.course(1, like, "")
        assert found is None or found.id != made.id


def test_a_context_and_a_lone_link_of_one_name_are_two_courses(store, course):
    lone = store.people.add_course(1, "", "course-1", "Biology", now_ms=NOW)
    assert lone.id != course.id
    assert store.people.course(1, "", "course-1").id == lone.id


def test_a_course_made_by_many_at_once_is_one(store):
    made = at_once(16, lambda _: store.people.add_course(1, "new", "", "New", now_ms=NOW).id)
    assert len(set(made)) == 1


def test_a_course_keeps_its_title_where_a_launch_gives_none(store, course):
    again = store.people.add_course(1, "course-1", "", "", now_ms=NOW, meets_id=5, asked_ms=NOW)
    assert (again.id, again.title, again.meets_id) == (course.id, "Biology", 5)
    assert store.people.add_course(1, "course-1", "", "Botany", now_ms=NOW).title == "Botany"


def test_what_meets_answered_once_stays_for_good(store, arrive):
    course = store.people.add_course(
        1, "course-1", "", "Biology", now_ms=NOW, meets_id=5, asked_ms=NOW
    )
    for meets_id, asked_ms in ((None, None), (None, NOW + 1), (6, NOW + 2)):
        answer = {"now_ms": NOW, "meets_id": meets_id, "asked_ms": asked_ms}
        assert store.people.add_course(1, "course-1", "", "Biology", **answer).meets_id == 5
    assert store.people.course(1, "course-1", "").asked_ms == NOW + 2
    assert arrive(meets_id=9, asked_ms=NOW).meets_id == 9
    assert arrive(meets_id=None, asked_ms=NOW + 1).meets_id == 9
    store.people.answered("course", course.id, 8)
    assert store.people.course(1, "course-1", "").meets_id == 5
    assert store.people.take_pending("course", NOW + DAY) == []
    assert store.people.take_pending("user", NOW + DAY) == []


def test_the_largest_number_of_meets_is_remembered(store):
    largest = 2**63 - 1
    store.people.add_course(1, "big", "", "", now_ms=NOW, meets_id=largest, asked_ms=NOW)
    assert store.people.course(1, "big", "").meets_id == largest


def test_a_person_is_remembered_with_name_and_role(store, arrive, course):
    made = arrive()
    found = store.people.person(1, "ann", course.id)
    assert found == made
    assert (found.profile, found.role, found.meets_id, found.asked_ms) == (
        ANN,
        "attendee",
        None,
        0,
    )
    assert store.people.person(1, "bob", course.id) is None


def test_a_person_new_to_a_course_has_no_role_in_it_yet(store, arrive):
    arrive()
    other = store.people.add_course(1, "course-2", "", "", now_ms=NOW)
    assert store.people.person(1, "ann", other.id).role is None


def test_name_and_role_follow_the_launch_also_to_nothing(store, arrive, course):
    first = arrive()
    arrive(profile=Profile(name="Ann Cee"), role="moderator")
    found = store.people.person(1, "ann", course.id)
    assert (found.id, found.profile, found.role) == (first.id, Profile(name="Ann Cee"), "moderator")
    assert count(store, UserRow) == count(store, MembershipRow) == 1


def test_a_person_arriving_many_times_at_once_is_one(store, arrive):
    made = at_once(16, lambda number: arrive(role=("attendee", "moderator")[number % 2]).id)
    assert len(set(made)) == 1
    assert count(store, MembershipRow) == 1


def test_people_of_a_connection_that_is_deleted_go_with_it(store, arrive):
    arrive()
    store.database.write(lambda c: c.execute(ConnectionRow.__table__.delete()))
    assert [count(store, table) for table in (CourseRow, UserRow, MembershipRow)] == [0, 0, 0]


def test_a_person_of_an_unknown_course_is_not_written_at_all(store, arrive):
    with pytest.raises(IntegrityError) as failure:
        arrive(course_id=99)
    assert ANN.email not in str(failure.value)
    assert count(store, UserRow) == 0


def test_what_meets_did_not_know_comes_up_again_after_a_minute(store, arrive):
    arrive(asked_ms=NOW)
    take = store.people.take_pending
    assert take("user", NOW + MINUTE - 1) == []
    (pending,) = take("user", NOW + MINUTE)
    assert (pending.kind, pending.lti_id, pending.meets_connection) == ("user", "ann", 7)
    assert take("user", NOW + MINUTE) == [], "another worker has it"
    assert take("user", NOW + 2 * MINUTE) == [pending], "it died over it"
    store.people.answered("user", pending.id, 42)
    assert take("user", NOW + 99 * DAY) == []
    assert arrive().meets_id == 42


def test_the_pause_doubles_with_every_not_known_up_to_a_day(store, arrive):
    now, pauses = NOW, []
    arrive(asked_ms=now)
    for _ in range(13):
        pause = MINUTE
        while not (taken := store.people.take_pending("user", now + pause)):
            pause *= 2
        pauses.append(pause // MINUTE)
        now += pause
        store.people.answered("user", taken[0].id, None)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024]


def test_what_was_never_asked_for_comes_up_too_but_no_lone_link(store, course):
    store.people.add_course(1, "", "link-1", "", now_ms=NOW)
    take = store.people.take_pending
    assert take("course", NOW + MINUTE - 1) == []
    assert [pending.lti_id for pending in take("course", NOW + MINUTE)] == ["course-1"]


def test_several_workers_at_once_never_take_the_same(store, arrive):
    for number in range(40):
        arrive(f"person-{number}", asked_ms=NOW)
    taken = at_once(8, lambda _: store.people.take_pending("user", NOW + DAY, limit=7))
    ids = [pending.id for share in taken for pending in share]
    assert len(ids) == len(set(ids)) <= 40
    assert max(len(share) for share in taken) <= 7
    ids += [pending.id for pending in store.people.take_pending("user", NOW + DAY, limit=99)]
    assert len(set(ids)) == len(ids) == 40


@pytest.mark.parametrize(
    "due",
    [
        "pending AND asked_ms <= 5 ORDER BY asked_ms LIMIT 20",
        "NOT pending AND asked_ms IS NULL LIMIT 20",
    ],
)
def test_who_is_to_be_asked_for_is_found_without_reading_everybody(store, due):
    for table in ("users", "courses"):
        query = f"SELECT id FROM {table} WHERE {due}"  # noqa: S608 - our own
        assert f"ix_{table}_pending" in plan_of(store.database, query)
