"""What classes leave behind, collected from the services: recordings, and who was in.

Never on anybody's way into class. What is to be asked for is a query on the meetings, so that a
worker that dies leaves nothing undone for long; a service that fails leaves its meetings due.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from lti_bridge.conferencing import Capability, RecordingQuery
from lti_bridge.errors import CapabilityMissing, RemoteError, ServiceMissing
from lti_bridge.store import FoundRecording, FoundStay

if TYPE_CHECKING:
    from lti_bridge.conferencing import Attendance, ConferencingService, Recording, Services
    from lti_bridge.store import Collectable, Invitations, Records

AT_ONCE: Final = 50
"""Meetings of a call."""
ROUNDS: Final = 20
"""So often a run takes more, at the most; the next run goes on."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """The job."""

    records: Records
    invitations: Invitations
    services: Services
    now_ms: Callable[[], int]

    def run(self) -> int:
        """Ask for all that is due; how many meetings were answered for.

        Raises the last :class:`RemoteError`, so that the failure is seen, once all other
        services were asked.
        """
        failures: list[RemoteError | ServiceMissing] = []
        resting: set[str] = set()
        done = self._rounds(self.records.take_due, self._collect, resting, failures)
        done += self._rounds(self.records.take_kept, self._look_again, resting, failures)
        if failures:
            raise failures[-1]
        return done

    def _rounds(
        self,
        take: Callable[[int], Sequence[Collectable]],
        ask: Callable[[str, Sequence[Collectable]], None],
        resting: set[str],
        failures: list[RemoteError | ServiceMissing],
    ) -> int:
        """Take some and ask for them, until none is due; a service that failed gets its rest."""
        done = 0
        for _ in range(ROUNDS):
            due = take(self.now_ms())
            for service, meetings in _by_service(due):
                if service in resting:
                    self.records.give_back([one.id for one in meetings])
                    continue
                try:
                    ask(service, meetings)
                    done += len(meetings)
                except (RemoteError, ServiceMissing) as error:
                    failures.append(error)
                    resting.add(service)
                    self.records.give_back([one.id for one in meetings])
            failures += self._ask_elsewhere(due, ask)
            if not due or resting:
                break
        return done

    def _ask_elsewhere(
        self, due: Sequence[Collectable], ask: Callable[[str, Sequence[Collectable]], None]
    ) -> Iterator[RemoteError]:
        """Ask where meetings were before they moved; what fails there is asked for again with
        the meeting's next turn. A service that isn't configured any more can't be asked.
        """
        known = self.services.names()
        before = [
            replace(one, service=name, elsewhere=(), has_left=True)
            for one in due
            for name in one.elsewhere
            if name in known
        ]
        for service, meetings in _by_service(before):
            try:
                ask(service, meetings)
            except RemoteError as error:
                yield error

    def _look_again(self, name: str, meetings: Sequence[Collectable]) -> None:
        """Whether recordings of long ago are still there: some services keep them for a while."""
        service = self.services.service_for(name)
        if Capability.RECORDINGS in service.capabilities:
            self._recordings(service, meetings)

    def _collect(self, name: str, meetings: Sequence[Collectable]) -> None:
        service = self.services.service_for(name)
        can = service.capabilities
        if Capability.RECORDINGS in can:
            self._recordings(service, meetings)
        if Capability.ATTENDANCE in can:
            self._attendance(service, meetings)
        if Capability.ATTENDANCE_SENT in can:
            for meeting in meetings:
                self._told(meeting)  # by whichever service
        if Capability.INVITED in can:
            for meeting in meetings:
                self._invited(service, meeting)

    def _recordings(self, service: ConferencingService, meetings: Sequence[Collectable]) -> None:
        query = RecordingQuery(meeting_ids=tuple(one.meeting_id for one in meetings), states="any")
        try:
            found = list(service.recordings(query))
        except CapabilityMissing:  # its document announces them, its server doesn't know them
            return
        for meeting in meetings:
            own = [one for one in found if one.meeting_id == meeting.meeting_id]
            there = [_recording(one) for one in own if one.state != "deleted"]
            self.records.save_recordings(meeting.id, service.name, there, self.now_ms())

    def _attendance(self, service: ConferencingService, meetings: Sequence[Collectable]) -> None:
        try:
            found = list(service.attendance([one.meeting_id for one in meetings]))
        except CapabilityMissing:
            return
        for meeting in meetings:
            own = [one for one in found if one.meeting_id == meeting.meeting_id]
            if own:
                stays = [stay for one in own for stay in _stays(one)]
                final = None if meeting.has_left else all(one.is_final for one in own)
                self.records.save_attendance(meeting.id, "service", stays, is_final=final)

    def _invited(self, service: ConferencingService, meeting: Collectable) -> None:
        """Who may come: a hint to teachers, where nobody tells who came."""
        if meeting.has_left or not meeting.remote_id:
            return
        found = service.invited(meeting.remote_id)
        self.invitations.save_list(meeting.id, [(x.email, x.user_id, x.role) for x in found])

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
