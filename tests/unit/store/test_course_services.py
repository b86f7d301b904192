"""Where LMSs answer for courses, and when they are asked: on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_bridge.store import Offered
from lti_bridge.store.course_services import FRESH_MS, HELD_MS, LONGEST_PAUSE_MS, MOST_FAILURES
from tests.unit.store.values import NOW

OFFERED = Offered(
    memberships_url="https://lms.example.edu/m",
    line_items_url="https://lms.example.edu/l",
    grade_scopes=("a", "b"),
    groups_url="https://lms.example.edu/g",
    group_sets_url="https://lms.example.edu/s",
)
MINUTE = 60_000


@pytest.fixture
def course(store):
    return store.people.add_course(1, "context", "", "Algebra", now_ms=NOW).id


def due(store, now_ms):
    return [one.course_id for one in store.course_services.take_due(now_ms)]


def test_what_a_launch_said_is_kept(store, course):
    assert store.course_services.of(course) is None
    store.course_services.save(course, OFFERED, NOW)
    assert store.course_services.of(course) == OFFERED
    store.course_services.save(course, Offered(), NOW + 1)
    assert store.course_services.of(course) == Offered()


def test_a_course_is_due_at_its_first_launch_and_taken_once(store, course):
    store.course_services.save(course, OFFERED, NOW)
    (taken,) = store.course_services.take_due(NOW)
    assert (taken.course_id, taken.connection_id, taken.offered) == (course, 1, OFFERED)
    assert due(store, NOW + MINUTE) == []
    assert due(store, NOW + HELD_MS) == [course], "whoever took it died over it"


def test_many_workers_get_different_courses(store):
    courses = [store.people.add_course(1, f"c{n}", "", "", now_ms=NOW).id for n in range(40)]
    for course in courses:
        store.course_services.save(course, OFFERED, NOW)
    with ThreadPoolExecutor(4) as crowd:
        taken = list(crowd.map(lambda _: store.course_services.take_due(NOW, limit=10), range(4)))
    found = [one.course_id for some in taken for one in some]
    assert len(found) == len(set(found))
    assert set(found) | set(due(store, NOW)) == set(courses)


def test_one_without_roster_and_groups_is_never_due(store, course):
    store.course_services.save(course, Offered(line_items_url="https://x/l"), NOW)
    assert due(store, NOW) == []
    assert not store.course_services.want(course, NOW + FRESH_MS)
    assert due(store, NOW + FRESH_MS) == []


def test_once_it_came_it_is_due_again_only_when_looked_at_and_not_too_soon(store, course):
    services = store.course_services
    services.save(course, OFFERED, NOW)
    due(store, NOW)
    services.came(course, roster_ms=NOW, groups_ms=NOW)
    assert due(store, NOW + 10 * FRESH_MS) == [], "nobody looks"
    assert not services.want(course, NOW + FRESH_MS - 1)
    assert services.want(course, NOW + FRESH_MS)
    assert due(store, NOW + FRESH_MS) == [course]
    assert not services.want(course, NOW + FRESH_MS), "somebody is at it"


def test_a_new_address_is_asked_at_once_and_other_news_are_not(store, course):
    services = store.course_services
    services.save(course, OFFERED, NOW)
    due(store, NOW)
    services.came(course, roster_ms=NOW, groups_ms=None)
    services.save(course, Offered(OFFERED.memberships_url, groups_url=OFFERED.groups_url), NOW)
    assert due(store, NOW) == []
    services.save(course, Offered("https://lms.example.edu/other"), NOW)
    assert due(store, NOW) == [course]


def test_the_state_tells_how_it_went(store, course):
    services = store.course_services
    assert not services.state(course).offered
    services.save(course, OFFERED, NOW)
    state = services.state(course)
    assert (state.offered, state.roster_ms, state.groups_ms, state.problem) == (
        True,
        None,
        None,
        "",
    )
    services.came(course, roster_ms=NOW, groups_ms=None)
    assert services.state(course).roster_ms == NOW


def test_failures_make_ever_longer_pauses_up_to_a_day_and_then_none(store, course):
    services = store.course_services
    services.save(course, OFFERED, NOW)
    now, pauses = NOW, []
    for _ in range(MOST_FAILURES):
        (taken,) = services.take_due(now)
        services.failed(taken, "http_503", now, for_good=False)
        assert services.state(course).problem == "http_503"
        began = now
        while now - began <= LONGEST_PAUSE_MS and not due(store, now):
            now += 5 * MINUTE
        pauses.append(now - began)
        now += HELD_MS
    assert pauses[:4] == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE]
    assert pauses == sorted(pauses)
    assert pauses[-1] > LONGEST_PAUSE_MS, "given up, until somebody looks"
    assert services.want(course, now)
    assert due(store, now) == [course]


def test_looking_does_not_shorten_a_pause(store, course):
    services = store.course_services
    services.save(course, OFFERED, NOW)
    (taken,) = services.take_due(NOW)
    services.failed(taken, "http_403", NOW, for_good=True)
    assert not services.want(course, NOW + MINUTE)
    assert due(store, NOW + LONGEST_PAUSE_MS - 1) == []
    assert due(store, NOW + LONGEST_PAUSE_MS) == [course]


def test_success_forgets_failures(store, course):
    services = store.course_services
    services.save(course, OFFERED, NOW)
    (taken,) = services.take_due(NOW)
    services.failed(taken, "x" * 100, NOW, for_good=False)
    services.came(course, roster_ms=NOW, groups_ms=None)
    assert services.state(course).problem == ""
    services.want(course, NOW + FRESH_MS)
    (taken,) = services.take_due(NOW + FRESH_MS)
    assert taken.failures == 0
