"""Services over real sockets, and what their tests say of a meeting."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lti_bridge.conferencing import MeetingDetails, Visitor
from lti_bridge.conferencing.family import BigBlueButton, MconfLive, Meetingz
from lti_bridge.http import Client, Response
from lti_bridge.settings import Conferencing
from lti_bridge.simulators.faults import Faults, Received
from lti_bridge.simulators.serving import Server

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
FAMILY = (Meetingz, MconfLive, BigBlueButton)

DETAILS = MeetingDetails(
    meeting_id="lti-0123",
    name="Biology – Lectures",
    attendee_password="attendee-pass",
    moderator_password="moderator-pass",
    logout_url="https://lms.example.edu/back?course=1&x=%20",
    record=True,
    metadata={"meets-id-course": "12", "bbb-origin": "LTI Bridge"},
)
ANN = Visitor(full_name="Ann Bee", role="attendee", user_id="42")
TEACHER = Visitor(full_name="Tess Teacher", role="moderator", user_id="7")


def a_service(url: str, **changes: Any) -> Conferencing:
    values: dict[str, Any] = {"name": "live", "kind": "meetingz", "url": url, "secret": SECRET}
    return Conferencing(**{**values, **changes})


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def a_client(**options: Any) -> Iterator[Client]:
    client = Client(allow_http=True, allow_private_networks=True, **options)
    try:
        yield client
    finally:
        client.close()


class Clock:
    """Seconds that pass when a test says so; ``step`` at each look."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 1000.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@contextmanager
def connected(
    kind: type[Any], simulator: Any, *, clock: Clock | None = None, **changes: Any
) -> Iterator[Any]:
    """A service of this kind at that simulator, over a real socket.

    Without a ``clock`` each look at the time is a minute after the last: nothing is left alone.
    """
    clock = clock or Clock(step=60.0)
    with Server(simulator) as server, a_client(clock=clock) as client:
        settings = a_service(simulator.url_for(server), kind=kind.kind, **changes)
        yield kind(settings, client, clock=clock)


Answer = tuple[int, str, str | bytes]


class Canned:
    """A service whose answers a test says: one for every call, or by what was asked."""

    def __init__(
        self, answer: str | bytes | Answer | Callable[[Received], str | bytes | Answer] = ""
    ) -> None:
        self.answer = answer
        self.faults = Faults(self._answer)

    def url_for(self, server: Server) -> str:
        return f"{server.url}/x/"

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.faults(environ, start_response)

    def _answer(self, _environ: Any, start_response: Any) -> list[bytes]:
        answer = self.answer(self.faults.requests[-1]) if callable(self.answer) else self.answer
        status, kind, body = answer if isinstance(answer, tuple) else (200, "text/xml", answer)
        start_response(f"{status} Something", [("Content-Type", kind)] if kind else [])
        return [body.encode() if isinstance(body, str) else body]

    @property
    def asked(self) -> list[str]:
        """The calls so far."""
        return [request.path.rpartition("/")[2] for request in self.faults.requests]


def ok(inner: str = "") -> str:
    return f"<response><returncode>SUCCESS</returncode>{inner}</response>"


def failed(key: str, message: str = "") -> str:
    return (
        f"<response><returncode>FAILED</returncode><messageKey>{key}</messageKey>"
        f"<message>{message}</message></response>"
    )


def answered(body: str | bytes, status: int = 200, kind: str = "text/xml") -> Response:
    """What the door out would hand over."""
    raw = body.encode() if isinstance(body, str) else body
    return Response(status, {"content-type": kind} if kind else {}, raw)


def sent(request: Received) -> dict[str, str]:
    """The parameters of a request, by URL or form, once their checksum is found right."""
    raw = request.query or request.body.decode()
    call = request.path.rpartition("/")[2]
    before, _, checksum = raw.rpartition("checksum=")
    signed = before.removesuffix("&")
    covered = signed if request.query else ""
    digest = {40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}[len(checksum)]
    text = f"{call}{covered}{SECRET}".encode()
    assert hashlib.new(digest, text, usedforsecurity=False).hexdigest() == checksum
    return dict(parse_qsl(signed, keep_blank_values=True, strict_parsing=bool(signed)))


def follow(url: str) -> tuple[int, str]:
    """What the browser gets at the join URL: status, and where it leads or what it says."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        response = connection.getresponse()
        return response.status, response.getheader("Location") or response.read().decode()
    finally:
        connection.close()
