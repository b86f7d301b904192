"""Onstream accounts over real sockets: the simulated one, and one whose answers a test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from lti_bridge.conferencing import MeetingDetails, Visitor
from lti_bridge.conferencing.guard import Guard
from lti_bridge.conferencing.onstream import Onstream
from lti_bridge.conferencing.onstream.api import Api
from lti_bridge.settings import Conferencing
from lti_bridge.simulators.faults import Faults, Received
from lti_bridge.simulators.onstream import create_onstream
from lti_bridge.simulators.serving import Server
from tests.unit.conferencing.services import Clock, a_client

PASSWORD = "pass-word-of-onstream"
NOW = 1_795_000_020.5
"""2026-11-18 11:07:00.5 UTC."""

STANDING = MeetingDetails(
    meeting_id="lti-0123",
    name="Biology – Lectures",
    attendee_password="attendee-pass",
    moderator_password="moderator-pass",
    metadata={"meets-id-course": "12", "bbb-origin": "LTI Bridge"},
)
LECTURE = replace(STANDING, meeting_id="lti-0456", starts_ms=1_795_600_800_000, lasts_minutes=90)
"""2026-11-25 10:00:00 UTC."""
ANN = Visitor(full_name="Ann Bee", role="attendee", user_id="42", key="5")
TEACHER = Visitor(full_name="Tess van der Teacher", role="moderator", user_id="7", key="6")
MENTOR = Visitor(full_name="Mo Mentor", role="attendee", key="7", observer=True)

Answer = tuple[int, Mapping[str, str], str | bytes]


class Told:
    """A service whose answers a test says: one for every call, or by what was asked."""

    def __init__(self, answer: str | bytes | Answer | Callable[[Received], Any] = "") -> None:
        self.answer = answer
        self.faults = Faults(self._answer)

    def url_for(self, server: Server) -> str:
        return f"{server.url}/api/2/"

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.faults(environ, start_response)

    def _answer(self, _environ: Any, start_response: Any) -> list[bytes]:
        answer = self.answer(self.faults.requests[-1]) if callable(self.answer) else self.answer
        status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
        start_response(f"{status} Something", list(headers.items()))
        return [body.encode() if isinstance(body, str) else body]


def an_account(**options: Any) -> Any:
    return create_onstream(password=PASSWORD, **{"clock": lambda: NOW, **options})


def settings_for(url: str, **changes: Any) -> Conferencing:
    values: dict[str, Any] = {
        "name": "webinars",
        "kind": "onstream",
        "url": url,
        "username": "johndoe",
        "password": PASSWORD,
    }
    return Conferencing(**{**values, **changes})


@contextmanager
def an_api(service: Any, **changes: Any) -> Iterator[Api]:
    """The calls alone. Each look at the time is a minute after the last: nothing is left alone."""
    with Server(service) as server, a_client(clock=Clock(step=60.0)) as client:
        guard = Guard("webinars", clock=Clock(step=60.0))
        yield Api(settings_for(service.url_for(server), **changes), client, guard)


@contextmanager
def connected(
    service: Any,
    *,
    invitations: Any = None,
    now: Callable[[], float] = lambda: NOW,
    clock: Clock | None = None,
    **changes: Any,
) -> Iterator[Onstream]:
    clock = clock or Clock(step=60.0)
    with Server(service) as server, a_client(clock=clock) as client:
        settings = settings_for(service.url_for(server), **changes)
        yield Onstream(settings, client, invitations, now=now, clock=clock)


def asked(service: Any) -> list[str]:
    """The calls so far, as the document names them."""
    return [
        f"{request.method} {request.path.split('/johndoe/')[1].split('/')[0]}"
        for request in service.faults.requests
    ]


def said(request: Received) -> Any:
    """The arguments in a body."""
    form = parse_qs(request.body.decode("ascii"), strict_parsing=True)
    assert form["input_type"] == ["json"]
    assert form.keys() == {"input_type", "rest_data"}
    return json.loads(form["rest_data"][0])


def people(session: Any) -> dict[str, int]:
    """Who is invited, by e-mail, and as what."""
    return {each.email: each.role for each in session.invitees}
