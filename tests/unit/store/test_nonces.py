from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import text

from tests.unit.store.stores import upgraded
from tests.unit.store.values import NOW, at_once, opened

MINUTE = 60_000
HOUR = 60 * MINUTE


def consumer(store):
    def consume(nonce="nonce-1", digest="digest-1", now=NOW):
        return store.nonces.consume(
            nonce, digest, now_ms=now, expires_ms=now + HOUR, again_within_ms=MINUTE
        )

    return consume


@pytest.fixture
def consume(store):
    return consumer(store)


def test_of_32_threads_with_one_nonce_exactly_one_is_the_first(consume):
    uses = Counter(at_once(32, lambda number: consume(digest=f"digest-{number}")))
    assert uses == {"first": 1, "replay": 31}


def test_of_many_double_clicks_at_once_one_is_the_first_and_the_others_come_again(consume):
    assert Counter(at_once(16, lambda _: consume())) == {"first": 1, "again": 15}


def test_the_same_form_within_a_minute_comes_again_and_later_is_a_replay(consume):
    assert consume() == "first"
    assert consume(now=NOW + MINUTE) == "again"
    assert consume(now=NOW + MINUTE + 1) == "replay"


def test_another_form_with_the_same_nonce_is_a_replay_at_once(consume):
    assert consume() == "first"
    assert consume(digest="digest-2") == "replay"
    assert consume() == "again", "which the first one's double click doesn't suffer for"


def test_other_nonces_are_others(consume):
    assert [consume(nonce) for nonce in ("a", "A", "a ", "b")] == ["first"] * 4


def test_a_nonce_cleared_out_while_it_was_looked_for_had_expired(database_url):
    # A database that drops the insert without a word looks just like it, at the right moment.
    with opened(upgraded(database_url)) as store:
        before = "BEFORE INSERT ON nonces"
        statements = (
            [f"CREATE TRIGGER drop_it {before} BEGIN SELECT RAISE(IGNORE); END"]
            if store.database.is_sqlite
            else [
                "CREATE FUNCTION nil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                f"CREATE TRIGGER drop_it {before} FOR EACH ROW EXECUTE FUNCTION nil()",
            ]
        )
        for statement in statements:
            store.database.write(lambda c, s=statement: c.execute(text(s)))
        assert consumer(store)() == "replay"


def test_old_nonces_are_forgotten_in_batches_and_valid_ones_kept(store, consume):
    for number in range(7):
        consume(f"old-{number}", now=NOW)
    consume("young", now=NOW + HOUR)
    later = NOW + HOUR + 2 * MINUTE
    assert [store.nonces.clear(later, limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert consume("young", now=later) == "replay"
    assert consume("old-1", now=later) == "first"
    assert store.nonces.clear(later) == 0
