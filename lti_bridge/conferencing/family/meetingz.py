"""Meetingz (its API 1.0.0).

The document leaves answers out: they are read as BigBlueButton 0.9's, every element but
``returncode`` optional. It lists some calls without a section of their own, announces recordings
only, and doesn't name publishRecordings: whether a server has those shows when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from lti_bridge.conferencing.capabilities import Capability, by_name, call
from lti_bridge.conferencing.family import parameters
from lti_bridge.conferencing.family.service import Family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lti_bridge.conferencing.capabilities import Call
    from lti_bridge.conferencing.family.parameters import Parameter
    from lti_bridge.conferencing.meetings import MeetingDetails

COMMON: Final = frozenset(
    {
        Capability.RUNNING,
        Capability.LIVE_COUNTS,
        Capability.PARTICIPANTS,
        Capability.MEETINGS,
        Capability.END,
        Capability.RECORD,
        Capability.RECORDINGS,
        Capability.PUBLISH,
        Capability.RENAME,
        Capability.DELETE_RECORDINGS,
        Capability.PARTICIPANT_LIMIT,
        Capability.MESSAGES,
    }
)
"""What all of the family can do at their best."""


class Meetingz(Family):
    """A Meetingz account: its address, its secret, and our words in its terms."""

    kind: ClassVar[str] = "meetingz"
    CAPABILITIES: ClassVar[frozenset[Capability]] = COMMON | {
        Capability.LOCK_SETTINGS,
        Capability.ROOM_RULES,
    }
    CALLS: ClassVar[Mapping[str, Call]] = by_name(
        [
            call("create"),
            call("join"),
            call("isMeetingRunning", Capability.RUNNING),
            call("end", Capability.END),
            call("getMeetings", Capability.MEETINGS, discovered=True),
            call(
                "getMeetingInfo", Capability.LIVE_COUNTS, Capability.PARTICIPANTS, discovered=True
            ),
            call("getRecordings", Capability.RECORDINGS, discovered=True),
            call("publishRecordings", Capability.PUBLISH, discovered=True),
            call("updateRecordings", Capability.RENAME, discovered=True),
            call("deleteRecordings", Capability.DELETE_RECORDINGS, discovered=True),
        ]
    )

    def _create_parameters(self, meeting: MeetingDetails) -> Iterator[Parameter]:
        yield from parameters.basic(meeting)
        yield from parameters.rules(meeting, notes="lockSettingsDisableNote")
        yield from parameters.metadata(meeting)
