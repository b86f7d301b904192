"""Every call of a service that is broken, slow, gone, or has another secret, fails in words."""

from __future__ import annotations

import logging
import time

import pytest

from lti_bridge.conferencing import Created
from lti_bridge.errors import (
    CircuitOpen,
    RemoteError,
    RemoteMalformed,
    RemoteRejected,
    RemoteTimeout,
    RemoteUnavailable,
)
from lti_bridge.simulators.serving import Server
from tests.unit.conferencing.family.simulated import EVERY_CALL, calls_of, pair_of, simulator_of
from tests.unit.conferencing.services import (
    ANN,
    DETAILS,
    FAMILY,
    SECRET,
    a_client,
    a_service,
    connected,
)

FAULTS = {
    "html": RemoteMalformed,
    "wrong_xml": RemoteMalformed,
    "cut": RemoteMalformed,
    "500": RemoteUnavailable,
    "503": RemoteUnavailable,
    "down": RemoteUnavailable,
}
WRONG = "another-secret-than-the-service-has"
PRIVATE = (SECRET, WRONG, DETAILS.moderator_password, DETAILS.attendee_password, DETAILS.name)


def assert_nothing_is_given_away(error):
    shown = [f"{error!r} {error} {error.remedy} {error.reason} {error.code}"]
    while error := error.__cause__ or error.__context__:
        shown.append(f"{error!r} {error}")
    for private in (*PRIVATE, "checksum=", "Biology"):
        assert private not in "\n".join(shown)


@pytest.fixture(params=FAMILY, ids=lambda kind: kind.kind)
def kind(request):
    return request.param


@pytest.mark.parametrize("fault", FAULTS)
def test_every_call_of_a_broken_service_is_one_exception(kind, fault, caplog):
    caplog.set_level(logging.DEBUG)
    with pair_of(kind) as pair:
        pair.simulator.recordings.add(record_id="r-1", meeting_id="lti-0123")
        EVERY_CALL["create"](pair.service)
        pair.simulator.faults.set(fault)
        for name, call in calls_of(kind).items():
            with pytest.raises(RemoteError) as failure:
                call(pair.service)
            assert type(failure.value) is FAULTS[fault], name
            assert (failure.value.service, failure.value.call) == ("live", name)
            assert failure.value.remedy
            assert_nothing_is_given_away(failure.value)
        pair.simulator.faults.clear()
        assert not pair.service.is_running("lti-0123")
    for private in PRIVATE:
        assert private not in caplog.text


def test_every_call_with_a_wrong_secret_is_refused_with_what_to_do(kind):
    with connected(kind, simulator_of(kind), secret=WRONG) as service:
        for name, call in {**calls_of(kind), "check": lambda service: service.check()}.items():
            if (kind.kind, name) == ("mconf", "updateRecordings"):
                continue  # it doesn't know the call, whatever the secret
            with pytest.raises(RemoteRejected) as refusal:
                call(service)
            assert refusal.value.code == "checksumError"
            assert "secret" in refusal.value.remedy
            assert_nothing_is_given_away(refusal.value)


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_a_slow_service_is_given_up_within_the_time_allowed(kind, fault):
    simulator = simulator_of(kind)
    with (
        Server(simulator) as server,
        a_client(connect_timeout=0.03, read_timeout=0.03, failures_to_open=1000) as client,
    ):
        settings = a_service(simulator.url_for(server), kind=kind.kind)
        simulator.faults.set(fault, seconds=5)
        for name, call in calls_of(kind).items():
            service = kind(settings, client)
            started = time.monotonic()
            with pytest.raises(RemoteTimeout) as failure:
                call(service)
            assert time.monotonic() - started < 4.0
            assert failure.value.call == name
            assert_nothing_is_given_away(failure.value)
        simulator.faults.clear()


def test_a_server_that_is_not_there_at_all_is_left_alone_and_says_why(kind):
    with Server(simulator_of(kind)) as server:
        url = f"{server.url}/KEY/"
    with a_client(clock=lambda: 7.0) as client:
        service = kind(a_service(url, kind=kind.kind), client, clock=lambda: 7.0)
        for _ in range(5):
            with pytest.raises(RemoteUnavailable):
                service.check()
        with pytest.raises(CircuitOpen):
            service.check()
        health = service.health
        assert (health.state, health.retry_seconds) == ("open", 15.0)
        assert health.reason
        assert "checksum" not in health.reason
        assert service.join_url(DETAILS, ANN, Created()).startswith(url)


def test_a_new_secret_on_both_sides_works_at_once(kind):
    simulator = simulator_of(kind)
    with connected(kind, simulator, secret=WRONG) as service:
        with pytest.raises(RemoteRejected):
            service.create(DETAILS)
        simulator.secret = WRONG
        service.create(DETAILS)


def test_a_service_without_secret_signs_with_nothing(kind):
    simulator = simulator_of(kind)
    simulator.secret = ""
    with connected(kind, simulator, secret=None) as service:
        service.create(DETAILS)


def test_no_repr_shows_a_secret(kind):
    with pair_of(kind) as pair:
        created = pair.service.create(DETAILS)
        pair.service.join_url(DETAILS, ANN, created)
        info = pair.service.info(DETAILS.meeting_id)
        settings = a_service("https://x.example/", kind=kind.kind)
        inside = pair.service._calls
        shown = " ".join(
            f"{value!r} {value}"
            for value in (DETAILS, created, info, settings, pair.service, inside, inside.signer)
        )
    for secret in (DETAILS.attendee_password, DETAILS.moderator_password, SECRET):
        assert secret not in shown
