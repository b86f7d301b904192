"""The list of a course's scheduled classes, day by day; and its past classes, page by page."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from time import time
from typing import TYPE_CHECKING, Final

from flask import Response, g, request

from lti_bridge.errors import MalformedRequest
from lti_bridge.scheduling.timing import phase_of
from lti_bridge.web.times import Span, clock, moment

if TYPE_CHECKING:
    from lti_bridge.scheduling import Agenda, CourseAgenda
    from lti_bridge.scheduling.timing import Phase
    from lti_bridge.security import FrameSession
    from lti_bridge.store import Meeting
    from lti_bridge.web.pages import Pages

AT_ONCE: Final = 6
"""Classes to come that are shown before the rest is folded away."""


@dataclass(frozen=True, slots=True)
class Line:
    """A class in the list."""

    meeting: Meeting
    span: Span
    """Its hours alone: the day stands above."""
    phase: Phase


@dataclass(frozen=True, slots=True)
class Day:
    """The classes that begin on one day."""

    span: Span
    """The day alone."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The list."""

    coming: tuple[Day, ...]
    later: tuple[Day, ...]
    """Folded away."""
    later_count: int
    past: tuple[Day, ...]
    more_past: bool
    version: str


def schedule_of(there: CourseAgenda, now_ms: int, *, besides: int | None) -> Schedule:
    """``besides``: the class that stands on top of the page already."""
    coming = [one for one in there.coming if one.id != besides]
    past = [one for one in there.past if one.id != besides]
    return Schedule(
        coming=by_day(coming[:AT_ONCE], now_ms),
        later=by_day(coming[AT_ONCE:], now_ms),
        later_count=len(coming[AT_ONCE:]),
        past=by_day(past, now_ms),
        more_past=there.more_past,
        version=there.version(now_ms),
    )


def lead_version(meeting: Meeting, now_ms: int) -> str:
    """Another one, once the top of the page says something else of its class."""
    told = (
        meeting.id,
        meeting.title,
        meeting.text,
        meeting.begins_ms,
        meeting.ends_ms,
        meeting.opens_ms,
        meeting.wait_for_moderator,
        phase_of(meeting, now_ms),
    )
    return f"{zlib.crc32(repr(told).encode()):08x}"


def by_day(classes: Sequence[Meeting], now_ms: int) -> tuple[Day, ...]:
    """Grouped by the day on which they begin where the reader is, in the order given."""
    told = clock()
    days = groupby(classes, lambda one: told.day(one.begins_ms or 0, weekday=True))
    return tuple(_day(words, list(lines), now_ms) for words, lines in days)


def _day(words: str, classes: Iterable[Meeting], now_ms: int) -> Day:
    lines = tuple(Line(one, _hours(one), phase_of(one, now_ms)) for one in classes)
    return Day(Span(lines[0].span.begins, "", words), lines)


def _hours(meeting: Meeting) -> Span:
    told, begins_ms, ends_ms = clock(), meeting.begins_ms or 0, meeting.ends_ms or 0
    words = f"{told.time(begins_ms)} – {told.time(ends_ms)}{told.unknown}"
    return Span(moment(begins_ms).isoformat(), moment(ends_ms).isoformat(), words)


@dataclass(frozen=True, slots=True)
class ScheduleViews:
    """The views."""

    session: Callable[[str], FrameSession]
    """Reads the request's session; see :class:`lti_bridge.web.actions.CourseViews`."""
    pages: Pages
    agenda: Agenda

    def past(self) -> Response:
        """``POST /course/past``: classes that are over, twenty on a page."""
        session = self.session("past")
        page = self.agenda.past(session.course_id, _place(request.form.get("before", "")))
        g.visit.outcome = "page"
        return self.pages.show(
            "course/past.html",
            session,
            days=by_day(page.classes, int(time() * 1000)),
            before="-".join(map(str, page.before)) if page.before else "",
        )


def _place(text: str) -> tuple[int, int] | None:
    """Of ``1760000000000-17``; raises :class:`MalformedRequest`."""
    if not text:
        return None
    begins, _, row = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (begins, row)):
        raise MalformedRequest(
            "The form's field 'before' names no class.",
            remedy="Open the link in the course again.",
            code="form_field",
        )
    return int(begins), int(row)
