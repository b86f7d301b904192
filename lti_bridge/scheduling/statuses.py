"""What runs, who is in, since when: asked of the service once in five seconds, whoever wants to
know and on whichever node.

Three circles, as with ``create`` (:mod:`lti_bridge.scheduling.opening`): a process remembers the
answer; of its threads one looks further; of all processes one asks the service, by a claim in the
database, and the others read there what it was told. Nobody waits for a service that hangs while
an older answer is at hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing import Attendee, Capability, MeetingInfo
from lti_bridge.directory.memory import Memory
from lti_bridge.errors import (
    CapabilityMissing,
    RemoteError,
    RemoteMalformed,
    RemoteRejected,
    StoreError,
)
from lti_bridge.http.flights import Crowded, Flights
from lti_bridge.scheduling.opening import FAILED_SECONDS

if TYPE_CHECKING:
    from lti_bridge.conferencing import ConferencingService
    from lti_bridge.conferencing.registry import Services
    from lti_bridge.store import Meeting, StatusAnswer, Statuses

STATUS_SECONDS: Final = 5.0
"""However many people wait or look on: one status call per meeting in that time."""
LOOK_SECONDS: Final = 1.0
"""So often, at the most, a process looks into the database whether another has an answer."""
STALE_SECONDS: Final = 30.0
"""An answer of that age is still better than none, while somebody asks anew."""
MOST_WAITING: Final = 4
"""Threads that may wait for the one that asks, where no answer at all is at hand."""
MOST_NAMES: Final = 500
"""Of who is in, for a teacher's page; how many are in is said of all."""

NOBODY: Final = MeetingInfo(running=False, participants=0, moderators=0)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What this process takes for true; None: it isn't known."""

    info: MeetingInfo | None


class SharedStatuses:
    """The statuses of meetings."""

    def __init__(
        self,
        rows: Statuses,
        services: Services,
        *,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], float] = time,
    ) -> None:
        """``clock``: seconds by which this process forgets; ``now``: UNIX seconds."""
        self._rows = rows
        self._services = services
        self._now = now
        self._seen: Memory[int, _Seen] = Memory(10_000, clock=clock)
        self._looked: Memory[int, _Seen] = Memory(10_000, clock=clock)
        self._last: Memory[int, MeetingInfo] = Memory(10_000, clock=clock)
        self._failed: Memory[int, RemoteError] = Memory(1_000, clock=clock)
        self._asking: Flights[int, _Seen] = Flights(most_waiting=MOST_WAITING)
        self._reading: Flights[int, _Seen] = Flights()

    def ask(self, meeting: Meeting) -> MeetingInfo | None:
        """How it stands, at most five seconds old; None where that isn't known just now.

        May call the service. Raises :class:`RemoteError` where it fails, and for a moment after
        that; :class:`lti_bridge.errors.ServiceMissing` where there is none.
        """
        seen = self._seen.get(meeting.id)
        if seen is not None:
            return seen.info
        last = self._last.get(meeting.id)
        if last is not None and self._asking.under_way(meeting.id):
            return last
        service = self._services.service_for(meeting.service)
        if Capability.RUNNING not in service.capabilities:
            return None
        try:
            return self._asking.call(meeting.id, lambda: self._look(meeting, service)).info
        except Crowded:
            return last

    def known(self, meeting: Meeting) -> MeetingInfo | None:
        """How it stood some seconds ago, if anybody asked; never calls the service."""
        seen = self._seen.get(meeting.id) or self._looked.get(meeting.id)
        if seen is None:
            seen = self._reading.call(meeting.id, lambda: self._read(meeting.id))
            self._looked.put(meeting.id, seen, LOOK_SECONDS)
        return seen.info

    def forget(self, meeting: int) -> None:
        """It has ended: what was known doesn't hold any more, in no process."""
        self._seen.forget(meeting)
        self._looked.forget(meeting)
        self._last.forget(meeting)
        self._rows.forget(meeting)

    def _look(self, meeting: Meeting, service: ConferencingService) -> _Seen:
        seen = self._seen.get(meeting.id)
        if seen is not None:  # another thread's call ended between our look and our turn
            return seen
        failed = self._failed.get(meeting.id)
        if failed is not None:
            raise failed.with_traceback(None)
        try:
            known = self._read(meeting.id)
            if self._seen.get(meeting.id) is not None:
                return known
            mine = self._rows.claim(meeting.id, self._now_ms(), round(STATUS_SECONDS * 1000))
        except StoreError:  # without the others' answers one's own has to do
            return self._asked(meeting, service)
        if mine:
            return self._asked(meeting, service)
        return self._seen.put(meeting.id, known, LOOK_SECONDS)

    def _read(self, meeting: int) -> _Seen:
        """What the database has; remembered as long as it is fresh."""
        answer = self._rows.last(meeting)
        age = self._age(answer)
        info = unpacked(answer.status) if answer and age < STALE_SECONDS else None
        if info is not None:
            self._last.put(meeting, info, STALE_SECONDS - age)
            if age < STATUS_SECONDS:
                self._seen.put(meeting, _Seen(info), STATUS_SECONDS - age)
        return _Seen(info)

    def _age(self, answer: StatusAnswer | None) -> float:
        # Another node's clock may be a little ahead of ours.
        return max(0.0, self._now() - answer.answered_ms / 1000) if answer else STALE_SECONDS

    def _asked(self, meeting: Meeting, service: ConferencingService) -> _Seen:
        try:
            info = _look_at(service, meeting.meeting_id)
        except RemoteError as error:
            self._failed.put(meeting.id, error, FAILED_SECONDS)
            again_ms = self._now_ms() - round((STATUS_SECONDS - FAILED_SECONDS) * 1000)
            with suppress(StoreError):
                self._rows.ask_from(meeting.id, again_ms)
            raise
        with suppress(StoreError):
            self._rows.answered(meeting.id, packed(info), self._now_ms())
        self._last.put(meeting.id, info, STALE_SECONDS)
        return self._seen.put(meeting.id, _Seen(info), STATUS_SECONDS)

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def _look_at(service: ConferencingService, meeting_id: str) -> MeetingInfo:
    if Capability.LIVE_COUNTS in service.capabilities:
        try:
            return service.info(meeting_id) or NOBODY
        except (CapabilityMissing, RemoteRejected, RemoteMalformed):
            pass  # not all have that call; the other they do
    return MeetingInfo(running=service.is_running(meeting_id))


def packed(info: MeetingInfo) -> str:
    """What pages show of a status, as text."""
    values = {
        "running": info.running,
        "participants": info.participants,
        "moderators": info.moderators,
        "started_ms": info.started_ms,
        "recording": info.recording,
        "dial_number": info.dial_number,
        "voice_bridge": info.voice_bridge,
        "attendees": [
            [one.user_id, one.full_name, one.role, one.has_joined_voice, one.has_video]
            for one in info.attendees[:MOST_NAMES]
        ],
    }
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)


def unpacked(text: str) -> MeetingInfo | None:
    """The status of such a text; None for that of another version of the bridge."""
    try:
        values = json.loads(text)
        attendees = tuple(
            Attendee(user_id, name, role, has_joined_voice=voice, has_video=video)
            for user_id, name, role, voice, video in values.pop("attendees")
        )
        return MeetingInfo(**values, attendees=attendees)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
