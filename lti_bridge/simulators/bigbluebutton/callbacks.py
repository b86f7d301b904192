"""The three callbacks of BigBlueButton, and to whom they go.

BigBlueButton API, "End meeting callback URL", "Recording ready callback URL"; the learning
analytics callback as the server sends it.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lti_bridge.simulators.bigbluebutton.analytics import report
from lti_bridge.simulators.bigbluebutton.query import FORM
from lti_bridge.simulators.bigbluebutton.sending import Job, Sender
from lti_bridge.simulators.bigbluebutton.tokens import signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_bridge.simulators.bigbluebutton.meeting import Meeting
    from lti_bridge.simulators.bigbluebutton.meetings import Meetings
    from lti_bridge.simulators.bigbluebutton.recordings import Recording

_A_DAY = 24 * 3600
_END = "endcallbackurl"
_READY = "bbb-recording-ready-url"
_ANALYTICS = "analytics-callback-url"


class Callbacks:
    """Turns ends of meetings and published recordings into requests."""

    def __init__(
        self, meetings: Meetings, secret: Callable[[], str], attempts: int, pause: float
    ) -> None:
        """``attempts`` and ``pause`` (seconds) are those of a recording's callback."""
        self.sender = Sender(self._watch, pause)
        self._meetings = meetings
        self._secret = secret
        self._attempts = attempts

    def created(self, meeting: Meeting) -> None:
        """Keep an eye on it, since it may end without anybody asking."""
        if _wants_any(meeting):
            self.sender.wake()

    def ended(self, meeting: Meeting) -> None:
        """The end callback, also to meetingEndedURL, and the analytics."""
        marks = str(meeting.recorded and bool(meeting.joined)).lower()
        for url in (meeting.metadata.get(_END), meeting.parameters.get("meetingEndedURL")):
            if url:
                sign = "&" if "?" in url else "?"
                self.sender.put(Job("end", "GET", f"{url}{sign}recordingmarks={marks}"))
        url = meeting.metadata.get(_ANALYTICS)
        if url and meeting.parameters.get("meetingKeepEvents") == "true":
            token = signed({"exp": int(time.time()) + _A_DAY}, self._secret(), "HS512")
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            body = json.dumps(report(meeting)).encode()
            self.sender.put(Job("analytics", "POST", url, headers, body))

    def published(self, recording: Recording) -> None:
        """The recording-ready callback."""
        url = recording.metadata.get(_READY)
        if not url:
            return
        claims = {"meeting_id": recording.meeting_id, "record_id": recording.record_id}
        body = urlencode({"signed_parameters": signed(claims, self._secret(), "HS256")}).encode()
        job = Job("recording", "POST", url, {"Content-Type": FORM}, body, self._attempts)
        self.sender.put(job)

    def _watch(self) -> bool:
        return any(_wants_any(meeting) for meeting in self._meetings.current.values())


def _wants_any(meeting: Meeting) -> bool:
    wanted = {_END, _READY, _ANALYTICS}
    return not wanted.isdisjoint(meeting.metadata) or "meetingEndedURL" in meeting.parameters
