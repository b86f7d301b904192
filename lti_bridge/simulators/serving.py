"""A small threaded HTTP/1.1 server for WSGI applications, for the demo and for tests.

Werkzeug's development server closes each connection after one answer; a client that keeps its
connections open would never be tested against it. This one keeps them.
"""

from __future__ import annotations

import io
import logging
import socket
import socketserver
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from _typeshed import OptExcInfo

logger = logging.getLogger(__name__)

Headers = list[tuple[str, str]]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_WITHOUT_BODY = ("204", "304")


class Server:
    """Runs a WSGI application in a daemon thread, one thread per connection, from construction on.

    ``app`` may be exchanged while it runs (two applications that need each other's address).
    An application that raises ``ConnectionError`` gets the connection closed without (the rest
    of) an answer; anything else it raises is logged and answered 500.
    """

    def __init__(self, app: WSGIApplication, host: str = "127.0.0.1", port: int = 0) -> None:
        """``port`` 0 takes any free one. Raises OSError where the address can't be had."""
        self._listener = _Listener(host, port, app)
        self.host = host
        self.port: int = self._listener.server_address[1]
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.02,), daemon=True, name="simulator"
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """``http://host:port``, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def app(self) -> WSGIApplication:
        """What answers the requests."""
        return self._listener.app

    @app.setter
    def app(self, app: WSGIApplication) -> None:
        self._listener.app = app

    def stop(self) -> None:
        """Close the port and every open connection; harmless when stopped already."""
        if self._thread.is_alive():
            self._listener.shutdown()
            self._thread.join()
        self._listener.server_close()
        self._listener.hang_up_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 1024  # a class that starts on the hour: hundreds connect at once

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        self.app = app
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._changed:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open -= {request}
            self._changed.notify_all()

    def hang_up_all(self, patience: float = 1.0) -> None:
        """Wake the threads that wait for a next request, and give them time to close."""
        deadline = time.monotonic() + patience
        with self._changed:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            while self._open and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        """Say nothing: the test or the demo says what matters."""

    def serve(self) -> None:
        body = self._body()
        if body is None:
            return
        try:
            self._answer(_environ(self, body))
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self.close_connection = True
            self.send_error(411)
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _answer(self, environ: WSGIEnvironment) -> None:
        answer = _Answer()
        chunks: Iterable[bytes] = ()
        try:
            chunks = self.server.app(environ, answer.start)
            self._send(answer, chunks)
        except ConnectionError:
            raise
        except Exception:
            logger.exception("the simulated service failed")
            self.close_connection = True
            if not answer.sent:
                self.send_error(500)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def _send(self, answer: _Answer, chunks: Iterable[bytes]) -> None:
        rest = iter(chunks)
        # The first piece is asked for before the head is sent: only then must an application
        # have called start_response.
        body = next(rest, b"")
        body = b"".join(answer.written) + body
        if not answer.has("Content-Length"):
            body += b"".join(rest)
            if answer.status[:3] not in _WITHOUT_BODY:
                answer.headers.append(("Content-Length", str(len(body))))
        silent = self.command == "HEAD" or answer.status[:3] in _WITHOUT_BODY
        answer.sent = True
        self.wfile.write(self._head(answer) + (b"" if silent else body))
        for chunk in rest:
            if not silent:
                self.wfile.write(chunk)

    def _head(self, answer: _Answer) -> bytes:
        lines = [f"HTTP/1.1 {answer.status}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if not answer.has("Date"):
            lines.append(f"Date: {self.date_time_string()}")
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


for _method in _METHODS:
    setattr(_Handler, f"do_{_method}", _Handler.serve)


class _Answer:
    """What the application said with start_response."""

    def __init__(self) -> None:
        self.status = "500 Internal Server Error"
        self.headers: Headers = []
        self.written: list[bytes] = []
        self.sent = False

    @property
    def start(self) -> StartResponse:
        def start_response(
            status: str, headers: Headers, exc_info: OptExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            if exc_info and exc_info[1] and self.sent:
                raise exc_info[1]
            self.status, self.headers = status, list(headers)
            return self.written.append

        return start_response

    def has(self, name: str) -> bool:
        return any(known.lower() == name.lower() for known, _ in self.headers)


def _environ(handler: _Handler, body: bytes) -> WSGIEnvironment:
    path, _, query = handler.path.partition("?")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": handler.command,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": handler.path,
        "REQUEST_URI": handler.path,
        "REMOTE_ADDR": handler.client_address[0],
        "REMOTE_PORT": str(handler.client_address[1]),
        "SERVER_NAME": handler.server.server_address[0],
        "SERVER_PORT": str(handler.server.server_address[1]),
        "SERVER_PROTOCOL": handler.request_version,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in handler.headers.items():
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ
