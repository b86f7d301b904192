"""When a scheduled class lets people in: from some minutes before it begins until it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from lti_bridge.errors import NotAllowed
from lti_bridge.store.series import OVERTIME_MS

if TYPE_CHECKING:
    from lti_bridge.store import Meeting

Phase = Literal["early", "open", "over", "cancelled"]

CANCELLED: Final = "class_cancelled"
OVER: Final = "class_over"
CLOSED: Final = frozenset({CANCELLED, OVER})
"""Codes of refusals after which people are told of the next class."""


def phase_of(meeting: Meeting, now_ms: int) -> Phase:
    """How it stands with a meeting by its times; a standing one is always open."""
    if meeting.cancelled_ms is not None:
        return "cancelled"
    if meeting.opens_ms is None or meeting.ends_ms is None:
        return "open"
    if now_ms < meeting.opens_ms:
        return "early"
    return "over" if now_ms > meeting.ends_ms + OVERTIME_MS else "open"


def cancelled() -> NotAllowed:
    """What everybody hears who comes for a class that doesn't take place."""
    return NotAllowed(
        "This class was cancelled.",
        remedy="Its teachers may let it take place after all, on the course page.",
        code=CANCELLED,
    )


def over() -> NotAllowed:
    """What students hear who come after a class."""
    return NotAllowed(
        "This class is over.",
        remedy="Its teachers may go in and open it again.",
        code=OVER,
    )
