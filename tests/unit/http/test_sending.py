"""PUT, POST and DELETE with bodies, as services with REST want them."""

from __future__ import annotations

import pytest

from lti_bridge.errors import RemoteAddressRefused, RemoteMalformed, RemoteUnavailable
from tests.unit.http.servers import answering

ASK = {"service": "webinars", "call": "PUT session"}
SOME = {"body": b'<?xml version="1.0"?><session/>', "content_type": "text/xml"}
METHODS = ["POST", "PUT", "DELETE"]


def failing(first):
    """What the first connection gets; the others are answered."""

    def behave(peer):
        request = peer.read_request()
        if peer.number == 0:
            first(peer)
        elif request:
            peer.answer()

    return behave


def closes(_peer):
    pass


def busy(peer):
    peer.answer(b"busy", "503 Busy", "Connection: close\r\n")


def resets(peer):
    peer.reset()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("body", [SOME["body"], b"", b"x" * 300_000, bytes(range(256))], ids=len)
def test_a_body_goes_out_whole_by_that_method(serve, client, method, body):
    server = serve(answering(b"made", "201 Created", "X-Kept: yes\r\n"))
    response = client.send(
        method,
        f"{server.url}/api/2/x?a=b%2Bc",
        **ASK,
        body=body,
        content_type="text/xml",
        headers={"Authorization": "Basic eDp5"},
    )
    assert (response.status, response.body, response.headers["x-kept"]) == (201, b"made", "yes")
    (request,) = server.requests
    head, _, sent = request.partition(b"\r\n\r\n")
    assert head.splitlines()[0] == f"{method} /api/2/x?a=b%2Bc HTTP/1.1".encode()
    assert sent == body
    lines = {line.lower() for line in head.splitlines()[1:]}
    assert b"content-type: text/xml" in lines
    assert b"content-length: %d" % len(body) in lines
    assert b"authorization: basic edp5" in lines
    assert not any(line.startswith(b"transfer-encoding") for line in lines)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("first", [closes, resets, busy])
def test_what_may_be_repeated_is_sent_once_more_whole(serve, client, calls, method, first):
    server = serve(failing(first))
    response = client.send(method, server.url, **ASK, **SOME, idempotent=True)
    assert (response.status, response.body) == (200, b"ok")
    assert len(server.requests) == 2
    assert server.requests[0] == server.requests[1]
    assert calls.outcomes == ["ok"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("first", [closes, resets])
def test_without_leave_nothing_is_sent_twice(serve, client, calls, method, first):
    server = serve(failing(first))
    with pytest.raises(RemoteUnavailable, match="closed the connection before answering"):
        client.send(method, server.url, **ASK, **SOME)
    assert len(server.requests) == 1
    assert calls.outcomes == ["unreachable"]


@pytest.mark.parametrize("method", METHODS)
def test_without_leave_a_busy_answer_comes_back_at_once(serve, client, method):
    server = serve(failing(busy))
    assert client.send(method, server.url, **ASK, **SOME).status == 503
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", METHODS)
def test_answers_without_a_body_are_answers(serve, client, method):
    def behave(peer):
        while peer.read_request():
            peer.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    server = serve(behave)
    for _ in range(2):
        response = client.send(method, server.url, **ASK, **SOME)
        assert (response.status, response.body) == (204, b"")
    assert server.connections == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again", "308 Moved"])
@pytest.mark.parametrize("method", METHODS)
def test_a_redirect_is_an_answer_and_not_followed(serve, client, method, status):
    server = serve(answering(b"", status, "Location: http://127.0.0.1:1/\r\n"))
    assert client.send(method, server.url, **ASK, **SOME).status == int(status[:3])
    assert len(server.requests) == 1


def test_post_is_the_same_by_its_own_name(serve, client):
    server = serve(answering())
    client.post(server.url, **ASK, **SOME)
    client.send("POST", server.url, **ASK, **SOME)
    assert server.requests[0] == server.requests[1]


def test_answers_that_are_too_large_or_cut_are_said(serve, client):
    server = serve(answering(b"x" * 500))
    with pytest.raises(RemoteMalformed):
        client.send("PUT", server.url, **ASK, **SOME, max_bytes=100)


def test_an_address_we_do_not_call_is_refused_with_nothing_of_the_body(make_client, serve):
    server = serve(answering())
    client = make_client(allow_private_networks=False)
    with pytest.raises(RemoteAddressRefused) as failure:
        client.send("PUT", server.url, **ASK, body=b"secret-body", content_type="text/xml")
    assert (failure.value.service, failure.value.call) == ("webinars", "PUT session")
    assert "secret-body" not in f"{failure.value!r} {failure.value} {failure.value.remedy}"
    assert server.requests == []
