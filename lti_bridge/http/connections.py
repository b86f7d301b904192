"""urllib3's connections and pools, with an eye on where they connect, what they send, how long.

urllib3 hands no knowledge of the call down to its connections, so the call under way in a thread
is kept in a thread-local (:func:`during`).
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from lti_bridge.http.addresses import is_public
from lti_bridge.http.failures import UNREACHED, CallFailed, Failure, refused, timed_out, unreachable

if TYPE_CHECKING:
    from io import BufferedReader

    from lti_bridge.http.watchdog import Watch, Watchdog

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
Resolver = Callable[[str, int], list[AddressInfo]]
"""Name and port to addresses, in the form and with the errors of ``socket.getaddrinfo``."""


def resolve(host: str, port: int) -> list[AddressInfo]:
    """Ask the system. It takes the time it takes: no deadline reaches into it."""
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for every connection of a client."""

    allow_private_networks: bool
    connect_timeout: float
    resolve: Resolver


@dataclass(slots=True)
class Attempt:
    """One try at a call."""

    policy: Policy
    watchdog: Watchdog
    watch: Watch
    allowed: float
    """Seconds the whole call has, for messages."""
    target: str = field(repr=False)
    """The request target as it goes on the wire."""
    connected: bool = False
    """A connection was made for this attempt; else the pool's was used."""

    def remaining(self) -> float:
        """Seconds until the deadline; raises :class:`CallFailed` when there are none."""
        left = self.watch.deadline - time.monotonic()
        if left <= 0:
            raise CallFailed(timed_out(self.allowed))
        return left


class _Current(threading.local):
    attempt: Attempt


_current = _Current()


@contextlib.contextmanager
def during(attempt: Attempt) -> Iterator[None]:
    """Make ``attempt`` the one that this thread's connections work for."""
    _current.attempt = attempt
    try:
        yield
    finally:
        del _current.attempt


class _WholeHead(http.client.HTTPResponse):
    """Notices a head that ends before its empty line, which ``http.client`` takes for complete."""

    def begin(self) -> None:
        lines = _Lines(self.fp)
        self.fp = lines  # type: ignore[assignment]  # it stands for the file in all but type
        super().begin()
        self.fp = lines.file
        if lines.last not in {b"\r\n", b"\n"}:
            raise http.client.IncompleteRead(lines.last)


class _Lines:
    """A file that remembers the last line read from it."""

    __slots__ = ("file", "last")

    def __init__(self, file: BufferedReader) -> None:
        self.file = file
        self.last = b""

    def readline(self, limit: int) -> bytes:
        self.last = self.file.readline(limit)
        return self.last

    def __getattr__(self, name: str) -> object:
        return getattr(self.file, name)


class _Guarded(HTTPConnection):
    """Checks addresses, keeps deadlines, and sends targets untouched."""

    response_class = _WholeHead

    def _new_conn(self) -> socket.socket:
        attempt = _current.attempt
        connection = _connect(attempt, self._dns_host, self.port, self.socket_options or ())
        attempt.connected = True
        attempt.watchdog.guard(attempt.watch, connection)
        return connection

    def connect(self) -> None:
        super().connect()
        # Up to here, TLS included, the time for connecting held; from here the call's own.
        self.sock.settimeout(self.timeout)

    def request(self, *args: Any, **options: Any) -> None:
        attempt = _current.attempt
        if self.sock is not None and not attempt.connected:
            attempt.watchdog.guard(attempt.watch, self.sock)
        super().request(*args, **options)

    def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:  # noqa: ARG002 - handed on as they come, but for the URL
        """Write the call's own target: urllib3 knows none, as it re-quotes and logs what it has.

        Services' checksums are over the bytes that the caller gave.
        """
        super().putrequest(method, _current.attempt.target, *args, **options)


class _GuardedTls(_Guarded, HTTPSConnection):
    pass


class GuardedPool(HTTPConnectionPool):
    """Connections to one host by plain http."""

    ConnectionCls = _Guarded

    def _put_conn(self, conn: Any) -> None:
        _hand_back(conn)
        super()._put_conn(conn)


class GuardedTlsPool(HTTPSConnectionPool):
    """Connections to one host by https."""

    ConnectionCls = _GuardedTls

    def _put_conn(self, conn: Any) -> None:
        _hand_back(conn)
        super()._put_conn(conn)


def _hand_back(connection: HTTPConnection | None) -> None:
    """Take the deadline off a connection before another thread can get hold of it."""
    attempt = _current.attempt
    attempt.watchdog.release(attempt.watch)
    if attempt.watch.fired and connection is not None:
        connection.close()


def _connect(attempt: Attempt, host: str, port: int, options: Any) -> socket.socket:
    failure = unreachable("has no address")
    for info in _addresses(attempt.policy, host, port):
        try:
            return _open(attempt, info, options)
        except OSError as error:
            failure = _not_connected(error, attempt)
    raise CallFailed(failure)


def _open(attempt: Attempt, info: AddressInfo, options: Any) -> socket.socket:
    family, kind, protocol, _, address = info
    seconds = min(attempt.policy.connect_timeout, attempt.remaining())
    connection = socket.socket(family, kind, protocol)
    try:
        for option in options:
            connection.setsockopt(*option)
        connection.settimeout(seconds)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _addresses(policy: Policy, host: str, port: int) -> list[AddressInfo]:
    """Resolve at the very moment of connecting, so that no later answer can differ."""
    try:
        found = policy.resolve(host, port)
    except (OSError, UnicodeError):
        raise CallFailed(
            unreachable("has a name that cannot be resolved", remedy="Check the name, and DNS.")
        ) from None
    if policy.allow_private_networks:
        return found
    public = [info for info in found if is_public(info[4][0])]
    if found and not public:
        raise CallFailed(
            refused(
                "has a private, loopback or reserved address, which the settings do not allow",
                "Use a public address, or (for development only) set "
                "security.allow_private_networks.",
            )
        )
    return public


def _not_connected(error: OSError, attempt: Attempt) -> Failure:
    if isinstance(error, TimeoutError):
        seconds = min(attempt.policy.connect_timeout, attempt.allowed)
        return timed_out(seconds, "accepted no connection")
    if isinstance(error, ConnectionError):
        return unreachable("refused the connection", retryable=True)
    return UNREACHED
