"""``create`` before ``join``, and yet one ``create`` per meeting per 20 seconds.

Three circles, from the cheapest outwards: this process remembers a confirmation for the rest of
its 20 seconds; of its threads one asks and the others take its answer; of all processes and nodes
one holds the meeting's claim in the database, and the others watch the row until it is confirmed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing import MeetingDetails
from lti_bridge.directory.memory import Memory
from lti_bridge.errors import NotAllowed, RemoteError, RemoteTimeout
from lti_bridge.http.flights import Crowded, Flights

if TYPE_CHECKING:
    from lti_bridge.conferencing import Services
    from lti_bridge.store import Claim, Meeting, Meetings

CONFIRMED_SECONDS: Final = 20.0
HOLD_SECONDS: Final = 10.0
"""Longer than the longest ``create``: a claim whose holder died runs out after that."""
WATCH_SECONDS: Final = 0.05
FAILED_SECONDS: Final = 1.0
"""For so long a failure is the answer to everybody: a failing service isn't asked 300 times."""
MOST_WAITING: Final = 48
"""Threads that may wait for a ``create``; more would leave none for other courses."""

Confirmed = tuple[int | None]
"""``createTime`` of a meeting that is there, where the service gave one."""

__all__ = ["CONFIRMED_SECONDS", "Crowded", "Opener", "details"]


class Opener:
    """Sees to it that a meeting is there before anybody is sent into it."""

    def __init__(
        self, meetings: Meetings, services: Services, *, now: Callable[[], float] = time.time
    ) -> None:
        """``now``: UNIX seconds."""
        self._meetings = meetings
        self._services = services
        self._now = now
        self._confirmed: Memory[int, Confirmed] = Memory(10_000, clock=now)
        self._failed: Memory[int, RemoteError] = Memory(1_000, clock=now)
        self._opening: Flights[int, Confirmed] = Flights(most_waiting=MOST_WAITING)

    def open(self, meeting: Meeting) -> int | None:
        """Confirm the meeting; its ``createTime`` where the service gives one.

        Raises :class:`RemoteError` where ``create`` fails, :class:`Crowded` where so many wait
        for it already that this one should ask again in a moment, :class:`NotAllowed` where the
        meeting is gone, and :class:`lti_bridge.errors.StoreError`.
        """
        confirmed = self._remembered(meeting.id)
        if confirmed is None:
            confirmed = self._opening.call(meeting.id, lambda: self._open(meeting))
        return confirmed[0]

    def _remembered(self, meeting: int) -> Confirmed | None:
        failed = self._failed.get(meeting)
        if failed is not None:
            raise failed.with_traceback(None)  # else it would grow with everybody it is told to
        return self._confirmed.get(meeting)

    def _open(self, meeting: Meeting) -> Confirmed:
        # Between this thread's look into the memory and its turn, another may have come to an end.
        confirmed = self._remembered(meeting.id)
        if confirmed is not None:
            return confirmed
        patience = self._now() + HOLD_SECONDS
        # The caller's row may be some seconds old: what ``create`` says and who confirmed it is
        # in the database.
        while True:
            row = self._meetings.by_id(meeting.id)
            if row is None:
                raise gone()
            if self._fresh(row):
                return self._remember(row.id, row.create_time, row.confirmed_ms / 1000)
            claim = self._claim(row)
            if claim is not None:
                return self._create(row, claim)
            if self._now() > patience:
                raise _opening_elsewhere(meeting)
            time.sleep(WATCH_SECONDS)  # another process is at it

    def _fresh(self, row: Meeting) -> bool:
        return row.confirmed_ms / 1000 > self._now() - CONFIRMED_SECONDS

    def _claim(self, row: Meeting) -> Claim | None:
        now = self._now()
        return self._meetings.claim(
            row.id,
            now_ms=int(now * 1000),
            confirmed_before_ms=int((now - CONFIRMED_SECONDS) * 1000),
            hold_ms=int(HOLD_SECONDS * 1000),
        )

    def _create(self, row: Meeting, claim: Claim) -> Confirmed:
        try:
            created = self._services.service_for(row.service).create(details(row))
        except BaseException as error:
            self._meetings.released(claim)
            if isinstance(error, RemoteError):
                self._failed.put(row.id, error, FAILED_SECONDS)
            raise
        now = self._now()
        self._meetings.confirmed(claim, created.create_time, int(now * 1000))
        return self._remember(row.id, created.create_time, now)

    def _remember(self, meeting: int, create_time: int | None, confirmed: float) -> Confirmed:
        left = confirmed + CONFIRMED_SECONDS - self._now()
        return self._confirmed.put(meeting, (create_time,), left)


def gone() -> NotAllowed:
    """What everybody hears who comes for a meeting that isn't there any more."""
    return NotAllowed(
        "This meeting doesn't exist any more.",
        remedy="Open the link in the course again.",
        code="meeting_gone",
    )


def _opening_elsewhere(meeting: Meeting) -> RemoteTimeout:
    return RemoteTimeout(
        "The meeting is being opened by another process, which takes too long.",
        service=meeting.service,
        call="create",
        remedy="Try again in a moment.",
        code="opening_elsewhere",
    )


def details(row: Meeting) -> MeetingDetails:
    """What ``create`` says: a pure function of the row (CONTRACT.md, 4)."""
    course = {} if row.meets_course_id is None else {"meets-id-course": str(row.meets_course_id)}
    context = {"bbb-context-id": row.lti_context_id} if row.lti_context_id else {}
    return MeetingDetails(
        meeting_id=row.meeting_id,
        name=row.name,
        attendee_password=row.attendee_password,
        moderator_password=row.moderator_password,
        logout_url=row.logout_url,
        record=row.record,
        metadata={
            **course,
            **context,
            "meets-id-connection": str(row.meets_connection),
            "bbb-origin": "LTI Bridge",
            "bridge-meeting": row.meeting_id,
        },
    )
