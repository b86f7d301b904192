"""Nothing of a request but its host reaches an exception or a log."""

from __future__ import annotations

import logging
import traceback

import pytest

from lti_bridge.errors import RemoteError
from tests.unit.http.servers import answering, closed_port, raw

SECRETS = ("s3cret-path", "s3cret-query", "s3cret-header", "s3cret-body", "s3cret-answer")


def chain(error: BaseException | None):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def shown(error: RemoteError) -> str:
    parts = "".join(traceback.TracebackException.from_exception(error).format())
    return parts + "".join(f"{one!r} {one!s} {vars(one)}" for one in chain(error))


def close(peer):
    peer.read_request()


def reset(peer):
    peer.read_request()
    peer.reset()


def stall(peer):
    peer.read_request()
    peer.stall()


FAILURES = {
    "closed": close,
    "reset": reset,
    "stalled": stall,
    "not http": raw(b"s3cret-answer\r\n\r\n"),
    "cut short": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ns3cret-answer"),
    "broken header": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\ns3cret-answer\r\n\r\nshort"),
    "bad gzip": raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\ns3cret-answer"),
    "bad length": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\ns3cret-answer"),
    "bad chunk": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ns3cret-answer\r\n"),
    "too large": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\ns3cret-answer"),
}


@pytest.fixture
def log(caplog):
    """Everything that is logged, by the libraries' modules too, at DEBUG."""
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.response", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def ask(client, url):
    return client.post(
        f"{url}/s3cret-path/api?checksum=s3cret-query",
        service="live",
        call="create",
        body=b"s3cret-body",
        content_type="text/plain",
        headers={"Authorization": "s3cret-header"},
        timeout=0.3,
        idempotent=True,
        max_bytes=1000,
    )


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_call_shows_no_secret(serve, make_client, log, capfd, name):
    server = serve(FAILURES[name])

    with pytest.raises(RemoteError) as caught:
        ask(make_client(), server.url)

    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert server.host in str(error)
    assert not [s for s in SECRETS if s in shown(error)]
    assert not [s for s in SECRETS if s in log.text + "".join(capfd.readouterr())]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "https://127.0.0.1:{port}", f"http://{'a' * 80}", "ftp://h", "http://u:s3cret-header@h"])  # fmt: skip
def test_a_call_that_reached_nobody_shows_no_secret(make_client, log, url):
    with pytest.raises(RemoteError) as caught:
        ask(make_client(), url.format(port=closed_port()))

    assert list(chain(caught.value)) == [caught.value]
    assert not [s for s in SECRETS if s in shown(caught.value) + log.text]


def test_the_breakers_refusal_shows_no_secret(serve, make_client):
    client = make_client(failures_to_open=1)
    server = serve(close)

    for _ in range(2):
        with pytest.raises(RemoteError) as caught:
            ask(client, server.url)

    assert not [s for s in SECRETS if s in shown(caught.value) + repr(client.breakers())]


def test_a_call_that_succeeds_logs_nothing(serve, make_client, log):
    server = serve(answering(headers="Set-Cookie: s3cret-answer\r\n"))
    client = make_client(pool_size=1)

    ask(client, server.url)

    assert log.records == []
