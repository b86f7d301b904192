"""One settings file with a service of each kind, over real sockets, and the command line on it."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from click.testing import CliRunner

from lti_bridge.app import Bridge
from lti_bridge.cli import main
from lti_bridge.cli.options import bridge_of
from lti_bridge.conferencing import MeetingDetails, Role, Visitor
from lti_bridge.simulators.bigbluebutton import (
    create_bigbluebutton,
    create_mconf,
    create_meetingz,
)
from lti_bridge.simulators.onstream import create_onstream
from lti_bridge.simulators.serving import Server
from lti_bridge.store import Meeting, NewMeeting

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
PASSWORD = "onstream-pass-word"
NOW_MS = 1_760_000_000_000
NAMES = ("live", "mconf", "bbb", "webinars")

SETTINGS = """
public_url = "https://bridge.example.edu"
database_url = "{database}"
secret_key = "0f8e2b7c91d34a56b7c8d9e0f1a2b3c4d5e6"

[security]
allow_http = true
allow_private_networks = true

[[conferencing]]
name = "live"
kind = "meetingz"
url = "{live}"
secret = "{secret}"

[[conferencing]]
name = "mconf"
kind = "mconf"
url = "{mconf}"
secret = "{secret}"

[[conferencing]]
name = "bbb"
kind = "bigbluebutton"
url = "{bbb}"
secret = "{secret}"

[[conferencing]]
name = "webinars"
kind = "onstream"
url = "{webinars}"
username = "johndoe"
password = "{password}"

[[platform]]
name = "Riverbank"
type = "Other"
version = "1.3"
issuer = "https://lms.example.edu"
client_id = "client-1"
auth_login_url = "https://lms.example.edu/auth"
auth_token_url = "https://lms.example.edu/token"
key_set_url = "https://lms.example.edu/jwks"
meets_connection = 1
conferencing = "live"
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*arguments: object, typed: str | None = None) -> Done:
    """The command line in this process, as a terminal starts it; ``typed`` is its input."""
    before, sys.argv = sys.argv, ["lti-bridge", *map(str, arguments)]
    try:
        with CliRunner().isolation(input=typed) as (out, err, _both):
            code = 0
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
            return Done(code, out.getvalue().decode(), err.getvalue().decode())
    finally:
        sys.argv = before


def visit(url: str) -> int:
    """Open a join URL as a browser does, up to the class itself; the last status."""
    for _ in range(3):
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}")
            response = connection.getresponse()
            response.read()
            if response.status not in {302, 303}:
                break
            url = response.headers["Location"]
        finally:
            connection.close()
    return response.status


class House:
    """The four services, each a simulator, and a settings file; use as a context manager."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.folder = folder
        self.live = create_meetingz(secret=SECRET, recordings=True, **changes)
        self.mconf = create_mconf(secret=SECRET, **changes)
        self.bbb = create_bigbluebutton(secret=SECRET, **changes)
        self.webinars = create_onstream(password=PASSWORD)
        self.simulators = {name: getattr(self, name) for name in NAMES}
        self._stack = ExitStack()
        urls = {
            name: simulator.url_for(self._stack.enter_context(Server(simulator)))
            for name, simulator in self.simulators.items()
        }
        self.urls = urls
        self.file = folder / "bridge.toml"
        database = f"sqlite:///{folder / 'bridge.db'}"
        self.file.write_text(
            SETTINGS.format(database=database, secret=SECRET, password=PASSWORD, **urls)
        )

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def run(self, *arguments: object, typed: str | None = None) -> Done:
        """``lti-bridge conferencing …`` with this settings file."""
        return self.command("conferencing", *arguments, typed=typed)

    def command(self, *arguments: object, typed: str | None = None) -> Done:
        """``lti-bridge …`` with this settings file."""
        return run(*arguments, "--config", self.file, typed=typed)

    @contextmanager
    def bridge(self) -> Iterator[Bridge]:
        """A bridge of its own, on a database that is prepared."""
        with bridge_of(self.file) as bridge:
            bridge.prepare()
            yield bridge

    def a_meeting(self, course: str = "biology", service: str = "live") -> Meeting:
        """The standing meeting of a course's link, as a launch makes its row."""
        with self.bridge() as bridge:
            platform = bridge.store.platforms.all()[0]
            number = bridge.store.people.add_course(
                platform.id, course, "", course.title(), now_ms=NOW_MS
            ).id
            new = NewMeeting(
                course_id=number,
                resource_link_id="link-1",
                service=service,
                name=f"{course.title()} – Lectures",
                logout_url="",
                meets_course_id=None,
                meets_connection=1,
                lti_context_id=course,
            )
            return bridge.store.meetings.add_standing(new, NOW_MS)

    def held(self, service: str, *people: tuple[str, Role], **changes: Any) -> MeetingDetails:
        """A meeting that is on the service, with these people in."""
        details = MeetingDetails(**{
            "meeting_id": "lti-0123456789abcdef",
            "name": "Biology – Lectures",
            "attendee_password": "attendee-pass",
            "moderator_password": "moderator-pass",
            **changes,
        })  # fmt: skip  # a detail a line
        with self.bridge() as bridge:
            one = bridge.services.service_for(service)
            created = one.create(details)
            for name, role in people:
                visitor = Visitor(full_name=name, role=role, user_id=name.lower()[:3], key=name)
                assert visit(one.join_url(details, visitor, created)) == 200
        return details
