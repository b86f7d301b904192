"""Sessions of the simulated Onstream: every argument, good and bad, and what happens to times."""

import http.client

import pytest

from tests.unit.simulators.onstream_service import SESSION, Service, rest

MISSING = object()


@pytest.fixture
def service():
    with Service() as service:
        yield service


def changed(**changes):
    given = {**SESSION, **changes}
    return {name: value for name, value in given.items() if value is not MISSING}


# --- PUT


def test_a_session_is_made_and_located(service):
    status, headers, _ = service.raw("PUT", "session", rest(SESSION))
    assert status == 201
    assert headers["Location"] == f"{service.server.url}/api/2/johndoe/session/id/1"
    assert service.send("GET", service.path(headers["Location"]))[0] == 401
    assert service.session(1)["topic"] == "Algebra"


def test_making_is_not_idempotent(service):
    assert [service.new_session(), service.new_session()] == [1, 2]
    assert len({one["session_link"] for one in service.sessions()}) == 2


def test_a_session_whose_answer_was_lost_is_there_all_the_same(service):
    service.simulator.faults.set("cut", times=1)
    with pytest.raises(http.client.IncompleteRead):
        service.new_session()
    assert list(service.simulator.sessions) == [1]


def test_a_friendly_url_is_had_once(service):
    assert service.new_session(friendly_url="algebra-1") == 1
    assert service.session(1)["session_link"] == f"{service.server.url}/johndoe/algebra-1"
    assert service.refused("PUT", "session", **SESSION, friendly_url="algebra-1") == 409
    assert list(service.simulator.sessions) == [1]
    service.ok("DELETE", "session", id=1)
    assert service.new_session(friendly_url="algebra-1") == 2


def test_without_a_friendly_url_the_link_holds_the_session_key(service):
    service.new_session(friendly_url="")
    key = service.simulator.sessions[1].session_key
    assert service.session(1)["session_link"] == f"{service.server.url}/johndoe/{key}"
    assert service.refused("PUT", "session", **SESSION, friendly_url=key) == 409


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("topic", MISSING), ("topic", None), ("topic", ""), ("topic", " "), ("topic", 1.5),
        ("topic", ["a"]), ("topic", True), ("topic", "\ud800"),
        ("duration", MISSING), ("duration", 0), ("duration", -5), ("duration", "an hour"),
        ("duration", "60.0"), ("duration", 60.5), ("duration", ""), ("duration", True),
        ("start_time", MISSING), ("start_time", ""), ("start_time", "2030-01-15"),
        ("start_time", "2030-01-15T18:00:00"), ("start_time", "2030-01-15 18:00"),
        ("start_time", "2030-02-30 18:00:00"), ("start_time", "2030-01-15 24:00:00"),
        ("start_time", "2030-01-15 18:00:00Z"), ("start_time", "0000-00-00 00:00:00"),
        ("start_time", "2030-1-15 8:00:00"), ("start_time", 1894644000),
        ("timezone", "CET"), ("timezone", "up1"), ("timezone", ""),
        ("friendly_url", "a b"), ("friendly_url", "a/b"), ("friendly_url", "é"),
        ("friendly_url", "go"), ("friendly_url", ".."), ("friendly_url", "a" * 256),
        ("password", ["p"]), ("password", False),
        ("custom_data", {"custom1": "a"}), ("custom_data", ["a"]), ("custom_data", "a"),
        ("custom_data", 7),
        ("custom_data", [{"custom0": "a"}]), ("custom_data", [{"custom": "a"}]),
        ("custom_data", [{"Custom1": "a"}]), ("custom_data", [{"custom01": "a"}]),
        ("custom_data", [{"custom_1": "a"}]), ("custom_data", [{"meeting": "a"}]),
        ("custom_data", [{"custom2": "a"}]), ("custom_data", [{"custom1": "a", "custom3": "c"}]),
        ("custom_data", [{"custom1": "a" * 201}]), ("custom_data", [{"custom1": None}]),
        ("custom_data", [{"custom1": ["a"]}]),
        ("invited_participants", {"email": "a@b.c"}), ("invited_participants", ["a@b.c"]),
        ("invited_participants", [{"role": 1}]), ("invited_participants", [{"email": "nobody"}]),
        ("invited_participants", [{"email": "a@b.c", "role": 4}]),
        ("invited_participants", [{"email": "a@b.c", "id": "x"}]),
        ("invited_participants", [{"email": "a@b.c", "send_email_invitation": "no"}]),
        ("invited_participants", [{"email": "a@b.c", "phone": "1"}]),
        ("invited_participants", "[{"),
        ("unknown", "x"), ("id", 1), ("format", "json"),
    ],
)  # fmt: skip
def test_a_bad_argument_makes_nothing(service, name, value):
    assert service.refused("PUT", "session", **changed(**{name: value})) == 400
    assert service.simulator.sessions == {}
    assert service.new_session() == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("topic", "x" * 1000), ("topic", 7), ("duration", "60"), ("password", ""), ("password", 1234),
        ("password", None), ("friendly_url", "a-B_9.~"), ("custom_data", []),
        ("custom_data", [{"custom1": "ä" * 200}]), ("custom_data", '[{"custom1": "a"}]'),
        ("custom_data", [{"custom2": "b", "custom1": "a"}]), ("invited_participants", []),
        ("timezone", "UTC"), ("start_time", "2010-08-31 11:05:00"),
    ],
)  # fmt: skip
def test_a_good_argument_is_taken(service, name, value):
    service.new_session(**{name: value})
    assert list(service.simulator.sessions) == [1]


def test_custom_fields_come_back_in_their_order(service):
    fields = {f"custom{place}": str(place) for place in range(12, 0, -1)}
    service.new_session(custom_data=[fields])
    names = list(service.session(1)["custom_data"][0])
    assert names == [f"custom{place}" for place in range(1, 13)]


def test_invitations_that_can_not_all_be_made_make_no_session(service):
    twice = [{"email": "a@b.c"}, {"email": "A@B.C"}]
    assert service.refused("PUT", "session", **SESSION, invited_participants=twice) == 409
    assert service.simulator.sessions == {}
    assert service.simulator.mails == []


# --- GET


def test_a_session_says_what_the_document_promises(service):
    service.new_session(password="pw", custom_data=[{"custom1": "a"}], friendly_url="f")
    assert service.session(1) == {
        "id": 1,
        "topic": "Algebra",
        "start_time": "2030-01-15 18:00:00",
        "duration": 60,
        "timezone": "UTC",
        "password": "pw",
        "session_link": f"{service.server.url}/johndoe/f",
        "custom_data": [{"custom1": "a"}],
    }


def test_telephone_codes_are_there_where_they_were_bought(service):
    service.new_session()
    assert service.sessions("sessions/return/id;session_access_code") == [{"id": 1}]
    with Service(voip=True) as other:
        other.new_session()
        assert other.session(1)["session_access_code"] > 100_000


def test_a_page_of_sessions_is_a_hundred_unless_told_otherwise(service):
    for _ in range(103):
        service.new_session()
    ids = [one["id"] for one in service.sessions()]
    assert ids == list(range(1, 101))
    assert [one["id"] for one in service.sessions(offset=100)] == [101, 102, 103]
    assert [one["id"] for one in service.sessions(offset=103)] == []
    assert [one["id"] for one in service.sessions(count=200, order="desc")] == list(
        range(103, 0, -1)
    )
    assert service.sessions(count=0) == []


@pytest.mark.parametrize(
    "path",
    ["sessions/count/abcd", "sessions/count/-1", "sessions/offset/abcd", "sessions/offset/1.0",
     "sessions/offset/%D9%A1", "sessions/order/DESC", "sessions/order/up", "sessions/return/colour",
     "sessions/return/;", "session/id/abcd", "session/id/0", "session/id/1/return/id;colour",
     "session/id/1/unknown/1"],
)  # fmt: skip
def test_bad_arguments_of_get_are_refused(service, path):
    service.new_session()
    assert service.refused("GET", path) == 400


def test_a_single_session_passes_over_the_cursor(service):
    service.new_session()
    found = service.ok("GET", "session/id/1/count/x/offset/9/order/up/return/id")
    assert found == {"sessions": {"session": {"id": 1}}}


def test_what_never_was_is_404_and_what_was_deleted_410(service):
    service.new_session()
    service.new_session()
    service.ok("DELETE", "session", id=1)
    people = {"session_id": 1, "user_id": 1}
    service.ok("PUT", "file", file_link="https://a.b/c", is_url=1)
    for number, status in ((1, 410), (3, 404)):
        assert service.refused("GET", f"session/id/{number}") == status
        assert service.refused("POST", "session", id=number, topic="t") == status
        assert service.refused("DELETE", "session", id=number) == status
        assert service.refused("DELETE", f"session/id/{number}") == status
        assert service.refused("GET", f"invitees/id/{number}") == status
        assert service.refused("PUT", "invitee", session_id=number, email="a@b.c") == status
        assert service.refused("POST", "invitee", **{**people, "session_id": number}) == status
        assert service.refused("DELETE", "invitee", **{**people, "session_id": number}) == status
        assert service.refused("PUT", "file_in_session", file_id=1, session_id=number) == status
    assert [one["id"] for one in service.sessions()] == [2]


# --- POST


def test_an_edit_changes_what_it_says_and_nothing_else(service):
    service.new_session(password="pw", friendly_url="f", custom_data=[{"custom1": "a"}])
    before = service.session(1)
    assert service.ok("POST", "session", id=1) == {"id": 1, "message": "Session updated"}
    assert service.session(1) == before
    changes = {
        "topic": "Geometry",
        "duration": 30,
        "start_time": "2030-01-16 09:00:00",
        "password": "",
    }
    service.ok("POST", "session", id="1", **changes)
    assert service.session(1) == {**before, **changes}


def test_an_edit_can_take_a_friendly_url_keep_its_own_and_give_it_up(service):
    service.new_session(friendly_url="one")
    service.new_session(friendly_url="two")
    assert service.refused("POST", "session", id=2, friendly_url="one", topic="t") == 409
    assert service.session(2)["topic"] == "Algebra"
    service.ok("POST", "session", id=2, friendly_url="two")
    service.ok("POST", "session", id=2, friendly_url="three")
    service.ok("POST", "session", id=1, friendly_url="two")
    assert service.session(2)["session_link"].endswith("/johndoe/three")
    service.ok("POST", "session", id=2, friendly_url="")
    assert service.simulator.sessions[2].session_key in service.session(2)["session_link"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", MISSING), ("id", "x"), ("id", 0), ("id", True), ("topic", ""), ("duration", 0),
        ("start_time", "soon"), ("timezone", "X"), ("friendly_url", "a b"),
        ("custom_data", [{"custom3": "c"}]), ("invited_participants", [{"email": "x"}]),
        ("unknown", 1),
    ],
)  # fmt: skip
def test_a_bad_edit_changes_nothing(service, name, value):
    service.new_session(custom_data=[{"custom1": "a"}])
    before = service.session(1)
    given = {"id": 1, "topic": "Geometry", name: value}
    given = {key: each for key, each in given.items() if each is not MISSING}
    assert service.refused("POST", "session", **given) == 400
    assert service.session(1) == before


def test_custom_data_merge_or_replace():
    before, after = [{"custom1": "a", "custom2": "b"}], [{"custom1": "x"}]
    for edits, expected in (
        ("merge", {"custom1": "x", "custom2": "b"}),
        ("replace", {"custom1": "x"}),
    ):
        with Service(edits=edits) as service:
            service.new_session(custom_data=before)
            service.ok("POST", "session", id=1, custom_data=after)
            assert service.session(1)["custom_data"] == [expected]


def test_the_people_of_an_edit_merge_or_replace():
    people = [{"email": "a@b.c", "first_name": "A", "role": 1}, {"email": "b@b.c"}]
    edited = [
        {"email": "B@b.c", "first_name": "Bea", "role": 3},
        {"email": "c@b.c", "send_email_invitation": 0},
    ]
    merged = {"moderators": ["a@b.c"], "participants": ["c@b.c"], "observers": ["b@b.c"]}
    for edits, moderators in (("merge", ["a@b.c"]), ("replace", [])):
        with Service(edits=edits) as service:
            service.new_session(invited_participants=people)
            links = {one.email: one.token for one in service.simulator.sessions[1].invitees}
            service.ok("POST", "session", id=1, invited_participants=edited)
            groups = service.invitees(1)
            found = {name: [one["email"] for one in group] for name, group in groups.items()}
            assert found == {**merged, "moderators": moderators}
            assert groups["observers"][0]["first_name"] == "Bea"
            assert groups["observers"][0]["personal_session_link"].endswith(links["b@b.c"])
            assert [mail.email for mail in service.simulator.mails] == ["a@b.c", "b@b.c", "b@b.c"]


# --- DELETE


def test_the_message_of_a_deletion_alternates(service):
    messages = [
        service.ok("DELETE", "session", id=service.new_session())["message"] for _ in range(3)
    ]
    assert messages == ["Session was deleted", "Session deleted", "Session was deleted"]


@pytest.mark.parametrize("given", [{}, {"id": "x"}, {"id": 1, "unknown": 1}])
def test_a_bad_deletion_deletes_nothing(service, given):
    service.new_session()
    assert service.refused("DELETE", "session", **given) == 400
    assert list(service.simulator.sessions) == [1]


# --- times


@pytest.mark.parametrize(
    ("timezone", "dst", "stored"),
    [
        ("UTC", False, "2030-01-15T18:00:00"),
        ("UTC", True, "2030-01-15T17:00:00"),
        ("UP1", False, "2030-01-15T17:00:00"),
        ("UP1", True, "2030-01-15T16:00:00"),
        ("UP575", False, "2030-01-15T12:15:00"),
        ("UP14", True, "2030-01-15T03:00:00"),
        ("UM5", True, "2030-01-15T22:00:00"),
        ("UM95", False, "2030-01-16T03:30:00"),
    ],
)
def test_times_are_the_accounts_wall_clock(timezone, dst, stored):
    with Service(timezone=timezone, dst=dst) as service:
        service.new_session()
        assert service.simulator.sessions[1].start_time.isoformat() == f"{stored}+00:00"
        session = service.session(1)
        assert (session["start_time"], session["timezone"]) == ("2030-01-15 18:00:00", timezone)


def test_a_timezone_in_the_body_is_that_of_its_start_time_only(service):
    service.simulator.dst = True
    service.new_session(timezone="UP1")
    # Six in Berlin's summer is four in UTC, and five in London's summer.
    assert service.simulator.sessions[1].start_time.hour == 16
    assert (service.session(1)["start_time"], service.session(1)["timezone"]) == (
        "2030-01-15 17:00:00",
        "UTC",
    )
    service.ok("POST", "session", id=1, timezone="UM5")
    assert service.session(1)["start_time"] == "2030-01-15 17:00:00"
    service.ok("POST", "session", id=1, timezone="UM5", start_time="2030-01-15 12:00:00")
    assert service.session(1)["start_time"] == "2030-01-15 17:00:00"


def test_a_changed_setting_changes_what_is_shown_not_what_is_stored(service):
    service.new_session()
    stored = service.simulator.sessions[1].start_time
    service.simulator.timezone, service.simulator.dst = "UP35", True
    assert (service.simulator.timezone, service.simulator.dst) == ("UP35", True)
    assert service.session(1)["start_time"] == "2030-01-15 22:30:00"
    assert service.simulator.sessions[1].start_time == stored
    with pytest.raises(ValueError, match="timezone"):
        service.simulator.timezone = "Europe/Berlin"
