"""Every list with every parameter, against a strict MEETS over a socket.

What must come is worked out from the simulator's records by other means than its own filters.
"""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from lti_bridge.errors import CircuitOpen, RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.meets_api import CourseRoles, User

CONNECTION = (1,)
HOUR = 3600
START = 1_700_000_000


def rows(table):
    return dict(table.after(0))


def ids(listing):
    found = [one.meets_id for one in listing]
    assert len(found) == len(set(found)), "each once"
    return sorted(found)


def chosen(table, fits):
    return sorted(number for number, row in rows(table).items() if fits(row))


def test_people_by_connection_and_course(seeded):
    users, list_users = seeded.records.users, seeded.client.list_users
    assert ids(list_users()) == chosen(users, lambda u: True)
    of_one = chosen(users, lambda u: u.connection == 2)
    assert ids(list_users(meets_id_connections=[2])) == of_one
    in_two = chosen(users, lambda u: u.courses & {3, 4})
    assert ids(list_users(meets_id_courses=[3, 4])) == in_two
    both = chosen(users, lambda u: u.connection == 1 and 3 in u.courses)
    assert both
    assert ids(list_users(meets_id_connections=[1], meets_id_courses=[3])) == both
    assert ids(list_users(meets_id_connections=[99])) == []


def test_people_with_all_that_is_known_of_them(seeded):
    for user in seeded.client.list_users(meets_id_courses=[5]):
        row = seeded.records.users[user.meets_id]
        assert (user.name_first, user.name_last, user.email) == (row.first, row.last, row.email)
        assert (user.lti_id_user, user.meets_id_connection) == (row.lti_id, row.connection)
        assert user.connection.meets_id == row.connection
        assert user.connection.platform_type == "Other"
        assert user.connection.settings["teacherSubstitute"] is True
        assert user.roles is None


def test_courses_by_who_is_what_in_them(seeded):
    courses, list_courses = seeded.records.courses, seeded.client.list_courses
    someone = next(n for n, u in rows(seeded.records.users).items() if len(u.courses) == 2)
    teacher = next(
        user
        for _, course in courses.after(0)
        for user, roles in course.roles.items()
        if roles == {"teacher"}
    )
    both = next(u for _, c in courses.after(0) for u, r in c.roles.items() if "administrator" in r)

    def of(user, role=None):
        return chosen(
            courses, lambda c: user in c.roles and (role is None or role in c.roles[user])
        )

    assert ids(list_courses()) == sorted(rows(courses))
    assert ids(list_courses(meets_id_connections=[1, 2])) == sorted(rows(courses))
    assert ids(list_courses(meets_id_users_can_access=[someone])) == of(someone) != []
    assert ids(list_courses(meets_id_users_is_teacher=[teacher])) == of(teacher, "teacher") != []
    assert ids(list_courses(meets_id_users_is_student=[teacher])) == []
    assert ids(list_courses(meets_id_users_is_administrator=[both])) == of(both, "administrator")
    neither = list_courses(meets_id_users_is_teacher=[teacher], meets_id_connections=[99])
    assert ids(neither) == []


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({}, lambda r: True),
        ({"roles": ["teacher"]}, lambda r: "teacher" in r),
        ({"roles": ["teacher", "student"]}, lambda r: r & {"teacher", "student"}),
        ({"roles_exclude": ["student"]}, lambda r: "student" not in r),
        ({"roles": ["teacher"], "roles_exclude": ["administrator"]}, lambda r: r == {"teacher"}),
        ({"roles": []}, lambda r: False),
        ({"roles_exclude": []}, lambda r: True),
    ],
)
def test_people_of_a_course_with_their_roles_there(seeded, filters, fits):
    roles = seeded.records.courses[1].roles
    expected = sorted(user for user, r in roles.items() if fits(r))
    found = list(seeded.client.list_course_users(1, **filters))
    assert ids(found) == expected
    for user in found:
        assert user.roles == CourseRoles(**dict.fromkeys(roles[user.meets_id], True))


def test_people_of_a_course_that_is_not_there(seeded):
    with pytest.raises(RemoteRejected) as refusal:
        list(seeded.client.list_course_users(4711))
    assert refusal.value.code == "http_404"


EVENT_FILTERS = [
    ({}, lambda e: True),
    ({"meets_id_courses": [2, 3]}, lambda e: set(e.courses) & {2, 3}),
    ({"meets_id_conferencing_accounts": [1]}, lambda e: e.account == 1),
    (
        {"conferencing_services": ["zoom", "collaborate"]},
        lambda e: e.service in {"zoom", "collaborate"},
    ),
    ({"time_begin_before": START + 5 * HOUR}, lambda e: e.begin < START + 5 * HOUR),
    ({"time_begin_after": START + 5 * HOUR}, lambda e: e.begin > START + 5 * HOUR),
    ({"time_end_before": START + 3001}, lambda e: e.end < START + 3001),
    ({"time_end_after": START + 3000}, lambda e: e.end > START + 3000),
    (
        {"conferencing_services": ["zoom"], "time_begin_after": START + 40 * HOUR},
        lambda e: e.service == "zoom" and e.begin > START + 40 * HOUR,
    ),
]


@pytest.mark.parametrize(("filters", "fits"), EVENT_FILTERS)
def test_events_by_every_filter(seeded, filters, fits):
    expected = chosen(seeded.records.events, fits)
    assert expected, "the filter is to find some"
    assert ids(seeded.client.list_conferencing_events(**filters)) == expected


def test_events_by_host_and_by_connection(seeded):
    events, courses = seeded.records.events, seeded.records.courses
    host = events[7].host
    of_host = chosen(events, lambda e: e.host == host)
    assert ids(seeded.client.list_conferencing_events(meets_id_users_host=[host])) == of_host
    in_one = chosen(events, lambda e: any(courses[c].connection == 1 for c in e.courses))
    assert ids(seeded.client.list_conferencing_events(meets_id_connections=[1])) == in_one


def test_an_event_knows_its_host_courses_and_account(seeded):
    for event in seeded.client.list_conferencing_events():
        row = seeded.records.events[event.meets_id]
        assert (event.time_begin, event.time_end) == (row.begin, row.end)
        assert event.host.meets_id == event.meets_id_user_host == row.host
        assert event.host.connection.meets_id == seeded.records.users[row.host].connection
        assert tuple(course.meets_id for course in event.courses) == row.courses
        assert event.courses[0].connection is not None
        assert event.meets_id_conferencing_account == row.account
        if row.account is None:
            assert event.account is None
        else:
            assert event.account.conferencing_service == row.service
            assert [u.meets_id for u in event.account.users] == list(event.account.meets_id_users)


RECORDING_FILTERS = [
    ({}, lambda r, e: True),
    ({"meets_id_conferencing_events": [3, 4, 5, 6]}, lambda r, e: r.event in {3, 4, 5, 6}),
    ({"meets_id_courses": [1, 2, 3]}, lambda r, e: set(e.courses) & {1, 2, 3}),
    ({"meets_id_conferencing_accounts": [2]}, lambda r, e: e.account == 2),
    ({"recording_type": "converted"}, lambda r, e: r.type == "converted"),
    ({"recording_type": "original"}, lambda r, e: r.type == "original"),
    (
        {"conferencing_services": ["webexmeetingcenter"]},
        lambda r, e: e.service == "webexmeetingcenter",
    ),
    ({"time_added_before": START + 60 * HOUR}, lambda r, e: r.added < START + 60 * HOUR),
    ({"time_added_after": START + 60 * HOUR}, lambda r, e: r.added > START + 60 * HOUR),
    ({"time_event_begin_before": START + 9 * HOUR}, lambda r, e: e.begin < START + 9 * HOUR),
    ({"time_event_begin_after": START + 9 * HOUR}, lambda r, e: e.begin > START + 9 * HOUR),
    ({"time_event_end_before": START + 9 * HOUR}, lambda r, e: e.end < START + 9 * HOUR),
    ({"time_event_end_after": START + 9 * HOUR}, lambda r, e: e.end > START + 9 * HOUR),
]


@pytest.mark.parametrize(("filters", "fits"), RECORDING_FILTERS)
def test_recordings_by_every_filter(seeded, filters, fits):
    events = seeded.records.events
    expected = chosen(seeded.records.recordings, lambda r: fits(r, events[r.event]))
    assert expected, "the filter is to find some"
    found = list(seeded.client.list_conference_recordings(**filters))
    assert ids(found) == expected
    for recording in found:
        row = seeded.records.recordings[recording.meets_id]
        assert (recording.time_added, recording.type) == (row.added, row.type)
        assert recording.event.meets_id == row.event
        assert recording.event.host is not None


def test_recordings_by_host_and_by_connection(seeded):
    records = seeded.records
    host = records.events[records.recordings[1].event].host
    expected = chosen(records.recordings, lambda r: records.events[r.event].host == host)
    listing = seeded.client.list_conference_recordings(meets_id_users_host=[host])
    assert ids(listing) == expected != []
    in_two = chosen(
        records.recordings,
        lambda r: any(records.courses[c].connection == 2 for c in records.events[r.event].courses),
    )
    assert ids(seeded.client.list_conference_recordings(meets_id_connections=[2])) == in_two


def test_admins_connections_and_the_log(seeded):
    first, *others = seeded.client.list_admins()
    assert first.permissions.manage_admins
    assert first.permissions.view_data
    assert not any(one.permissions.manage_admins for one in others)
    assert [one.meets_id for one in seeded.client.list_connections()] == [1, 2]
    log = seeded.records.log
    for filters, fits in (
        ({}, lambda e: True),
        ({"time_after": START + 600}, lambda e: e.time > START + 600),
        ({"time_before": START + 600}, lambda e: e.time < START + 600),
    ):
        entries = seeded.client.get_conferencing_authentication_log(limit=7, **filters)
        assert ids(entries) == chosen(log, fits)
    entry = next(iter(entries))
    row = log[entry.meets_id]
    assert (entry.conferencing_service, entry.authentication_method) == (row.service, row.method)
    assert entry.meets_id_conferencing_account == row.account


# Pages.


def test_lists_come_page_by_page_and_only_as_far_as_they_are_looked_at(new_domain):
    domain = new_domain()
    for n in range(25):
        domain.simulator.add_user(1, f"user-{n}")
    listing = domain.client.list_users(limit=10)
    assert domain.asked("list_users") == [], "nothing yet"
    pages = listing.pages()
    assert [u.meets_id for u in next(pages).entities] == list(range(1, 11))
    assert len(domain.asked("list_users")) == 1
    assert [(len(p.entities), p.next_start_after_id) for p in pages] == [(10, 20), (5, None)]
    assert len(domain.asked("list_users")) == 3
    later = domain.client.list_users(limit=10, start_after_id=18)
    assert ids(later) == list(range(19, 26))


def test_no_more_than_a_page_is_held(new_domain):
    domain = new_domain()
    for n in range(60):
        domain.simulator.add_user(1, f"user-{n}")

    def held():
        gc.collect()
        return sum(isinstance(one, User) for one in gc.get_objects())

    before = held()
    for page in domain.client.list_users(limit=10).pages():
        assert held() - before == len(page.entities) == 10
    for user in domain.client.list_users(limit=10):
        if user.meets_id % 20 == 15:
            assert held() - before <= 20, "this page, and the loop's last one"


def test_a_list_that_ends_with_a_full_page_needs_no_empty_one(new_domain):
    domain = new_domain()
    for n in range(20):
        domain.simulator.add_user(1, f"user-{n}")
    assert len(ids(domain.client.list_users(limit=10))) == 20
    assert len(domain.asked("list_users")) == 2


@pytest.mark.parametrize(
    "function", ["list_users", "list_courses", "list_admins", "list_connections"]
)
def test_limits_that_would_be_refused_are_not_sent(seeded, function):
    before = len(seeded.simulator.faults.requests)
    for wrong in (0, -1, 1001, True, "10", 2.0):
        with pytest.raises(RemoteRejected) as refusal:
            getattr(seeded.client, function)(limit=wrong)
        assert refusal.value.code == "limit"
    assert len(seeded.simulator.faults.requests) == before


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("list_users", {"meets_id_connections": [0]}),
        ("list_users", {"meets_id_courses": ["1"]}),
        ("list_users", {"start_after_id": -1}),
        ("list_users", {"meets_id_courses": [True]}),
        ("list_courses", {"meets_id_users_is_student": [2**63]}),
        ("list_conferencing_events", {"time_begin_after": 1_700_000_000_000}),
        ("list_conferencing_events", {"time_end_before": 1.5}),
        ("list_conferencing_events", {"time_end_after": -1}),
        ("list_conferencing_events", {"conferencing_services": ["a,b"]}),
        ("list_conferencing_events", {"conferencing_services": [""]}),
        ("list_course_users", {"meets_id_course": 1, "roles": ["professor"]}),
        ("list_course_users", {"meets_id_course": -4}),
    ],
)
def test_what_makes_no_sense_is_refused_before_it_is_sent(seeded, call, arguments):
    before = len(seeded.simulator.faults.requests)
    with pytest.raises(RemoteRejected) as refusal:
        getattr(seeded.client, call)(**arguments)
    assert refusal.value.code == "parameter"
    assert "nothing was sent" in refusal.value.message
    assert len(seeded.simulator.faults.requests) == before


def test_a_filter_for_nothing_finds_nothing_and_asks_nobody(seeded):
    before = len(seeded.simulator.faults.requests)
    assert ids(seeded.client.list_users(meets_id_courses=[])) == []
    assert ids(seeded.client.list_conferencing_events(conferencing_services=[])) == []
    assert len(seeded.simulator.faults.requests) == before


# Long lists of IDs.


def test_long_lists_are_split_and_nobody_is_lost_or_doubled(new_domain):
    domain = new_domain()
    courses = [domain.simulator.add_course(1, f"context-{n}") for n in range(2000)]
    for n in range(300):
        user = domain.simulator.add_user(1, f"user-{n}")
        for course in (courses[n], courses[-1 - n], courses[1000]):
            domain.records.enrol(user, course, ["student"])
    domain.simulator.add_user(1, "in no course")
    wanted = [*courses, *range(10**17, 10**17 + 500)]
    found = ids(domain.client.list_users(meets_id_courses=wanted, limit=100))
    assert found == list(range(1, 301))
    for request in domain.asked("list_users"):
        assert request.method == "POST"
        values = [part.partition(b"=")[2] for part in request.body.split(b"&")]
        assert max(len(value.replace(b"%2C", b",")) for value in values) <= 3500


def test_two_long_lists_are_asked_for_in_every_combination(new_domain):
    domain = new_domain()
    course = domain.simulator.add_course(900, "context")
    user = domain.simulator.add_user(900, "user")
    domain.records.enrol(user, course, ["student"])
    many = list(range(1, 1500))
    listing = domain.client.list_users(meets_id_courses=many, meets_id_connections=many)
    assert len(listing.queries) == 4
    assert ids(listing) == [user]


def test_a_list_just_over_what_get_takes_goes_by_post(seeded):
    short, long = range(1, 120), range(1, 200)
    for numbers, method in ((short, "GET"), (long, "POST")):
        ids(seeded.client.list_users(meets_id_courses=numbers))
        assert seeded.asked("list_users")[-1].method == method


# Failures on the way.


class EveryOther:
    def __init__(self):
        self.count = 0

    def __call__(self, _path):
        self.count += 1
        return self.count % 2 == 0


def steady(listing):
    waited = []
    return replace(listing.steadily(), sleep=waited.append), waited


def test_steadily_every_page_comes_though_half_of_them_fail(new_domain):
    domain = new_domain()
    for n in range(95):
        domain.simulator.add_user(1, f"user-{n}")
    domain.simulator.faults.set("500", where=EveryOther())
    listing, waited = steady(domain.client.list_users(limit=10))
    assert ids(listing) == list(range(1, 96))
    assert waited == [0.2] * 9


def test_steadily_has_an_end_before_the_host_is_left_alone(new_domain):
    domain = new_domain()
    domain.simulator.faults.set("500")
    listing, waited = steady(domain.client.list_users())
    with pytest.raises(RemoteUnavailable) as error:
        list(listing)
    assert not isinstance(error.value, CircuitOpen)
    assert waited == pytest.approx([0.2, 0.4, 0.8])
    domain.simulator.faults.clear()
    assert list(domain.client.list_users()) == [], "the next call goes through"


def test_steadily_does_not_wait_for_a_host_that_is_left_alone_or_for_a_refusal(new_domain):
    domain = new_domain()
    listing, waited = steady(domain.client.list_course_users(99))
    with pytest.raises(RemoteRejected):
        list(listing)
    domain.simulator.faults.set("down")
    for _ in range(5):
        with pytest.raises(RemoteUnavailable):
            list(domain.client.list_users())
    listing, _ = steady(domain.client.list_users())
    with pytest.raises(CircuitOpen):
        list(listing)
    assert waited == []


@pytest.mark.parametrize("fault", ["500", "html", "cut"])
def test_a_page_that_fails_is_an_error_and_never_a_shorter_list(new_domain, fault):
    domain = new_domain()
    for n in range(30):
        domain.simulator.add_user(1, f"user-{n}")
    domain.simulator.faults.set(fault, where=EveryOther())
    pages = domain.client.list_users(limit=10).pages()
    assert len(next(pages).entities) == 10
    with pytest.raises((RemoteUnavailable, RemoteMalformed)):
        next(pages)
    domain.simulator.faults.clear()
    assert ids(domain.client.list_users(limit=10, start_after_id=10)) == list(range(11, 31))
