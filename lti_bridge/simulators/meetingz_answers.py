"""The XML answers of the simulated Meetingz, element by element as Mconf-Live's page prints them.

Mconf-Live API, example responses of "create", "getMeetings" and "getMeetingInfo", which are
BigBlueButton 0.9's with some added.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from lti_bridge.errors import RemoteRejected
    from lti_bridge.simulators.meetingz_meetings import Meeting, Participant

Fields = list[tuple[str, "str | int | bool | Fields"]]

_DIAL_NUMBER = "613-555-1234"


def succeeded(fields: Fields, key: str = "", message: str = "") -> Response:
    """SUCCESS with these elements, then messageKey and message."""
    return _xml([("returncode", "SUCCESS"), *fields, ("messageKey", key), ("message", message)])


def failed(error: RemoteRejected) -> Response:
    """FAILED with the refusal's messageKey and message; the HTTP status stays 200."""
    return _xml([("returncode", "FAILED"), ("messageKey", error.code), ("message", error.message)])


def running(is_running: bool) -> Response:
    """The answer of isMeetingRunning, which has no messageKey."""
    return _xml([("returncode", "SUCCESS"), ("running", is_running)])


def created(meeting: Meeting) -> Fields:
    """Of create."""
    return [
        ("meetingID", meeting.meeting_id),
        ("attendeePW", meeting.attendee_password),
        ("moderatorPW", meeting.moderator_password),
        ("createTime", meeting.create_time),
        ("voiceBridge", meeting.voice_bridge),
        ("dialNumber", _dial_number(meeting)),
        ("createDate", _date(meeting)),
        ("hasUserJoined", bool(meeting.joined)),
        ("duration", meeting.duration),
        ("hasBeenForciblyEnded", meeting.ended),
    ]


def listed(meeting: Meeting) -> Fields:
    """One ``<meeting>`` of getMeetings."""
    return [
        ("meetingID", meeting.meeting_id),
        ("meetingName", meeting.parameters["name"]),
        ("createTime", meeting.create_time),
        ("createDate", _date(meeting)),
        ("voiceBridge", meeting.voice_bridge),
        ("dialNumber", _dial_number(meeting)),
        ("attendeePW", meeting.attendee_password),
        ("moderatorPW", meeting.moderator_password),
        ("hasBeenForciblyEnded", meeting.ended),
        ("running", meeting.running),
        ("participantCount", len(meeting.participants)),
        ("listenerCount", 0),
        ("voiceParticipantCount", 0),
        ("videoCount", 0),
        ("duration", meeting.duration),
        ("hasUserJoined", bool(meeting.joined)),
    ]


def detailed(meeting: Meeting) -> Fields:
    """Of getMeetingInfo."""
    present = meeting.participants
    moderators = [one for one in present if one.role == "MODERATOR"]
    return [
        ("meetingName", meeting.parameters["name"]),
        ("meetingID", meeting.meeting_id),
        # The document's example has the line breaks.
        ("internalMeetingID", f"\n    {_internal_id(meeting)}\n  "),
        ("createTime", meeting.create_time),
        ("createDate", _date(meeting)),
        ("voiceBridge", meeting.voice_bridge),
        ("dialNumber", _dial_number(meeting)),
        ("attendeePW", meeting.attendee_password),
        ("moderatorPW", meeting.moderator_password),
        ("running", meeting.running),
        ("duration", meeting.duration),
        ("hasUserJoined", bool(meeting.joined)),
        ("recording", meeting.parameters.get("record", "false")),
        ("hasBeenForciblyEnded", meeting.ended),
        ("startTime", int((meeting.started_at or 0) * 1000)),
        ("endTime", 0),
        ("participantCount", len(present)),
        ("listenerCount", 0),
        ("voiceParticipantCount", 0),
        ("maxUsers", meeting.max_participants),
        ("moderatorCount", len(moderators)),
        ("attendees", [("attendee", _attendee(one, moderators)) for one in present]),
        ("metadata", list(meeting.metadata.items())),
    ]


def _attendee(one: Participant, moderators: list[Participant]) -> Fields:
    return [
        ("userID", one.user_id),
        ("fullName", one.full_name),
        ("role", one.role),
        ("isPresenter", one in moderators[:1]),
        ("isListeningOnly", False),
        ("hasJoinedVoice", False),
        ("videoStreams", []),
        ("customdata", []),
    ]


def _dial_number(meeting: Meeting) -> str:
    return meeting.parameters.get("dialNumber", _DIAL_NUMBER)


def _date(meeting: Meeting) -> str:
    created = datetime.fromtimestamp(meeting.created_at, UTC)
    return created.strftime("%a %b %d %H:%M:%S UTC %Y")


def _internal_id(meeting: Meeting) -> str:
    digest = hashlib.sha1(meeting.meeting_id.encode(), usedforsecurity=False).hexdigest()
    return f"{digest}-{meeting.create_time}"


def _xml(fields: Fields) -> Response:
    root = ET.Element("response")
    _fill(root, fields)
    return Response(ET.tostring(root, encoding="utf-8"), content_type="text/xml;charset=utf-8")


def _fill(parent: ET.Element, fields: Fields) -> None:
    for name, value in fields:
        element = ET.SubElement(parent, name)
        if isinstance(value, list):
            _fill(element, value)
        elif isinstance(value, bool):
            element.text = str(value).lower()
        else:
            element.text = str(value)
