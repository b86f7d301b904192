from __future__ import annotations

from tests.unit.store.values import KEY, OTHER_KEY, at_once, open_store, opened
from tests.unit.store.workers import in_four_processes, tool_keys


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


def test_of_several_keys_the_newest_signs(store):
    (old,) = store.keys.all()
    store.keys._make(slot=2)
    assert [key.kid for key in store.keys.all()][1:] == [old.kid]
    assert len({key.kid for key in store.keys.all()}) == 2
