"""The signature of the ``lti1p1`` claim, against the example that the migration guide publishes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.launch.claims import launch_from
from lti_bridge.launch.lti1p1.claim import CLAIM, former_place, is_signed
from tests.unit.launch.values import a_platform, claims

SECRET = "my-lti11-secret"
KEY = "179248902"
SIGN = "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps="


class Consumers:
    def __init__(self, *platforms):
        self.platforms = {one.consumer_key: one for one in platforms}

    def by_key(self, key):
        return self.platforms.get(key)


OLD = a_platform(
    id=9, version="1.1", issuer="", client_id="", consumer_key=KEY, shared_secret=SECRET
)
PLATFORM = a_platform(issuer="https://lmsvendor.com", client_id="PM48OJSfGDTAzAo")


def published(**claim):
    """The guide's example, as far as it goes."""
    return claims(
        iss="https://lmsvendor.com",
        aud="PM48OJSfGDTAzAo",
        sub="3",
        exp=1551290856,
        nonce="172we8671fd8z",
        deployment_id="689302",
    ) | {
        CLAIM: {
            "user_id": "34212",
            "oauth_consumer_key": KEY,
            "oauth_consumer_key_sign": SIGN,
            **claim,
        }
    }


def former(body, consumers=None):
    launch = launch_from(body, PLATFORM)
    return former_place(body, launch, consumers or Consumers(OLD))


def test_the_published_signature_holds():
    place = former(published())
    assert (place.connection_id, place.lti_user_id) == (9, "34212")
    assert (place.lti_context_id, place.resource_link_id) == ("c-1", "rl-1"), "as they are now"


def test_identifiers_of_before_are_those_of_the_claim():
    place = former(published(context_id="old-c", resource_link_id="old-l", user_id=""))
    assert (place.lti_context_id, place.resource_link_id, place.lti_user_id) == (
        "old-c",
        "old-l",
        "3",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 1551290857},
        {"nonce": "172we8671fd8"},
        {"https://purl.imsglobal.org/spec/lti/claim/deployment_id": "68930"},
    ],
)
def test_everything_that_is_signed_counts(change):
    assert former({**published(), **change}) is None


@pytest.mark.parametrize("sign", [SIGN[:-1], SIGN.lower(), "", "é", "\ud800", f" {SIGN}"])
def test_only_the_very_signature_holds(sign):
    assert former(published(oauth_consumer_key_sign=sign)) is None


def test_an_unknown_key_or_another_secret_proves_nothing():
    assert former(published(), Consumers()) is None
    assert former(published(), Consumers(replace(OLD, shared_secret="x"))) is None


def test_a_time_with_a_fraction_is_signed_as_it_is_written():
    body = published()
    launch = launch_from(body, PLATFORM)
    assert is_signed(SIGN, {**body, "exp": 1551290856.0}, launch, KEY, SECRET)
    assert not is_signed(SIGN, {**body, "exp": 1551290856.5}, launch, KEY, SECRET)
