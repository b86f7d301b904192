"""A service of any kind at its simulator, which can be put to rest, and the doors to it."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import Any

from lti_bridge.conferencing import Callbacks, Entry, Services
from lti_bridge.http import Client
from lti_bridge.scheduling import Entrance, MeetingBook, Opener, SharedStatuses
from lti_bridge.settings import Conferencing
from lti_bridge.simulators.bigbluebutton import create_bigbluebutton, create_meetingz
from lti_bridge.simulators.onstream import create_onstream
from lti_bridge.simulators.serving import Server
from lti_bridge.store import Meeting, Store
from tests.unit.directory.launches import Clock
from tests.unit.store.values import a_meeting

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
URLS = Callbacks(
    ended_url="https://bridge.example.edu/callbacks/ended/1/mark",
    recording_ready_url="https://bridge.example.edu/callbacks/recording/1/mark",
    analytics_url="https://bridge.example.edu/callbacks/attendance/1/mark",
)
FAMILY = {"meetingz": create_meetingz, "bigbluebutton": create_bigbluebutton}


class Site:
    """The service ``live`` of one kind; time passes as the test says."""

    def __init__(self, store: Store, stack: ExitStack, kind: str, **options: Any) -> None:
        self.store = store
        self.clock = Clock()
        if kind == "onstream":
            self.simulator: Any = create_onstream(
                username="campus", password=SECRET, clock=self.clock, **options
            )
            keys = {"username": "campus", "password": SECRET, "timezone": "UTC"}
        else:
            self.simulator = FAMILY[kind](secret=SECRET, clock=self.clock, **options)
            keys = {"secret": SECRET}
        self.server = stack.enter_context(Server(self.simulator))
        url = self.simulator.url_for(self.server)
        self.settings = Conferencing(name="live", kind=kind, url=url, **keys)
        self.entries = [Entry(self.settings)]
        client = Client(allow_http=True, allow_private_networks=True, clock=self.clock)
        stack.enter_context(closing(client))
        self.services = Services(
            [], client, invitations=store.invitations, current=lambda: self.entries
        )

    def rest(self, *, resting: bool = True) -> None:
        """Put it to rest, or wake it."""
        self.entries = [Entry(self.settings, resting=resting)]

    def opener(self, callbacks: Callbacks | None = None) -> Opener:
        """That of another process."""
        given = {} if callbacks is None else {"callbacks": lambda _meeting: callbacks}
        return Opener(self.store.meetings, self.services, now=self.clock, **given)

    def entrance(self, opener: Opener | None = None) -> Entrance:
        """That of another process."""
        book = MeetingBook(self.store.meetings, now=self.clock, clock=self.clock)
        statuses = SharedStatuses(
            self.store.statuses, self.services, clock=self.clock, now=self.clock
        )
        return Entrance(book, opener or self.opener(), self.services, statuses, now=self.clock)

    def meeting(self, **changes: Any) -> Meeting:
        return a_meeting(self.store, **changes)

    def row(self, meeting: Meeting) -> Meeting:
        """As the database has it now."""
        row = self.store.meetings.by_id(meeting.id)
        assert row is not None
        return row

    def asked(self, call: str) -> int:
        return self.simulator.faults.count(f"/{call}")

    def calls(self) -> int:
        """How often the service was asked for anything."""
        return len(self.simulator.faults.requests)
