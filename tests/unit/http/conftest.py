from __future__ import annotations

import pytest

from lti_bridge.http import Client, RemoteCall
from tests.unit.http.servers import RawServer


@pytest.fixture
def serve():
    """Start a raw server with a behaviour; all are closed at the end."""
    servers = []

    def start(behave, tls=None) -> RawServer:
        servers.append(RawServer(behave, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


class Calls(list[RemoteCall]):
    @property
    def outcomes(self) -> list[str]:
        return [call.outcome for call in self]


@pytest.fixture
def calls() -> Calls:
    """What the clients' observer was told."""
    return Calls()


@pytest.fixture
def make_client(calls):
    """A client that may call loopback by plain http, unless told otherwise."""
    clients = []

    def make(**options) -> Client:
        settings = {"allow_http": True, "allow_private_networks": True, "observe": calls.append}
        clients.append(Client(**(settings | options)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_client) -> Client:
    return make_client()
