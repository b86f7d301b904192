"""What crosses the room's border of series."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, or_

from lti_bridge.store.rooms import PLAIN, Room, room_from
from lti_bridge.store.tables import MeetingRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row

MINUTE_MS: Final = 60_000
LONGEST_CLASS_MS: Final = 24 * 60 * MINUTE_MS
"""No class is planned to last longer; so whoever looks for those that go on at a time needn't look
at any that began earlier than that before it."""
OVERTIME_MS: Final = 15 * MINUTE_MS
"""A class that isn't known to run is over so long after its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a class is held, whenever it is."""

    title: str
    text: str = ""
    opens_early: int = 10
    """Minutes before its beginning from which on people may go in."""
    own_service: str | None = None
    """The service that its teacher chose; None: the course's."""
    record: bool = False
    wait_for_moderator: bool = False
    room: Room = PLAIN
    host_id: int | None = None
    """Row of who is to lead it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Setup):
    """What a teacher says of a single class or a series."""

    zone: str
    """IANA name: in this zone its classes keep their hour across daylight saving."""
    starts: str
    """Of the first class, on the clocks of ``zone``: ``2026-10-05T10:00:00``."""
    minutes: int
    rule: str = ""
    """An RRULE's value with COUNT or UNTIL; empty: a single class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series(Plan):
    """A series' row. Who leads it is said by each of its meetings: ``host_id`` is None here."""

    id: int
    course_id: int
    uid: str
    """Calendars know it by this for good."""
    link_token: str | None = field(default=None, repr=False)
    """What links placed by deep linking name it by."""
    sequence: int = 0
    """Grows with each change of the whole; :attr:`Meeting.sequence` with those of a class."""
    created_by: int | None = None
    created_ms: int = 0
    updated_ms: int = 0
    cancelled_ms: int | None = None
    """Since when none of its classes takes place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneClass(Setup):
    """What a teacher says of one class of a series alone."""

    begins_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Stays:
    """What tells the meetings that stay as they are."""

    now_ms: int
    quiet_ms: int
    """Who was let in before that isn't in class any more."""


def stays_of(row: Any, at: Stays) -> bool:
    """Whether a meeting was held, or may be running: then its time and what ``create`` says of it
    stay. One that was only tried out before it opened may still be changed. As
    :func:`may_change` has it in SQL.
    """
    opens_ms = row.begins_ms - row.opens_early * MINUTE_MS
    return (
        (row.claim is not None and row.claim_until_ms > at.now_ms)
        or (row.confirmed_ms is not None and row.confirmed_ms >= at.quiet_ms)
        or (row.used_ms is not None and row.used_ms >= opens_ms)
    )


def may_change(at: Stays) -> ColumnElement[bool]:
    """The meetings that :func:`stays_of` doesn't hold for."""
    row = MeetingRow
    opens_ms = row.begins_ms - row.opens_early * MINUTE_MS
    return and_(
        or_(row.claim.is_(None), row.claim_until_ms <= at.now_ms),
        or_(row.confirmed_ms.is_(None), row.confirmed_ms < at.quiet_ms),
        or_(row.used_ms.is_(None), row.used_ms < opens_ms),
    )


def series_from(row: Row[Any]) -> Series:
    """A whole row."""
    return Series(
        **{name: getattr(row, name) for name in _PLAIN}, room=room_from(row.room), host_id=None
    )


def row_values(plan: Plan) -> dict[str, Any]:
    """A plan, as the series' row has it."""
    return {
        **_common(plan),
        "zone": plan.zone,
        "starts": plan.starts,
        "minutes": plan.minutes,
        "rule": plan.rule,
    }


def class_values(setup: Setup, name: str) -> dict[str, Any]:
    """The same for its meetings; ``name``: as ``create`` says it."""
    return {**_common(setup), "name": name, "host_id": setup.host_id}


def _common(setup: Setup) -> dict[str, Any]:
    return {
        "title": setup.title,
        "text": setup.text,
        "opens_early": setup.opens_early,
        "own_service": setup.own_service,
        "record": setup.record,
        "wait_for_moderator": setup.wait_for_moderator,
        "room": setup.room.to_json(),
    }


_PLAIN: Final = (
    "id",
    "course_id",
    "uid",
    "link_token",
    "title",
    "text",
    "zone",
    "starts",
    "minutes",
    "rule",
    "opens_early",
    "own_service",
    "record",
    "wait_for_moderator",
    "sequence",
    "created_by",
    "created_ms",
    "updated_ms",
    "cancelled_ms",
)
