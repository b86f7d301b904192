"""Points in time in words: in the zone and calendar of who reads, by their language.

While a request is answered, :func:`tell_for` says whose zone and calendar those are. Where the zone
isn't known the words say UTC, and a script in the page tells them in the browser's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import g
from flask_babel import get_locale

from lti_bridge.reports.clocks import CALENDARS, JALALI, Clock, usual_calendar

if TYPE_CHECKING:
    from lti_bridge.security import FrameSession

__all__ = [
    "CALENDARS",
    "JALALI",
    "Clock",
    "Span",
    "clock",
    "moment",
    "span_of",
    "tell_for",
    "usual_calendar",
]


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when; in words, and for a script."""

    begins: str
    """ISO 8601 in UTC."""
    ends: str
    """The same, or empty."""
    words: str


def tell_for(session: FrameSession) -> None:
    """Times of this request's answer are told for the reader of that page."""
    g.times = (session.zone, session.calendar)


def clock() -> Clock:
    """How the reader of this request's answer reads times."""
    zone, calendar = g.get("times", ("", ""))
    return Clock(get_locale(), zone, calendar)


def span_of(begins_ms: int | None, ends_ms: int | None, *, weekday: bool = False) -> Span | None:
    """None where the beginning isn't known."""
    if begins_ms is None:
        return None
    is_span = ends_ms is not None and ends_ms >= begins_ms
    return Span(
        begins=moment(begins_ms).isoformat(),
        ends=moment(ends_ms).isoformat() if ends_ms is not None and is_span else "",
        words=clock().span(begins_ms, ends_ms, weekday=weekday),
    )


def moment(unix_ms: int) -> datetime:
    """In UTC, to the second."""
    return datetime.fromtimestamp(unix_ms // 1000, UTC)
