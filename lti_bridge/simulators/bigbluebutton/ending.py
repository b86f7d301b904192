"""When a meeting ends by itself.

Meetingz API, "create" (duration, meetings nobody joined); BigBlueButton API, "create"
(meetingExpire…, endWhenNoModerator…).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lti_bridge.simulators.bigbluebutton.meeting import Meeting


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds of the service's own settings."""

    unused: float
    """Until a meeting is removed that nobody joined."""
    empty: float
    """Until one ends that everybody left."""
    away: float
    """After which a page that isn't refreshed counts as closed."""


def over_at(meeting: Meeting, delays: Delays) -> float:
    """UNIX seconds of its end, if nobody comes, goes or refreshes a page until then."""
    given = meeting.parameters
    by_duration = meeting.created_at + meeting.duration * 60 if meeting.duration else math.inf
    if not meeting.joined:
        minutes = int(given.get("meetingExpireIfNoUserJoinedInMinutes", 0))
        return min(by_duration, meeting.created_at + (minutes * 60 or delays.unused))
    minutes = int(given.get("meetingExpireWhenLastUserLeftInMinutes", 0))
    by_leaving = meeting.busy_until + (minutes * 60 or delays.empty)
    return min(by_duration, by_leaving, _without_moderator(meeting))


def _without_moderator(meeting: Meeting) -> float:
    if meeting.parameters.get("endWhenNoModerator") != "true":
        return math.inf
    minutes = int(meeting.parameters.get("endWhenNoModeratorDelayInMinutes", 1))
    moderators = [one.until for one in meeting.joined if one.role == "MODERATOR"]
    return max(moderators, default=meeting.started_at or meeting.created_at) + minutes * 60
