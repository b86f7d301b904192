"""The client: where a call may go, how often it is tried, and what the caller is told."""

from __future__ import annotations

import dataclasses
import functools
import random
import time
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from lti_bridge.http.breaker import Breakers, BreakerState
from lti_bridge.http.chunks import Chunks
from lti_bridge.http.connections import Attempt, Policy, Resolver, resolve
from lti_bridge.http.destination import Destination, named, parse
from lti_bridge.http.failures import CLIENT_CLOSED, Failure, Verdict, timed_out
from lti_bridge.http.quiet import silence_libraries
from lti_bridge.http.transport import Order, Transport
from lti_bridge.http.values import Observer, Outcome, RemoteCall, Response
from lti_bridge.http.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_MAX_BYTES = 4_000_000
_BUSY = frozenset({502, 503, 504})
"""Statuses by which a proxy or the service itself says that nobody is there just now."""
_PAUSE = (0.05, 0.15)
"""Seconds before a second attempt, at least and at most."""


@dataclass(frozen=True, slots=True)
class _Call:
    """What a caller wants. Never shown: URL, headers and body may hold secrets."""

    service: str
    name: str
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    seconds: float
    idempotent: bool
    max_bytes: int
    streamed: bool = False


class Client:
    """Calls remote services. One per process, shared by all its threads; make it after a fork.

    Every call names its ``service`` (as configured) and ``call`` (what is asked), which stand in
    errors and metrics. URLs are ASCII, as they go on the wire, byte for byte.

    Any status comes back as a :class:`Response`, redirects too: they aren't followed. Raised
    instead, each with ``service`` and ``call``, and nothing of the URL but host and port:

    - ``RemoteTimeout``: no complete answer in time;
    - ``RemoteAddressRefused``: plain http, a private address, or no URL at all; nothing was sent;
    - ``CircuitOpen``: the host failed repeatedly and wasn't asked;
    - ``RemoteUnavailable``: no connection, a TLS failure, closed before an answer;
    - ``RemoteMalformed``: an answer cut short, too large, or not HTTP.

    ``timeout`` is in seconds, for the call as a whole, retries included; without it,
    ``connect_timeout`` plus ``read_timeout``. Resolving a name is the system's and can't be cut
    off, but counts. Idempotent calls are sent once more if the connection was refused or closed
    without an answer, or after 502, 503 or 504. ``max_bytes`` is of the decompressed body.
    """

    def __init__(
        self,
        *,
        allow_http: bool = False,
        allow_private_networks: bool = False,
        user_agent: str = "lti-bridge",
        observe: Observer | None = None,
        connect_timeout: float = 2.0,
        read_timeout: float = 5.0,
        failures_to_open: int = 5,
        open_seconds: float = 15.0,
        pool_size: int = 32,
        clock: Callable[[], float] = time.monotonic,
        resolver: Resolver = resolve,
    ) -> None:
        """``pool_size`` is of idle connections per host; ``clock`` (seconds) is the breakers'."""
        silence_libraries()
        self._allow_http = allow_http
        self._policy = Policy(allow_private_networks, connect_timeout, resolver)
        self._timeout = connect_timeout + read_timeout
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip", "Accept": "*/*"}
        self._observe = observe
        self._breakers = Breakers(failures_to_open, open_seconds, clock)
        self._watchdog = Watchdog()
        self._transport = Transport(pool_size)
        self._closed = False

    def get(
        self,
        url: str,
        *,
        service: str,
        call: str,
        headers: Mapping[str, str] = _NO_HEADERS,
        timeout: float | None = None,
        idempotent: bool = True,
        max_bytes: int = _MAX_BYTES,
    ) -> Response:
        """GET ``url``; ``idempotent=False`` where a service acts on it."""
        seconds = self._timeout if timeout is None else timeout
        return self._run(
            _Call(service, call, "GET", url, headers, None, seconds, idempotent, max_bytes)
        )

    def post(
        self,
        url: str,
        *,
        service: str,
        call: str,
        body: bytes,
        content_type: str,
        headers: Mapping[str, str] = _NO_HEADERS,
        timeout: float | None = None,
        idempotent: bool = False,
        max_bytes: int = _MAX_BYTES,
    ) -> Response:
        """POST ``body``; ``idempotent=True`` where sending it twice is the same as once."""
        return self.send(
            "POST",
            url,
            service=service,
            call=call,
            body=body,
            content_type=content_type,
            headers=headers,
            timeout=timeout,
            idempotent=idempotent,
            max_bytes=max_bytes,
        )

    def send(
        self,
        method: Literal["POST", "PUT", "DELETE"],
        url: str,
        *,
        service: str,
        call: str,
        body: bytes,
        content_type: str,
        headers: Mapping[str, str] = _NO_HEADERS,
        timeout: float | None = None,
        idempotent: bool = False,
        max_bytes: int = _MAX_BYTES,
    ) -> Response:
        """Send ``body`` by ``method``; see :meth:`post`."""
        seconds = self._timeout if timeout is None else timeout
        typed = {**headers, "Content-Type": content_type}
        return self._run(
            _Call(service, call, method, url, typed, body, seconds, idempotent, max_bytes)
        )

    def stream(
        self,
        url: str,
        *,
        service: str,
        call: str,
        headers: Mapping[str, str] = _NO_HEADERS,
        timeout: float | None = None,
    ) -> Response:
        """GET ``url``; the body of a 200 comes as ``chunks``, which the caller closes.

        ``timeout`` is until the answer's head is there, and then for each piece of its body.
        Answers of another status are read as ever.
        """
        seconds = self._timeout if timeout is None else timeout
        plain = {**headers, "Accept-Encoding": "identity"}
        return self._run(
            _Call(service, call, "GET", url, plain, None, seconds, False, _MAX_BYTES, streamed=True)
        )

    def breakers(self) -> Mapping[str, BreakerState]:
        """Every host called so far (``host:port``), and how its breaker stands."""
        return self._breakers.states()

    def close(self) -> None:
        """Refuse further calls, close idle connections; calls under way come to their end."""
        self._closed = True
        self._transport.close()
        self._watchdog.close()

    def _run(self, call: _Call) -> Response:
        started = time.monotonic()
        where = parse(call.url, allow_http=self._allow_http)
        result = where if isinstance(where, Failure) else self._ask(call, where)
        if self._observe is not None:
            seconds = time.monotonic() - started
            self._observe(RemoteCall(call.service, call.name, _outcome(result), seconds))
        if isinstance(result, Failure):
            raise result.error(service=call.service, call=call.name, host=named(where))
        return result

    def _ask(self, call: _Call, where: Destination) -> Response | Failure:
        """Let the breaker decide, and learn."""
        if self._closed:
            return CLIENT_CLOSED
        breaker = self._breakers.of(where.authority)
        admission = breaker.admit()
        if isinstance(admission, Failure):
            return admission
        verdict: Verdict = "none"
        reason = ""
        try:
            result = self._deliver(call, where)
            verdict, reason = _verdict(result)
            return result
        finally:
            breaker.settle(admission, verdict, reason)

    def _deliver(self, call: _Call, where: Destination) -> Response | Failure:
        """Ask, and once more if that is harmless and there is time."""
        headers = {**self._headers, **call.headers}
        stream = functools.partial(
            Chunks, service=call.service, call=call.name, host=where.authority
        )
        order = Order(
            call.method,
            where,
            headers,
            call.body,
            call.max_bytes,
            stream if call.streamed else None,
        )
        watch = self._watchdog.begin(time.monotonic() + call.seconds)
        try:
            first = Attempt(self._policy, self._watchdog, watch, call.seconds, where.target)
            result = self._attempt(order, first)
            if call.idempotent and _worth_repeating(result) and _pause(first):
                result = self._attempt(order, dataclasses.replace(first, connected=False))
            return result
        finally:
            self._watchdog.end(watch)

    def _attempt(self, order: Order, attempt: Attempt) -> Response | Failure:
        result = self._transport.send(order, attempt)
        # A connection that was shut down at the deadline looks as if the server had closed it.
        return timed_out(attempt.allowed) if attempt.watch.fired else result


def _pause(attempt: Attempt) -> bool:
    """Wait a moment before a second attempt; False if there is no time for one.

    Not if the pool's connection had gone stale: the server closed it for its own good reasons,
    and isn't in trouble. (The pool hands out the failed connection's empty place next, so the
    second attempt gets a new one, however many others are stale.)
    """
    seconds = random.uniform(*_PAUSE) if attempt.connected else 0.0  # noqa: S311 - spreads load, guards nothing
    if attempt.watch.deadline - time.monotonic() <= seconds:
        return False
    time.sleep(seconds)
    return True


def _worth_repeating(result: Response | Failure) -> bool:
    return result.retryable if isinstance(result, Failure) else result.status in _BUSY


def _verdict(result: Response | Failure) -> tuple[Verdict, str]:
    if isinstance(result, Failure):
        return result.verdict, result.reason
    if result.status in _BUSY:
        return "failed", f"answered {result.status}"
    return "answered", ""


def _outcome(result: Response | Failure) -> Outcome:
    if isinstance(result, Failure):
        return result.outcome
    return "http_5xx" if result.status >= 500 else "ok"
