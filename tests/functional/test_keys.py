"""The bridge's key set over HTTP, as an LMS reads it with a library of its own, across rotations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jwt
import pytest

from lti_bridge.app import create_app
from lti_bridge.launch.views import KEY_SET_SECONDS
from lti_bridge.store import ToolKeys, Vault
from lti_bridge.store.keys import DAY_MS, KEPT_MS, OVERLAP_MS
from tests.campus import SECRET_KEY, ask


class Clock:
    def __init__(self):
        self.seconds = 1_760_000_000.0

    def __call__(self):
        return self.seconds

    def go(self, ms):
        self.seconds += ms / 1000


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def running(campus, clock):
    """A server that goes on running while its clock, and its keys', is moved."""
    store = campus.bridge.store
    keys = ToolKeys(store.database, Vault([SECRET_KEY]), now=clock, clock=clock)
    keys.replace()  # the first was made at the real time
    keys.drop()
    bridge = replace(campus.bridge, store=replace(store, keys=keys))
    campus.app.extensions["lti_bridge.journal"].close()
    campus.app = campus.bridge_server.app = create_app(bridge.settings, bridge)
    campus.keys = keys
    return campus


def lms(campus):
    """An LMS's own reader: it asks anew only for a key it doesn't know."""
    return jwt.PyJWKClient(f"{campus.url}/lti/jwks.json", cache_jwk_set=False, cache_keys=True)


def signed(campus):
    """What the bridge signs now."""
    key = campus.keys.all()[0]
    return jwt.encode({"sub": "x"}, key.private_key, "RS256", headers={"kid": key.kid})


def believes(reader, token):
    key = reader.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, ["RS256"]) == {"sub": "x"}


def document(campus, **headers):
    return ask("GET", f"{campus.url}/lti/jwks.json", None, headers)


def kids(campus):
    return [key.key_id for key in jwt.PyJWKSet.from_json(document(campus).text).keys]


def test_an_lms_believes_what_is_signed_before_during_and_after_a_rotation(running, clock):
    reader = lms(running)
    before = signed(running)
    assert believes(reader, before)
    another = ToolKeys(running.bridge.store.database, Vault([SECRET_KEY]), now=clock, clock=clock)
    assert another.follow(), "by a worker, say"
    clock.go(60_000)
    assert len(kids(running)) == 2, "the running server knows"
    kept = lms(running)
    assert believes(kept, signed(running))
    assert signed(running) == before, "the old key signs on"
    whole = {key.key_id for key in kept.get_signing_keys()}
    clock.go(OVERLAP_MS)
    after = signed(running)
    kid = jwt.get_unverified_header(after)["kid"]
    assert kid != jwt.get_unverified_header(before)["kid"]
    assert kid in whole, "an LMS that read the set in the overlap needs no other"
    assert believes(reader, after)
    assert believes(lms(running), before)
    clock.go(KEPT_MS)
    assert kids(running) == [kid]
    with pytest.raises(jwt.PyJWKClientError):
        believes(lms(running), before)


def test_after_a_leak_the_old_key_is_gone_from_the_set_within_a_minute(running, clock):
    (leaked,) = kids(running)
    another = ToolKeys(running.bridge.store.database, Vault([SECRET_KEY]), now=clock, clock=clock)
    another.replace()
    clock.go(60_000)
    (only,) = kids(running)
    assert only != leaked
    assert believes(lms(running), signed(running))


def test_the_set_may_be_kept_for_far_less_than_a_key_waits(running):
    answer = document(running)
    assert answer.headers["Cache-Control"] == f"public, max-age={KEY_SET_SECONDS}"
    assert KEY_SET_SECONDS * 1000 * 24 <= OVERLAP_MS


def test_who_has_the_set_already_is_told_so(running, clock):
    first = document(running)
    tag = first.headers["ETag"]
    again = document(running, **{"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    for other in ('"another"', "rubbish", f'W/"x", {tag[:-2]}"'):
        assert document(running, **{"If-None-Match": other}).status == 200
    running.keys.follow()
    changed = document(running, **{"If-None-Match": tag})
    assert changed.status == 200
    assert changed.headers["ETag"] != tag


def test_the_set_is_answered_while_the_database_is_away(running, clock):
    before = document(running).body
    clock.go(DAY_MS)
    running.bridge.store.database.close()
    database = running.bridge.store.database.url.database
    for file in Path(database).parent.glob(f"{Path(database).name}*"):
        file.rename(f"{file}.away")
    Path(database).mkdir()
    assert document(running).body == before
