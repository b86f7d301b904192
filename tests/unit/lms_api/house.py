"""An LMS that is as strict as the specifications, and the bridge's client of it, over sockets."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from lti_bridge.http import Client
from lti_bridge.launch.published import key_set
from lti_bridge.lms_api import AccessTokens, LmsTransport
from lti_bridge.simulators.lms import DEMO_CAMPUS, EVERY_SCOPE, Campus, Scope, Tool, create_lms
from lti_bridge.simulators.serving import Server
from lti_bridge.store import Platform, ToolKey

MEMBERSHIPS = (Scope.MEMBERSHIPS.value,)


@cache
def private_key() -> RSAPrivateKey:
    """The same in every test: making one takes its time."""
    return generate_private_key(65537, 2048)


class House:
    """``service`` is a WSGI application of the test's own, where the LMS's answers don't do."""

    def __init__(self, stack: Any, university: Campus = DEMO_CAMPUS) -> None:
        self.key = ToolKey("kid-1", private_key())
        self.keys = [self.key]
        self.tool_server = stack(Server(self._key_set))
        self.lms = create_lms(campus=university)
        self.server = stack(Server(self.lms))
        self.lms.issuer = self.server.url
        self.lms.add_tool(
            Tool(
                "client-1",
                "deployment-1",
                "http://tool.invalid/login",
                "http://tool.invalid/launch",
                "Bridge",
                key_set_url=f"{self.tool_server.url}/jwks.json",
                scopes=EVERY_SCOPE,
            )
        )
        self.service: Any = None
        self.service_server = stack(Server(lambda *wsgi: self.service(*wsgi)))
        self.client = stack(closing(Client(allow_http=True, allow_private_networks=True)))
        self.clock = [1000.0]
        self.tokens = AccessTokens(self.client, lambda: self.keys[0], clock=lambda: self.clock[0])
        self.transport = LmsTransport(self.client, self.tokens)
        self.platform = Platform(
            id=1,
            name="Riverbank",
            type="Other",
            version="1.3",
            issuer=self.server.url,
            client_id="client-1",
            auth_login_url=self.lms.auth_login_url,
            auth_token_url=self.lms.auth_token_url,
            key_set_url=self.lms.key_set_url,
            key_set=None,
            key_set_ms=0,
            meets_connection=1,
            conferencing="live",
            hosts=frozenset(),
            roles={},
            new_deployments="queue",
            deployments={},
        )

    def with_platform(self, **changes: Any) -> Platform:
        return replace(self.platform, **changes)

    def _key_set(self, _environ: Any, start_response: Any) -> list[bytes]:
        body = key_set(self.keys).encode()
        start_response(
            "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        )
        return [body]


def canned(status: str, body: bytes, *headers: tuple[str, str]) -> Any:
    """A WSGI application that answers this to everything, and keeps what it was asked."""

    def application(environ: Any, start_response: Any) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        application.asked.append({**environ, "body": environ["wsgi.input"].read(length)})
        start_response(status, [("Content-Length", str(len(body))), *headers])
        return [body]

    application.asked = []
    return application


@pytest.fixture
def house() -> Iterator[House]:
    with ExitStack() as stack:
        yield House(stack.enter_context)


def shows_nothing_of(token: str, *things: object) -> bool:
    texts = [f"{thing!s} {thing!r} {getattr(thing, 'remedy', '')}" for thing in things]
    return all(token not in text for text in texts)


def made_up() -> str:
    return secrets.token_urlsafe(12)
