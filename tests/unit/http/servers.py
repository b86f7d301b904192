"""Raw servers on loopback, which do to a client whatever a test wants done."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


class Peer:
    """The server's side of one connection."""

    def __init__(self, server: RawServer, connection: socket.socket, number: int) -> None:
        self.server = server
        self.connection = connection
        self.number = number
        """0 for the server's first connection, 1 for the second, …"""

    def read_request(self) -> bytes | None:
        """Head and body of the next request, or None when the client is gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += (more := self.connection.recv(65536))
            if not more:
                return None
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(body) < length:
            body += self.connection.recv(65536)
        with self.server.lock:
            self.server.requests.append(head + b"\r\n\r\n" + body)
        return self.server.requests[-1]

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def answer(self, body: bytes = b"ok", status: str = "200 OK", headers: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self.send(head.encode() + body)

    def drip(self, data: bytes, every: float = 0.02) -> None:
        """A byte at a time, until the client is gone or the test is over."""
        for byte in data:
            self.send(bytes([byte]))
            if self.server.over.wait(every):
                return

    def stall(self) -> None:
        self.server.over.wait(10)

    def reset(self) -> None:
        """Close with a TCP reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Behaviour = Callable[[Peer], None]


class RawServer:
    """Runs ``behave`` in a thread for each connection, and closes it afterwards."""

    def __init__(self, behave: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.behave = behave
        self.tls = tls
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.requests: list[bytes] = []
        self.connections = 0
        self.peers: list[socket.socket] = []
        self.threads: list[threading.Thread] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.host = f"127.0.0.1:{self.port}"
        self._start(self._accept)

    @property
    def targets(self) -> list[bytes]:
        return [request.split(b" ")[1] for request in self.requests]

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for peer in self.peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)
            assert not thread.is_alive()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self.over.is_set():
                connection, _ = self.listener.accept()
                self.peers.append(connection)
                number, self.connections = self.connections, self.connections + 1
                self._start(self._serve, connection, number)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError):
            if self.tls is None:
                self.behave(Peer(self, connection, number))
                return
            with self.tls.wrap_socket(connection, server_side=True) as wrapped:
                self.peers.append(wrapped)
                self.behave(Peer(self, wrapped, number))

    def _start(self, target, *args) -> None:
        thread = threading.Thread(target=target, args=args)
        self.threads.append(thread)
        thread.start()


def answering(body: bytes = b"ok", status: str = "200 OK", headers: str = "") -> Behaviour:
    """Answer every request of every connection alike."""

    def behave(peer: Peer) -> None:
        while peer.read_request() is not None:
            peer.answer(body, status, headers)

    return behave


def raw(data: bytes) -> Behaviour:
    """Send these bytes as the answer to each connection's first request, then close."""

    def behave(peer: Peer) -> None:
        peer.read_request()
        peer.send(data)

    return behave


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def soon():
    """Assert that what was to be cut off within half a second was; generous to slow machines."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 3


def drips_the_body(peer: Peer) -> None:
    """Sends a body byte by byte, which would take far longer than anybody waits."""
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    peer.drip(b"x" * 5000)
