from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_bridge.errors import (
    CircuitOpen,
    RemoteAddressRefused,
    RemoteMalformed,
    RemoteTimeout,
    RemoteUnavailable,
)
from lti_bridge.http import BreakerState
from tests.unit.http.servers import answering, closed_port, soon

ASK = {"service": "live", "call": "create"}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


# Deadlines


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


def drips_the_body(peer):
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    peer.drip(b"x" * 5000)


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


# Retries


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


# The breaker


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
