from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event, func, select

from lti_bridge.directory import LAUNCH_SECONDS, Course, Directory, Patience, Person
from lti_bridge.errors import NotAllowed, RemoteError, RemoteTimeout, RemoteUnavailable
from lti_bridge.http import Client
from lti_bridge.meets_api import MeetsClient
from lti_bridge.settings import Meets
from lti_bridge.simulators.meets import create_meets
from lti_bridge.simulators.serving import Server
from lti_bridge.store import Profile, Standing, number_of
from lti_bridge.store.tables import CourseRow, MembershipRow, UserRow
from tests.unit.directory.launches import Clock, a_launch
from tests.unit.store.values import ANN, at_once

DAY_MS = 24 * 3_600_000


class Registry:
    """MEETS, and directories that ask it: each as a process of its own would have it."""

    def __init__(self, store, stack, *, learn=True):
        self.simulator = create_meets(connections=(7,), learn=learn)
        self.url = self.simulator.url_for(stack.enter_context(Server(self.simulator)))
        self.store = store
        self.clock = Clock()
        self._stack = stack

    def directory(self, unknown="pending", *, url=""):
        client = Client(allow_http=True, allow_private_networks=True)
        self._stack.enter_context(closing(client))
        meets = MeetsClient(Meets(url=url or self.url), client)
        return Directory(self.store.people, meets, unknown, now=self.clock, clock=self.clock)

    @property
    def asked(self):
        calls = self.simulator.calls
        return calls["from_lti_id_context"], calls["from_lti_id_user"]


@contextmanager
def registry(store, **options):
    with ExitStack() as stack:
        yield Registry(store, stack, **options)


@pytest.fixture
def meets(store):
    with registry(store) as meets:
        yield meets


@pytest.fixture
def strange_meets(store):
    """One that knows nobody."""
    with registry(store, learn=False) as meets:
        yield meets


@pytest.fixture
def alone(store):
    """A directory without MEETS."""
    return Directory(store.people, None)


def find(directory, launch, seconds=LAUNCH_SECONDS):
    patience = Patience(seconds)
    course = directory.course_for(launch, patience)
    return course, directory.person_for(launch, course, patience)


def row(store, table):
    return store.database.read(lambda c: c.execute(select(table.__table__)).one())


def count(store, table):
    query = select(func.count()).select_from(table)
    return store.database.read(lambda c: c.execute(query).scalar_one())


# Without MEETS.


def test_without_meets_the_bridge_gives_out_its_own_numbers(store, alone):
    course, person = find(alone, a_launch(store))
    assert course == Course(course.id, "course-1", "Biology", course.id)
    assert person == Person(person.id, ANN, person.id, "attendee")
    other, someone = find(alone, a_launch(store, lti_context_id="course-2", lti_user_id="bob"))
    assert other.meets_id != course.meets_id
    assert someone.meets_id != person.meets_id


def test_numbers_given_out_once_never_change(store, alone):
    first = find(alone, a_launch(store))
    assert find(alone, a_launch(store)) == first
    assert find(Directory(store.people, None), a_launch(store)) == first, "in another process too"
    renamed = a_launch(store, course_title="Botany", profile=Profile(name="Ann Cee"))
    course, person = find(Directory(store.people, None), renamed)
    assert (course.meets_id, person.meets_id) == (first[0].meets_id, first[1].meets_id)


def test_who_left_meets_keeps_its_numbers_and_new_ones_never_meet_them(store, meets):
    course, person = find(meets.directory(), a_launch(store))
    alone = Directory(store.people, None)
    again, also = find(alone, a_launch(store))
    assert (again.meets_id, also.meets_id) == (course.meets_id, person.meets_id)
    other, new = find(alone, a_launch(store, lti_context_id="course-2", lti_user_id="bob"))
    assert other.meets_id == number_of(other.id, None, by_meets=True) > 10**12
    assert new.meets_id == number_of(new.id, None, by_meets=True) > 10**12


def test_what_the_roles_are_called_is_kept_and_changes_with_them(store, alone):
    def kept():
        query = select(MembershipRow.role, MembershipRow.standing)
        return store.database.read(lambda c: tuple(c.execute(query).one()))

    both = Standing.ADMINISTRATOR | Standing.TEACHER
    for role, standing in (("moderator", both), ("moderator", Standing.TEACHER), ("attendee", 4)):
        _, person = find(alone, a_launch(store, role=role, standing=Standing(standing)))
        assert person.standing == standing
        assert kept() == (role, standing)
        _, elsewhere = find(
            Directory(store.people, None), a_launch(store, role=role, standing=Standing(standing))
        )
        assert elsewhere == person


def test_nothing_is_pending_without_meets(store, alone):
    find(alone, a_launch(store))
    assert not row(store, CourseRow).pending
    assert not row(store, UserRow).pending


def test_asking_again_without_meets_is_nothing(store, alone):
    find(alone, a_launch(store))
    for kind in ("course", "user"):
        (pending,) = store.people.take_pending(kind, int(time.time() * 1000) + DAY_MS)
        assert alone.ask_again(pending, 1.0) is False


# With MEETS.


def test_meets_is_asked_once_per_identifier_over_many_launches(store, meets):
    directory = meets.directory()
    for _ in range(5):
        for sub in ("ann", "bob"):
            course, person = find(directory, a_launch(store, lti_user_id=sub))
    assert meets.asked == (1, 2)
    assert course.meets_id == meets.simulator.add_course(7, "course-1")
    assert person.meets_id == meets.simulator.add_user(7, "bob")


def test_a_new_process_on_the_same_database_asks_nothing(store, meets):
    first = find(meets.directory(), a_launch(store))
    assert find(meets.directory(), a_launch(store)) == first
    assert meets.asked == (1, 1)


def test_its_answers_outlive_meets_itself(store, meets):
    first = find(meets.directory(), a_launch(store))
    meets.simulator.faults.set("down")
    for unknown in ("pending", "refuse"):
        assert find(meets.directory(unknown), a_launch(store)) == first


def test_fifty_threads_with_one_new_course_are_one_call(store, meets):
    directory = meets.directory()
    meets.simulator.faults.set("slow", seconds=0.1)

    def arrive(number):
        return find(directory, a_launch(store, lti_user_id=f"person-{number % 5}"), 20)

    found = at_once(50, arrive)
    assert meets.asked == (1, 5)
    assert len({course for course, _ in found}) == 1
    assert len({person.meets_id for _, person in found}) == 5
    assert count(store, MembershipRow) == 5


def test_a_person_in_two_courses_is_asked_for_once(store, meets):
    directory = meets.directory()
    people = [
        find(directory, a_launch(store, lti_context_id=course))[1] for course in ("one", "two")
    ]
    assert len({person.meets_id for person in people}) == 1
    assert meets.asked == (2, 1)
    assert count(store, MembershipRow) == 2


def test_connections_are_kept_apart(store, meets):
    find(meets.directory(), a_launch(store))
    request = meets.simulator.faults.requests[0]
    assert "meetsIdConnection=7" in request.query


# While MEETS doesn't know, or doesn't answer.


FAULTS = ["down", "500", "503", "html", "cut", "wrong_xml"]


@pytest.mark.parametrize("fault", FAULTS)
def test_while_meets_is_broken_people_get_in_and_it_is_noted(store, meets, fault):
    meets.simulator.faults.set(fault)
    course, person = find(meets.directory(), a_launch(store))
    assert (course.meets_id, person.meets_id) == (None, None)
    assert person.id is not None
    for table in (CourseRow, UserRow):
        assert row(store, table).pending
        assert row(store, table).asked_ms == int(meets.clock() * 1000)


def test_the_time_that_a_launch_waits_for_meets_is_bounded_over_all_its_questions(store, meets):
    meets.simulator.faults.set("slow", seconds=5)
    started = time.monotonic()
    course, person = find(meets.directory(), a_launch(store), 0.3)
    assert time.monotonic() - started < 1.0
    assert (course.meets_id, person.meets_id) == (None, None)
    assert row(store, UserRow).pending, "for whom there was no time left to ask"
    meets.simulator.faults.clear()


def test_a_meets_that_never_answers_holds_nobody_up(store, meets):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        directory = meets.directory(url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        results = at_once(10, lambda n: find(directory, a_launch(store, lti_user_id=str(n)), 0.3))
        assert time.monotonic() - started < 2.5
        assert {person.meets_id for _, person in results} == {None}


def test_an_identifier_too_long_for_meets_waits_like_one_it_does_not_know(store, meets):
    # 255 characters of four bytes each would fit; nothing LTI allows is too long. Still:
    launch = a_launch(store, lti_context_id="x" * 255, lti_user_id="𝔘" * 255)
    course, person = find(meets.directory(), launch)
    assert course.meets_id
    assert person.meets_id


def test_what_meets_did_not_know_is_asked_again_by_the_job_and_not_by_launches(
    store, strange_meets
):
    meets, directory = strange_meets, strange_meets.directory()
    course, person = find(directory, a_launch(store))
    assert (course.meets_id, person.meets_id) == (None, None)
    for seconds in (1, 60, 3600):
        meets.clock.pass_by(seconds)
        assert find(directory, a_launch(store)) == (course, person)
        assert find(meets.directory(), a_launch(store)) == (course, person)
    assert meets.asked == (1, 1)


def ask_again(meets, directory):
    known = []
    for kind in ("course", "user"):
        for pending in meets.store.people.take_pending(kind, int(meets.clock() * 1000)):
            known.append(directory.ask_again(pending, 5.0))
    return known


def test_the_answer_that_the_job_got_reaches_people_within_a_minute(store, strange_meets):
    meets, directory = strange_meets, strange_meets.directory()
    find(directory, a_launch(store))
    meets.clock.pass_by(60)
    assert ask_again(meets, directory) == [False, False]
    meets.simulator.add_course(7, "another")
    number = meets.simulator.add_course(7, "course-1")
    meets.simulator.add_user(7, "ann")
    meets.clock.pass_by(120)
    find(directory, a_launch(store))
    assert ask_again(meets, directory) == [True, True]
    assert find(directory, a_launch(store))[0].meets_id is None, "remembered for a minute"
    meets.clock.pass_by(60)
    course, person = find(directory, a_launch(store))
    assert (course.meets_id, person.meets_id) == (number, 1)
    assert not row(store, CourseRow).pending
    assert not row(store, UserRow).pending
    asked = meets.asked
    assert ask_again(meets, directory) == []
    assert find(meets.directory(), a_launch(store)) == (course, person)
    assert meets.asked == asked


def test_asking_again_while_meets_is_down_is_an_error_for_the_job(store, strange_meets):
    meets, directory = strange_meets, strange_meets.directory()
    find(directory, a_launch(store))
    meets.simulator.faults.set("down")
    meets.clock.pass_by(60)
    (pending,) = store.people.take_pending("user", int(meets.clock() * 1000))
    with pytest.raises(RemoteUnavailable):
        directory.ask_again(pending, 5.0)
    with pytest.raises(RemoteTimeout) as failure:
        directory.ask_again(pending, 0.0)
    assert failure.value.call == "from_lti_id_user"
    with pytest.raises(RemoteTimeout) as failure:
        directory.ask_again(replace(pending, kind="course"), 0.0)
    assert failure.value.call == "from_lti_id_context"


def test_people_from_before_meets_was_set_up_are_asked_for_at_their_next_launch(store, meets):
    before = find(Directory(store.people, None), a_launch(store, course_title="Biology"))
    course, person = find(meets.directory(), a_launch(store, course_title=""))
    assert (course.id, person.id) == (before[0].id, before[1].id)
    assert (course.meets_id, person.meets_id) == (1, 1)
    assert course.title == "Biology"
    assert meets.asked == (1, 1)


# Refusing.


def test_under_refuse_who_is_not_known_is_not_let_in_and_leaves_no_row(store, strange_meets):
    meets, directory = strange_meets, strange_meets.directory("refuse")
    with pytest.raises(NotAllowed) as refusal:
        find(directory, a_launch(store))
    assert refusal.value.code == "meets_unknown_course"
    meets.simulator.add_course(7, "course-1")
    with pytest.raises(NotAllowed):
        find(directory, a_launch(store))
    assert meets.asked == (1, 0), "not known is believed for a minute"
    meets.clock.pass_by(60)
    with pytest.raises(NotAllowed) as refusal:
        find(directory, a_launch(store))
    assert refusal.value.code == "meets_unknown_person"
    assert "ann" not in f"{refusal.value} {refusal.value.remedy}".lower()
    assert meets.asked == (2, 1)
    assert count(store, UserRow) == 0
    meets.simulator.add_user(7, "ann")
    meets.clock.pass_by(60)
    course, person = find(directory, a_launch(store))
    assert (course.meets_id, person.meets_id) == (1, 1)
    assert meets.asked == (2, 2)


def test_under_refuse_a_meets_that_is_down_is_its_own_kind_of_refusal(store, meets):
    meets.simulator.faults.set("down")
    directory = meets.directory("refuse")
    with pytest.raises(RemoteError):
        find(directory, a_launch(store))
    meets.simulator.faults.clear()
    assert find(directory, a_launch(store))[1].meets_id == 1, "and not remembered at all"


def test_under_refuse_a_slow_meets_is_given_up_in_time(store, meets):
    meets.simulator.faults.set("slow", seconds=5)
    started = time.monotonic()
    with pytest.raises(RemoteTimeout):
        find(meets.directory("refuse"), a_launch(store), 0.2)
    assert time.monotonic() - started < 1.5
    meets.simulator.faults.clear()


def test_a_refused_launch_is_refused_for_all_who_wait_with_it(store, strange_meets):
    directory = strange_meets.directory("refuse")
    strange_meets.simulator.faults.set("slow", seconds=0.2)
    refusals = at_once(8, lambda _: find(directory, a_launch(store), 5))
    assert {type(one) for one in refusals} == {NotAllowed}
    assert strange_meets.asked == (1, 0)


# People.


def test_an_anonymous_person_leaves_no_row(store, meets):
    launch = a_launch(store, lti_user_id="", profile=Profile())
    _, person = find(meets.directory(), launch)
    assert person == Person(None, Profile(), None, "attendee")
    assert meets.asked == (1, 0)
    assert count(store, UserRow) == count(store, MembershipRow) == 0


class Writes:
    """How many transactions wrote; a statement of its own is one."""

    def __init__(self, store):
        self.number = 0
        event.listen(store.database.writing, "begin", self._count)
        if not store.database.is_sqlite:
            event.listen(store.database._autocommit, "before_cursor_execute", self._count_alone)

    def _count(self, _connection):
        self.number += 1

    def _count_alone(self, _connection, _cursor, statement, *_more):
        self.number += "INSERT" in statement


def test_someone_known_costs_no_write_and_someone_renamed_one(store, meets):
    directory = meets.directory()
    find(directory, a_launch(store))
    writes = Writes(store)
    for _ in range(3):
        find(directory, a_launch(store))
    find(meets.directory(), a_launch(store))
    assert writes.number == 0
    renamed = a_launch(store, profile=replace(ANN, name="Ann Cee"))
    for _ in range(3):
        assert find(directory, renamed)[1].profile.name == "Ann Cee"
    find(meets.directory(), renamed)
    assert writes.number == 1
    assert row(store, UserRow).name == "Ann Cee"
    assert meets.asked == (1, 1)


def test_a_change_of_role_is_written_for_that_course_only(store, meets):
    directory = meets.directory()
    courses = [
        find(directory, a_launch(store, lti_context_id=course))[0] for course in ("one", "two")
    ]
    _, person = find(directory, a_launch(store, lti_context_id="one", role="moderator"))
    assert person.role == "moderator"
    roles = [store.people.person(1, "ann", course.id).role for course in courses]
    assert roles == ["moderator", "attendee"]


def test_two_launches_of_one_person_at_once_each_get_their_own_role(store, meets):
    directory = meets.directory()
    meets.simulator.faults.set("slow", seconds=0.1)
    roles = [("attendee", "moderator")[number % 2] for number in range(8)]
    found = at_once(8, lambda number: find(directory, a_launch(store, role=roles[number]), 5))
    assert [person.role for _, person in found] == roles


def test_a_course_that_was_renamed_is_known_by_its_new_title_after_a_restart(store, meets):
    find(meets.directory(), a_launch(store))
    course, _ = find(meets.directory(), a_launch(store, course_title="Botany"))
    assert course.title == "Botany"
    assert find(meets.directory(), a_launch(store, course_title=""))[0].title == "Botany"


def test_launches_without_context_have_a_course_per_link_and_meets_is_not_asked(store, meets):
    directory = meets.directory("refuse")
    courses = [
        directory.course_for(
            a_launch(store, lti_context_id="", course_title="", resource_link_id=link),
            Patience(1),
        )
        for link in ("link-1", "link-2", "link-1")
    ]
    assert courses[0] == courses[2] != courses[1]
    assert {course.meets_id for course in courses} == {None}
    assert meets.asked == (0, 0)
    assert find(meets.directory(), a_launch(store))[0].id not in {c.id for c in courses}


def test_patience_runs_out_and_never_below_nothing():
    patience = Patience(0.05)
    assert 0 < patience.left() <= 0.05
    threading.Event().wait(0.06)
    assert patience.left() == 0.0
