"""People come in by a link of their own, in the role they have, and nobody is mailed."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_bridge.conferencing import Created, Visitor
from lti_bridge.conferencing.onstream import InMemory, Invitation
from lti_bridge.conferencing.onstream.joining import email_of, names_of, role_of
from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable
from tests.unit.conferencing.onstream.accounts import (
    ANN,
    MENTOR,
    STANDING,
    TEACHER,
    Told,
    an_account,
    asked,
    connected,
    people,
    said,
)
from tests.unit.conferencing.services import follow

ONE = Created(remote_id="1")
NAMES = [
    "Ann Bee",
    'O\'Brien "Bo" <b>',
    "50 % + 1 & more = x; y?",
    "علی رضایی",
    "\u202eright-to-left\u202c \u200fmark",
    "Žofie Nguyễn",
    "李雷 & ハン・メイメイ",
    "👩🏽‍🏫 🇮🇷",
    "%2B%20already+encoded &amp;",
    "#fragment/path?query c:\\x",
    "é and e\u0301",
    "Ελένη Παπαδοπούλου",
    "Анна Каренина",
    "राम कुमार",
    "สมชาย ใจดี",
]


@pytest.fixture
def account():
    return an_account()


@pytest.fixture
def service(account):
    with connected(account) as service:
        service.create(STANDING)
        account.faults.forget()
        yield service


def test_a_participant_is_invited_once(account, service):
    url = service.join_url(STANDING, ANN, ONE)
    assert asked(account) == ["GET invitees", "PUT invitee", "GET invitees"]
    assert account.faults.requests[2].path.endswith("/invitees/id/1/role/participants/format/json")
    assert said(account.faults.requests[1]) == {
        "session_id": 1,
        "email": "lti-5@bridge.invalid",
        "first_name": "Ann",
        "last_name": "Bee",
        "send_email_invitation": False,
        "role": 2,
    }
    status, page = follow(url)
    assert status == 200
    assert "Ann Bee" in page
    assert "Participant" in page
    account.faults.forget()
    assert service.join_url(STANDING, ANN, ONE) == url
    assert asked(account) == [], "no remote call for somebody who has a link"
    assert people(account.sessions[1]) == {"lti-5@bridge.invalid": 2}
    assert account.mails == []


@pytest.mark.parametrize(
    ("visitor", "role", "word"),
    [(TEACHER, 1, "Moderator"), (ANN, 2, "Participant"), (MENTOR, 3, "Observer")],
)
def test_roles_are_told_as_onstream_has_them(account, service, visitor, role, word):
    status, page = follow(service.join_url(STANDING, visitor, ONE))
    assert status == 200
    assert word in page
    assert list(people(account.sessions[1]).values()) == [role]


def test_a_teacher_who_only_observes_still_teaches():
    assert role_of(replace(TEACHER, observer=True)) == 1


def test_everybody_has_a_link_of_their_own(account, service):
    urls = {service.join_url(STANDING, each, ONE) for each in (ANN, TEACHER, MENTOR)}
    assert len(urls) == 3
    assert len(account.sessions[1].invitees) == 3


def test_the_number_may_come_from_the_row_or_be_looked_up(account, service):
    url = service.join_url(STANDING, ANN, ONE)
    assert service.join_url(replace(STANDING, remote_id="1"), ANN, Created()) == url
    account.faults.forget()
    assert service.join_url(STANDING, ANN, Created()) == url
    assert asked(account) == ["GET sessions"]


def test_another_process_finds_the_invitation_in_the_account(account):
    for _ in range(2):
        with connected(account) as service:
            service.create(STANDING)
            account.faults.forget()
            service.join_url(STANDING, ANN, ONE)
    assert asked(account) == ["GET invitees"]
    assert len(account.sessions[1].invitees) == 1


@pytest.mark.parametrize("shared", [True, False], ids=["remembered", "looked up"])
def test_a_changed_role_is_changed_in_the_account(account, shared):
    memory = InMemory()
    for visitor, role in (
        (ANN, 2),
        (replace(ANN, role="moderator"), 1),
        (ANN, 2),
        (replace(ANN, observer=True), 3),
    ):
        with connected(account, invitations=memory if shared else None) as service:
            service.create(STANDING)
            account.faults.forget()
            url = service.join_url(STANDING, visitor, ONE)
            if asked(account)[1] != "PUT invitee":
                assert asked(account) == ["GET invitees", "POST invitee", "GET invitees"]
                assert said(account.faults.requests[1]) == {
                    "session_id": 1,
                    "user_id": 1,
                    "send_email_invitation": False,
                    "role": role,
                }
            assert people(account.sessions[1]) == {"lti-5@bridge.invalid": role}
            assert follow(url)[0] == 200
            account.faults.forget()
            assert service.join_url(STANDING, visitor, ONE) == url
            assert asked(account) == []
    assert account.mails == []


def test_who_was_removed_by_hand_is_invited_again_with_another_role(account, service):
    service.join_url(STANDING, ANN, ONE)
    account.sessions[1].invitees.clear()
    url = service.join_url(STANDING, replace(ANN, role="moderator"), ONE)
    assert people(account.sessions[1]) == {"lti-5@bridge.invalid": 1}
    assert "Moderator" in follow(url)[1]


def test_people_without_a_key_are_somebody_else_each_time(account, service):
    nobody = Visitor(full_name="Some Body", role="attendee")
    urls = {service.join_url(STANDING, nobody, ONE) for _ in range(3)}
    assert len(urls) == 3
    addresses = people(account.sessions[1])
    assert len(addresses) == 3
    assert all(re.fullmatch(r"lti-[0-9a-f]{32}@bridge\.invalid", each) for each in addresses)
    assert asked(account) == ["PUT invitee", "GET invitees"] * 3


def test_an_address_is_ours_and_never_the_persons(account, service):
    service.join_url(STANDING, ANN, ONE)
    assert people(account.sessions[1]) == {"lti-5@bridge.invalid": 2}


PLAIN = ["5", ".a", "a-b_c.d", "0" * 60, "-", "_"]
ODD = [
    "ann@school.example",
    "Ann",
    "a b",
    "علی",
    "a..b",
    "a.",
    ".",
    "a\n",
    "0" * 61,
    "x" * 1000,
    "\ud800",
    "a/b",
    "ß",
]


@pytest.mark.parametrize("key", PLAIN)
def test_a_plain_key_stands_in_the_address(key):
    assert email_of(key) == f"lti-{key}@bridge.invalid"


@pytest.mark.parametrize("key", ODD)
def test_any_other_key_is_hashed(key):
    assert re.fullmatch(r"lti-[0-9a-f]{40}@bridge\.invalid", email_of(key))
    assert email_of(key) == email_of(key)


def test_keys_that_differ_are_told_apart():
    keys = {*PLAIN, *ODD, "ann", "aNN", "ANN"}
    assert len({email_of(key) for key in keys}) == len(keys)


@given(st.text())
def test_every_key_makes_an_address_that_mail_rules_allow(key):
    local, _, domain = email_of(key).partition("@")
    assert domain == "bridge.invalid"
    assert len(local) <= 64
    assert re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", local)


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Ann Bee", "Ann", "Bee"),
        ("Tess van der Teacher", "Tess van der", "Teacher"),
        ("  Ann   Bee  ", "Ann", "Bee"),
        ("Plato", "Plato", "-"),
        ("山田\u3000太郎", "山田", "太郎"),
        ("line\nbreak", "line", "break"),
        ("", "Guest", "-"),
        ("   ", "Guest", "-"),
        ("\0", "Guest", "-"),
        ("A\ud800 B", "A?", "B"),
    ],
)
def test_a_name_is_split_at_its_last_blank(full, first, last):
    assert names_of(full) == (first, last)


@given(st.text())
def test_neither_name_is_ever_empty(full):
    first, last = names_of(full)
    assert first.strip()
    assert last.strip()


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_arrive_as_they_are(account, service, name):
    service.join_url(STANDING, replace(ANN, full_name=name), ONE)
    (invitee,) = account.sessions[1].invitees
    assert f"{invitee.first_name} {invitee.last_name}" == name


@pytest.mark.parametrize(
    "options",
    [
        {"only_xml": True},
        {"shape": "flat list", "ids": "string"},
        {"shape": "items"},
        {"duplicates": "double"},
    ],
    ids=str,
)
def test_joining_goes_on_whatever_the_account_is_like(options):
    account = an_account(**options)
    with connected(account) as service:
        created = service.create(STANDING)
        service.join_url(STANDING, ANN, created)
    with connected(account) as service:
        service.join_url(STANDING, replace(ANN, role="moderator"), created)
    assert people(account.sessions[1]) == {"lti-5@bridge.invalid": 1}


@pytest.mark.parametrize("visitor", [ANN, replace(ANN, key="")])
def test_a_session_that_has_gone_is_not_found(account, service, visitor):
    service.cancel(replace(STANDING, remote_id="1"))
    for number in ("1", "99"):
        with pytest.raises(RemoteRejected) as failure:
            service.join_url(STANDING, visitor, Created(remote_id=number))
        assert failure.value.code == "notFound"
        assert failure.value.remedy


def test_a_meeting_that_was_never_made_is_not_found(account):
    with connected(account) as service, pytest.raises(RemoteRejected) as failure:
        service.join_url(STANDING, ANN, Created())
    assert failure.value.code == "notFound"


def told(**answers):
    """A service that answers each call so; a list: one after the other, the last for good."""

    def answer(request):
        call = f"{request.method}_{request.path.split('/johndoe/')[1].split('/')[0]}"
        found = answers[call]
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return (found, {}, "") if isinstance(found, int) else json.dumps(found)

    return Told(answer)


def invited(
    role="participants", email="lti-5@bridge.invalid", link="http://x.example/go/1", number=4
):
    return {role: [{"id": number, "email": email, "personal_session_link": link}]}


DONE = {"id": 4}


def join(service, visitor=ANN):
    with connected(service) as onstream:
        return onstream.join_url(STANDING, visitor, ONE)


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_that_goes_at_any_moment_is_not_found(status):
    for service in (
        told(GET_invitees=status, PUT_invitee=status),
        told(GET_invitees=[{}, status], PUT_invitee=status),
        told(GET_invitees=[{}, status], PUT_invitee=DONE),
        told(GET_invitees=[invited("moderators")], POST_invitee=status),
        told(GET_invitees=[invited("moderators"), status], POST_invitee=DONE),
        told(GET_invitees={}, PUT_invitee=400, GET_session=status),
    ):
        with pytest.raises(RemoteRejected) as failure:
            join(service)
        assert failure.value.code == "notFound", asked(service)


def test_a_list_that_is_not_there_may_be_an_empty_one():
    service = told(GET_invitees=[404, invited()], PUT_invitee=DONE)
    assert join(service) == "http://x.example/go/1"


def test_a_refusal_for_another_reason_stays_that():
    session = {"id": 1, "topic": "x"}
    for service in (
        told(GET_invitees={}, PUT_invitee=400, GET_session=session),
        told(GET_invitees={}, PUT_invitee=400, GET_session=400),
        told(GET_invitees=400, GET_session=session),
    ):
        with pytest.raises(RemoteRejected) as failure:
            join(service)
        assert failure.value.code == "http_400"
    with pytest.raises(RemoteRejected) as failure:
        join(told(GET_invitees=403))
    assert failure.value.code == "http_403"


def test_an_outage_stays_an_outage():
    for service in (told(GET_invitees=500), told(GET_invitees={}, PUT_invitee=500)):
        with pytest.raises(RemoteUnavailable):
            join(service)


def test_somebody_who_was_invited_meanwhile_is_found():
    service = told(GET_invitees=[{}, invited()], PUT_invitee=409)
    assert join(service) == "http://x.example/go/1"
    assert asked(service) == ["GET invitees", "PUT invitee", "GET invitees"]


def test_a_refused_invitation_that_is_nowhere_to_be_seen_is_refused():
    with pytest.raises(RemoteRejected) as failure:
        join(told(GET_invitees={}, PUT_invitee=409))
    assert failure.value.code == "http_409"


def test_of_somebody_invited_twice_no_link_keeps_the_former_role():
    twice = {
        **invited("moderators", number=4),
        **invited("participants", number=9, link="http://x.example/go/2"),
    }
    both = {"participants": twice["participants"] + twice["moderators"]}
    service = told(GET_invitees=[twice, both], POST_invitee=DONE)
    assert join(service) == "http://x.example/go/2"
    assert asked(service) == ["GET invitees", "POST invitee", "GET invitees"]
    assert said(service.faults.requests[1])["user_id"] == 4


def test_an_address_may_come_back_in_capitals():
    service = told(GET_invitees=invited(email="LTI-5@Bridge.Invalid"))
    assert join(service) == "http://x.example/go/1"


def test_nobody_gets_the_link_of_somebody_else_by_number_or_place():
    other = invited(email="tess@school.example", number=4)
    service = told(GET_invitees=other, PUT_invitee={"id": 4})
    with pytest.raises(RemoteMalformed):
        join(service)


@pytest.mark.parametrize("link", ["", None, "javascript:alert(1)", "/go/1", "data:text/html,x", 7])
def test_a_link_that_does_not_lead_to_the_web_is_malformed(link):
    with pytest.raises(RemoteMalformed, match="personal_session_link"):
        join(told(GET_invitees=invited(link=link)))


def test_a_link_can_stand_in_a_header():
    service = told(GET_invitees=invited(link="https://x.example/go/درس 1\r\nX: y"))
    assert join(service) == "https://x.example/go/%D8%AF%D8%B1%D8%B3%201%0D%0AX:%20y"


def test_an_invitation_without_a_number_is_read_back_all_the_same():
    service = told(GET_invitees=[{}, invited()], PUT_invitee={"message": "Invitee added"})
    assert join(service) == "http://x.example/go/1"


class Remembering:
    """A memory that says what it was asked."""

    def __init__(self, known=None):
        self.known = known
        self.kept = []

    def find(self, service, session_id, email):
        self.kept.append(("find", service, session_id, email))
        return self.known

    def keep(self, service, session_id, email, invitation):
        self.kept.append(("keep", service, session_id, email, invitation))


def test_the_memory_is_asked_first_and_told_what_came():
    memory = Remembering()
    with connected(told(GET_invitees=invited()), invitations=memory) as onstream:
        onstream.join_url(STANDING, ANN, ONE)
    assert memory.kept == [
        ("find", "webinars", "1", "lti-5@bridge.invalid"),
        (
            "keep",
            "webinars",
            "1",
            "lti-5@bridge.invalid",
            Invitation("4", 2, "http://x.example/go/1"),
        ),
    ]
    memory = Remembering(Invitation("4", 2, "http://x.example/go/9"))
    service = told()
    with connected(service, invitations=memory) as onstream:
        assert onstream.join_url(STANDING, ANN, ONE) == "http://x.example/go/9"
    assert len(memory.kept) == 1
    assert service.faults.requests == []


def test_strangers_are_not_remembered():
    memory = Remembering()
    account = an_account()
    with connected(account, invitations=memory) as onstream:
        onstream.join_url(STANDING, replace(ANN, key=""), onstream.create(STANDING))
    assert memory.kept == []
