"""What services tell, checked three times: our mark in the address, their signature, and the
service itself, which is asked whether it is so.

Answers are for a service's script: 204 taken; 401 not signed; 410 the meeting is gone here; 503
ask again later (BigBlueButton API, "Recording ready callback URL").
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from flask import Blueprint, Response, g, request

from lti_bridge.conferencing import RecordingQuery
from lti_bridge.errors import (
    BridgeError,
    CapabilityMissing,
    MalformedRequest,
    NotAuthentic,
)
from lti_bridge.store import Notice

if TYPE_CHECKING:
    from lti_bridge.callbacks.urls import CallbackUrls, Purpose
    from lti_bridge.conferencing import ConferencingService, Services
    from lti_bridge.directory import Visit
    from lti_bridge.store import Meeting, Meetings, Notices

LARGEST_BODY: Final = 4_000_000
"""Who attended, of a meeting of thousands."""
LARGEST_FORM: Final = 64 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CallbackViews:
    """The three addresses."""

    urls: CallbackUrls
    meetings: Meetings
    notices: Notices
    services: Services
    ended_here: Callable[[int], None]
    """Told of a meeting's row when it has ended."""
    begin: Callable[[], Visit]

    def ended(self, meeting_id: str, mark: str) -> Response:
        """``GET``: the meeting has ended, with ``recordingmarks=true|false``."""
        meeting = self._meeting("ended", meeting_id, mark)
        if meeting is None:
            return _gone()
        if not self._service(meeting).is_running(meeting_id):
            self.ended_here(meeting.id)
            marks = request.args.get("recordingmarks") == "true"
            subject = str(meeting.create_time or "")
            self._note(meeting, "ended", subject, json.dumps({"recording_marks": marks}))
        return _taken()

    def recording(self, meeting_id: str, mark: str) -> Response:
        """``POST signed_parameters``: a recording can be watched."""
        request.max_content_length = LARGEST_FORM
        meeting = self._meeting("recording", meeting_id, mark)
        if meeting is None:
            return _gone()
        signed = request.form.get("signed_parameters", "")
        service, ready = self._from(meeting, lambda one: one.recording_ready(signed))
        if ready.meeting_id != meeting_id:
            raise _another_meeting()
        query = RecordingQuery(record_ids=(ready.record_id,), states="any")
        if any(
            each.record_id == ready.record_id and each.meeting_id == meeting_id
            for each in service.recordings(query)
        ):
            self._note(meeting, "recording", ready.record_id)
        return _taken()

    def attendance(self, meeting_id: str, mark: str) -> Response:
        """``POST`` JSON: who was in."""
        request.max_content_length = LARGEST_BODY
        meeting = self._meeting("attendance", meeting_id, mark)
        if meeting is None:
            return _gone()
        shown, body = request.headers.get("Authorization", ""), request.get_data(cache=False)
        _, told = self._from(meeting, lambda one: one.attendance_sent(shown, body))
        if told.meeting_id != meeting_id:
            raise _another_meeting()
        self._note(meeting, "attendance", told.remote_meeting_id, json.dumps(asdict(told)))
        return _taken()

    def _meeting(self, purpose: Purpose, meeting_id: str, mark: str) -> Meeting | None:
        visit = g.visit = self.begin()
        visit.step = f"callback:{purpose}"
        visit.outcome = "callback"
        if not self.urls.is_ours(purpose, meeting_id, mark):
            raise NotAuthentic(
                "The bridge didn't give this address out.",
                remedy="If secret_key was changed, keep the old one in its list for a while.",
                code="callback_mark",
            )
        meeting = self.meetings.by_meeting_id(meeting_id)
        visit.meeting_id = meeting.id if meeting else None
        return meeting

    def _service(self, meeting: Meeting) -> ConferencingService:
        return self.services.service_for(meeting.service)

    def _from(
        self, meeting: Meeting, read: Callable[[ConferencingService], T]
    ) -> tuple[ConferencingService, T]:
        """What a service of the meeting sent, and which one: that of now, or that of before, which
        still tells of the classes that were there.
        """
        service = self._service(meeting)
        try:
            return service, read(service)
        except (NotAuthentic, CapabilityMissing):
            if meeting.came_from not in self.services.names():
                raise
            before = self.services.service_for(meeting.came_from)
            return before, read(before)

    def _note(self, meeting: Meeting, kind: Purpose, subject: str, data: str = "") -> None:
        now_ms = int(time.time() * 1000)
        self.notices.note(Notice(meeting.id, kind, subject, data, now_ms))


def _another_meeting() -> BridgeError:
    return MalformedRequest(
        "The callback is about another meeting.",
        remedy="The service mixes meetings up, or somebody tries: ask the service's operator.",
        code="callback_other",
    )


def _taken() -> Response:
    return Response(status=204)


def _gone() -> Response:
    return Response(status=410)


def blueprint(views: CallbackViews) -> Blueprint:
    """``/callbacks/…``."""
    urls = Blueprint("callbacks", __name__, url_prefix="/callbacks")
    urls.add_url_rule("/ended/<meeting_id>/<mark>", "ended", views.ended, methods=["GET"])
    urls.add_url_rule(
        "/recording/<meeting_id>/<mark>", "recording", views.recording, methods=["POST"]
    )
    urls.add_url_rule(
        "/attendance/<meeting_id>/<mark>", "attendance", views.attendance, methods=["POST"]
    )
    return urls
