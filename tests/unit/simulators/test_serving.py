"""The server that carries every simulator, over real sockets."""

import http.client
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_bridge.simulators.serving import Server


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    told = {key: value for key, value in environ.items() if isinstance(value, str)}
    told["body"] = body.decode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


class Closing:
    """An answer that remembers it was closed."""

    def __init__(self, *chunks):
        self.chunks = chunks
        self.closed = threading.Event()

    def __iter__(self):
        return iter(self.chunks)

    def close(self):
        self.closed.set()


def answering(headers, *chunks, status="200 OK"):
    def app(_environ, start_response):
        start_response(status, headers)
        return list(chunks)

    return app


def ask(server, method="GET", path="/", body=None, headers=None):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def raw(server, data):
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_free_port_is_taken_and_named_in_the_url():
    with Server(echo) as server:
        assert server.port > 0
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert json.loads(ask(server, path="/hello")[2])["PATH_INFO"] == "/hello"


def test_an_ipv6_host_stands_in_brackets_in_the_url():
    with Server(echo, "::1") as server:
        assert server.url == f"http://[::1]:{server.port}"
        assert ask(server)[0] == 200


def test_a_connection_is_kept_for_the_next_request():
    with Server(echo) as server:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
        ports = set()
        for _ in range(3):
            connection.request("POST", "/x", b"some body")
            ports.add(json.load(connection.getresponse())["REMOTE_PORT"])
        connection.close()
        assert len(ports) == 1


def test_a_client_of_http_1_0_gets_its_connection_closed():
    with Server(echo) as server:
        answer = raw(server, b"GET / HTTP/1.0\r\n\r\n")
        assert b"Connection: close\r\n" in answer


def test_the_query_string_arrives_as_it_was_sent_and_the_path_decoded():
    with Server(echo) as server:
        _, _, body = ask(server, path="/a%2Fb%20c?x=%zz+%41&&y")
        told = json.loads(body)
        assert told["QUERY_STRING"] == "x=%zz+%41&&y"
        assert told["PATH_INFO"] == "/a/b c"
        assert told["RAW_URI"] == "/a%2Fb%20c?x=%zz+%41&&y"


def test_headers_and_body_reach_the_application():
    with Server(echo) as server:
        told = raw(
            server,
            b"POST / HTTP/1.1\r\nHost: h\r\nX-Two: a\r\nX-Two: b\r\n"
            b"Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody",
        ).decode()
        assert '"HTTP_X_TWO": "a,b"' in told
        assert '"CONTENT_TYPE": "text/plain"' in told
        assert '"body": "body"' in told


def test_hundreds_of_connections_at_once_are_all_answered():
    count = 300
    together = threading.Barrier(count)

    def one(_number):
        together.wait(20)
        return ask(server)[0]

    with Server(echo) as server, ThreadPoolExecutor(count) as pool:
        assert list(pool.map(one, range(count))) == [200] * count


def test_a_head_request_gets_the_length_without_the_body():
    with Server(answering([], b"four")) as server:
        status, headers, body = ask(server, "HEAD")
        assert (status, headers["Content-Length"], body) == (200, "4", b"")


def test_a_head_request_of_an_announced_length_gets_no_body_either():
    with Server(answering([("Content-Length", "4")], b"fo", b"ur")) as server:
        assert ask(server, "HEAD")[2] == b""


def test_an_answer_without_content_has_no_length():
    with Server(answering([], status="204 No Content")) as server:
        status, headers, _ = ask(server)
        assert status == 204
        assert "Content-Length" not in headers


def test_the_date_of_the_application_is_left_alone():
    with Server(answering([("Date", "today")], b"x")) as server:
        assert ask(server)[1]["Date"] == "today"


def test_an_answer_with_a_length_is_sent_piece_by_piece_and_closed():
    chunks = Closing(b"one", b"two")

    def app(_environ, start_response):
        start_response("200 OK", [("Content-Length", "6")])
        return chunks

    with Server(app) as server:
        assert ask(server)[2] == b"onetwo"
        assert chunks.closed.wait(5)


def test_the_old_write_callable_works():
    def app(_environ, start_response):
        start_response("200 OK", [])(b"old ")
        return [b"style"]

    with Server(app) as server:
        assert ask(server)[2] == b"old style"


def test_an_error_after_start_response_may_replace_it():
    def app(_environ, start_response):
        start_response("200 OK", [])
        try:
            int("x")
        except ValueError as error:
            start_response("502 Bad", [], (type(error), error, error.__traceback__))
        return [b"replaced"]

    with Server(app) as server:
        assert ask(server)[0] == 502


def test_an_application_that_fails_is_answered_500_and_logged(caplog):
    def app(_environ, _start_response):
        raise LookupError("broken on purpose")

    with Server(app) as server:
        assert ask(server)[0] == 500
    assert "broken on purpose" in caplog.text


def test_an_application_that_fails_halfway_cuts_the_answer(caplog):
    def app(_environ, start_response):
        start_response("200 OK", [("Content-Length", "100")])
        yield b"half"
        try:
            int("x")
        except ValueError as error:
            start_response("500 Late", [], (type(error), error, error.__traceback__))

    with Server(app) as server, pytest.raises(http.client.IncompleteRead):
        ask(server)
    assert "the simulated service failed" in caplog.text


def test_a_connection_error_in_the_application_closes_without_an_answer():
    def app(_environ, _start_response):
        raise ConnectionAbortedError

    with Server(app) as server, pytest.raises(http.client.RemoteDisconnected):
        ask(server)


@pytest.mark.parametrize(
    "header", [b"Transfer-Encoding: chunked", b"Content-Length: -1", b"Content-Length: x"]
)
def test_a_body_without_a_readable_length_is_refused(header):
    with Server(echo) as server:
        answer = raw(server, b"POST / HTTP/1.1\r\nHost: h\r\n" + header + b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 411 ")


def test_a_body_cut_short_is_not_given_to_the_application():
    with Server(echo) as server:
        assert raw(server, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf") == b""


def test_a_client_that_resets_its_connection_disturbs_nobody():
    with Server(echo) as server:
        connection = socket.create_connection((server.host, server.port))
        # Linger 0: close() sends a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.sendall(b"GET / HT")
        connection.close()
        assert ask(server)[0] == 200


def test_the_application_can_be_exchanged():
    with Server(answering([], b"first")) as server:
        assert server.app is not echo
        server.app = answering([], b"second")
        assert ask(server)[2] == b"second"


def test_stop_hangs_up_on_waiting_clients_frees_the_port_and_can_be_repeated():
    server = Server(echo)
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    connection.request("GET", "/")
    connection.getresponse().read()
    server.stop()
    server.stop()
    assert connection.sock.recv(1) == b""
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        ask(server)
    with Server(echo, port=server.port) as again:
        assert ask(again)[0] == 200
