"""The pages of people: found, counted, given out and erased, by those who may."""

from __future__ import annotations

import json

import pytest

from tests.campus import ask
from tests.functional.administrators import at_work, let_in
from tests.unit.store.test_persons import everywhere


@pytest.fixture
def known(campus):
    """The student, after a launch into class."""
    assert campus.launch(campus.student, campus.link()).joined_as
    (found,) = campus.bridge.store.persons.find(campus.student.email)
    return found


def test_somebody_is_found_and_what_is_held_is_counted(campus, known):
    ana = at_work(campus)
    assert "What is held of one person" in ana.get("/people").text
    for search in (campus.student.email, str(known.number), known.lti_user_id, known.name):
        shown = ana.post("/people", {"search": search})
        assert shown.status == 200
        assert f'href="/admin/people/{known.id}"' in shown.text
    assert "Nothing found" in ana.post("/people", {"search": "nobody"}).text
    elsewhere = ana.post("/people", {"search": known.name, "platform": "99"})
    assert "Nothing found" in elsewhere.text
    page = ana.get(f"/people/{known.id}").text
    assert campus.student.email in page
    assert "Courses that they belong to" in page
    assert "Launches" in page


def test_all_that_is_held_is_given_out_as_a_file(campus, known):
    ana = at_work(campus)
    ana.get(f"/people/{known.id}")
    answer = ana.post(f"/people/{known.id}/export")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="person-{known.id}.json"'
    document = json.loads(answer.text)
    assert document["person"]["email"] == campus.student.email
    assert document["launches"]
    (line,) = campus.bridge.store.audit.search("person.export")
    assert (line.who, line.subject) == ("ana", f"person {known.id}")


def test_erasing_asks_once_more_and_leaves_nothing(campus, known):
    ana = at_work(campus)
    asked = ana.get(f"/people/{known.id}/erase").text
    assert "This would be lost for good" in asked
    unsure = ana.post(f"/people/{known.id}/erase")
    assert (unsure.status, "box wasn’t ticked" in unsure.text) == (403, True)
    assert campus.bridge.store.persons.person(known.id)
    done = ana.post(f"/people/{known.id}/erase", {"sure": "1"})
    assert done.status == 200
    assert "The person is erased" in done.text
    own = (campus.student.email, campus.student.name, known.lti_user_id)
    assert everywhere(campus.bridge.store, *own) == []
    (line,) = campus.bridge.store.audit.search("person.erase")
    assert not any(each in repr(line) for each in own)
    assert campus.launch(campus.student, campus.link()).joined_as, "anew, as a stranger"
    for path in ("", "/erase"):
        assert ana.get(f"/people/{known.id}{path}").status == 400
    for path in ("export", "erase"):
        assert ana.post(f"/people/{known.id}/{path}", {"sure": "1"}).status == 400


def test_who_may_only_look_gives_nothing_out_and_erases_nobody(campus, known):
    let_in(campus, "boss")
    bob = at_work(campus, "bob", ["viewData"])
    page = bob.get(f"/people/{known.id}")
    assert page.status == 200
    assert "Download all" not in page.text
    assert bob.get(f"/people/{known.id}/erase").status == 403
    for path in ("export", "erase"):
        assert bob.post(f"/people/{known.id}/{path}", {"sure": "1"}).status == 403
    assert campus.bridge.store.persons.person(known.id)


@pytest.mark.parametrize("search", ["", "\0", "x" * 5000, "9" * 40, "<script>", "٧", "%"])
def test_odd_searches_find_nobody(campus, search):
    ana = at_work(campus)
    ana.get("/people")
    answer = ana.post("/people", {"search": search, "platform": "x"})
    assert answer.status == 200
    assert "<script>" not in answer.text


def test_numbers_that_nobody_has_are_refused(campus):
    ana = at_work(campus)
    for number in (0, 77, 10**30):
        assert ana.get(f"/people/{number}").status == 400


def test_everybody_reads_what_is_stored_with_the_periods_that_hold_here(new_campus):
    kept = (
        "\n[retention]\nattendance_days = 123\nclaims_days = 0\n"
        '[contact]\nname = "Data <office>"\nemail = "privacy@example.edu"\n'
    )
    campus = new_campus(platform=kept)
    page = ask("GET", f"{campus.url}/privacy")
    assert page.status == 200
    assert "123 days" in page.text
    assert "Data &lt;office&gt;" in page.text
    assert "mailto:privacy@example.edu" in page.text
    assert "It isn’t kept" in page.text
    assert "MEETS" in page.text
    assert "Set-Cookie" not in page.headers
    persian = ask("GET", f"{campus.url}/privacy?lang=fa").text
    assert 'dir="rtl"' in persian
    assert "۱۲۳" in persian
    assert ask("GET", f"{campus.url}/privacy?lang=../x").status == 200
    ana = at_work(campus)
    shown = ana.get("/privacy").text
    assert "123 days" in shown
    assert f"{campus.url}/privacy" in shown
