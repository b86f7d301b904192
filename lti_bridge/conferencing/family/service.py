"""What the services of the BigBlueButton family have in common.

A kind gives its table of calls, what it can do, and its parameters of ``create`` and ``join``.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from lti_bridge.conferencing.capabilities import Capability
from lti_bridge.conferencing.family import answers, documents, parameters, readings
from lti_bridge.conferencing.family.calls import LONGEST_QUERY, Calls, joined, missing, split
from lti_bridge.conferencing.meetings import Created, JoinUrl, MeetingInfo
from lti_bridge.errors import RemoteRejected

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from lti_bridge.conferencing.capabilities import Call
    from lti_bridge.conferencing.family.parameters import Parameter
    from lti_bridge.conferencing.meetings import MeetingDetails, Slide, Visitor
    from lti_bridge.conferencing.recordings import (
        Attendance,
        Invited,
        Recording,
        RecordingQuery,
        RecordingReady,
        TextTrack,
    )
    from lti_bridge.http import BreakerState, Client
    from lti_bridge.settings import Conferencing

UNKNOWN: Final = frozenset(
    {"notFound", "invalidMeetingIdentifier", "meetingForciblyEnded", "noRecordings"}
)
"""messageKeys of what isn't there (any more)."""
LONGEST_PARAMETERS: Final = LONGEST_QUERY - len("&checksum=") - 128


class Family(ABC):
    """A service of the family; see :class:`lti_bridge.conferencing.ConferencingService`."""

    kind: ClassVar[str]
    CALLS: ClassVar[Mapping[str, Call]]
    CAPABILITIES: ClassVar[frozenset[Capability]]

    def __init__(
        self,
        settings: Conferencing,
        client: Client,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``settings`` of this service; ``client`` is the door out; ``clock`` in seconds."""
        self._calls: Final = Calls(settings, client, self.CALLS, clock=clock)

    @property
    def name(self) -> str:
        """As configured."""
        return self._calls.name

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this server can do, without what it turned out not to know."""
        return self.CAPABILITIES - self._calls.lost()

    @property
    def health(self) -> BreakerState:
        """Whether it is left alone just now, and why."""
        return self._calls.health

    @abstractmethod
    def _create_parameters(self, meeting: MeetingDetails) -> Iterator[Parameter]:
        """What this kind takes of the details, in a fixed order."""

    def _join_parameters(
        self, meeting: MeetingDetails, visitor: Visitor, created: Created
    ) -> Iterator[Parameter]:
        yield from parameters.join(meeting, visitor, created)

    def create(self, meeting: MeetingDetails) -> Created:
        """``create``: "you can call it multiple times with the same parameters".

        ``idNotUnique`` counts as success too: our meeting IDs are random, so a meeting of this ID
        is ours, with these passwords; it was made before a setting changed, and people get in.
        """
        try:
            root, warnings = self._create(meeting)
        except RemoteRejected as refusal:
            if refusal.code == "idNotUnique":
                return Created()
            raise
        return Created(
            create_time=answers.number(root, "createTime"),
            remote_id=answers.text(root, "internalMeetingID"),
            warnings=tuple(warnings),
        )

    def _create(self, meeting: MeetingDetails) -> tuple[Element, list[str]]:
        values, cut = parameters.fitted(self._create_parameters(meeting), LONGEST_PARAMETERS)
        warnings = [f"{name} is too long for a URL and was shortened" for name in cut]
        if meeting.slides and Capability.SLIDES in self.CAPABILITIES:
            body = documents.presentation(meeting.slides)
            return self._calls.post("create", values, body, documents.XML), warnings
        return self._calls.get("create", values), warnings

    def join_url(self, meeting: MeetingDetails, visitor: Visitor, created: Created) -> JoinUrl:
        """``join``: for the person's browser. No remote call."""
        signer = self._calls.signer
        query = signer.query("join", self._join_parameters(meeting, visitor, created))
        return JoinUrl(f"{self._calls.base}join?{query}")

    def is_running(self, meeting_id: str) -> bool:
        """``isMeetingRunning``."""
        try:
            root = self._calls.get("isMeetingRunning", [("meetingID", meeting_id)])
        except RemoteRejected as refusal:
            if refusal.code in UNKNOWN:
                return False
            raise
        return answers.flag(root, "running")

    def info(self, meeting_id: str) -> MeetingInfo | None:
        """``getMeetingInfo``."""
        try:
            root = self._calls.get("getMeetingInfo", [("meetingID", meeting_id)])
        except RemoteRejected as refusal:
            if refusal.code in UNKNOWN:
                return None
            raise
        return readings.meeting(root)

    def meetings(self) -> Iterator[MeetingInfo]:
        """``getMeetings``: those that haven't ended."""
        yield from map(
            readings.meeting, self._calls.get("getMeetings").iterfind("meetings/meeting")
        )

    def end(self, meeting_id: str, moderator_password: str = "") -> None:
        """``end``, which takes the moderator's password; without one the service is asked."""
        if not moderator_password:
            known = self.info(meeting_id)
            if known is None:
                return
            moderator_password = known.moderator_password
        try:
            self._calls.get("end", [("meetingID", meeting_id), ("password", moderator_password)])
        except RemoteRejected as refusal:
            if refusal.code not in UNKNOWN:
                raise

    def cancel(self, meeting: MeetingDetails) -> None:
        """Nothing is on the service before a class begins; one that runs is ended."""
        self.end(meeting.meeting_id, meeting.moderator_password)

    def insert_slides(self, meeting_id: str, slides: Sequence[Slide]) -> None:
        """``insertDocument``."""
        self._need(Capability.INSERT_SLIDES)
        body = documents.presentation(slides, inserted=True)
        self._calls.post("insertDocument", [("meetingID", meeting_id)], body, documents.XML)

    def recordings(self, query: RecordingQuery) -> Iterator[Recording]:
        """``getRecordings``, once for as many IDs as fit into a call."""
        name, ids = ("recordID", query.record_ids)
        if not ids:
            name, ids = ("meetingID", query.meeting_ids)
        states = "any" if query.states == "any" else joined(query.states)
        for some in split(ids):
            found = [
                (name, joined(some)),
                ("state", states),
                *((f"meta_{key}", value) for key, value in sorted(query.metadata.items())),
            ]
            yield from self._recordings(found)

    def _recordings(self, found: list[Parameter]) -> Iterator[Recording]:
        root = self._calls.get("getRecordings", found)
        yield from map(readings.recording, root.iterfind("recordings/recording"))

    def publish_recordings(self, record_ids: Sequence[str], *, published: bool) -> None:
        """``publishRecordings``."""
        for some in split(_given(record_ids)):
            self._calls.get(
                "publishRecordings",
                [("recordID", joined(some)), ("publish", str(published).lower())],
            )

    def rename_recording(self, record_id: str, name: str) -> None:
        """``updateRecordings`` of the metadata ``name``, which is read back as its name."""
        self.update_recordings([record_id], {"name": name})

    def update_recordings(self, record_ids: Sequence[str], metadata: Mapping[str, str]) -> None:
        """``updateRecordings``. An empty value takes the metadata away.

        Raises :class:`lti_bridge.errors.CapabilityMissing` before BigBlueButton 1.1.
        """
        changes = [(f"meta_{key}", value) for key, value in sorted(metadata.items())]
        for some in split(_given(record_ids)):
            named = [("recordID", joined(some)), *changes]
            self._calls.get("updateRecordings", named, keep_empty=True)

    def delete_recordings(self, record_ids: Sequence[str]) -> None:
        """``deleteRecordings``; what isn't there needn't be deleted."""
        for some in split(_given(record_ids)):
            if not self._delete(some) and len(some) > 1:
                # One that is gone mustn't keep the others from being deleted.
                for each in some:
                    self._delete([each])

    def _delete(self, record_ids: Sequence[str]) -> bool:
        try:
            self._calls.get("deleteRecordings", [("recordID", joined(record_ids))])
        except RemoteRejected as refusal:
            if refusal.code not in UNKNOWN:
                raise
            return False
        return True

    def text_tracks(self, *_: Any, **__: Any) -> tuple[TextTrack, ...]:
        """Only BigBlueButton has them."""
        raise missing(self.name, Capability.CAPTIONS)

    def put_text_track(self, *_: Any, **__: Any) -> None:
        """Only BigBlueButton takes them."""
        raise missing(self.name, Capability.CAPTIONS)

    def attendance(self, *_: Any, **__: Any) -> Iterator[Attendance]:
        """Only Mconf-Live tells when it is asked."""
        raise missing(self.name, Capability.ATTENDANCE)

    def invited(self, *_: Any, **__: Any) -> Sequence[Invited]:
        """Nobody is: whoever has a URL comes in."""
        raise missing(self.name, Capability.INVITED)

    def recording_ready(self, *_: Any, **__: Any) -> RecordingReady:
        """Only BigBlueButton sends it."""
        raise missing(self.name, Capability.CALLBACKS)

    def attendance_sent(self, *_: Any, **__: Any) -> Attendance:
        """Only BigBlueButton sends it."""
        raise missing(self.name, Capability.ATTENDANCE_SENT)

    def check(self) -> None:
        """``isMeetingRunning`` of a meeting nobody has: needs the right address and secret."""
        self.is_running("lti-bridge-check")

    def _need(self, capability: Capability) -> None:
        if capability not in self.CAPABILITIES:
            raise missing(self.name, capability)


def _given(record_ids: Sequence[str]) -> Sequence[str]:
    """No ID must never come to mean all of them."""
    if not record_ids:
        raise ValueError("give the recordings' IDs")
    return record_ids
