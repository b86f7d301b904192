"""Secrets sealed anew with the current secret key, so that an older one can be dropped."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from lti_bridge.settings import Conferencing
from lti_bridge.store import OldPlatformValues, Sealed, StoredInvitation, Vault
from lti_bridge.store import resealing as module
from lti_bridge.store.tables import Base, ConnectionRow, MeetingRow, ServiceRow
from tests.unit.store.values import (
    KEY,
    NOW,
    OTHER_KEY,
    a_meeting,
    a_platform,
    an_old_platform,
    opened,
)

OLD = OldPlatformValues("Old Sakai", "Other", "other", 8, "live")
INVITATION = StoredInvitation("77", 2, "https://onstream.example/join/secret")
BOTH = (OTHER_KEY, KEY)


def fill(store):
    """Something sealed in every column that may hold it."""
    store.platforms.synchronise([a_platform(), an_old_platform()], NOW)
    store.keys.all()
    made, *_ = store.administration.add_old(OLD, NOW)
    (of_ours,) = [one for one in store.administration.all() if one.id == made]
    store.administration.replace_secret(of_ours, NOW)
    service = Conferencing(
        name="own", kind="meetingz", url="https://own.example/", secret=SecretStr("own-secret")
    )
    store.services.save(service, NOW)
    for number in range(3):
        store.invitations.keep("webinars", "1", f"p{number}@example.edu", INVITATION)
    admin = store.administrators.add("ann", "hash", ["viewData"], NOW)
    store.administrators.set_second_step(admin.id, "JBSWY3DPEHPK3PXP", ())
    return [a_meeting(store, f"link-{number}") for number in range(5)]


def sealed_texts(store):
    """Every sealed text there is, by its column."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("_sealed"):
                rows = store.database.read(lambda c, x=column: c.execute(select(x)).scalars().all())
                found[f"{table.name}.{column.name}"] = [text for text in rows if text]
    return found


def total(store):
    lots = list(store.sealed.reseal())
    return (
        sum(lot.anew for lot in lots),
        sum(lot.current for lot in lots),
        [place for lot in lots for place in lot.lost],
    )


@pytest.fixture
def old(store, store_url):
    """A database whose every secret is sealed with the old key; its meetings."""
    return fill(store)


def test_afterwards_the_old_key_is_needed_for_nothing(old, store_url):
    with opened(store_url, BOTH) as store:
        store.platforms.synchronise([a_platform(), an_old_platform()], NOW)
        texts = sealed_texts(store)
        assert all(texts.values()), f"the test fills every sealed column: {texts}"
        total(store)
    with opened(store_url, (OTHER_KEY,)) as store:
        vault = Vault([OTHER_KEY])
        for where, found in sealed_texts(store).items():
            assert all(vault.is_current(text) for text in found), where
        assert [store.meetings.by_id(each.id) for each in old] == old
        assert store.keys.all()
        (own,) = store.services.all()
        assert own.settings.secret.get_secret_value() == "own-secret"
        assert store.invitations.find("webinars", "1", "p2@example.edu") == INVITATION


def test_done_twice_it_changes_nothing(old, store_url):
    with opened(store_url, BOTH) as store:
        anew, _, lost = total(store)
        assert (anew >= 15, lost) == (True, [])
        before = sealed_texts(store)
        again, current, _ = total(store)
        assert (again, current) == (0, sum(map(len, before.values())))
        assert sealed_texts(store) == before


def test_stopped_half_way_it_goes_on_with_the_rest(old, store_url, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 2)
    with opened(store_url, BOTH) as store:
        lots = store.sealed.reseal()
        first = [next(lots) for _ in range(3)]
        lots.close()
        assert max(lot.rows for lot in first) == 2
        done = sum(lot.anew for lot in first)
        anew, current, lost = total(store)
        assert (current >= done > 0, anew > 0, lost) == (True, True, [])
        everything = sum(map(len, sealed_texts(store).values()))
        assert anew + current == everything


def test_the_number_of_rows_is_known_beforehand(old, store_url):
    with opened(store_url, BOTH) as store:
        assert store.sealed.rows() == sum(lot.rows for lot in store.sealed.reseal())


def test_what_no_key_opens_is_named_and_stops_nothing_else(old, store_url):
    with opened(store_url, BOTH) as store:
        stray = Vault(["a third key that is in no list of any settings"]).seal("x")
        change = update(MeetingRow).where(MeetingRow.id == old[1].id)
        values = {"attendee_password_sealed": stray}
        store.database.write(lambda c: c.execute(change.values(**values)))
        anew, _, lost = total(store)
        assert lost == [f"meetings {old[1].id}: attendee_password"]
        assert anew >= 14


def test_a_secret_that_somebody_replaces_meanwhile_stays_as_they_left_it(old, store_url):
    with opened(store_url, BOTH) as store:
        theirs = Vault([OTHER_KEY]).seal("theirs")

        class Meddling(Sealed):
            def _page(self, table, key, last):
                rows = super()._page(table, key, last)
                if table.name == ServiceRow.__tablename__ and rows:
                    change = update(ServiceRow).values(secret_sealed=theirs)
                    store.database.write(lambda c: c.execute(change))
                return rows

        list(Meddling(store.database, Vault(BOTH)).reseal())
        assert sealed_texts(store)["services.secret_sealed"] == [theirs]


def test_empty_columns_stay_empty(store):
    assert total(store) == (0, 0, [])
    found = select(ConnectionRow.shared_secret_sealed)
    assert store.database.read(lambda c: c.execute(found).scalars().all()) == [None]
