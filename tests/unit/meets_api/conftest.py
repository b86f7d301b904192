from __future__ import annotations

from contextlib import ExitStack, closing

import pytest

from lti_bridge.http import Client
from lti_bridge.meets_api import MeetsClient
from lti_bridge.settings import Meets
from lti_bridge.simulators.meets import create_meets, seed
from lti_bridge.simulators.serving import Server


class Domain:
    """A seeded MEETS, and a client of it."""

    def __init__(self, stack, **wishes):
        self.simulator = create_meets(
            connections=(), username="bridge", password="pass-word", **wishes
        )
        self.server = stack(Server(self.simulator))
        self.simulator.play_base = self.server.url
        self.records = self.simulator.records
        self.http = stack(closing(Client(allow_http=True, allow_private_networks=True)))
        self.client = self.client_with()

    def client_with(self, **settings):
        given = {"username": "bridge", "password": "pass-word", **settings}
        return MeetsClient(Meets(url=self.simulator.url_for(self.server), **given), self.http)

    def asked(self, function):
        return [one for one in self.simulator.faults.requests if one.path.endswith(f"/{function}")]


@pytest.fixture(scope="module")
def seeded():
    """For tests that change nothing."""
    with ExitStack() as stack:
        domain = Domain(stack.enter_context)
        seed(domain.simulator, users=2300, courses=24, events=120, recordings=150, log_entries=40)
        yield domain


@pytest.fixture
def new_domain():
    with ExitStack() as stack:
        yield lambda **wishes: Domain(stack.enter_context, **wishes)
