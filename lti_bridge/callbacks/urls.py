"""The addresses that services are given: one for each meeting and purpose, and unguessable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lti_bridge.conferencing import Callbacks

if TYPE_CHECKING:
    from lti_bridge.security import Signers
    from lti_bridge.store import Meeting

Purpose = Literal["ended", "recording", "attendance"]


@dataclass(frozen=True, slots=True)
class CallbackUrls:
    """Makes the addresses, and knows its own again."""

    public_url: str
    signers: Signers

    def for_meeting(self, meeting: Meeting) -> Callbacks:
        """The same each time, since ``create`` must say the same each time."""
        return Callbacks(
            ended_url=self._url("ended", meeting.meeting_id),
            recording_ready_url=self._url("recording", meeting.meeting_id),
            analytics_url=self._url("attendance", meeting.meeting_id),
        )

    def is_ours(self, purpose: Purpose, meeting_id: str, mark: str) -> bool:
        """Whether we gave this address out."""
        return self.signers.is_callback_of(_said(purpose, meeting_id), mark)

    def _url(self, purpose: Purpose, meeting_id: str) -> str:
        mark = self.signers.callback_mark(_said(purpose, meeting_id))
        return f"{self.public_url}/callbacks/{purpose}/{meeting_id}/{mark}"


def _said(purpose: Purpose, meeting_id: str) -> str:
    return f"{purpose}:{meeting_id}"
