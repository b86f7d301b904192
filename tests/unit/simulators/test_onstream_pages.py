"""Where the links of the simulated Onstream lead: the class, its door, a recording."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.unit.simulators.onstream_service import FORM, Service


@pytest.fixture
def service():
    with Service() as service:
        service.new_session()
        yield service


def text(page, element):
    """What the element with this id holds; None without one."""
    found = re.search(rf'id="{element}"[^>]*>([^<]*)<', page)
    return unescape(found[1]) if found else None


def look(service, path, status=200):
    got, headers, page = service.send("GET", path)
    assert (got, headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    return page


def post(service, path, **given):
    return service.send("POST", path, urlencode(given), {"Content-Type": FORM})


def gone(service, path):
    return "This link is not good" in look(service, path, 404)


@pytest.mark.parametrize(("role", "word"), [(1, "Moderator"), (2, "Participant"), (3, "Observer")])
def test_a_personal_link_leads_into_class_without_a_question(service, role, word):
    service.ok("POST", "session", id=1, topic="<b>جبر & Co</b>", password="pw")
    path = service.person(1, first_name="Ada", last_name="O'Neil", role=role)
    page = look(service, path)
    assert text(page, "class-name") == "<b>جبر & Co</b>"
    assert text(page, "me") == "Ada O'Neil"
    assert text(page, "role") == word
    assert "<b>" not in page


def test_a_person_without_a_name_goes_by_the_address(service):
    assert text(look(service, service.person(1)), "me") == "ada@example.edu"


def test_a_changed_role_shows_at_the_next_look(service):
    path = service.person(1, role=1)
    service.ok("POST", "invitee", session_id=1, user_id=1, role=3)
    assert text(look(service, path), "role") == "Observer"


def test_times_on_the_page_are_the_accounts(service):
    service.simulator.timezone = "UP1"
    assert "<time>2030-01-15 19:00</time> · 60 min" in look(service, service.person(1))


def test_a_link_that_was_taken_back_or_never_given_leads_nowhere(service):
    first, second = service.person(1), service.person(1, "bob@example.edu")
    service.ok("DELETE", "invitee", session_id=1, user_id=1)
    assert gone(service, first)
    assert text(look(service, second), "class-name") == "Algebra"
    service.ok("DELETE", "session", id=1)
    for path in (first, second, f"{second}/left", "/johndoe/go/xyz", "/johndoe/go/", f"{second}/end",
                 second.replace("johndoe", "jane"), "/johndoe/none", "/jane/none", "/", "/johndoe",
                 "/play/1", "/play/", "/play/x-y", "/nothing/at/all"):  # fmt: skip
        assert gone(service, path)


def test_who_came_and_left_is_known(service):
    ada = service.person(1, role=1)
    bob = service.person(1, "bob@example.edu", first_name="Bob")
    look(service, ada)
    assert "1 person here" in look(service, ada)
    assert "2 people here" in look(service, bob)
    service.now += 60
    status, headers, _ = service.send("POST", f"{ada}/leave")
    assert (status, headers["Location"]) == (303, f"{ada}/left")
    page = look(service, f"{ada}/left")
    assert "You have left the class" in page
    assert f'href="{ada}"' in page
    first, second = service.simulator.visits
    assert (first.session_id, first.name, first.role) == (1, "ada@example.edu", 1)
    assert (first.left_at - first.entered_at).total_seconds() == 60
    assert (second.name, second.left_at) == ("Bob", None)
    assert "1 person here" in look(service, bob)
    service.send("POST", f"{ada}/leave")
    look(service, ada)
    assert len(service.simulator.visits) == 3


def test_pages_take_the_methods_that_they_are_for(service):
    path = service.person(1)
    service.simulator.add_recording(1)
    link = service.path(service.session(1)["session_link"])
    for method, where, allow in (
        ("POST", path, "GET"),
        ("GET", f"{path}/leave", "POST"),
        ("POST", f"{path}/left", "GET"),
        ("PUT", link, "GET, POST"),
        ("PUT", "/play/1-x", "GET, POST"),
    ):
        status, headers, _ = service.send(method, where)
        assert (status, headers["Allow"]) == (405, allow)


def test_the_session_link_asks_for_a_name(service):
    path = service.path(service.session(1)["session_link"])
    page = look(service, path)
    assert text(page, "class-name") == "Algebra"
    assert 'name="name"' in page
    assert 'name="password"' not in page
    status, _, page = post(service, path, name="  ")
    assert (status, text(page, "mistake")) == (400, "Please give your name.")
    status, headers, _ = post(service, path, name=" Grace   Hopper ")
    assert status == 303
    page = look(service, headers["Location"])
    assert (text(page, "me"), text(page, "role")) == ("Grace Hopper", "Participant")
    assert service.simulator.sessions[1].invitees == []
    service.ok("DELETE", "session", id=1)
    assert gone(service, headers["Location"])
    assert gone(service, path)


def test_the_session_link_asks_for_the_password_where_there_is_one(service):
    service.ok("POST", "session", id=1, password="pä", friendly_url="algebra")
    assert 'name="password"' in look(service, "/johndoe/algebra")
    for given in ({}, {"password": "x"}, {"password": ""}):
        status, _, page = post(service, "/johndoe/algebra", name="Grace", **given)
        assert (status, text(page, "mistake")) == (403, "This is not the session's password.")
    assert post(service, "/johndoe/algebra", name="Grace", password="pä")[0] == 303
    assert service.simulator.visits == []


def test_files_of_the_session_are_shown(service):
    for description in ("Slides <1>", ""):
        service.ok(
            "PUT", "file", file_link="https://a.b/c?d=1&e=2", is_url=1, file_description=description
        )
    service.ok("PUT", "file_in_session", file_id=1, session_id=1, is_auto_opening=1)
    service.ok("PUT", "file_in_session", file_id=2, session_id=1)
    page = look(service, service.person(1))
    assert 'href="https://a.b/c?d=1&amp;e=2"' in page
    assert ">Slides &lt;1&gt;</a>" in page
    assert ">https://a.b/c?d=1&amp;e=2</a>" in page
    assert page.count("Opens by itself") == 1


def test_a_recording_plays_after_its_password(service):
    service.simulator.add_recording(1, title="Week 1", duration_ms=150_000)
    path = service.path(service.recordings()[0]["recording_link"])
    page = look(service, path)
    assert text(page, "recording-title") == "Week 1"
    assert "<time>2023-11-14 22:13</time> · 2 min" in page
    assert look(service, "/play/1") == page
    service.ok("POST", "recording", id=1, password="pw", description="Rings")
    assert 'name="password"' in look(service, path)
    assert "Rings" not in look(service, path)
    status, _, page = post(service, path, password="x")
    assert (status, text(page, "mistake")) == (403, "This is not the recording's password.")
    status, _, page = post(service, path, password="pw")
    assert status == 200
    assert "Rings" in page
    service.ok("DELETE", "recording", id=1)
    assert gone(service, path)


def test_the_style_sheet_is_there_for_light_and_dark(service):
    status, headers, css = service.send("GET", "/onstream.css")
    assert (status, headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "prefers-color-scheme: dark" in css
