"""Links that let a person into a session: found again, replaced, sealed, forgotten."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from lti_bridge.conferencing.onstream.joining import email_of
from lti_bridge.errors import StoreError
from lti_bridge.store import Invitations, StoredInvitation, Vault
from lti_bridge.store.invitations import CLEARED_AT_ONCE, address_of
from lti_bridge.store.tables import InvitationRow, MeetingRow
from tests.unit.store.values import ALIKE, KEY, NOW, OTHER_KEY, a_meeting, at_once

EMAIL = "lti-5@bridge.invalid"
LINK = "https://onstream.example/johndoe/go/whoever-has-this-gets-in"
ANN = StoredInvitation("77", 2, LINK)


def count(store):
    query = select(func.count()).select_from(InvitationRow)
    return store.database.read(lambda c: c.execute(query).scalar_one())


def at(store, now_ms):
    """Invitations as another moment has them."""
    return Invitations(store.database, Vault([KEY]), now=lambda: now_ms / 1000)


def test_what_is_kept_is_found_and_nothing_else(store):
    store.invitations.keep("webinars", "12", EMAIL, ANN)
    assert store.invitations.find("webinars", "12", EMAIL) == ANN
    for other in (
        ("other", "12", EMAIL),
        ("webinars", "13", EMAIL),
        ("webinars", "1", EMAIL),
        ("webinars", "12", "lti-6@bridge.invalid"),
        ("webinars", "12", EMAIL.upper()),
    ):
        assert store.invitations.find(*other) is None


def test_a_later_one_takes_the_place_of_an_earlier(store):
    store.invitations.keep("webinars", "12", EMAIL, ANN)
    promoted = StoredInvitation("78", 1, f"{LINK}-as-moderator")
    store.invitations.keep("webinars", "12", EMAIL, promoted)
    assert store.invitations.find("webinars", "12", EMAIL) == promoted
    assert count(store) == 1


def test_names_that_look_alike_are_different(store):
    for number, name in enumerate(ALIKE):
        store.invitations.keep(name, "1", EMAIL, StoredInvitation(str(number), 2, LINK))
    found = [store.invitations.find(name, "1", EMAIL).user_id for name in ALIKE]
    assert found == [str(number) for number in range(len(ALIKE))]


def test_the_link_is_sealed_and_shown_nowhere(store):
    store.invitations.keep("webinars", "12", EMAIL, ANN)
    row = store.database.read(lambda c: c.execute(select(InvitationRow.__table__)).one())
    found = store.invitations.find("webinars", "12", EMAIL)
    assert "whoever-has-this" not in f"{row!r} {found!r} {ANN!r}"


def test_without_its_key_a_link_is_not_opened(store):
    store.invitations.keep("webinars", "12", EMAIL, ANN)
    with pytest.raises(StoreError) as failure:
        Invitations(store.database, Vault([OTHER_KEY])).find("webinars", "12", EMAIL)
    assert failure.value.code == "sealed_with_another_key"


def test_many_at_once_end_with_one(store):
    links = [StoredInvitation(str(number), 2, f"{LINK}{number}") for number in range(12)]
    at_once(12, lambda number: store.invitations.keep("webinars", "12", EMAIL, links[number]))
    assert store.invitations.find("webinars", "12", EMAIL) in links
    assert count(store) == 1


def test_old_ones_are_forgotten_and_young_ones_stay(store):
    at(store, NOW - 2).keep("webinars", "1", EMAIL, ANN)
    at(store, NOW).keep("webinars", "2", EMAIL, ANN)
    assert store.invitations.clear(NOW) == 1
    assert store.invitations.find("webinars", "1", EMAIL) is None
    assert store.invitations.find("webinars", "2", EMAIL) == ANN
    assert store.invitations.clear(NOW) == 0


def test_one_that_is_kept_again_is_young_again(store):
    at(store, NOW - 2).keep("webinars", "1", EMAIL, ANN)
    at(store, NOW).keep("webinars", "1", EMAIL, ANN)
    assert store.invitations.clear(NOW) == 0


def test_many_are_forgotten_in_bites(store):
    sealed = Vault([KEY]).seal(LINK)
    many = [
        {
            "service": "webinars",
            "session_id": "1",
            "email": f"lti-{number}@bridge.invalid",
            "service_user_id": "1",
            "role": 2,
            "link_sealed": sealed,
            "created_ms": NOW,
        }
        for number in range(CLEARED_AT_ONCE + 3)
    ]
    store.database.write(lambda c: c.execute(InvitationRow.__table__.insert(), many))
    assert [store.invitations.clear(NOW + 1) for _ in range(3)] == [CLEARED_AT_ONCE, 3, 0]


def test_a_list_of_a_service_fills_in_whom_we_dont_know_and_gives_nobody_a_way_in(store):
    meeting, other = a_meeting(store), a_meeting(store, link="link-2")
    named = update(MeetingRow).where(MeetingRow.id == meeting.id).values(remote_id="17")
    store.database.write(lambda c: c.execute(named))
    own = StoredInvitation("4", 2, "https://onstream.example/go/own")
    store.invitations.keep("live", "17", address_of(7), own)
    people = [(address_of(7), "4", 2), ("Ben@x.example", "5", 1), ("x" * 256, "6", 2), ("", "", 0)]
    for _ in range(2):
        store.invitations.save_list(meeting.id, people)
    store.invitations.save_list(other.id, people)
    store.invitations.save_list(meeting.id, [])
    assert store.invitations.find("live", "17", address_of(7)) == own
    assert store.invitations.find("live", "17", "Ben@x.example") is None
    found = store.attendances.of_meeting(meeting.id)
    assert found.invited == {address_of(7), "ben@x.example"}
    assert store.attendances.of_meeting(other.id).invited == frozenset()


def test_an_address_is_that_by_which_onstream_knows_people():
    assert address_of(7) == email_of("7")
