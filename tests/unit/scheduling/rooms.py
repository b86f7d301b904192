"""A Meetingz at the simulator, and everything of this room on one database."""

from __future__ import annotations

import http.client
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import urlsplit

from lti_bridge.conferencing import Services, Visitor
from lti_bridge.directory import Course, Launch
from lti_bridge.http import Client
from lti_bridge.scheduling import Entrance, MeetingBook, Opener, SharedStatuses
from lti_bridge.simulators.meetingz import create_meetingz
from lti_bridge.simulators.serving import Server
from lti_bridge.store import Meeting, Store
from tests.unit.directory.launches import Clock, a_launch
from tests.unit.scheduling.workers import SECRET, services_at
from tests.unit.store.values import a_meeting

ANN = Visitor("Ann Bee", "attendee", "42")
TEACHER = Visitor("Tess Teacher", "moderator", "7")


class Building:
    """The service, the store, and as many processes' worth of openers as a test wants."""

    def __init__(self, store: Store, stack: ExitStack) -> None:
        self.store = store
        self.stack = stack
        self.clock = Clock()
        self.simulator = create_meetingz(secret=SECRET)
        self.server = stack.enter_context(Server(self.simulator))
        self.url = self.simulator.url_for(self.server)
        self.services = self.new_services()

    def new_services(self) -> Services:
        client = Client(allow_http=True, allow_private_networks=True)
        self.stack.enter_context(closing(client))
        return services_at(self.url, client)

    def opener(self, **options: Any) -> Opener:
        return Opener(self.store.meetings, self.new_services(), **{"now": self.clock, **options})

    def book(self) -> MeetingBook:
        return MeetingBook(self.store.meetings, now=self.clock, clock=self.clock)

    def entrance(self) -> Entrance:
        return Entrance(self.book(), self.opener(), self.services, self.statuses(), now=self.clock)

    def statuses(self) -> SharedStatuses:
        """Those of another process."""
        return SharedStatuses(self.store.statuses, self.services, clock=self.clock, now=self.clock)

    def meeting(self, **changes: Any) -> Meeting:
        return a_meeting(self.store, **changes)

    def launch(self, **changes: Any) -> Launch:
        return a_launch(self.store, **changes)

    def course(self, **changes: Any) -> Course:
        record = self.store.people.add_course(1, "course-1", "", "Biology", now_ms=1)
        values = {"lti_context_id": "course-1", "title": record.title, "meets_id": 12}
        return Course(record.id, **{**values, **changes})

    def asked(self, call: str) -> int:
        return self.simulator.faults.count(f"/api/{call}")

    @property
    def creates(self) -> list[str]:
        """The query of each ``create``, as it came in."""
        return [one.query for one in self.simulator.faults.requests if one.path.endswith("/create")]


def follow(url: str) -> int:
    """The status that a browser gets at a join URL; 302 is in."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return connection.getresponse().status
    finally:
        connection.close()
