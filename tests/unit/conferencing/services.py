"""A Meetingz account at the simulator, and what its tests say of a meeting."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lti_bridge.conferencing import MeetingDetails, Visitor
from lti_bridge.conferencing.meetingz import Meetingz
from lti_bridge.http import Client, Response
from lti_bridge.settings import Conferencing
from lti_bridge.simulators.serving import Server

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"

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


@contextmanager
def connected(simulator: Any, **changes: Any) -> Iterator[Meetingz]:
    """The client of that simulator, over a real socket."""
    with Server(simulator) as server, a_client() as client:
        yield Meetingz(a_service(simulator.url_for(server), **changes), client)


def answered(body: str | bytes, status: int = 200, kind: str = "text/xml") -> Response:
    """What the door out would hand over."""
    raw = body.encode() if isinstance(body, str) else body
    return Response(status, {"content-type": kind}, raw)
