"""Hosts that fail are left alone for a while."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_bridge.errors import (
    CircuitOpen,
    RemoteUnavailable,
)
from lti_bridge.http import BreakerState
from tests.unit.http.servers import answering, closed_port

ASK = {"service": "live", "call": "create"}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_host_that_fails_repeatedly_is_left_alone_until_a_trial_succeeds(
    make_client, serve, calls
):
    state = {"up": False}

    def behave(peer):
        while peer.read_request():
            if not state["up"]:
                return
            peer.answer()

    clock = Clock()
    client = make_client(clock=clock, failures_to_open=3, open_seconds=15.0)
    server = serve(behave)
    for _ in range(3):
        with pytest.raises(RemoteUnavailable):
            client.get(server.url, **ASK, idempotent=False)

    with pytest.raises(CircuitOpen) as caught:
        client.get(server.url, **ASK)
    assert "closed the connection before answering" in str(caught.value)
    assert "tried again in 15 s" in str(caught.value)
    assert len(server.requests) == 3
    assert client.breakers()[server.host].state == "open"

    clock.now += 15
    with pytest.raises(RemoteUnavailable):
        client.get(server.url, **ASK, idempotent=False)
    with pytest.raises(CircuitOpen):
        client.get(server.url, **ASK)

    state["up"] = True
    clock.now += 15
    assert client.get(server.url, **ASK).status == 200
    assert client.get(server.url, **ASK).status == 200
    assert client.breakers() == {server.host: BreakerState("closed", 0, "", 0.0)}
    assert calls.outcomes == ["unreachable"] * 3 + ["open", "unreachable", "open", "ok", "ok"]


def test_of_many_concurrent_calls_one_is_the_trial(make_client, serve):
    begun, go_on = threading.Event(), threading.Event()

    def behave(peer):
        peer.read_request()
        if peer.number == 0:
            return
        begun.set()
        go_on.wait(5)
        peer.answer()

    clock = Clock()
    client = make_client(clock=clock, failures_to_open=1)
    server = serve(behave)
    with pytest.raises(RemoteUnavailable):
        client.get(server.url, **ASK, idempotent=False)
    clock.now += 15

    with ThreadPoolExecutor(8) as pool:
        trial = pool.submit(client.get, server.url, **ASK)
        begun.wait(5)
        for other in [pool.submit(client.get, server.url, **ASK) for _ in range(7)]:
            assert isinstance(other.exception(), CircuitOpen)
        go_on.set()
        assert trial.result().status == 200

    assert server.connections == 2


@pytest.mark.parametrize("status", ["502 x", "503 x", "504 x"])
def test_busy_answers_open_the_breaker(make_client, serve, status):
    client = make_client(failures_to_open=2)
    server = serve(answering(b"", status))
    for _ in range(2):
        client.get(server.url, **ASK, idempotent=False)

    with pytest.raises(CircuitOpen, match=f"answered {status[:3]}; "):
        client.get(server.url, **ASK)


@pytest.mark.parametrize("status", ["500 x", "404 x", "429 x"])
def test_other_statuses_do_not(make_client, serve, status):
    client = make_client(failures_to_open=1)
    server = serve(answering(b"", status))

    for _ in range(3):
        client.get(server.url, **ASK)

    assert client.breakers()[server.host].state == "closed"


def test_one_hosts_failures_are_not_anothers(make_client, serve):
    client = make_client(failures_to_open=1)
    server = serve(answering())
    with pytest.raises(RemoteUnavailable):
        client.get(f"http://127.0.0.1:{closed_port()}/", **ASK)

    assert client.get(server.url, **ASK).status == 200
