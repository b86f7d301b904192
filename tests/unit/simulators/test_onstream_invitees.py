"""Invitees of the simulated Onstream: their roles, their links, and the mails nobody should get."""

import pytest

from tests.unit.simulators.onstream_service import Service, rest

MISSING = object()
ADA = {"session_id": 1, "email": "ada@example.edu", "first_name": "Ada", "last_name": "Lovelace"}


@pytest.fixture
def service():
    with Service() as service:
        service.new_session()
        yield service


def without_missing(given):
    return {name: value for name, value in given.items() if value is not MISSING}


# --- PUT


def test_a_person_is_added_and_located(service):
    status, headers, _ = service.raw("PUT", "invitee", rest({**ADA, "role": 1}))
    assert status == 201
    assert headers["Location"] == f"{service.server.url}/api/2/johndoe/invitees/id/1"
    (ada,) = service.invitees(1)["moderators"]
    link = ada.pop("personal_session_link")
    assert link.startswith(f"{service.server.url}/johndoe/go/")
    assert ada == {
        "id": 1,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.edu",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("session_id", MISSING), ("session_id", "x"), ("session_id", 0), ("email", MISSING),
        ("email", ""), ("email", "ada"), ("email", "a b@c"), ("email", 7), ("first_name", ["a"]),
        ("last_name", True), ("role", 0), ("role", 4), ("role", "moderator"), ("role", True),
        ("role", 1.0), ("send_email_invitation", "no"), ("send_email_invitation", 2),
        ("send_email_invitation", 0.0), ("send_email_invitations", False), ("user_id", 1),
    ],
)  # fmt: skip
def test_a_bad_argument_adds_nobody(service, name, value):
    assert service.refused("PUT", "invitee", **without_missing({**ADA, name: value})) == 400
    assert service.simulator.sessions[1].invitees == []
    assert service.simulator.mails == []


@pytest.mark.parametrize(
    ("role", "group"),
    [
        (1, "moderators"),
        ("2", "participants"),
        (3, "observers"),
        (MISSING, "participants"),
        (None, "participants"),
    ],
)
def test_roles_are_numbers_and_two_by_default(service, role, group):
    service.ok("PUT", "invitee", **without_missing({**ADA, "role": role}))
    groups = service.invitees(1)
    assert [name for name, people in groups.items() if people] == [group]


def test_a_second_invitee_with_the_same_address_is_refused(service):
    service.ok("PUT", "invitee", **ADA)
    assert service.refused("PUT", "invitee", **{**ADA, "email": "Ada@Example.edu"}) == 409
    assert len(service.simulator.sessions[1].invitees) == 1
    assert len(service.simulator.mails) == 1


def test_or_doubled_where_the_account_is_so():
    with Service(duplicates="double") as service:
        service.new_session()
        first, second = (
            service.ok("PUT", "invitee", **ADA)["id"],
            service.ok("PUT", "invitee", **ADA)["id"],
        )
        assert first != second
        people = service.invitees(1)["participants"]
        assert [one["id"] for one in people] == [first, second]
        assert len({one["personal_session_link"] for one in people}) == 2


def test_the_same_address_is_the_same_user_in_every_session_with_a_link_for_each(service):
    service.new_session()
    first = service.invite(1, "ada@example.edu")
    other = service.invite(1, "bob@example.edu")
    assert service.invite(2, "ADA@example.edu") == first != other
    links = [
        service.invitees(number)["participants"][0]["personal_session_link"] for number in (1, 2)
    ]
    assert links[0] != links[1]


# --- GET


def test_roles_limit_who_is_listed(service):
    for role, email in enumerate(("m@b.c", "p@b.c", "o@b.c"), 1):
        service.invite(1, email, role=role)
    everybody = {"moderators": ["m@b.c"], "participants": ["p@b.c"], "observers": ["o@b.c"]}
    for role in ("all", *everybody):
        groups = service.invitees(1, f"/role/{role}")
        found = {name: [one["email"] for one in people] for name, people in groups.items()}
        assert found == {
            name: people if role in ("all", name) else [] for name, people in everybody.items()
        }
    assert (
        service.ok("GET", "invitees", id=1, role="observers")["observers"]["item"][0]["email"]
        == "o@b.c"
    )


@pytest.mark.parametrize(
    "path",
    [
        "invitees",
        "invitees/id/x",
        "invitees/id/1/role/1",
        "invitees/id/1/role/Moderators",
        "invitees/id/1/count/5",
    ],
)
def test_bad_arguments_of_get_are_refused(service, path):
    assert service.refused("GET", path) == 400


# --- POST


def test_a_role_is_changed_and_the_link_stays(service):
    number = service.invite(1, "ada@example.edu", role=1)
    link = service.invitees(1)["moderators"][0]["personal_session_link"]
    assert service.ok("POST", "invitee", session_id=1, user_id=number, role=3) == {
        "id": number,
        "message": "Invitation was updated",
    }
    assert service.invitees(1)["observers"][0]["personal_session_link"] == link


def test_an_edit_without_a_role_makes_a_participant_of_a_moderator(service):
    number = service.invite(1, "ada@example.edu", role=1)
    service.ok("POST", "invitee", session_id=1, user_id=number, send_email_invitation=False)
    assert [one["id"] for one in service.invitees(1)["participants"]] == [number]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("session_id", MISSING), ("user_id", MISSING), ("user_id", "x"), ("role", 0), ("role", 4),
        ("send_email_invitation", "x"), ("email", "new@example.edu"), ("first_name", "New"),
    ],
)  # fmt: skip
def test_a_bad_edit_is_refused(service, name, value):
    number = service.invite(1, "ada@example.edu", role=1)
    given = without_missing({"session_id": 1, "user_id": number, "role": 2, name: value})
    assert service.refused("POST", "invitee", **given) == 400
    assert len(service.invitees(1)["moderators"]) == 1


# --- DELETE


def test_somebody_who_is_removed_is_gone_and_says_so_by_turns(service):
    for email in ("a@b.c", "b@b.c", "c@b.c"):
        service.invite(1, email)
    assert service.ok("DELETE", "invitee", session_id=1, user_id=1) == {
        "id": 1,
        "message": "Invitee deleted",
    }
    status, headers, body = service.raw("DELETE", "invitee", rest({"session_id": 1, "user_id": 2}))
    assert (status, body, headers["Content-Length"]) == (200, "", "0")
    assert service.ok("DELETE", "invitee", session_id=1, user_id=3)["message"] == "Invitee deleted"
    assert service.invitees(1)["participants"] == []


def test_nobody_is_changed_or_removed_who_is_not_invited(service):
    number = service.invite(1, "ada@example.edu")
    service.new_session()
    for session, user in ((1, 99), (2, number)):
        assert service.refused("POST", "invitee", session_id=session, user_id=user, role=1) == 404
        assert service.refused("DELETE", "invitee", session_id=session, user_id=user) == 404
    service.ok("DELETE", "invitee", session_id=1, user_id=number)
    assert service.refused("DELETE", "invitee", session_id=1, user_id=number) == 404
    assert service.invite(1, "ada@example.edu") == number


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"session_id": 1},
        {"user_id": 1},
        {"session_id": 1, "user_id": 1, "id": 1},
        {"session_id": 1, "user_id": "ada"},
    ],
)
def test_a_bad_removal_is_refused(service, given):
    service.invite(1, "ada@example.edu")
    assert service.refused("DELETE", "invitee", **given) == 400
    assert len(service.simulator.sessions[1].invitees) == 1


# --- mails


@pytest.mark.parametrize(
    ("flag", "mails"),
    [
        (MISSING, 1),
        (True, 1),
        ("1", 1),
        (1, 1),
        (None, 1),
        (False, 0),
        (0, 0),
        ("0", 0),
        ("false", 0),
    ],
)
def test_a_mail_would_go_out_unless_it_is_forbidden(service, flag, mails):
    given = without_missing({**ADA, "send_email_invitation": flag})
    service.ok("PUT", "invitee", **given)
    assert [(mail.session_id, mail.email) for mail in service.simulator.mails] == [
        (1, "ada@example.edu")
    ] * mails
    edit = without_missing(
        {"session_id": 1, "user_id": 1, "role": 1, "send_email_invitation": flag}
    )
    service.ok("POST", "invitee", **edit)
    assert len(service.simulator.mails) == 2 * mails


@pytest.mark.parametrize(
    ("flags", "mails"),
    [
        ({}, 1),
        ({"send_email_invitation": False}, 0),
        ({"send_email_invitations": 0}, 0),
        ({"send_email_invitation": True, "send_email_invitations": True}, 1),
    ],
)
def test_a_sessions_first_people_are_written_to_unless_either_spelling_forbids_it(
    service, flags, mails
):
    service.new_session(invited_participants=[{"id": "1", "email": "a@b.c", **flags}])
    assert len(service.simulator.mails) == mails


def test_no_repr_tells_addresses_or_links(service):
    path = service.person(1)
    told = repr((service.simulator.sessions, service.simulator.mails))
    assert "ada@" not in told
    assert path.rpartition("/")[2] not in told
