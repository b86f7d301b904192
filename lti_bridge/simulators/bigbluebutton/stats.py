"""Mconf-Live's getStats: who was in which meeting, and when.

Mconf-Live API, "getStats". The page doesn't say whether running meetings are among them; here
they are, with an endTime of 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lti_bridge.simulators.bigbluebutton.elements import Fields
    from lti_bridge.simulators.bigbluebutton.meeting import Meeting, Participant

LeftTime = Literal["0", "missing"]
"""What those have who haven't left; the page doesn't say."""


def stats(meetings: Iterable[Meeting], left_time: LeftTime) -> Fields:
    """``<stats>`` of those of the meetings that anybody came to."""
    listed: Fields = [("meeting", _meeting(one, left_time)) for one in meetings if one.joined]
    return [("stats", listed)]


def _meeting(meeting: Meeting, left_time: LeftTime) -> Fields:
    people: Fields = [
        ("participant", _participant(meeting, one, left_time)) for one in meeting.joined
    ]
    return [
        ("meetingID", meeting.meeting_id),
        ("meetingName", meeting.name),
        ("recordID", meeting.internal_id),
        ("startTime", int((meeting.started_at or 0) * 1000)),
        ("endTime", int((meeting.ended_at or 0) * 1000)),
        ("participants", people),
    ]


def _participant(meeting: Meeting, one: Participant, left_time: LeftTime) -> Fields:
    left = meeting.left_at(one)
    fields: Fields = [
        ("userID", one.user_id),
        ("userName", one.full_name),
        ("joinTime", int(one.joined_at * 1000)),
    ]
    if left is not None or left_time == "0":
        fields.append(("leftTime", int((left or 0) * 1000)))
    return fields
