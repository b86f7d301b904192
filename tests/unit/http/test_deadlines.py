"""A call ends at its deadline, whatever the server does."""

from __future__ import annotations

import socket
import time

import pytest

from lti_bridge.errors import (
    RemoteTimeout,
)
from tests.unit.http.servers import answering, drips_the_body, soon

ASK = {"service": "live", "call": "create"}


def stalls_at_once(peer):
    peer.stall()


def stalls_within_the_head(peer):
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\n")
    peer.stall()


def stalls_within_the_body(peer):
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
    peer.stall()


def drips_the_head(peer):
    peer.read_request()
    peer.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 5000)


def drips_a_body_without_end(peer):
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    peer.drip(b"x" * 5000)


def drips_chunks(peer):
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    peer.drip(b"1\r\nx\r\n" * 1000)


def continues_for_ever(peer):
    peer.read_request()
    peer.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, every=0.001)


SLOW = [
    stalls_at_once, stalls_within_the_head, stalls_within_the_body, drips_the_head, drips_the_body,
    drips_a_body_without_end, drips_chunks, continues_for_ever,
]  # fmt: skip


@pytest.mark.parametrize("behave", SLOW, ids=lambda behave: behave.__name__)
def test_a_call_ends_at_its_deadline_whatever_the_server_does(serve, client, calls, behave):
    server = serve(behave)
    began = time.monotonic()

    with soon(), pytest.raises(RemoteTimeout, match=r"gave no complete answer within 0\.3 s"):
        client.get(server.url, **ASK, timeout=0.3)

    assert time.monotonic() - began > 0.29
    assert calls.outcomes == ["timeout"]
    assert server.connections == 1
    assert client.breakers()[server.host].failures == 1


def test_a_reused_connection_is_cut_off_too(serve, client):
    def behave(peer):
        peer.read_request()
        peer.answer()
        drips_the_body(peer)

    server = serve(behave)
    client.get(server.url, **ASK)

    with soon(), pytest.raises(RemoteTimeout):
        client.get(server.url, **ASK, timeout=0.3)

    assert server.connections == 1


def test_a_server_that_reads_nothing_is_cut_off(serve, client):
    server = serve(stalls_at_once)

    with soon(), pytest.raises(RemoteTimeout):
        client.post(
            server.url, **ASK, body=bytes(30_000_000), content_type="text/plain", timeout=0.3
        )


def test_a_connection_that_is_never_accepted_times_out(make_client):
    # A listener whose backlog is full answers no further attempt to connect.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        client = make_client(connect_timeout=0.2, read_timeout=5.0)

        with soon(), pytest.raises(RemoteTimeout, match=r"accepted no connection within 0\.2 s"):
            client.get(f"http://127.0.0.1:{port}/", **ASK)

        for one in waiting:
            one.close()


def test_without_a_timeout_the_clients_own_hold(serve, make_client):
    server = serve(drips_the_body)

    with soon(), pytest.raises(RemoteTimeout, match=r"within 0\.3 s"):
        make_client(connect_timeout=0.1, read_timeout=0.2).get(server.url, **ASK)


def test_the_time_for_connecting_does_not_bound_the_sending(serve, make_client):
    def behave(peer):
        time.sleep(0.4)
        peer.read_request()
        peer.answer()

    client = make_client(connect_timeout=0.2, read_timeout=10)

    body = bytes(10_000_000)
    assert client.post(serve(behave).url, **ASK, body=body, content_type="a/b").body == b"ok"


def test_no_time_at_all_is_a_timeout(serve, client):
    server = serve(answering())

    with soon(), pytest.raises(RemoteTimeout):
        client.get(server.url, **ASK, timeout=0)

    assert server.connections == 0


def test_slow_but_complete_answers_pass(serve, client):
    def behave(peer):
        peer.read_request()
        peer.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", every=0.002)

    assert client.get(serve(behave).url, **ASK, timeout=10).body == b"ok"
