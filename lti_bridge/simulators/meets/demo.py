"""What MEETS has of a demonstration's courses: classes held on other services, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from lti_bridge.simulators.meets.records import (
    PERMISSIONS,
    Account,
    Admin,
    Event,
    LogEntry,
    Recording,
    Stay,
)
from lti_bridge.simulators.movie import film

if TYPE_CHECKING:
    from lti_bridge.simulators.meets.simulator import MeetsSimulator

DAY: Final = 86_400
HOUR: Final = 3600


def fill(
    simulator: MeetsSimulator, *, connection: int, courses: Mapping[str, str], now: int
) -> None:
    """A handful of events in each course: past and coming, with recordings and attendance.

    ``courses``: titles by LTI context ID; ``now``: UNIX seconds.
    """
    records = simulator.records
    records.connection(connection)
    records.connections[connection].name = "Riverbank University"
    records.admins.add(Admin("it@riverbank.example", "Ines", "Moreno", frozenset(PERMISSIONS)))
    reader = frozenset({"viewData"})
    records.admins.add(Admin("registrar@riverbank.example", "Paul", "Adeyemi", reader))
    host = records.user(connection, "meets-host", "Ana", "Pereira", "ana.pereira@riverbank.example")
    zoom = records.accounts.add(Account("zoom", "riverbank-zoom", (host,)))
    webex = records.accounts.add(Account("webexmeetingcenter", "riverbank", (host,)))
    morning = now - now % HOUR
    for back, service, account, username in (
        (6, "zoom", zoom, "riverbank-zoom"),
        (1, "webexmeetingcenter", webex, "riverbank"),
        (1, "webexmeetingcenter", None, "administrator"),
    ):
        method = 1 if account is None else 0
        records.log.add(LogEntry(service, account, username, method, morning - back * DAY))
    for context, title in courses.items():
        course = records.course(connection, context, title)

        def held(name: str, begin: int, service: str, account: int | None) -> Event:
            event = Event(name, begin, begin + HOUR, host, service, account, (course,))  # noqa: B023 - called at once
            records.events.add(event)
            return event

        guest = held("Guest lecture", morning - 6 * DAY, "zoom", zoom)
        guest.attendance = _class(guest.begin)
        number = len(records.events)
        records.recordings.add(Recording(number, guest.end + HOUR, "original"))
        records.recordings.add(_film(number, guest.end + 2 * HOUR))
        revision = held("Revision before the test", morning - DAY, "webexmeetingcenter", webex)
        revision.attendance, revision.is_final = _class(revision.begin)[:2], False
        gone = Recording(len(records.events), revision.end + HOUR, "original", gone=True)
        records.recordings.add(gone)
        held("Parents’ evening", morning - 20 * DAY, "collaborate", None)
        held("Question time", morning + 2 * DAY, "zoom", zoom)
        held("Exam review", morning + 9 * DAY, "webexmeetingcenter", None)


def _class(begin: int) -> list[Stay]:
    """Who was in: one of them twice, from two devices."""
    return [
        Stay(
            "Ana Pereira", begin - 120, begin + HOUR, "ana.pereira@riverbank.example",
            "10.0.2.254", "LINUX, FIREFOX", host=True,
        ),
        Stay(
            "Ben Okafor", begin + 30, begin + 1500, "ben.okafor@riverbank.example",
            "192.168.1.2", "WINDOWS, EDGE",
        ),
        Stay(
            "Ben Okafor", begin + 1620, begin + 3540, "ben.okafor@riverbank.example",
            "192.168.7.9", "ANDROID, CHROME",
        ),
        Stay("سارا محمدی", begin + 300, begin + 3500, None, None, None),
    ]  # fmt: skip


def _film(event: int, added: int) -> Recording:
    """Some seconds of a film: a file that MEETS holds itself."""
    return Recording(
        event, added, "converted",
        content=film(), content_type="video/mp4", file_name="Guest lecture.mp4",
    )  # fmt: skip
