"""Elements of the family's answers as the bridge's own values.

Mconf-Live API, example answers; BigBlueButton API reference, "getMeetingInfo", "getMeetings",
"getRecordings". What one has and another lacks is simply missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast, get_args

from lti_bridge.conferencing.family.answers import flag, maybe, moment, number, text, whole
from lti_bridge.conferencing.links import web_link
from lti_bridge.conferencing.meetings import Attendee, MeetingInfo
from lti_bridge.conferencing.recordings import (
    Attendance,
    Recording,
    RecordingFormat,
    RecordingState,
    Stay,
    Thumbnail,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

STATES: Final = frozenset(get_args(RecordingState))
NAMES: Final = ("name", "bbb-recording-name")
"""Metadata that hold a recording's own name: ours, and the one Moodle's plugin gives."""


def meeting(element: Element) -> MeetingInfo:
    """Of getMeetingInfo's ``<response>``, or a ``<meeting>`` of getMeetings."""
    room = element.find("breakout")
    return MeetingInfo(
        meeting_id=text(element, "meetingID"),
        name=text(element, "meetingName"),
        running=flag(element, "running"),
        participants=number(element, "participantCount"),
        moderators=number(element, "moderatorCount"),
        listeners=number(element, "listenerCount"),
        voice_participants=number(element, "voiceParticipantCount"),
        videos=number(element, "videoCount"),
        remote_id=text(element, "internalMeetingID"),
        create_time=number(element, "createTime"),
        started_ms=moment(element, "startTime"),
        ended_ms=moment(element, "endTime"),
        duration_minutes=number(element, "duration") or None,
        max_participants=number(element, "maxUsers") or None,
        has_user_joined=maybe(element, "hasUserJoined"),
        recording=maybe(element, "recording"),
        forcibly_ended=maybe(element, "hasBeenForciblyEnded"),
        dial_number=text(element, "dialNumber"),
        voice_bridge=text(element, "voiceBridge"),
        attendee_password=text(element, "attendeePW"),
        moderator_password=text(element, "moderatorPW"),
        attendees=tuple(map(_attendee, element.iterfind("attendees/attendee"))),
        metadata=_metadata(element),
        breakout_rooms=tuple(
            name
            for each in element.iterfind("breakoutRooms/breakout")
            if (name := (each.text or "").strip())
        ),
        parent_meeting_id=_parent(text(room if room is not None else element, "parentMeetingID")),
        sequence=None if room is None else number(room, "sequence"),
        free_join=None if room is None else maybe(room, "freeJoin"),
    )


def _parent(meeting_id: str) -> str:
    return "" if meeting_id == "bbb-none" else meeting_id


def _attendee(element: Element) -> Attendee:
    streams = tuple(
        name
        for each in element.iterfind("videoStreams/streamName")
        if (name := (each.text or "").strip())
    )
    return Attendee(
        user_id=text(element, "userID"),
        full_name=text(element, "fullName"),
        role="moderator" if text(element, "role").upper() == "MODERATOR" else "attendee",
        is_presenter=flag(element, "isPresenter"),
        is_listening_only=flag(element, "isListeningOnly"),
        has_joined_voice=flag(element, "hasJoinedVoice"),
        has_video=flag(element, "hasVideo") or bool(streams),
        video_streams=streams,
        client=text(element, "clientType"),
    )


def _metadata(element: Element) -> dict[str, str]:
    """Names in lower case, as BigBlueButton gives them back, whoever wrote them how."""
    return {
        each.tag.lower(): (each.text or "").strip()
        for each in element.iterfind("metadata/*")
        if isinstance(each.tag, str)
    }


def recording(element: Element) -> Recording:
    """Of a ``<recording>`` of getRecordings."""
    metadata = _metadata(element)
    names = (metadata.get(name) for name in (*NAMES, "meetingname"))
    own = (metadata.get(name) for name in NAMES)
    started, ended = moment(element, "startTime"), moment(element, "endTime")
    return Recording(
        record_id=text(element, "recordID"),
        meeting_id=text(element, "meetingID") or metadata.get("meetingid", ""),
        remote_meeting_id=text(element, "internalMeetingID"),
        name=next(filter(None, own), "") or text(element, "name") or next(filter(None, names), ""),
        state=_state(element),
        started_ms=started,
        ended_ms=ended,
        length_ms=ended - started if started and ended and ended >= started else None,
        participants=number(element, "participants"),
        size_bytes=number(element, "size") or number(element, "rawSize"),
        is_breakout=flag(element, "isBreakout"),
        metadata=metadata,
        formats=tuple(map(_format, element.iterfind("playback/format"))),
    )


def _state(element: Element) -> RecordingState:
    """BigBlueButton 0.9 says ``published`` only; states came with 1.0."""
    state = text(element, "state").lower()
    if state in STATES:
        return cast("RecordingState", state)  # the line above looked
    return "published" if flag(element, "published") else "unpublished"


def _format(element: Element) -> RecordingFormat:
    return RecordingFormat(
        type=text(element, "type"),
        url=web_link(text(element, "url")),
        length_minutes=number(element, "length"),
        processing_ms=number(element, "processingTime"),
        size_bytes=number(element, "size"),
        thumbnails=tuple(map(_thumbnail, element.iterfind("preview/images/image"))),
    )


def _thumbnail(element: Element) -> Thumbnail:
    return Thumbnail(
        url=web_link(element.text or ""),
        alt=element.get("alt", "").strip(),
        width=whole(element.get("width", "")),
        height=whole(element.get("height", "")),
    )


def attendance(element: Element) -> Attendance:
    """Of a ``<meeting>`` of getStats (Mconf-Live API, "getStats")."""
    return Attendance(
        meeting_id=text(element, "meetingID"),
        name=text(element, "meetingName"),
        remote_meeting_id=text(element, "recordID"),
        started_ms=moment(element, "startTime"),
        ended_ms=moment(element, "endTime"),
        stays=tuple(_stays(element)),
    )


def _stays(element: Element) -> Iterator[Stay]:
    for each in element.iterfind("participants/participant"):
        yield Stay(
            user_id=text(each, "userID"),
            full_name=text(each, "userName"),
            joined_ms=moment(each, "joinTime"),
            left_ms=moment(each, "leftTime"),
        )
