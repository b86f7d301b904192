from __future__ import annotations

import secrets
from contextlib import ExitStack, closing, contextmanager

import psycopg
import pytest

from lti_bridge.api import Access, ReportViews, blueprint
from lti_bridge.http import Client
from lti_bridge.meets_api import MeetsClient
from lti_bridge.settings import Meets
from lti_bridge.simulators.serving import Server
from lti_bridge.store import open_store, schema
from tests.campus import ask
from tests.conftest import _url_of
from tests.unit.api.university import fill

KEY = "0f8e2b7c91d34a56b7c8d9e0f1a2b3c4d5e6"
EVERY_PERMISSION = (
    "manageAdmins", "manageConnections", "viewData", "manageConferencingAccounts", "manageContent",
)  # fmt: skip


class Reporting:
    """The API on a socket, over a filled database."""

    def __init__(self, database_url, stack, fill=fill):
        from flask import Flask

        self.clock = 1000.0
        self.now = 1_800_000_000.0
        self.told = []
        self.store = open_store(database_url, [KEY])
        stack.callback(self.store.close)
        schema.upgrade(self.store.database)
        self.rows = fill(self.store.database)
        app = Flask("reports", static_folder=None)
        access = Access(self.store.tokens, now=lambda: self.now, clock=lambda: self.clock)
        views = ReportViews(
            self.store.reports, access, "https://bridge.example.edu", lambda *a: self.told.append(a)
        )
        app.register_blueprint(blueprint(views))
        self.server = stack.enter_context(Server(app))
        self.base = f"{self.server.url}/api/meets"
        self.http = stack.enter_context(
            closing(Client(allow_http=True, allow_private_networks=True))
        )
        self.token = self.new_token()
        self.client = self.client_with(self.token)

    def new_token(self, permissions=EVERY_PERMISSION, **limits):
        return self.store.tokens.add("a test's", permissions, int(self.now * 1000), **limits)[1]

    def client_with(self, token):
        settings = Meets(url=self.base, username="reports", password=token)
        return MeetsClient(settings, self.http)

    def get(self, path, token=None, **headers):
        bearer = {"Authorization": f"Bearer {token or self.token}", **headers}
        return ask("GET", f"{self.base}/{path}", None, bearer)

    def post(self, name, body, content_type="application/x-www-form-urlencoded"):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
        return ask("POST", f"{self.base}/{name}", body, headers)


@contextmanager
def on_postgresql(request):
    """On a PostgreSQL database of its own, for a whole module."""
    server = request.getfixturevalue("postgresql")
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with ExitStack() as stack:
        yield Reporting(_url_of(server, name), stack)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def reporting(request, tmp_path_factory):
    """For tests that change nothing."""
    if request.param == "postgresql":
        with on_postgresql(request) as reporting:
            yield reporting
        return
    with ExitStack() as stack:
        yield Reporting(f"sqlite:///{tmp_path_factory.mktemp('reports') / 'reports.db'}", stack)


@pytest.fixture(scope="module")
def refusing(tmp_path_factory):
    """For what is answered before any database is asked."""
    with ExitStack() as stack:
        yield Reporting(f"sqlite:///{tmp_path_factory.mktemp('refusing') / 'reports.db'}", stack)


@pytest.fixture
def own_reporting(database_url):
    """For tests that change something."""
    with ExitStack() as stack:
        yield Reporting(database_url, stack)
