"""Every refusal has words for the person, and they are the right ones."""

from __future__ import annotations

import pytest

from lti_bridge import errors
from lti_bridge.errors import (
    BridgeError,
    CapabilityMissing,
    CircuitOpen,
    LaunchRefused,
    MalformedRequest,
    NotAllowed,
    NotAuthentic,
    RemoteMalformed,
    RemoteRejected,
    RemoteTimeout,
    ServiceMissing,
    ServiceResting,
    StoreUnavailable,
)
from lti_bridge.web.wording import BY_CODE, NOT_HERE, NOT_SURE, OURS, wording_for


@pytest.mark.parametrize(
    ("error", "headline"),
    [
        (NotAuthentic("", code="expired"), "This link has expired"),
        (NotAuthentic("", code="session_expired"), "This link has expired"),
        (NotAuthentic("", code="replay"), "This link has already been used"),
        (NotAllowed("", code="state_invalid"), "We couldn’t check this link"),
        (NotAuthentic("", code="signature"), "We couldn’t check this link"),
        (NotAllowed("", code="cookie_missing"), "One more click"),
        (NotAllowed("", code="deployment_unknown"), "This course isn’t connected yet"),
        (NotAllowed("", code="platform_unknown"), "This can’t be opened here"),
        (MalformedRequest("", code="claim_missing"), "This can’t be opened here"),
        (ServiceMissing(""), "This can’t be opened here"),
        (RemoteTimeout("", service="live"), "We can’t get you into class just now"),
        (RemoteMalformed("", service="live"), "We can’t get you into class just now"),
        (RemoteRejected("", code="idNotUnique"), "We can’t get you into class just now"),
        (CircuitOpen("", service="live"), "We can’t get you into class just now"),
        (RemoteRejected("", code="maxParticipantsReached"), "The class is full"),
        (ServiceResting("", code="service_resting"), "No classes are opened here just now"),
        (CapabilityMissing("", code="capability_missing"), "This can’t be opened here"),
        (StoreUnavailable(""), "Something isn’t working on our side"),
        (BridgeError(""), "Something isn’t working on our side"),
    ],
    ids=lambda value: value.code if isinstance(value, BridgeError) else "",
)
def test_an_error_is_told_in_its_words(error, headline):
    assert str(wording_for(error).headline) == headline


def test_a_code_wins_over_a_class():
    assert wording_for(NotAllowed("", code="expired")) is BY_CODE["expired"]
    assert wording_for(NotAllowed("", code="a new one")) is NOT_HERE
    assert wording_for(NotAuthentic("", code="a new one")) is NOT_SURE
    assert wording_for(BridgeError("", code="a new one")) is OURS


def test_a_service_that_rests_for_a_moment_refuses_or_fails_has_advice_of_its_own():
    kinds = (CircuitOpen, RemoteRejected, RemoteTimeout)
    advice = [str(wording_for(kind("", service="live")).advice) for kind in kinds]
    assert len(set(advice)) == 3
    assert "half a minute" in advice[0]
    assert "refused" in advice[1]
    assert all("not your fault" in each for each in advice)


def test_our_own_view_of_a_service_at_rest_is_not_that_of_one_missing():
    assert wording_for(ServiceResting("", code="service_resting")) is BY_CODE["service_resting"]
    assert wording_for(ServiceResting("")) is wording_for(ServiceMissing(""))


def every_error(kind=BridgeError):
    yield kind
    for below in kind.__subclasses__():
        yield from every_error(below)


def test_every_error_of_the_tree_has_words():
    assert LaunchRefused in set(every_error())
    for kind in every_error():
        error = kind(("",)) if kind is errors.SettingsError else kind("")
        words = wording_for(error)
        assert str(words.headline)
        assert str(words.advice).endswith(".")
        assert not str(words.headline).endswith(".")
