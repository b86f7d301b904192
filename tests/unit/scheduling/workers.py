"""What other processes of the bridge do while a class begins; they need to import no test."""

from __future__ import annotations

import time
from contextlib import closing

from lti_bridge.conferencing import Services
from lti_bridge.http import Client
from lti_bridge.scheduling import Opener, SharedStatuses
from lti_bridge.settings import Conferencing
from lti_bridge.store import open_store
from tests.unit.store.values import KEY, at_once

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"


def services_at(url: str, client: Client) -> Services:
    settings = Conferencing(name="live", kind="meetingz", url=url, secret=SECRET)
    return Services([settings], client)


def open_with_threads(url: str, service: str, meeting: int, threads: int) -> list[object]:
    """What each thread of one process got: the create time, or a failure's words."""
    client = Client(allow_http=True, allow_private_networks=True)
    with closing(open_store(url, [KEY])) as store, closing(client):
        row = store.meetings.by_id(meeting)
        assert row is not None
        opener = Opener(store.meetings, services_at(service, client))
        results = at_once(threads, lambda _: opener.open(row).create_time)
    return [repr(one) if isinstance(one, Exception) else one for one in results]


def open_and_hang(url: str, service: str, meeting: int) -> None:
    """Call ``create`` of a service that takes its time; to be killed meanwhile."""
    open_with_threads(url, service, meeting, 1)
    time.sleep(60)


def ask_with_threads(url: str, service: str, meeting: int, threads: int, times: int) -> list[str]:
    """What one process's threads were told of a meeting, each so many times at the same moment."""
    client = Client(allow_http=True, allow_private_networks=True)
    moment = time.time()
    with closing(open_store(url, [KEY])) as store, closing(client):
        row = store.meetings.by_id(meeting)
        assert row is not None
        statuses = SharedStatuses(store.statuses, services_at(service, client), now=lambda: moment)

        def ask(_: int) -> list[str]:
            answers = [statuses.ask(row) for _ in range(times)]
            return ["unknown" if one is None else repr(one.running) for one in answers]

        results = at_once(threads, ask)
    return [one for each in results for one in (each if isinstance(each, list) else [repr(each)])]
