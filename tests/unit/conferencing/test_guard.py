"""A service that fails five times is left alone for 15 s, and says why."""

from __future__ import annotations

import pytest

from lti_bridge.conferencing.family import BigBlueButton, MconfLive
from lti_bridge.conferencing.guard import FAILURES_TO_OPEN, OPEN_SECONDS, Guard
from lti_bridge.errors import (
    CapabilityMissing,
    CircuitOpen,
    RemoteAddressRefused,
    RemoteError,
    RemoteMalformed,
    RemoteRejected,
    RemoteTimeout,
    RemoteUnavailable,
)
from lti_bridge.http import Client
from lti_bridge.simulators.serving import Server
from tests.unit.conferencing.services import (
    DETAILS,
    Canned,
    Clock,
    a_client,
    a_service,
    connected,
    failed,
    ok,
)

AFTER_ONE_FAILURE = {
    RemoteMalformed: 2,
    RemoteUnavailable: 2,
    RemoteTimeout: 2,
    RemoteRejected: 0,
    RemoteAddressRefused: 1,
    CircuitOpen: 1,
}
"""How many failures there are after one failure and this."""


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def guard(clock):
    return Guard("live", clock=clock)


def fail(guard, kind=RemoteMalformed, reason="said nonsense"):
    with pytest.raises(kind), guard.watch("create"):
        raise kind("live: it " + reason, service="live", call="create", reason=reason)


def test_five_failures_in_a_row_are_enough(guard, clock):
    for number in range(1, FAILURES_TO_OPEN + 1):
        assert guard.state.state == "closed"
        fail(guard)
        assert guard.state.failures == number
    assert (guard.state.state, guard.state.retry_seconds) == ("open", OPEN_SECONDS)
    assert guard.state.reason == "said nonsense"
    with pytest.raises(CircuitOpen) as refusal, guard.watch("end"):
        pytest.fail("it is left alone")
    error = refusal.value
    assert (error.service, error.call) == ("live", "end")
    assert "said nonsense" in str(error)
    assert "15 s" in str(error)
    assert error.remedy


def open_it(guard):
    while guard.state.state == "closed":
        fail(guard)


def test_after_fifteen_seconds_one_call_is_let_through_and_decides(guard, clock):
    open_it(guard)
    clock.now += OPEN_SECONDS - 0.1
    with pytest.raises(CircuitOpen), guard.watch("create"):
        pytest.fail("too early")
    clock.now += 0.2
    assert guard.state.state == "half_open"
    with guard.watch("create"), pytest.raises(CircuitOpen, match="right now"), guard.watch("end"):
        pytest.fail("only one at a time")
    assert (guard.state.state, guard.state.failures, guard.state.reason) == ("closed", 0, "")
    open_it(guard)
    clock.now += OPEN_SECONDS
    fail(guard, reason="still says nonsense")
    assert (guard.state.state, guard.state.reason) == ("open", "still says nonsense")


def test_an_answer_in_between_starts_the_count_anew(guard):
    for _ in range(3):
        for _ in range(FAILURES_TO_OPEN - 1):
            fail(guard)
        with guard.watch("create"):
            pass
        assert guard.state.failures == 0


@pytest.mark.parametrize("kind", AFTER_ONE_FAILURE)
def test_what_counts_is_what_the_service_itself_did(guard, kind):
    fail(guard)
    fail(guard, kind)
    assert guard.state.failures == AFTER_ONE_FAILURE[kind]


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_what_is_no_failure_of_a_remote_counts_for_nothing(guard, clock, kind):
    fail(guard)
    with pytest.raises(kind), guard.watch("getStats"):
        raise kind("something else")
    assert guard.state.failures == 1
    open_it(guard)
    clock.now += OPEN_SECONDS
    with pytest.raises(kind), guard.watch("getStats"):
        raise kind("something else")
    assert guard.state.state == "half_open", "the next call is the trial"
    with guard.watch("create"):
        pass
    assert guard.state.state == "closed"


FAILING = {
    "html": ((200, "text/html", "<html>Please wait</html>"), "no answer of its API"),
    "500": ((500, "text/html", "<html>Oh</html>"), "answered HTTP 500"),
    "404": ((404, "text/html", "<html>Where?</html>"), "answered HTTP 404"),
    "302": ((302, "text/html", ""), "answered HTTP 302"),
    "internalError": (failed("internalError"), "refused getMeetings: internalError"),
}


@pytest.mark.parametrize("answer", FAILING)
def test_a_service_that_answers_nonsense_is_left_alone_with_the_reason(answer, clock):
    canned = Canned(FAILING[answer][0])
    reason = FAILING[answer][1]
    with connected(BigBlueButton, canned, clock=clock) as service:
        for _ in range(5):
            with pytest.raises(RemoteError) as failure:
                list(service.meetings())
            assert not isinstance(failure.value, CircuitOpen)
        for call in (lambda: list(service.meetings()), lambda: service.create(DETAILS)):
            with pytest.raises(CircuitOpen, match=reason):
                call()
        assert len(canned.asked) == 5
        assert service.health.state == "open"
        assert reason in service.health.reason
        clock.now += 15.1
        canned.answer = ok()
        assert list(service.meetings()) == []
        assert service.health.state == "closed"


@pytest.mark.parametrize("fault", ["cut", "down", "slow", "503"])
def test_a_service_that_fails_on_the_wire_is_left_alone_with_the_reason(fault, clock):
    canned = Canned(ok("<running>true</running>"))
    canned.faults.set(fault, seconds=5)
    with (
        Server(canned) as server,
        a_client(clock=clock, connect_timeout=0.2, read_timeout=0.3) as client,
    ):
        settings = a_service(canned.url_for(server), kind="bigbluebutton")
        service = BigBlueButton(settings, client, clock=clock)
        for _ in range(5):
            with pytest.raises(RemoteError) as failure:
                service.is_running("lti-1")
            assert not isinstance(failure.value, CircuitOpen)
        asked = len(canned.asked)
        with pytest.raises(CircuitOpen) as refusal:
            service.is_running("lti-1")
        assert len(canned.asked) == asked
        assert failure.value.reason in str(refusal.value)
        canned.faults.clear()
        clock.now += 15.1
        assert service.is_running("lti-1")


def test_refusals_with_a_key_are_answers(clock):
    with connected(BigBlueButton, Canned(failed("checksumError")), clock=clock) as service:
        for _ in range(12):
            with pytest.raises(RemoteRejected):
                service.check()
        assert (service.health.state, service.health.failures) == ("closed", 0)


def test_a_call_the_server_lacks_is_no_failure_of_it(clock):
    canned = Canned((404, "text/html", "<html>Where?</html>"))
    with connected(MconfLive, canned, clock=clock) as service:
        for _ in range(12):
            with pytest.raises(CapabilityMissing):
                list(service.attendance())
        assert (service.health.state, service.health.failures) == ("closed", 0)


def test_two_services_on_one_host_are_guarded_each_for_itself(clock):
    canned = Canned(lambda request: "<html/>" if request.path.startswith("/a/") else ok())
    with Server(canned) as server, a_client(clock=clock) as client:
        one, other = (
            BigBlueButton(
                a_service(f"{server.url}/{name}/", name=name, kind="bigbluebutton"),
                client,
                clock=clock,
            )
            for name in "ab"
        )
        for _ in range(5):
            with pytest.raises(RemoteMalformed):
                one.check()
        with pytest.raises(CircuitOpen, match=r"^a:"):
            one.check()
        other.check()
        assert (one.health.state, other.health.state) == ("open", "closed")


def test_an_address_we_do_not_call_is_no_failure_of_the_service(clock):
    client = Client(allow_http=True, clock=clock)
    service = BigBlueButton(
        a_service("http://127.0.0.1:1/x/", kind="bigbluebutton"), client, clock=clock
    )
    for _ in range(12):
        with pytest.raises(RemoteAddressRefused):
            service.check()
    client.close()
    assert (service.health.state, service.health.failures) == ("closed", 0)


def test_a_server_that_says_it_doesnt_know_a_call_is_well():
    guard = Guard("live", clock=Clock())
    for _ in range(4):
        with pytest.raises(RemoteUnavailable), guard.watch("create"):
            raise RemoteUnavailable("down", reason="down")
    with pytest.raises(CapabilityMissing), guard.watch("getStats"):
        raise CapabilityMissing("no such call")
    assert guard.state.failures == 0
