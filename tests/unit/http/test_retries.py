"""What is sent again, and what never is."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_bridge.errors import (
    RemoteMalformed,
    RemoteUnavailable,
)
from lti_bridge.http import BreakerState
from tests.unit.http.servers import answering

ASK = {"service": "live", "call": "create"}


def failing_once(failure):
    """Fail on the first connection, answer on the others."""

    def behave(peer):
        if peer.number == 0:
            failure(peer)
        elif peer.read_request():
            peer.answer()

    return behave


def closes(peer):
    peer.read_request()


def resets(peer):
    peer.read_request()
    peer.reset()


def closes_at_once(peer):
    pass


def busy(status):
    def behave(peer):
        peer.read_request()
        peer.answer(b"busy", status, "Connection: close\r\n")

    return behave


PASSING = [closes, resets, closes_at_once] + [
    busy(status) for status in ("502 Bad Gateway", "503 Busy", "504 Timeout")
]


@pytest.mark.parametrize("failure", PASSING)
def test_a_passing_failure_is_tried_again_once(serve, client, calls, failure):
    server = serve(failing_once(failure))

    response = client.get(server.url, **ASK)

    assert (response.status, response.body) == (200, b"ok")
    assert server.connections == 2
    assert calls.outcomes == ["ok"]
    assert client.breakers()[server.host].failures == 0


def test_an_idempotent_post_is_sent_again_whole(serve, client):
    server = serve(failing_once(closes))

    client.post(server.url, **ASK, body=b"a=b", content_type="text/plain", idempotent=True)

    assert server.requests[0] == server.requests[1]


@pytest.mark.parametrize("failure", [closes, resets])
def test_without_leave_nothing_is_sent_twice(serve, client, failure):
    server = serve(failing_once(failure))

    with pytest.raises(RemoteUnavailable, match="closed the connection before answering"):
        client.post(server.url, **ASK, body=b"a=b", content_type="text/plain")
    with pytest.raises(RemoteUnavailable):
        client.get(serve(failing_once(failure)).url, **ASK, idempotent=False)

    assert len(server.requests) == 1


def test_without_leave_a_busy_answer_comes_back_at_once(serve, client):
    server = serve(failing_once(busy("503 Busy")))

    assert client.get(server.url, **ASK, idempotent=False).status == 503
    assert server.connections == 1


def test_there_is_one_retry_and_the_last_answer_counts(serve, client, calls):
    server = serve(answering(b"busy", "503 Busy"))

    response = client.get(server.url, **ASK)

    assert (response.status, response.body) == (503, b"busy")
    assert len(server.requests) == 2
    assert calls.outcomes == ["http_5xx"]
    assert client.breakers()[server.host] == BreakerState("closed", 1, "answered 503", 0.0)


def test_a_retry_does_not_outlive_the_deadline(serve, client):
    server = serve(answering(b"busy", "503 Busy"))

    assert client.get(server.url, **ASK, timeout=0.04).status == 503
    assert len(server.requests) == 1


def test_timeouts_and_malformed_answers_are_not_tried_again(serve, client):
    def behave(peer):
        peer.read_request()
        peer.send(b"nonsense\r\n\r\n")

    server = serve(behave)

    with pytest.raises(RemoteMalformed):
        client.get(server.url, **ASK)

    assert server.connections == 1


def hangs_up_after_first_answer(peer):
    """A keep-alive connection that the server closes just as the next request arrives."""
    peer.read_request()
    peer.answer()
    if peer.number < 3:
        peer.read_request()
    else:
        answering()(peer)


def test_stale_connections_are_replaced_for_idempotent_calls(serve, client, calls):
    server = serve(hangs_up_after_first_answer)

    bodies = [client.get(server.url, **ASK).body for _ in range(6)]

    assert bodies == [b"ok"] * 6
    assert server.connections == 4
    assert calls.outcomes == ["ok"] * 6


def test_a_stale_connection_fails_a_call_that_must_not_be_repeated(serve, client):
    server = serve(hangs_up_after_first_answer)
    client.get(server.url, **ASK)

    with pytest.raises(RemoteUnavailable):
        client.post(server.url, **ASK, body=b"", content_type="text/plain")

    assert len(server.requests) == 2


def test_several_stale_connections_cost_one_retry(serve, client):
    meet = threading.Barrier(4)

    def behave(peer):
        peer.read_request()
        if peer.number < 4:
            meet.wait(5)
        peer.answer()
        if peer.number < 4:
            peer.read_request()
        else:
            answering()(peer)

    server = serve(behave)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(client.get, server.url, **ASK) for _ in range(4)]:
            done.result()
    assert server.connections == 4

    assert client.get(server.url, **ASK).body == b"ok"
    assert server.connections == 5


def test_idle_connections_that_the_server_closed_are_noticed_before_sending(serve, client):
    closed = threading.Event()

    def behave(peer):
        peer.read_request()
        peer.answer()
        if peer.number == 0:
            peer.connection.shutdown(socket.SHUT_RDWR)
            closed.set()
        else:
            peer.stall()

    server = serve(behave)
    client.get(server.url, **ASK)
    closed.wait(5)

    client.post(server.url, **ASK, body=b"", content_type="text/plain")

    assert server.connections == 2
