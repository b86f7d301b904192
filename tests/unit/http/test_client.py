"""Errors, addresses and threads of a client."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_bridge.errors import (
    RemoteAddressRefused,
    RemoteTimeout,
    RemoteUnavailable,
)
from tests.unit.http.servers import answering, closed_port, drips_the_body, soon

ASK = {"service": "live", "call": "create"}


# Errors


def test_a_refused_connection_says_so(client, calls):
    port = closed_port()

    with pytest.raises(RemoteUnavailable) as caught:
        client.get(f"http://127.0.0.1:{port}/", service="live", call="getMeetings")

    error = caught.value
    assert type(error) is RemoteUnavailable
    assert str(error) == f"live: getMeetings: 127.0.0.1:{port} refused the connection"
    assert (error.service, error.call) == ("live", "getMeetings")
    assert error.remedy
    assert calls.outcomes == ["unreachable"]


def test_a_name_that_does_not_resolve_says_so(make_client):
    def unknown(*_):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(RemoteUnavailable, match="has a name that cannot be resolved"):
        make_client(resolver=unknown).get("http://no-such-host.invalid/", **ASK)
    with pytest.raises(RemoteUnavailable, match="has a name that cannot be resolved"):
        make_client().get(f"http://{'a' * 80}.invalid/", **ASK)


def test_the_time_a_name_takes_to_resolve_counts(serve, make_client):
    server = serve(answering())

    def slow(_, port):
        time.sleep(0.1)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with soon(), pytest.raises(RemoteTimeout):
        make_client(resolver=slow).get(f"http://slow.example:{server.port}/", **ASK, timeout=0.05)

    assert server.connections == 0


def test_a_network_that_cannot_be_reached_says_so(make_client):
    def to_nowhere(_, port):
        # The system refuses to connect to the broadcast address, without a packet.
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("255.255.255.255", port))]

    with pytest.raises(RemoteUnavailable, match="could not be reached over the network"):
        make_client(resolver=to_nowhere).get("http://nowhere.example/", **ASK)


def test_a_name_without_addresses_says_so(make_client):
    with pytest.raises(RemoteUnavailable, match="has no address"):
        make_client(resolver=lambda *_: []).get("http://empty.example/", **ASK)


def test_every_call_is_observed_with_its_duration(serve, client, calls):
    server = serve(answering())

    client.get(server.url, service="live", call="getMeetings")
    client.post(server.url, service="meets", call="from_lms", body=b"", content_type="text/plain")
    with pytest.raises(RemoteAddressRefused):
        client.get("ftp://127.0.0.1/", service="lms", call="jwks")

    assert [(call.service, call.call, call.outcome) for call in calls] == [
        ("live", "getMeetings", "ok"),
        ("meets", "from_lms", "ok"),
        ("lms", "jwks", "refused"),
    ]
    assert all(0 <= call.seconds < 5 for call in calls)


def test_nobody_needs_to_observe(serve, make_client):
    assert make_client(observe=None).get(serve(answering()).url, **ASK).body == b"ok"


def test_a_closed_client_makes_no_more_calls(serve, client):
    server = serve(answering())
    client.get(server.url, **ASK)

    client.close()
    client.close()

    with pytest.raises(RemoteUnavailable, match="the bridge is stopping"):
        client.get(server.url, **ASK)
    assert len(server.requests) == 1


def test_calls_under_way_end_well_when_the_client_is_closed(serve, client):
    asked, go_on = threading.Event(), threading.Event()

    def behave(peer):
        peer.read_request()
        asked.set()
        go_on.wait(5)
        peer.answer()

    server = serve(behave)
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(client.get, server.url, **ASK)
        asked.wait(5)
        client.close()
        go_on.set()

        assert under_way.result().body == b"ok"


# Addresses


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::]"]
)  # fmt: skip
def test_private_addresses_are_refused_before_a_packet_is_sent(serve, make_client, calls, host):
    server = serve(answering())
    client = make_client(allow_private_networks=False, failures_to_open=1)

    for _ in range(2):
        with pytest.raises(RemoteAddressRefused, match="private, loopback or reserved"):
            client.get(f"http://{host}:{server.port}/", **ASK)

    assert server.connections == 0
    assert calls.outcomes == ["refused", "refused"]


def resolving(answers):
    """Resolve to these lists of addresses, one after the other."""
    remaining = iter(answers)

    def resolver(_, port):
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in next(remaining)
        ]  # fmt: skip

    return resolver


def test_what_a_name_resolves_to_is_what_counts(serve, make_client):
    server = serve(answering())
    names = resolving([["127.0.0.1"], ["10.0.0.1", "fd00::1", "127.0.0.1", "64:ff9b::7f00:1"]])
    client = make_client(allow_private_networks=False, resolver=names)

    for _ in range(2):
        with pytest.raises(RemoteAddressRefused):
            client.get(f"http://innocent.example:{server.port}/", **ASK)

    assert server.connections == 0


def test_the_next_address_is_tried_when_one_does_not_answer(serve, make_client):
    server = serve(answering())
    client = make_client(resolver=resolving([["127.77.77.77", "127.0.0.1"]]))

    assert client.get(f"http://twice.example:{server.port}/", **ASK).body == b"ok"
    assert f"Host: twice.example:{server.port}".encode() in server.requests[0]


def test_plain_http_is_refused_unless_allowed(serve, make_client, calls):
    server = serve(answering())

    with pytest.raises(RemoteAddressRefused, match="plain http") as caught:
        make_client(allow_http=False).get(server.url, **ASK)

    assert (caught.value.service, caught.value.call, caught.value.fault) == (
        "live",
        "create",
        "operator",
    )
    assert server.connections == 0
    assert calls.outcomes == ["refused"]


@pytest.mark.parametrize("url", ["ftp://h/", "http://user:s3cret@127.0.0.1/", "s3cret"])
def test_other_schemes_and_credentials_are_refused_unrepeated(client, url):
    with pytest.raises(RemoteAddressRefused, match="live: create: its address") as caught:
        client.get(url, **ASK)

    assert "s3cret" not in str(caught.value)
    assert client.breakers() == {}


# Threads


def test_many_threads_share_a_client(serve, client, calls):
    def behave(peer):
        while (request := peer.read_request()) is not None:
            peer.answer(request.split(b" ")[1])

    server = serve(behave)
    start = threading.Barrier(32)

    def ask(thread):
        start.wait(10)
        for n in range(20):
            target = f"/{thread}/{n}?checksum={thread * n}"
            assert client.get(server.url + target, **ASK, timeout=20).text == target

    with ThreadPoolExecutor(32) as pool:
        for done in [pool.submit(ask, thread) for thread in range(32)]:
            done.result()

    assert server.connections <= 32
    assert calls.outcomes == ["ok"] * 640


def test_slow_calls_do_not_hold_up_others(serve, client):
    slow, quick = serve(drips_the_body), serve(answering())

    with ThreadPoolExecutor(16) as pool:
        stuck = [pool.submit(client.get, slow.url, **ASK, timeout=0.5) for _ in range(15)]
        assert client.get(quick.url, **ASK).body == b"ok"
        assert not any(call.done() for call in stuck)
        assert all(isinstance(call.exception(), RemoteTimeout) for call in stuck)
