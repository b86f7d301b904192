"""Rows of days: replaced whole, counted, and joined to people by address."""

from __future__ import annotations

import json
from datetime import date

import pytest

from lti_bridge.store import NewRow, Profile, Rows
from lti_bridge.store.engagement import OTHERS_AT_ONCE, day_of, folded, number_of_day
from tests.unit.store.values import NOW, at_once

DAY = 20_000
WHICH = Rows("acme", "standard", DAY, DAY + 9)


@pytest.fixture
def data(store):
    return store.engagement


def new(email="", **columns):
    return NewRow(json.dumps(columns), folded(email))


def fill(data, day=DAY, rows=(), method="standard", account="acme", fetched=NOW):
    data.replace_day(account, method, day, rows, fetched)


def somebody(store, sub, email, course="course-1", connection=1):
    row = store.people.add_course(connection, course, "", course.title(), now_ms=NOW)
    profile = Profile(sub.title(), "", "", email)
    person = store.people.arrive(
        connection, sub, profile, course_id=row.id, role="attendee", now_ms=NOW
    )
    return row.id, person.id


def test_a_day_is_replaced_as_a_whole_as_often_as_it_is_fetched(data):
    for rows in ([new(x=1), new(x=2)], [new(x=3)], [new(x=3)]):
        fill(data, rows=rows)
        assert [text for _, text in data.rows(WHICH)] == [one.data for one in rows]
    fill(data, rows=[])
    assert list(data.rows(WHICH)) == []
    assert data.fetched(WHICH) == {DAY: NOW}, "it was fetched all the same"


def test_methods_and_accounts_are_apart(data):
    fill(data, rows=[new(x=1)])
    fill(data, rows=[new(x=2)], method="other")
    fill(data, rows=[new(x=3)], account="else")
    assert [text for _, text in data.rows(WHICH)] == ['{"x": 1}']
    fill(data, rows=[])
    assert [text for _, text in data.rows(Rows("acme", "other", DAY, DAY))] == ['{"x": 2}']


def test_rows_come_in_order_though_there_are_thousands(data):
    for day in (DAY + 1, DAY, DAY + 2):
        fill(data, day, [new(day=day, n=n) for n in range(1203)])
    found = [(day, json.loads(text)["n"]) for day, text in data.rows(WHICH)]
    assert found == [(day, n) for day in (DAY, DAY + 1, DAY + 2) for n in range(1203)]
    assert data.per_day(WHICH) == {DAY: 1203, DAY + 1: 1203, DAY + 2: 1203}
    assert data.per_day(Rows("acme", "standard", DAY + 1, DAY + 1)) == {DAY + 1: 1203}


def test_workers_with_the_same_day_leave_it_once(data):
    def work(number):
        fill(data, rows=[new(worker=number, n=n) for n in range(300)])

    assert at_once(4, work) == [None] * 4
    kept = [json.loads(text) for _, text in data.rows(WHICH)]
    assert len({row["worker"] for row in kept}) == 1
    assert [row["n"] for row in kept] == list(range(300))


def test_old_days_are_cleared_whole_a_few_at_a_time(data):
    for day in range(DAY, DAY + 25):
        fill(data, day, [new(x=1), new(x=2)])
    counts = []
    while gone := data.clear(DAY + 22):
        counts.append(gone)
    assert counts == [10, 10, 2]
    assert data.per_day(Rows("acme", "standard", 0, 2 * DAY)) == {
        DAY + 22: 2, DAY + 23: 2, DAY + 24: 2
    }  # fmt: skip


def test_addresses_go_where_people_are_not_to_be_matched(data):
    fill(data, rows=[new("a@x.example"), new()])
    assert len(data.addresses(WHICH)) == 1
    assert data.forget_addresses() == 1
    assert data.forget_addresses() == 0
    assert data.addresses(WHICH) == []
    assert data.per_day(WHICH) == {DAY: 2}


def test_what_there_is_of_each_address(data):
    fill(data, DAY, [new("A@x.example"), new(" a@X.example "), new("b@x.example"), new()])
    fill(data, DAY + 3, [new("a@x.example")])
    found = {one.email_folded: (one.rows, one.first, one.last) for one in data.addresses(WHICH)}
    assert found == {"a@x.example": (3, DAY, DAY + 3), "b@x.example": (1, DAY, DAY)}
    assert [o.email_folded for o in data.addresses(WHICH, {"b@x.example", "c@x"})] == [
        "b@x.example"
    ]
    assert data.addresses(WHICH, set()) == []
    assert data.per_day(WHICH, {"a@x.example"}) == {DAY: 2, DAY + 3: 1}
    assert data.per_day(WHICH, set()) == {}
    many = {f"n{n}@x.example" for n in range(2500)} | {"a@x.example"}
    assert data.per_day(WHICH, many) == {DAY: 2, DAY + 3: 1}


def test_people_are_matched_by_their_whole_address(store, data):
    somebody(store, "ann", "Ann@X.example")
    somebody(store, "ben", "ben@x.example")
    somebody(store, "eve", "", course="course-2")
    somebody(store, "fay", "xann@x.example", course="course-2")
    fill(data, rows=[new("ANN@x.example"), new("ann@x.example"), new("stranger@y.example"), new()])
    people, addresses, unknown = data.matched(WHICH)
    assert (people, addresses, unknown) == (1, 2, 1)
    (course,) = data.per_course(WHICH)
    assert (course.title, course.rows, course.people) == ("Course-1", 2, 1)


def test_the_same_address_of_two_people_counts_for_each(store, data):
    somebody(store, "ann", "ann@x.example")
    somebody(store, "ann-again", "ann@x.example", course="course-2")
    fill(data, rows=[new("ann@x.example")])
    assert data.matched(WHICH) == (2, 1, 0)
    assert {(one.title, one.people) for one in data.per_course(WHICH)} == {
        ("Course-1", 1),
        ("Course-2", 1),
    }


@pytest.mark.parametrize(
    ("theirs", "in_the_row"),
    [
        ("ÄRGER@x.example", "ärger@X.example"),
        ("ärger@x.example", "ÄRGER@x.example"),
        ("straße@x.example", "STRASSE@x.example"),
        (" ann@x.example\t", "Ann@x.example"),
        ("用户@例子.example", " 用户@例子.EXAMPLE"),
    ],
)
def test_addresses_of_any_script_match_on_any_database(store, data, theirs, in_the_row):
    course, _ = somebody(store, "ann", theirs)
    somebody(store, "ben", "ben@x.example")
    fill(data, rows=[new(in_the_row), new(in_the_row), new("ben@x.example"), new("else@x")])
    assert data.matched(WHICH) == (2, 3, 1)
    (found,) = data.per_course(WHICH)
    assert (found.course, found.rows, found.people) == (course, 3, 2)


def test_an_address_that_two_people_write_differently_is_one_address(store, data):
    somebody(store, "ann", "STRASSE@x.example")
    somebody(store, "ann-again", "straße@x.example", course="course-2")
    fill(data, rows=[new("strasse@x.example")])
    assert data.matched(WHICH) == (2, 1, 0)
    assert [(one.rows, one.people) for one in data.per_course(WHICH)] == [(1, 1), (1, 1)]


def test_hundreds_of_such_addresses_are_no_harm(store, data):
    for n in range(OTHERS_AT_ONCE + 5):
        somebody(store, f"person-{n}", f"ü{n}@x.example")
    fill(data, rows=[new(f"Ü{n}@x.example") for n in range(OTHERS_AT_ONCE + 5)])
    assert data.matched(WHICH) == (OTHERS_AT_ONCE + 5, OTHERS_AT_ONCE + 5, 0)
    (course,) = data.per_course(WHICH)
    assert (course.rows, course.people) == (OTHERS_AT_ONCE + 5, OTHERS_AT_ONCE + 5)


def test_a_courses_people_are_those_with_an_address(store, data):
    course, ann = somebody(store, "ann", "ann@x.example")
    somebody(store, "eve", "")
    assert [(one.id, one.email) for one in data.people_of(course)] == [(ann, "ann@x.example")]
    assert data.course(course) == (course, "Course-1")
    assert data.course(course + 99) is None


def test_whatever_stands_in_an_address(data):
    strange = ["nul\x00@x", "\ud800@x", "ß@x.example", "İ@x.example", "x" * 400 + "@x"]
    fill(data, rows=[new(one) for one in strange])
    assert len(data.addresses(WHICH)) == 5
    assert folded("STRASSE@X") == folded("straße@x")


def test_days_and_their_numbers():
    assert number_of_day(date(1970, 1, 1)) == 0
    assert day_of(number_of_day(date(2026, 11, 23))) == date(2026, 11, 23)
