from __future__ import annotations

import pytest

from lti_bridge.store import ToolKeys, Vault
from lti_bridge.store.keys import DAY_MS, HOUR_MS, KEPT_MS, OVERLAP_MS
from tests.unit.store.values import KEY, NOW, OTHER_KEY, at_once, open_store, opened
from tests.unit.store.workers import (
    in_four_processes,
    replace_keys,
    rotate_keys,
    rotate_keys_that_are_due,
    tool_keys,
)


def numbers(keys):
    return [key.private_key.private_numbers() for key in keys]


def test_the_first_key_is_made_when_it_is_asked_for_and_stays(store, store_url):
    (made,) = store.keys.all()
    assert made.private_key.key_size >= 2048
    assert numbers(store.keys.all()) == numbers([made])
    with opened(store_url) as other:
        assert other.keys.all()[0].kid == made.kid


def test_a_key_is_named_by_its_public_half(store):
    (key,) = store.keys.all()
    assert repr(key) == f"ToolKey(kid='{key.kid}')"
    assert len(key.kid) == 32


def test_processes_that_make_the_first_key_at_once_have_one(store, store_url):
    kids = in_four_processes(tool_keys, store_url)
    assert len({tuple(each) for each in kids}) == 1
    assert len(kids[0]) == 1


def test_threads_that_make_the_first_key_at_once_have_one(store, store_url):
    assert len({tuple(each) for each in at_once(4, lambda _: tool_keys(store_url))}) == 1


def test_the_key_outlives_a_rotation_of_the_secret_key(store, store_url):
    (made,) = store.keys.all()
    rotated = open_store(store_url, [OTHER_KEY, KEY])
    assert rotated.keys.all()[0].kid == made.kid
    rotated.close()


class Clock:
    """One hand for both clocks: it stands still until it is moved."""

    def __init__(self):
        self.seconds = NOW / 1000

    def __call__(self):
        return self.seconds

    def go(self, ms):
        self.seconds += ms / 1000


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(store, clock):
    """Keys whose first one was made just now."""
    return timed(store, clock)


def timed(store, clock):
    keys = ToolKeys(store.database, Vault([KEY]), now=clock, clock=clock)
    keys.all()
    return keys


def kids(keys):
    return [key.kid for key in keys.all()]


def test_a_new_key_is_published_at_once_and_signs_after_the_overlap(keys, clock):
    (old,) = kids(keys)
    assert keys.follow()
    first, new = kids(keys)
    assert first == old
    clock.go(OVERLAP_MS - 1000)
    assert kids(keys) == [old, new]
    clock.go(1000)
    assert kids(keys) == [new, old]
    clock.go(KEPT_MS - 1000)
    assert kids(keys) == [new, old], "what it signed may still be looked at"
    clock.go(1000)
    assert kids(keys) == [new]
    assert len(keys.every()) == 2
    assert (keys.drop(), keys.drop()) == (1, 0)
    assert [key.kid for key in keys.every()] == [new]


def test_while_a_key_waits_no_other_follows(keys, clock):
    assert keys.follow(2 * HOUR_MS)
    assert not keys.follow(2 * HOUR_MS)
    assert len(keys.every()) == 2
    clock.go(2 * HOUR_MS)
    assert keys.follow(2 * HOUR_MS)
    assert len(keys.every()) == 3


@pytest.mark.parametrize("waiting", [False, True])
def test_after_a_leak_only_the_new_key_is_published_and_signs(keys, clock, waiting):
    before = kids(keys)
    if waiting:
        keys.follow()
    keys.replace()
    (only,) = kids(keys)
    assert only not in before
    assert keys.drop() == 1 + waiting


def test_a_rotation_is_due_once_the_key_signed_for_so_many_days(keys, clock):
    assert not keys.follow_if_due(90)
    clock.go(90 * DAY_MS - 1000)
    assert not keys.follow_if_due(90)
    assert not keys.follow_if_due(0), "never"
    clock.go(1000)
    assert not keys.follow_if_due(0), "never"
    assert keys.follow_if_due(90)
    assert not keys.follow_if_due(90), "one waits"
    clock.go(OVERLAP_MS)
    clock.go(90 * DAY_MS - 1000)
    assert not keys.follow_if_due(90), "it hasn't signed for so long"
    clock.go(1000)
    assert keys.follow_if_due(90)


def test_another_process_knows_within_twenty_seconds(store, keys, clock):
    other = timed(store, clock)
    keys.replace()
    assert kids(other) != kids(keys)
    clock.go(20_000)
    assert kids(other) == kids(keys)


def test_a_clock_that_was_set_back_leaves_a_key_to_sign_with(keys, clock):
    keys.replace()
    (new,) = kids(keys)
    keys.drop()
    clock.go(-DAY_MS)
    assert kids(keys) == [new]


def test_of_four_processes_that_rotate_at_once_one_makes_the_key(store, store_url):
    first = tool_keys(store_url)
    made = in_four_processes(rotate_keys, store_url)
    assert sorted(made) == [False, False, False, True]
    assert [key.kid for key in store.keys.every()][1:] == first


def test_of_four_processes_whose_rotation_is_due_one_makes_the_key(store, store_url):
    tool_keys(store_url)
    made = in_four_processes(rotate_keys_that_are_due, store_url)
    assert sorted(made) == [False, False, False, True]
    assert len(store.keys.every()) == 2


def test_of_four_processes_that_replace_a_leaked_key_none_leaves_it_published(store, store_url):
    (leaked,) = tool_keys(store_url)
    in_four_processes(replace_keys, store_url)
    (only,) = store.keys.all()
    assert only.kid == store.keys.every()[0].kid != leaked
