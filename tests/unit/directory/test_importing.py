"""MEETS' numbers brought over in advance: whole, resumable, never changing what is known."""

from __future__ import annotations

from contextlib import ExitStack, closing

import pytest
from sqlalchemy import select

from lti_bridge.directory import Directory, Import, Patience
from lti_bridge.errors import RemoteError
from lti_bridge.http import Client
from lti_bridge.meets_api import MeetsClient
from lti_bridge.meets_api.listing import STEADY_TRIES
from lti_bridge.settings import Meets
from lti_bridge.simulators.meets import create_meets
from lti_bridge.simulators.serving import Server
from lti_bridge.store import Profile
from lti_bridge.store.tables import CourseRow, UserRow
from tests.unit.directory.launches import a_launch
from tests.unit.store.values import NOW, a_platform

NUMBER = 7


class School:
    def __init__(self, store, stack):
        self.store = store
        self.simulator = create_meets(connections=(NUMBER,))
        server = stack.enter_context(Server(self.simulator))
        http = stack.enter_context(closing(Client(allow_http=True, allow_private_networks=True)))
        self.meets = MeetsClient(Meets(url=self.simulator.url_for(server)), http)
        self.work = Import(self.meets, store.mapping, store.checkpoints, now=lambda: NOW / 1000)

    def parts(self):
        return self.work.parts()

    def bring(self, **options):
        return [
            (part.kind, [(t.taken, t.skipped) for t in self.work.run(part, **options)][-1])
            for part in self.parts()
        ]

    def users(self):
        query = select(UserRow.__table__).order_by(UserRow.connection_id, UserRow.lti_user_id)
        return self.store.database.read(lambda c: c.execute(query).all())


@pytest.fixture
def school(store):
    with ExitStack() as stack:
        yield School(store, stack)


def test_everybody_is_brought_with_what_meets_knows(school):
    school.simulator.add_course(NUMBER, "course-1", "Biology")
    ann = school.simulator.add_user(NUMBER, "ann", first="Ann", last="Bee", email="ann@x.example")
    school.simulator.add_user(8, "somebody elsewhere")
    assert school.bring() == [("course", (1, 0)), ("user", (1, 0))]
    (user,) = school.users()
    assert (user.meets_id, user.name, user.given_name, user.email) == (
        ann, "Ann Bee", "Ann", "ann@x.example",
    )  # fmt: skip
    assert not user.pending


def test_a_launch_afterwards_asks_meets_nothing(school):
    school.simulator.add_course(NUMBER, "course-1", "Biology")
    number = school.simulator.add_user(NUMBER, "ann")
    school.bring()
    before = school.simulator.calls.total()
    directory = Directory(school.store.people, school.meets)
    launch = a_launch(school.store, lti_context_id="course-1", lti_user_id="ann")
    course = directory.course_for(launch, Patience(1))
    person = directory.person_for(launch, course, Patience(1))
    assert (course.meets_id, person.meets_id) == (1, number)
    assert school.simulator.calls.total() == before


def test_what_is_known_stays_and_only_gaps_are_filled(school):
    course = school.store.people.add_course(1, "course-1", "", "Ours", now_ms=NOW)
    known = {"course_id": course.id, "role": "attendee", "now_ms": NOW}
    school.store.people.arrive(1, "ann", Profile("Ann B."), **known, meets_id=4711, asked_ms=NOW)
    school.store.people.arrive(1, "bob", Profile(), **known, meets_id=None, asked_ms=NOW)
    school.simulator.add_course(NUMBER, "course-1", "Theirs")
    for sub in ("ann", "bob"):
        school.simulator.add_user(NUMBER, sub, first=sub.title(), email=f"{sub}@x.example")
    school.bring()
    ann, bob = school.users()
    assert (ann.meets_id, ann.name, ann.email) == (4711, "Ann B.", "ann@x.example")
    assert (bob.meets_id, bob.name, bob.pending) == (2, "Bob", False)
    title = school.store.database.read(lambda c: c.execute(select(CourseRow.title)).scalar_one())
    assert title == "Ours"


def test_it_goes_on_where_it_was_stopped(school):
    for n in range(2500):
        school.simulator.add_user(NUMBER, f"user-{n:05}")
    part = school.parts()[1]
    rounds = school.work.run(part)
    assert next(rounds).taken == 1000
    rounds.close()
    asked = school.simulator.calls["list_users"]
    part = school.parts()[1]
    assert (part.begun.position, part.begun.done) == ("1000", 1000)
    assert [tally.taken for tally in school.work.run(part)] == [2000, 2500]
    assert school.simulator.calls["list_users"] == asked + 2
    assert len(school.users()) == 2500
    assert school.parts()[1].begun.position == "", "the next round begins anew"
    assert school.parts()[1].begun.done == 2500


def test_a_page_that_fails_loses_nothing_of_those_before(school):
    for n in range(2500):
        school.simulator.add_user(NUMBER, f"user-{n:05}")
    calls = iter(range(100))
    school.simulator.faults.set("500", where=lambda _: 1 <= next(calls) <= STEADY_TRIES)
    rounds = school.work.run(school.parts()[1])
    next(rounds)
    with pytest.raises(RemoteError):
        next(rounds)
    assert len(school.users()) == 1000
    school.simulator.faults.clear()
    assert school.bring() == [("course", (0, 0)), ("user", (2500, 0))]
    assert len(school.users()) == 2500


def test_a_page_that_comes_at_the_second_asking_holds_nothing_up(school):
    for n in range(2500):
        school.simulator.add_user(NUMBER, f"user-{n:05}")
    calls = iter(range(100))
    school.simulator.faults.set("500", where=lambda _: next(calls) % 2 == 0)
    assert school.bring() == [("course", (0, 0)), ("user", (2500, 0))]


def test_again_means_from_the_beginning(school):
    for n in range(1500):
        school.simulator.add_user(NUMBER, f"user-{n:05}")
    next(school.work.run(school.parts()[1]))
    assert school.bring(again=True)[1] == ("user", (1500, 0))


def test_platforms_that_share_a_number_each_get_everybody(school):
    school.store.platforms.synchronise([a_platform(), a_platform(client_id="client-2")], NOW)
    school.simulator.add_user(NUMBER, "ann")
    (_, users) = school.parts()
    assert len(users.rows) == 2
    school.bring()
    assert [(u.lti_user_id, u.meets_id) for u in school.users()] == [("ann", 1), ("ann", 1)]


def test_identifiers_that_no_launch_could_bring_are_left_out_and_counted(school):
    for strange in ("", "x" * 256, "nul\x00", "y" * 255, "سارا", "a'b\"c"):
        school.simulator.add_user(NUMBER, strange)
    assert school.bring()[1] == ("user", (3, 3))
    assert {u.lti_user_id for u in school.users()} == {"y" * 255, "سارا", "a'b\"c"}
