"""The learning analytics of an ended meeting, as the callback carries them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lti_bridge.simulators.bigbluebutton.meeting import Meeting, Participant

Json = dict[str, object]

_COUNTS = ("chats", "talks", "raisehand", "emojis", "poll_votes", "talk_time")


def report(meeting: Meeting) -> Json:
    """The body of the callback. ``meeting`` has ended."""
    start = meeting.started_at or meeting.created_at
    finish = meeting.ended_at or start
    by_person: dict[str, list[Participant]] = {}
    for one in meeting.joined:
        by_person.setdefault(one.user_id, []).append(one)
    own = {name.replace("-", "_"): value for name, value in meeting.metadata.items()}
    data: Json = {
        "metadata": {
            **own,
            "is_breakout": str(meeting.is_breakout).lower(),
            "meeting_name": meeting.name,
        },
        "duration": int(finish - start),
        "start": _moment(start),
        "finish": _moment(finish),
        "attendees": [_attendee(meeting, joins) for joins in by_person.values()],
        "files": [slide.name for slide in meeting.slides],
        "polls": meeting.polls,
    }
    return {
        "version": "1.0",
        "meeting_id": meeting.meeting_id,
        "internal_meeting_id": meeting.internal_id,
        "data": data,
    }


def _attendee(meeting: Meeting, joins: list[Participant]) -> Json:
    stays = [(one.joined_at, meeting.left_at(one) or one.joined_at) for one in joins]
    return {
        "ext_user_id": joins[0].user_id,
        "name": joins[0].full_name,
        "moderator": any(one.role == "MODERATOR" for one in joins),
        "joins": [_moment(joined) for joined, _ in stays],
        "leaves": [_moment(left) for _, left in stays],
        "duration": int(sum(left - joined for joined, left in stays)),
        "recent_talking_time": "",
        "engagement": {name: sum(one.engagement.get(name, 0) for one in joins) for name in _COUNTS},
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S %z")
