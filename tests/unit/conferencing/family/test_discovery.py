"""What a server doesn't know shows when it is asked, and again when it has learned it."""

from __future__ import annotations

import pytest

from lti_bridge.conferencing import Capability
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.errors import CapabilityMissing, RemoteError
from tests.unit.conferencing.family.simulated import (
    EVERY_CALL,
    calls_of,
    pair_of,
    simulator_of,
)
from tests.unit.conferencing.services import FAMILY, Canned, Clock, connected, failed, ok

HOUR = 3600.0
DISCOVERED = [
    (kind, call.name) for kind in FAMILY for call in kind.CALLS.values() if call.discovered
]
ALWAYS = [
    (kind, call.name)
    for kind in FAMILY
    for call in kind.CALLS.values()
    if not call.discovered and call.name != "join"
]
IN_JSON = {"getRecordingTextTracks", "putRecordingTextTrack"}


def named(value):
    return getattr(value, "kind", value)


def test_the_calls_that_may_be_missing_are_those():
    assert {(kind.kind, call) for kind, call in DISCOVERED} == {
        ("meetingz", "getMeetings"),
        ("meetingz", "getMeetingInfo"),
        ("meetingz", "getRecordings"),
        ("meetingz", "publishRecordings"),
        ("meetingz", "updateRecordings"),
        ("meetingz", "deleteRecordings"),
        ("mconf", "updateRecordings"),
        ("mconf", "getStats"),
        ("bigbluebutton", "insertDocument"),
        ("bigbluebutton", "getRecordingTextTracks"),
        ("bigbluebutton", "putRecordingTextTrack"),
    }


@pytest.mark.parametrize(("kind", "call"), DISCOVERED, ids=named)
def test_a_call_that_the_server_lacks_is_a_capability_it_lacks_until_it_learns_it(kind, call):
    clock = Clock()
    lost = kind.CALLS[call].serves
    ask = EVERY_CALL[call]
    with pair_of(kind, clock=clock, without=frozenset({call})) as pair:
        service = pair.service
        assert service.capabilities == kind.CAPABILITIES, "it wasn't asked yet"
        with pytest.raises(CapabilityMissing) as missing:
            ask(service)
        assert call in str(missing.value)
        assert service.name in str(missing.value)
        assert missing.value.code == "capability_missing"
        assert missing.value.remedy
        assert service.capabilities == kind.CAPABILITIES - lost
        assert service.health.failures == 0
        clock.now += HOUR - 1
        assert service.capabilities == kind.CAPABILITIES - lost
        clock.now += 2
        assert service.capabilities == kind.CAPABILITIES, "servers get updates"
        with pytest.raises(CapabilityMissing):
            ask(service)
        learned = simulator_of(kind)
        learned.recordings.add(record_id="r-1", meeting_id="lti-0123")
        pair.simulator.faults.app = learned
        EVERY_CALL["create"](service)
        if (kind, call) == (MconfLive, "updateRecordings"):
            return  # the simulator's Mconf-Live never learns it
        ask(service)
        assert service.capabilities == kind.CAPABILITIES


@pytest.mark.parametrize(("kind", "call"), DISCOVERED, ids=named)
@pytest.mark.parametrize("status", [404, 405, 501])
def test_servers_that_lack_a_call_may_say_so_by_http(kind, call, status):
    clock = Clock()
    canned = Canned((status, "text/html", "<h1>No such page</h1>"))
    with connected(kind, canned, clock=clock) as service:
        for _ in range(7):
            with pytest.raises(CapabilityMissing):
                EVERY_CALL[call](service)
        assert service.capabilities == kind.CAPABILITIES - kind.CALLS[call].serves
        assert (service.health.state, service.health.failures) == ("closed", 0)
        canned.answer = ok()
        assert not service.is_running("lti-1"), "it is asked for other things all the same"


@pytest.mark.parametrize(("kind", "call"), ALWAYS, ids=named)
def test_a_call_that_every_server_has_is_never_given_up(kind, call):
    for answer in (failed("unsupportedRequest"), (404, "text/html", "<h1>No</h1>")):
        canned = Canned(answer)
        with connected(kind, canned) as service:
            with pytest.raises(RemoteError):
                EVERY_CALL[call](service)
            assert service.capabilities == kind.CAPABILITIES


@pytest.mark.parametrize(("kind", "call"), DISCOVERED, ids=named)
def test_other_refusals_and_failures_say_nothing_of_what_it_can_do(kind, call):
    for answer in (failed("checksumError"), (500, "text/html", ""), "<html/>"):
        with connected(kind, Canned(answer)) as service:
            with pytest.raises(RemoteError):
                EVERY_CALL[call](service)
            assert service.capabilities == kind.CAPABILITIES


@pytest.mark.parametrize("kind", FAMILY)
def test_every_call_of_a_kind_is_tested(kind):
    assert set(calls_of(kind)) == set(kind.CALLS) - {"join"}
    assert set(EVERY_CALL) == set().union(*(each.CALLS for each in FAMILY)) - {"join"}


def test_a_meetingz_without_recordings_holds_classes():
    with pair_of(Meetingz, recordings=False) as pair:
        EVERY_CALL["create"](pair.service)
        for call in (
            "getRecordings",
            "publishRecordings",
            "updateRecordings",
            "deleteRecordings",
        ):
            with pytest.raises(CapabilityMissing):
                EVERY_CALL[call](pair.service)
        assert pair.service.capabilities == Meetingz.CAPABILITIES - {
            Capability.RECORDINGS,
            Capability.PUBLISH,
            Capability.RENAME,
            Capability.DELETE_RECORDINGS,
        }
        EVERY_CALL["end"](pair.service)


def test_what_no_server_of_a_kind_can_do_is_said_without_asking():
    canned = Canned(ok())
    for kind, call in (
        (Meetingz, "getStats"),
        (BigBlueButton, "getStats"),
        (Meetingz, "insertDocument"),
        (MconfLive, "getRecordingTextTracks"),
    ):
        with connected(kind, canned) as service, pytest.raises(CapabilityMissing) as missing:
            EVERY_CALL[call](service)
        assert missing.value.code == "capability_missing"
        assert not missing.value.__context__
    assert canned.asked == []
