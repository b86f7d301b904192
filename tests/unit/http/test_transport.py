from __future__ import annotations

import gzip
import time
import zlib

import pytest

from lti_bridge.errors import RemoteMalformed, RemoteUnavailable
from tests.unit.http.servers import answering, raw

ASK = {"service": "live", "call": "getMeetings"}


@pytest.mark.parametrize(
    "target",
    [
        "/KEY/api/create?name=Alg%C3%A8bre+1&meetingID=a-b&checksum=0123",
        "/api?a=%7E&b=~&c=%20&d=+&e=%2B",
        "/api?a=%c3%a9&b=%C3%A9&c=%zz&d=%&e=%2",
        "/api?a='quoted'&b=(1)&c=[2]&d={3}&e=\"4\"&f=<5>&g=|6|&h=\\7&i=^8&j=`9`",
        "/api?a=b?c=d/e:f@g;h,i!j$k*l",
        "/a/./b/../c//d/%2e%2e/;x=y",
        "/api?",
        "/api?a=b&&=&c",
        "//evil.example/path",
        "/api?url=https://u:p@h/",
    ],
)
def test_the_url_goes_on_the_wire_byte_for_byte(serve, client, target):
    server = serve(answering())

    client.get(server.url + target, **ASK)
    client.get(server.url + target, **ASK)
    client.post(server.url + target, **ASK, body=b"", content_type="text/plain")

    assert server.targets == [target.encode()] * 3


@pytest.mark.parametrize(
    ("suffix", "target"), [("", b"/"), ("?a=b", b"/?a=b"), ("/a#part", b"/a"), ("#part", b"/")]
)
def test_a_missing_path_becomes_a_slash_and_a_fragment_stays_here(serve, client, suffix, target):
    server = serve(answering())

    client.get(server.url + suffix, **ASK)

    assert server.targets == [target]


def test_a_get_carries_our_name_and_the_callers_headers(serve, make_client):
    server = serve(answering())

    make_client(user_agent="lti-bridge/1").get(
        server.url, **ASK, headers={"authorization": "Basic eDp5", "accept": "text/xml"}
    )

    head = server.requests[0].lower()
    assert f"host: {server.host}".encode() in head
    assert b"user-agent: lti-bridge/1\r\n" in head
    assert b"authorization: basic edp5\r\n" in head
    assert head.count(b"\r\naccept:") == 1
    assert b"accept: text/xml\r\n" in head
    assert b"accept-encoding: gzip\r\n" in head
    assert b"content-length" not in head


@pytest.mark.parametrize("body", [b"", b"name=Jos%C3%A9", bytes(range(256)) * 1000])
def test_a_post_carries_its_body_and_type(serve, client, body):
    server = serve(answering())

    client.post(
        server.url, **ASK, body=body, content_type="application/x-www-form-urlencoded",
        headers={"X-Key": "1"},
    )  # fmt: skip

    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"Content-Type: application/x-www-form-urlencoded" in head
    assert b"X-Key: 1" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"Transfer-Encoding" not in head
    assert sent == body


@pytest.mark.parametrize("status", [200, 201, 204, 301, 303, 304, 400, 401, 404, 429, 500, 501])
def test_any_status_comes_back_as_it_is(serve, client, status):
    body = b"" if status in {204, 304} else b"<html>"
    server = serve(answering(body, f"{status} Whatever", "X-Thing: 1\r\n"))

    response = client.get(server.url, **ASK)

    assert (response.status, response.body) == (status, body)
    assert response.headers["x-thing"] == response.headers["X-THING"] == "1"
    assert len(server.requests) == 1


def test_redirects_are_not_followed_and_their_body_is_bounded(serve, client):
    inside = serve(answering(b"metadata"))
    location = f"Location: {inside.url}/latest/meta-data\r\n"
    server = serve(answering(b"x" * 500, "302 Found", location))

    response = client.get(server.url, **ASK)
    with pytest.raises(RemoteMalformed):
        client.get(server.url, **ASK, max_bytes=499)

    assert response.status == 302
    assert response.headers["location"].startswith(inside.url)
    assert inside.connections == 0


def test_cookies_are_not_kept(serve, client):
    server = serve(answering(headers="Set-Cookie: session=1; Path=/\r\n"))

    client.get(server.url, **ASK)
    client.get(server.url, **ASK)

    assert b"cookie" not in server.requests[1].lower()


def test_the_environment_has_no_say(serve, client, monkeypatch, tmp_path):
    proxy = serve(answering(b"proxy"))
    server = serve(answering())
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)

    assert client.get(server.url, **ASK).body == b"ok"
    assert proxy.connections == 0
    assert b"authorization" not in server.requests[0].lower()


def test_connections_are_used_again(serve, client):
    server = serve(answering())

    for _ in range(5):
        client.get(server.url, **ASK)

    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.1 200\r\n\r\nhello",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nnot a header\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
    ],
)
def test_every_way_of_framing_an_answer_is_read(serve, client, answer):
    response = client.get(serve(raw(answer)).url, **ASK)

    assert (response.status, response.body) == (200, b"hello")


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"hello" * 1000)),
        ("GZIP", gzip.compress(b"hello" * 500) + gzip.compress(b"hello" * 500)),
        ("deflate", zlib.compress(b"hello" * 1000)),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello" * 1000))),
    ],
    ids=["gzip", "two in a row", "deflate", "twice"],
)
def test_compressed_answers_are_unpacked(serve, client, encoding, packed):
    server = serve(answering(packed, headers=f"Content-Encoding: {encoding}\r\n"))

    assert client.get(server.url, **ASK).body == b"hello" * 1000


def test_an_html_page_comes_back_as_it_is(serve, client):
    server = serve(answering(b"<html>sign in</html>", headers="Content-Type: text/html\r\n"))

    assert client.get(server.url, **ASK).text == "<html>sign in</html>"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello",
        b"HTTP/1.1 200 OK\r\nServer: x\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK",
    ],
)
def test_an_answer_cut_short_is_never_taken_for_a_whole_one(serve, client, calls, answer):
    with pytest.raises(RemoteMalformed, match="cut its answer short"):
        client.get(serve(raw(answer)).url, **ASK)

    assert calls.outcomes == ["malformed"]


def test_a_reset_within_the_body_is_an_answer_cut_short(serve, client):
    def behave(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello")
        time.sleep(0.05)
        peer.reset()

    with pytest.raises(RemoteMalformed, match="cut its answer short"):
        client.get(serve(behave).url, **ASK)


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>hello</html>\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 99 No\r\n\r\n",
        b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
def test_what_breaks_the_rules_of_http_is_malformed(serve, client, calls, answer):
    with pytest.raises(RemoteMalformed):
        client.get(serve(raw(answer)).url, **ASK)

    assert calls.outcomes == ["malformed"]


def test_more_than_was_announced_is_not_taken_for_the_next_answer(serve, client):
    def behave(peer):
        while peer.read_request():
            peer.send(
                b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
            )

    server = serve(behave)

    assert [client.get(server.url, **ASK).body for _ in range(5)] == [b"ok"] * 5


def test_an_answer_of_just_the_size_allowed_passes(serve, client):
    server = serve(answering(b"x" * 1000))

    assert len(client.get(server.url, **ASK, max_bytes=1000).body) == 1000


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_an_answer_larger_than_allowed_is_refused(serve, client, calls, framing):
    def behave(peer):
        peer.read_request()
        if framing == "length":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
            peer.stall()
        elif framing == "close":
            peer.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        else:
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            peer.send(b"x" * 1000 if framing == "close" else b"3e8\r\n" + b"x" * 1000 + b"\r\n")

    with pytest.raises(RemoteMalformed, match="more than 1000 bytes"):
        client.get(serve(behave).url, **ASK, max_bytes=1000)

    assert calls.outcomes == ["too_large"]


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_bomb_is_stopped_by_its_unpacked_size(serve, client, calls, layers):
    bomb = bytes(50_000_000)
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    encoding = ", ".join(["gzip"] * layers)
    server = serve(answering(bomb, headers=f"Content-Encoding: {encoding}\r\n"))

    with pytest.raises(RemoteMalformed):
        client.get(server.url, **ASK, max_bytes=100_000)

    assert len(bomb) < 100_000
    assert calls.outcomes == ["too_large"]


@pytest.mark.parametrize("value", ["line\nbreak", "Ω"])
def test_a_header_that_cannot_be_sent_is_reported_without_its_value(serve, client, value):
    server = serve(answering())

    with pytest.raises(RemoteUnavailable, match="a header holds characters") as caught:
        client.get(server.url, **ASK, headers={"Authorization": f"s3cret {value}"})

    assert "s3cret" not in repr(caught.value)
    assert client.breakers()[server.host].failures == 0
