"""The calls about meetings, behind the checksum. All may raise RemoteRejected.

Meetingz, Mconf-Live and BigBlueButton API, "Administration" and "Monitoring".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from lti_bridge.errors import RemoteRejected
from lti_bridge.simulators.bigbluebutton import answers, elements, parameters, slides
from lti_bridge.simulators.bigbluebutton.meetings import is_moderator_password
from lti_bridge.simulators.bigbluebutton.stats import LeftTime, stats

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_bridge.simulators.bigbluebutton.elements import Fields
    from lti_bridge.simulators.bigbluebutton.kinds import Kind
    from lti_bridge.simulators.bigbluebutton.meeting import Meeting, Participant
    from lti_bridge.simulators.bigbluebutton.meetings import Meetings
    from lti_bridge.simulators.bigbluebutton.query import Request

    Given = dict[str, str]
    Handler = Callable[[Given, Request], Response]

_PASSWORD = "You must supply the moderator password for this call."
_DUPLICATE = "This conference was already in existence and may currently be in progress."
_NONE = "no meetings were found on this server"
_ENDING = (
    "A request to end the meeting was sent. Please wait a few seconds, and then use the"
    " getMeetingInfo or isMeetingRunning API calls to verify that it was ended."
)
_JOINED = "You have joined successfully."
_INSERTED = "The documents are being uploaded."


class MeetingCalls:
    """create to end, and getStats."""

    def __init__(
        self,
        kind: Kind,
        meetings: Meetings,
        base: str,
        left_time: LeftTime,
        on_create: Callable[[Meeting], None],
    ) -> None:
        """``base`` is the path before ``client/``; ``on_create`` hears of every new meeting."""
        self.meetings = meetings
        self._kind = kind
        self._base = base
        self._left_time = left_time
        self._on_create = on_create

    @property
    def handlers(self) -> dict[str, Handler]:
        """By the calls' names."""
        return {
            "create": self._create,
            "join": self._join,
            "isMeetingRunning": self._is_meeting_running,
            "getMeetingInfo": self._get_meeting_info,
            "getMeetings": self._get_meetings,
            "end": self._end,
            "insertDocument": self._insert_document,
            "getStats": self._get_stats,
        }

    def _create(self, given: Given, request: Request) -> Response:
        if given.get("isBreakout") == "true":
            parameters.require(self._kind.calls["create"], given, "parentMeetingID", "sequence")
        documents = slides.slide_of(given)
        if request.method == "POST" and request.body and not request.is_form:
            documents += slides.slides_of(request.body)
        meeting, is_new = self.meetings.create(given, slides.show_the_first(documents))
        fields = answers.created(meeting, modern=self._kind.modern)
        if is_new:
            self._on_create(meeting)
            return elements.succeeded(fields)
        return elements.succeeded(fields, "duplicateWarning", _DUPLICATE)

    def _join(self, given: Given, request: Request) -> Response:
        call = self._kind.calls["join"]
        if not (given.get("role") and "role" in call.rules):
            given.pop("role", None)
            parameters.require(call, given, *call.required, "password")
        try:
            meeting, participant = self.meetings.join(given)
        except RemoteRejected as refusal:
            if "errorRedirectUrl" not in given:
                raise
            return _sent_away(given["errorRedirectUrl"], refusal)
        url = f"{request.origin}{self._base}client/{participant.token}"
        if given.get("redirect") == "false":
            return elements.answer(_joined(meeting, participant, url))
        return redirect(url, 302, Response)

    def _is_meeting_running(self, given: Given, _request: Request) -> Response:
        meeting = self.meetings.current.get(given["meetingID"])
        is_running = meeting is not None and meeting.running
        return elements.answer([("returncode", "SUCCESS"), ("running", is_running)])

    def _get_meeting_info(self, given: Given, _request: Request) -> Response:
        meeting = self.meetings.get(given["meetingID"])
        # Older clients send the moderator password; nobody asks for it, but a wrong one is wrong.
        _check_password(meeting, given)
        return elements.succeeded(answers.detailed(meeting, modern=self._kind.modern))

    def _get_meetings(self, _given: Given, _request: Request) -> Response:
        meetings = self.meetings.current.values()
        if self._kind.modern:
            all_of_it = [answers.detailed(meeting, modern=True) for meeting in meetings]
        else:
            all_of_it = [answers.listed(meeting) for meeting in meetings]
        listed: Fields = [("meeting", fields) for fields in all_of_it]
        nothing = () if listed else ("noMeetings", _NONE)
        return elements.succeeded([("meetings", listed)], *nothing)

    def _end(self, given: Given, _request: Request) -> Response:
        meeting = self.meetings.get(given["meetingID"])
        _check_password(meeting, given)
        self.meetings.end(meeting)
        return elements.succeeded([], "sentEndMeetingRequest", _ENDING)

    def _insert_document(self, given: Given, request: Request) -> Response:
        meeting = self.meetings.get(given["meetingID"])
        added = slides.slides_of(request.body)
        if any(slide.current for slide in added):
            meeting.slides = slides.none_current(meeting.slides)
        meeting.slides += added
        return elements.succeeded([], "", _INSERTED)

    def _get_stats(self, given: Given, _request: Request) -> Response:
        wanted = parameters.listed(given.get("meetingID", ""))
        known = [*self.meetings.ended, *self.meetings.current.values()]
        found = [one for one in known if not wanted or one.meeting_id in wanted]
        return elements.succeeded(stats(found, self._left_time))


def _check_password(meeting: Meeting, given: Given) -> None:
    if "password" in given and not is_moderator_password(meeting, given["password"]):
        raise RemoteRejected(_PASSWORD, code="invalidPassword")


def _sent_away(url: str, refusal: RemoteRejected) -> Response:
    errors = json.dumps([{"key": refusal.code, "message": refusal.message}])
    sign = "&" if "?" in url else "?"
    return redirect(f"{url}{sign}{urlencode({'errors': errors})}", 302, Response)


def _joined(meeting: Meeting, participant: Participant, url: str) -> Fields:
    return [
        ("returncode", "SUCCESS"),
        ("messageKey", "successfullyJoined"),
        ("message", _JOINED),
        ("meeting_id", meeting.internal_id),
        ("user_id", participant.user_id),
        ("auth_token", participant.guest_id),
        ("session_token", participant.token),
        ("url", url),
    ]
