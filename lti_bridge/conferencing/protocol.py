"""What every conferencing service can be asked, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from lti_bridge.conferencing.capabilities import Call, Capability
    from lti_bridge.conferencing.meetings import (
        Created,
        JoinUrl,
        MeetingDetails,
        MeetingInfo,
        Slide,
        Visitor,
    )
    from lti_bridge.conferencing.recordings import (
        Attendance,
        Invited,
        Recording,
        RecordingQuery,
        RecordingReady,
        TextTrack,
    )
    from lti_bridge.http import BreakerState


class ConferencingService(Protocol):
    """One configured service.

    Calls raise :class:`lti_bridge.errors.RemoteError` (unavailable, malformed, rejected), and
    :class:`lti_bridge.errors.CapabilityMissing` for what the service can't do: ask
    ``capabilities`` before offering it.
    """

    kind: ClassVar[str]
    """``meetingz``, ``mconf``, ``bigbluebutton`` or ``onstream``."""
    CALLS: ClassVar[Mapping[str, Call]]
    """Every call of the service's API that we use, by name."""
    CAPABILITIES: ClassVar[frozenset[Capability]]
    """What this kind can do at its best."""

    @property
    def name(self) -> str:
        """As configured."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this server can do, without what it turned out not to know."""

    @property
    def health(self) -> BreakerState:
        """Whether it is left alone just now, why, and for how long. No remote call."""

    # Holding a class.

    def create(self, meeting: MeetingDetails) -> Created:
        """Make the meeting if it isn't there. Idempotent for identical details."""

    def join_url(self, meeting: MeetingDetails, visitor: Visitor, created: Created) -> JoinUrl:
        """The URL that brings this visitor in. ``created``: what ``create`` said last.

        No remote call; but a service that keeps a list of who may come (Onstream) is asked once
        for each person and meeting.
        """

    def is_running(self, meeting_id: str) -> bool:
        """Whether somebody is, or was, in and it hasn't ended. False for unknown meetings."""

    def info(self, meeting_id: str) -> MeetingInfo | None:
        """Everything the service says of the meeting; None where it doesn't know it."""

    def meetings(self) -> Iterator[MeetingInfo]:
        """Every meeting of the service."""

    def end(self, meeting_id: str, moderator_password: str = "") -> None:
        """Put everybody out. Without the password it is asked for first. Unknown: no error."""

    def cancel(self, meeting: MeetingDetails) -> None:
        """Take a meeting off the service that nobody needs any more. Unknown: no error."""

    def insert_slides(self, meeting_id: str, slides: Sequence[Slide]) -> None:
        """Bring slides into a running meeting."""

    # What is left of it.

    def recordings(self, query: RecordingQuery) -> Iterator[Recording]:
        """The recordings that fit, page by page, lists of any length split as the service needs."""

    def publish_recordings(self, record_ids: Sequence[str], *, published: bool) -> None:
        """Show recordings to everybody, or hide them."""

    def rename_recording(self, record_id: str, name: str) -> None:
        """Give a recording another name."""

    def update_recordings(self, record_ids: Sequence[str], metadata: Mapping[str, str]) -> None:
        """Change metadata of recordings; an empty value takes it away."""

    def delete_recordings(self, record_ids: Sequence[str]) -> None:
        """Delete recordings for good. One that isn't there is no error."""

    def text_tracks(self, record_id: str) -> tuple[TextTrack, ...]:
        """The captions of a recording."""

    def put_text_track(self, record_id: str, track: TextTrack, content: bytes | None) -> None:
        """Add captions (SRT, SSA or WebVTT), or with None take those of kind and language away."""

    def attendance(self, meeting_ids: Sequence[str] = ()) -> Iterator[Attendance]:
        """Who was in these meetings, or in all that the service remembers."""

    def invited(self, meeting_id: str) -> Sequence[Invited]:
        """Who may come to a meeting, by our ID of it or the service's; nobody where it's gone."""

    # What it tells by itself. Both raise NotAuthentic where it isn't signed with our secret, and
    # MalformedRequest where it can't be read.

    def recording_ready(self, signed: str) -> RecordingReady:
        """What the callback of a recording that is ready says, its signature checked."""

    def attendance_sent(self, authorization: str, body: bytes) -> Attendance:
        """Who was in a meeting, as its callback says, the sender's signature checked.

        The signature doesn't cover the ``body``: take it for a meeting only that is known by other
        means to be meant.
        """

    def check(self) -> None:
        """Ask something harmless that needs the right address and secret; raises if it fails."""
