"""Classes held by way of MEETS, as the course page lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lti_bridge.web.times import Span, span_of

if TYPE_CHECKING:
    from lti_bridge.scheduling import Elsewhere
    from lti_bridge.store import MeetsEvent, Presence

SERVICES: Final[Mapping[str, str]] = MappingProxyType({
    "bluejeans": "BlueJeans",
    "collaborate": "Blackboard Collaborate",
    "gotomeeting": "GoTo Meeting",
    "gototraining": "GoTo Training",
    "gotowebinar": "GoTo Webinar",
    "webexeventcenter": "Webex Events",
    "webexmeetingcenter": "Webex Meetings",
    "webextrainingcenter": "Webex Trainings",
    "zoom": "Zoom Meetings",
    "zoomwebinars": "Zoom Webinars",
})  # fmt: skip  # a name a line
"""By MEETS' own names ("Conferencing Services"); others stand for themselves."""

SHOWN_AT_ONCE: Final = 5
"""Of the classes to come, and of those that were, before the rest is folded away."""
AN_HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class HeldClass:
    """A line of the list."""

    event: MeetsEvent
    service: str
    span: Span | None
    now: bool
    """Whether it is its time."""


@dataclass(frozen=True, slots=True)
class ClassList:
    """The list, each part with what is shown at once and what is folded away."""

    coming: tuple[Sequence[HeldClass], Sequence[HeldClass]]
    past: tuple[Sequence[HeldClass], Sequence[HeldClass]]
    asked: bool
    version: str


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who was in, with all their times."""

    name: str
    email: str
    host: bool
    minutes: int | None
    """Altogether; None where it isn't known."""
    stays: tuple[Span, ...]


def class_list(there: Elsewhere, now_ms: int) -> ClassList:
    """Those to come, soonest first; those that were, latest first."""
    lines = [_line(one, now_ms) for one in there.events]
    coming = [line for line in lines if not _is_over(line.event, now_ms)]
    past = [line for line in reversed(lines) if _is_over(line.event, now_ms)]
    return ClassList(_folded(coming), _folded(past), there.asked, there.version)


def _folded(lines: Sequence[HeldClass]) -> tuple[Sequence[HeldClass], Sequence[HeldClass]]:
    return lines[:SHOWN_AT_ONCE], lines[SHOWN_AT_ONCE:]


def _line(event: MeetsEvent, now_ms: int) -> HeldClass:
    begun = event.begins_ms is not None and event.begins_ms <= now_ms
    return HeldClass(
        event=event,
        service=SERVICES.get(event.service, event.service),
        span=span_of(event.begins_ms, event.ends_ms),
        now=begun and not _is_over(event, now_ms),
    )


def _is_over(event: MeetsEvent, now_ms: int) -> bool:
    ends_ms = event.ends_ms
    if ends_ms is None:
        ends_ms = (event.begins_ms or 0) + AN_HOUR_MS
    return ends_ms <= now_ms


def attendees(stays: Sequence[Presence]) -> list[Attendee]:
    """Each person once, who leads the class first, then by when they came."""
    by_person: dict[tuple[str, str], list[Presence]] = {}
    for stay in stays:
        by_person.setdefault((stay.name, stay.email), []).append(stay)
    people = [_attendee(name, email, own) for (name, email), own in by_person.items()]
    return sorted(people, key=lambda one: not one.host)


def _attendee(name: str, email: str, stays: Sequence[Presence]) -> Attendee:
    return Attendee(
        name=name or email,
        email=email if name else "",
        host=any(stay.was_host for stay in stays),
        minutes=_minutes(stays),
        stays=tuple(filter(None, (span_of(stay.joined_ms, stay.left_ms) for stay in stays))),
    )


def _minutes(stays: Sequence[Presence]) -> int | None:
    """Whole minutes, of overlapping times only once: two devices are one person."""
    times = sorted(_known(stays))
    if not times:
        return None
    total, reached = 0, times[0][0]
    for joined, left in times:
        total += max(0, left - max(joined, reached))
        reached = max(reached, left)
    return round(total / MINUTE_MS)


def _known(stays: Sequence[Presence]) -> Iterator[tuple[int, int]]:
    for stay in stays:
        if stay.joined_ms is not None and stay.left_ms is not None:
            yield stay.joined_ms, stay.left_ms
