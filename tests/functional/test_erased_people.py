"""Somebody erased is forgotten by processes that run, and comes back as a stranger."""

from __future__ import annotations

from lti_bridge.directory import Forgetting
from lti_bridge.store import AuditEntry
from tests.functional.tools import press, read
from tests.unit.store.test_persons import everywhere

ENTRY = AuditEntry(1, "ana", "person.erase", "person")


def rows(campus):
    return [one.id for one in campus.bridge.store.persons.find(campus.student.email)]


def test_somebody_erased_launches_anew_as_a_stranger(campus):
    assert campus.launch(campus.student, campus.link()).joined_as
    (before,) = rows(campus)
    campus.bridge.store.persons.erase(before, ENTRY)
    campus.bridge.platforms.forget()  # as after 20 seconds
    assert campus.launch(campus.student, campus.link()).joined_as
    (now,) = rows(campus)
    assert now > before, "nobody gets a number that somebody had"
    assert campus.bridge.store.persons.person(now).courses == 1


def test_a_page_that_is_still_open_is_refused_in_words_and_writes_nothing(campus):
    page = read(campus.launch(campus.student, campus.link("frame")), 200)
    (before,) = rows(campus)
    campus.bridge.store.persons.erase(before, ENTRY)
    calendar = press(campus, page, "/course/calendar")
    assert calendar.status == 401
    assert rows(campus) == []
    campus.app.extensions["lti_bridge.journal"].flush()
    assert everywhere(campus.bridge.store, campus.student.email, campus.student.name) == []


def test_whoever_remembers_forgets_when_somebody_was_erased_and_not_before():
    count, forgotten = 3, []
    forgetting = Forgetting(lambda: count)
    forgetting.also(lambda: forgotten.append("people"))
    forgetting.look()
    forgetting.look()
    assert forgotten == []
    count = 4
    forgetting.look()
    forgetting.look()
    assert forgotten == ["people"]
