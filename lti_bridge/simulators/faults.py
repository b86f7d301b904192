"""Faults to switch on in front of a simulated service, and the memory of what it was asked."""

from __future__ import annotations

import io
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

FaultName = Literal["down", "slow", "html", "cut", "500", "503", "wrong_xml", "drip"]

_KEPT = 10_000

_PROXY_PAGE = b"""<!DOCTYPE html>
<html><head><title>Service gateway</title></head>
<body><h1>Please wait</h1><p>The service you asked for is being prepared.<br>Try again later.</p>
</body></html>
"""
_ERROR_PAGE = b"<html><body><h1>The server could not answer</h1></body></html>\n"
_WRONG_XML = b'<?xml version="1.0"?>\n<report><state>fine</state><items/></report>\n'

_CANNED = {
    "html": (200, "text/html; charset=utf-8", _PROXY_PAGE),
    "500": (500, "text/html; charset=utf-8", _ERROR_PAGE),
    "503": (503, "text/html; charset=utf-8", _ERROR_PAGE),
    "wrong_xml": (200, "text/xml;charset=utf-8", _WRONG_XML),
}


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in, whether or not a fault answered it."""

    method: str
    path: str
    query: str = field(repr=False)
    """The raw query string, nothing decoded; it may hold a signature."""
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    """Names in Title-Case; it may hold credentials."""


@dataclass(slots=True)
class _Fault:
    name: FaultName
    seconds: float
    left: int | None
    where: Callable[[str], bool]
    body: bytes | None
    lifted: threading.Event = field(default_factory=threading.Event)


class Faults:
    """WSGI middleware: passes requests on, unless a fault is set for them. Thread-safe."""

    def __init__(self, app: WSGIApplication) -> None:
        """``app`` answers whatever no fault takes."""
        self.app = app
        self._lock = threading.RLock()  # ``where`` may look at what came in
        self._fault: _Fault | None = None
        self._received: deque[Received] = deque(maxlen=_KEPT)

    def set(
        self,
        name: FaultName,
        *,
        seconds: float = 5.0,
        times: int | None = None,
        where: Callable[[str], bool] = lambda _path: True,
        body: bytes | None = None,
    ) -> None:
        """Switch a fault on, in place of any other.

        ``down`` closes the connection without an answer; ``slow`` answers after ``seconds``;
        ``html`` is a proxy's page with status 200; ``cut`` half the body under the whole
        Content-Length; ``500`` and ``503`` HTML errors; ``wrong_xml`` well-formed XML that means
        nothing; ``drip`` the right answer, a byte each ``seconds``. ``times`` limits it to the
        next requests, ``where`` to paths (the request is in ``requests`` by then); ``body``
        replaces the canned body of html, 500, 503 and wrong_xml. Raises ValueError for any
        other name.
        """
        if name not in get_args(FaultName):
            raise ValueError(f"no such fault: {name}")
        self.clear()
        with self._lock:
            self._fault = _Fault(name, seconds, times, where, body)

    def clear(self) -> None:
        """Switch the fault off; requests it holds up (slow, drip) go on at once."""
        with self._lock:
            if self._fault:
                self._fault.lifted.set()
            self._fault = None

    @property
    def requests(self) -> list[Received]:
        """What came in, oldest first (the last 10,000)."""
        with self._lock:
            return list(self._received)

    def count(self, path_suffix: str) -> int:
        """How many of ``requests`` had a path that ends so."""
        return sum(request.path.endswith(path_suffix) for request in self.requests)

    def forget(self) -> None:
        """Empty ``requests``."""
        with self._lock:
            self._received.clear()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        received = _received(environ)
        with self._lock:
            self._received.append(received)
            fault = self._take(received.path)
        if fault is None:
            return self.app(environ, start_response)
        if fault.name == "down":
            raise ConnectionAbortedError
        if fault.name in _CANNED:
            return _canned(fault)(environ, start_response)
        if fault.name == "slow":
            fault.lifted.wait(fault.seconds)
            return self.app(environ, start_response)
        return self._mangled(fault, environ, start_response)

    def _take(self, path: str) -> _Fault | None:
        fault = self._fault
        if fault is None or not fault.where(path) or fault.left == 0:
            return None
        if fault.left is not None:
            fault.left -= 1
        return fault

    def _mangled(
        self, fault: _Fault, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        answer = Response.from_app(self.app, environ, buffered=True)
        body = answer.get_data()
        answer.headers["Content-Length"] = str(len(body))
        start_response(answer.status, answer.headers.to_wsgi_list())
        return _half(body) if fault.name == "cut" else _drops(body, fault)


def _canned(fault: _Fault) -> Response:
    status, kind, body = _CANNED[fault.name]
    return Response(body if fault.body is None else fault.body, status=status, content_type=kind)


def _half(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise ConnectionAbortedError


def _drops(body: bytes, fault: _Fault) -> Iterator[bytes]:
    for place in range(len(body)):
        yield body[place : place + 1]
        fault.lifted.wait(fault.seconds)


def _received(environ: WSGIEnvironment) -> Received:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    headers = {
        key.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_") or key in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    return Received(
        str(environ["REQUEST_METHOD"]),
        str(environ["PATH_INFO"]),
        str(environ.get("QUERY_STRING", "")),
        body,
        headers,
    )
