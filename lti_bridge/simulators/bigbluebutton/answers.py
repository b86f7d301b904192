"""The XML answers about meetings, element by element as the documents print them.

Mconf-Live API, example responses of "create", "getMeetings" and "getMeetingInfo", which are
BigBlueButton 0.9's with some added; BigBlueButton API 3.0, the same sections.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lti_bridge.simulators.bigbluebutton.elements import Fields
    from lti_bridge.simulators.bigbluebutton.meeting import Meeting, Participant

_DIAL_NUMBER = "613-555-1234"
_ELEMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)


def created(meeting: Meeting, *, modern: bool) -> Fields:
    """Of create."""
    more: Fields = [
        ("internalMeetingID", meeting.internal_id),
        ("parentMeetingID", meeting.parameters.get("parentMeetingID", "bbb-none")),
    ]
    return [
        ("meetingID", meeting.meeting_id),
        *(more if modern else ()),
        ("attendeePW", meeting.attendee_password),
        ("moderatorPW", meeting.moderator_password),
        ("createTime", meeting.create_time),
        ("voiceBridge", meeting.voice_bridge),
        ("dialNumber", dial_number(meeting)),
        ("createDate", _date(meeting)),
        ("hasUserJoined", bool(meeting.joined)),
        ("duration", meeting.duration),
        ("hasBeenForciblyEnded", meeting.ended),
    ]


def listed(meeting: Meeting) -> Fields:
    """One ``<meeting>`` of Mconf-Live's getMeetings."""
    return [
        ("meetingID", meeting.meeting_id),
        ("meetingName", meeting.name),
        ("createTime", meeting.create_time),
        ("createDate", _date(meeting)),
        ("voiceBridge", meeting.voice_bridge),
        ("dialNumber", dial_number(meeting)),
        ("attendeePW", meeting.attendee_password),
        ("moderatorPW", meeting.moderator_password),
        ("hasBeenForciblyEnded", meeting.ended),
        ("running", meeting.running),
        ("participantCount", len(meeting.participants)),
        ("listenerCount", meeting.listener_count),
        ("voiceParticipantCount", meeting.voice_count),
        ("videoCount", meeting.video_count),
        ("duration", meeting.duration),
        ("hasUserJoined", bool(meeting.joined)),
    ]


def detailed(meeting: Meeting, *, modern: bool) -> Fields:
    """Of getMeetingInfo, and since 2.0 one ``<meeting>`` of getMeetings."""
    present = meeting.participants
    moderators = [one for one in present if one.role == "MODERATOR"]
    video: Fields = [("videoCount", meeting.video_count)]
    return [
        ("meetingName", meeting.name),
        ("meetingID", meeting.meeting_id),
        # Mconf-Live's example has the line breaks.
        (
            "internalMeetingID",
            meeting.internal_id if modern else f"\n    {meeting.internal_id}\n  ",
        ),
        ("createTime", meeting.create_time),
        ("createDate", _date(meeting)),
        ("voiceBridge", meeting.voice_bridge),
        ("dialNumber", dial_number(meeting)),
        ("attendeePW", meeting.attendee_password),
        ("moderatorPW", meeting.moderator_password),
        ("running", meeting.running),
        ("duration", meeting.duration),
        ("hasUserJoined", bool(meeting.joined)),
        ("recording", meeting.recorded),
        ("hasBeenForciblyEnded", meeting.ended),
        ("startTime", int((meeting.started_at or 0) * 1000)),
        ("endTime", 0),
        ("participantCount", len(present)),
        ("listenerCount", meeting.listener_count),
        ("voiceParticipantCount", meeting.voice_count),
        *(video if modern else ()),
        ("maxUsers", meeting.max_participants),
        ("moderatorCount", len(moderators)),
        ("attendees", [("attendee", _attendee(one, moderators, modern)) for one in present]),
        ("metadata", list(meeting.metadata.items())),
        *(_rooms(meeting) if modern else ()),
    ]


def dial_number(meeting: Meeting) -> str:
    """That of create, or the service's own."""
    return meeting.parameters.get("dialNumber", _DIAL_NUMBER)


def _attendee(one: Participant, moderators: list[Participant], modern: bool) -> Fields:
    streams: Fields = [
        ("streamName", f"320x240-{one.user_id}-{int(one.joined_at * 1000) + number}")
        for number in range(one.video)
    ]
    custom: Fields = [
        (name, value) for name, value in one.custom.items() if _ELEMENT_NAME.fullmatch(name)
    ]
    old: Fields = [("videoStreams", streams)]
    new: Fields = [("hasVideo", one.video > 0), ("clientType", "HTML5")]
    return [
        ("userID", one.user_id),
        ("fullName", one.full_name),
        ("role", one.role),
        ("isPresenter", one in moderators[:1]),
        ("isListeningOnly", one.listening),
        ("hasJoinedVoice", one.voice),
        *(new if modern else old),
        ("customdata", custom),
    ]


def _rooms(meeting: Meeting) -> Fields:
    fields: Fields = [("isBreakout", meeting.is_breakout)]
    if meeting.breakouts:
        rooms: Fields = [("breakout", meeting_id) for meeting_id in meeting.breakouts]
        fields.append(("breakoutRooms", rooms))
    if meeting.is_breakout:
        given = meeting.parameters
        breakout: Fields = [
            ("parentMeetingID", given["parentMeetingID"]),
            ("sequence", given["sequence"]),
            ("freeJoin", given.get("freeJoin", "false")),
        ]
        fields.append(("breakout", breakout))
    return fields


def _date(meeting: Meeting) -> str:
    moment = datetime.fromtimestamp(meeting.created_at, UTC)
    return moment.strftime("%a %b %d %H:%M:%S UTC %Y")
