"""What classes leave behind, collected from the services: recordings, and who was in.

Never on anybody's way into class. What is to be asked for is a query on the meetings, so that a
worker that dies leaves nothing undone for long; a service that fails leaves its meetings due.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.conferencing import Capability, RecordingQuery
from lti_bridge.errors import CapabilityMissing, RemoteError, ServiceMissing
from lti_bridge.store import FoundRecording, FoundStay

if TYPE_CHECKING:
    from lti_bridge.conferencing import Attendance, ConferencingService, Recording, Services
    from lti_bridge.store import Collectable, Records

AT_ONCE: Final = 50
"""Meetings of a call."""
ROUNDS: Final = 20
"""So often a run takes more, at the most; the next run goes on."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """The job."""

    records: Records
    services: Services
    now_ms: Callable[[], int]

    def run(self) -> int:
        """Ask for all that is due; how many meetings were answered for.

        Raises the last :class:`RemoteError`, so that the failure is seen, once all other
        services were asked.
        """
        done, failed = 0, None
        resting: set[str] = set()
        for _ in range(ROUNDS):
            due = self.records.take_due(self.now_ms())
            for service, meetings in _by_service(due):
                if service in resting:
                    self.records.give_back([one.id for one in meetings])
                    continue
                try:
                    self._collect(service, meetings)
                    done += len(meetings)
                except (RemoteError, ServiceMissing) as error:
                    failed = error
                    resting.add(service)
                    self.records.give_back([one.id for one in meetings])
            if not due or resting:
                break
        if failed is not None:
            raise failed
        return done

    def _collect(self, name: str, meetings: Sequence[Collectable]) -> None:
        service = self.services.service_for(name)
        can = service.capabilities
        if Capability.RECORDINGS in can:
            self._recordings(service, meetings)
        if Capability.ATTENDANCE in can:
            self._attendance(service, meetings)
        if Capability.ATTENDANCE_SENT in can:
            for meeting in meetings:
                self._told(meeting)

    def _recordings(self, service: ConferencingService, meetings: Sequence[Collectable]) -> None:
        query = RecordingQuery(meeting_ids=tuple(one.meeting_id for one in meetings), states="any")
        try:
            found = list(service.recordings(query))
        except CapabilityMissing:  # its document announces them, its server doesn't know them
            return
        for meeting in meetings:
            own = [one for one in found if one.meeting_id == meeting.meeting_id]
            there = [_recording(one) for one in own if one.state != "deleted"]
            self.records.save_recordings(meeting.id, there, self.now_ms())

    def _attendance(self, service: ConferencingService, meetings: Sequence[Collectable]) -> None:
        try:
            found = list(service.attendance([one.meeting_id for one in meetings]))
        except CapabilityMissing:
            return
        for meeting in meetings:
            own = [one for one in found if one.meeting_id == meeting.meeting_id]
            if own:
                stays = [stay for one in own for stay in _stays(one)]
                final = all(one.is_final for one in own)
                self.records.save_attendance(meeting.id, "service", stays, is_final=final)

    def _told(self, meeting: Collectable) -> None:
        """What the service sent by itself, once a session was over."""
        told = [json.loads(data) for data in self.records.attendance_told(meeting.id)]
        if told:
            stays = [stay for one in told for stay in _told_stays(one)]
            final = all(one.get("ended_ms") is not None for one in told)
            self.records.save_attendance(meeting.id, "callback", stays, is_final=final)


def _by_service(due: Sequence[Collectable]) -> Iterator[tuple[str, list[Collectable]]]:
    for service in sorted({one.service for one in due}):
        own = [one for one in due if one.service == service]
        for start in range(0, len(own), AT_ONCE):
            yield service, own[start : start + AT_ONCE]


def _recording(one: Recording) -> FoundRecording:
    return FoundRecording(
        record_id=one.record_id,
        name=one.name,
        state=one.state,
        started_ms=one.started_ms,
        ended_ms=one.ended_ms,
        length_ms=one.length_ms,
        participants=one.participants,
        formats=json.dumps([asdict(each) for each in one.formats]),
    )


def _stays(one: Attendance) -> Iterator[FoundStay]:
    for stay in one.stays:
        if stay.joined_ms is not None:
            yield FoundStay(stay.user_id, stay.full_name, stay.joined_ms, stay.left_ms)


def _told_stays(told: dict[str, Any]) -> Iterator[FoundStay]:
    for stay in told.get("stays", ()):
        if stay.get("joined_ms") is not None:
            yield FoundStay(
                stay.get("user_id", ""),
                stay.get("full_name", ""),
                stay["joined_ms"],
                stay["left_ms"],
            )
