"""Sends one attempt of a call, and reads its answer within bounds.

requests' adapter is used without its ``Session``: a session merges settings from the
environment, keeps cookies, and to prepare for a redirect reads the whole of its body.
"""

from __future__ import annotations

import functools
import http.client
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager
from urllib3.exceptions import HTTPError
from urllib3.util import Retry
from urllib3.util.ssl_ import create_urllib3_context

from lti_bridge.http.connections import Attempt, GuardedPool, GuardedTlsPool, during
from lti_bridge.http.failures import CallFailed, Failure, from_exception, malformed
from lti_bridge.http.values import Response

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from lti_bridge.http.chunks import Chunks
    from lti_bridge.http.destination import Destination

    Streaming = Callable[[BaseHTTPResponse, Attempt], Chunks]

_HOSTS = 64
"""Hosts whose connections are kept."""
_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be sent, the same in each attempt."""

    method: str
    where: Destination
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    max_bytes: int
    stream: Streaming | None = None
    """How to hand on the body of a 200, instead of reading it."""


class Transport:
    """A pool of connections per host."""

    def __init__(self, pool_size: int) -> None:
        self._adapter = _Adapter(pool_size)

    def send(self, order: Order, attempt: Attempt) -> Response | Failure:
        """Ask once. Raises nothing that a remote or a network can cause."""
        answering = False
        try:
            with during(attempt):
                raw = self._adapter.ask(order, attempt.remaining())
                answering = True
                if order.stream is not None and raw.status == 200:
                    return Response(raw.status, raw.headers, b"", order.stream(raw, attempt))
                return _read(raw, order.max_bytes)
        except CallFailed as failed:
            return failed.failure
        except (
            requests.RequestException,
            HTTPError,
            http.client.HTTPException,
            OSError,
            ValueError,
        ) as error:
            return from_exception(error, answering=answering, seconds=attempt.allowed)

    def close(self) -> None:
        """Close the idle connections; those in use are closed after it."""
        self._adapter.close()


class _Adapter(HTTPAdapter):
    def __init__(self, pool_size: int) -> None:
        # Retry(False): exceptions come as they are, and whether to retry is the client's business.
        super().__init__(_HOSTS, pool_size, max_retries=Retry(False))

    def init_poolmanager(self, connections: int, maxsize: int, *_: object, **__: object) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize)
        self.poolmanager.pool_classes_by_scheme = {"http": GuardedPool, "https": GuardedTlsPool}

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        """Trusts the authorities shipped with requests and those of this machine."""
        context = create_urllib3_context()
        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
        context.load_default_certs()
        return context

    def ask(self, order: Order, seconds: float) -> BaseHTTPResponse:
        """Send, and wait for the answer's head; its body is still to be read."""
        answer = self.send(_Prepared(order), stream=True, timeout=(seconds, seconds))
        return cast("BaseHTTPResponse", answer.raw)  # what build_response put there

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *_: object, **__: object
    ) -> HTTPConnectionPool:
        where: Destination = request.where  # type: ignore[attr-defined]  # only _Prepared comes here
        tls = {"ssl_context": self._tls} if where.scheme == "https" else None
        pool = self.poolmanager.connection_from_host(
            where.host, where.port, where.scheme, pool_kwargs=tls
        )
        return cast("HTTPConnectionPool", pool)

    def cert_verify(self, *_: object, **__: object) -> None:
        """The context of the pool verifies; the base class looks at files for each call."""

    def request_url(self, *_: object, **__: object) -> str:
        """Keep the target from urllib3, which would re-quote and log it: the connection has it."""
        return "/"

    def build_response(self, _req: requests.PreparedRequest, resp: object) -> requests.Response:
        """Hand the answer through; the base class also parses cookies, which aren't kept."""
        response = requests.Response()
        response.raw = resp
        return response


class _Prepared(requests.PreparedRequest):
    """Prepared without the base class' re-quoting; it doesn't know the target either."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.where = order.where
        self.method = order.method
        self.url = f"{order.where.scheme}://{order.where.authority}/"
        self.headers = CaseInsensitiveDict(order.headers)
        self.body = order.body
        if order.body is not None:
            self.headers["Content-Length"] = str(len(order.body))


def _read(raw: BaseHTTPResponse, max_bytes: int) -> Response | Failure:
    """Read the body, decompressed, and give the connection back; or close it."""
    if raw.status < 200:
        return _give_up(raw, malformed("answered with an interim status only"))
    if (raw.length_remaining or 0) > max_bytes:
        return _give_up(raw, _too_large(max_bytes))
    chunks: list[bytes] = []
    size = 0
    while chunk := raw.read(min(_CHUNK, max_bytes - size + 1), decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            return _give_up(raw, _too_large(max_bytes))
    return Response(raw.status, raw.headers, b"".join(chunks))


def _too_large(max_bytes: int) -> Failure:
    return malformed(f"sent an answer of more than {max_bytes} bytes", outcome="too_large")


def _give_up(raw: BaseHTTPResponse, failure: Failure) -> Failure:
    raw.close()
    raw.release_conn()
    return failure
