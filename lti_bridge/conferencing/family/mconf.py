"""Mconf-Live: BigBlueButton 0.9 with additions (Mconf Live API).

Parameters that came after 0.9 (lock settings, mute on start, webcams for moderators only; recordID
and state of getRecordings) aren't sent. updateRecordings came with BigBlueButton 1.1: a server may
have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from lti_bridge.conferencing.capabilities import Capability, by_name, call
from lti_bridge.conferencing.family import parameters, readings
from lti_bridge.conferencing.family.calls import joined, split, whole
from lti_bridge.conferencing.family.meetingz import COMMON
from lti_bridge.conferencing.family.service import Family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lti_bridge.conferencing.capabilities import Call
    from lti_bridge.conferencing.family.parameters import Parameter
    from lti_bridge.conferencing.meetings import Created, MeetingDetails, Visitor
    from lti_bridge.conferencing.recordings import Attendance, Recording, RecordingQuery


class MconfLive(Family):
    """A Mconf-Live server."""

    kind: ClassVar[str] = "mconf"
    CAPABILITIES: ClassVar[frozenset[Capability]] = COMMON | {
        Capability.ATTENDANCE,
        Capability.DIAL_IN,
        Capability.GUESTS,
        Capability.SLIDES,
    }
    CALLS: ClassVar[Mapping[str, Call]] = by_name(
        [
            call("create"),
            call("join"),
            call("isMeetingRunning", Capability.RUNNING),
            call("end", Capability.END),
            call("getMeetings", Capability.MEETINGS),
            call("getMeetingInfo", Capability.LIVE_COUNTS, Capability.PARTICIPANTS),
            call("getRecordings", Capability.RECORDINGS),
            call("publishRecordings", Capability.PUBLISH),
            call("updateRecordings", Capability.RENAME, discovered=True),
            call("deleteRecordings", Capability.DELETE_RECORDINGS),
            call("getStats", Capability.ATTENDANCE, discovered=True),
        ]
    )

    def _create_parameters(self, meeting: MeetingDetails) -> Iterator[Parameter]:
        yield from parameters.basic(meeting)
        yield from parameters.telephone(meeting)
        yield from parameters.metadata(meeting)

    def _join_parameters(
        self, meeting: MeetingDetails, visitor: Visitor, created: Created
    ) -> Iterator[Parameter]:
        yield from parameters.join(meeting, visitor, created)
        yield "guest", "true" if visitor.guest else ""

    def recordings(self, query: RecordingQuery) -> Iterator[Recording]:
        """``getRecordings``, which knows meetings and metadata only; what else is asked is looked
        for in what it gives, since a filter that a server ignores gives everybody's recordings.
        """
        known = replace(query, record_ids=(), states=())
        if query.record_ids:
            whole(query.record_ids)
            known = replace(known, meeting_ids=())
        for found in super().recordings(known):
            if found.record_id.startswith(query.record_ids or "") and (
                query.states in {(), "any"} or found.state in query.states
            ):
                yield found

    def attendance(self, meeting_ids: Sequence[str] = ()) -> Iterator[Attendance]:
        """``getStats`` of some meetings, or of all.

        Whether it tells of running meetings the document leaves open: what has no end is
        preliminary.
        """
        for some in split(meeting_ids):
            root = self._calls.get("getStats", [("meetingID", joined(some))])
            yield from map(readings.attendance, root.iterfind("stats/meeting"))
