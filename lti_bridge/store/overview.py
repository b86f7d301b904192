"""How the bridge fares, at a glance: classes, launches, failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, distinct, func, select

from lti_bridge.store.tables import LaunchRow, MeetingRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
HOURS: Final = 24
REASONS: Final = 8


@dataclass(frozen=True, slots=True)
class HourOfLaunches:
    """How many launches there were within an hour."""

    begins_ms: int
    outcomes: Mapping[str, int]
    """By what became of them."""


@dataclass(frozen=True, slots=True)
class Glance:
    """Numbers as of one moment."""

    classes_now: int
    """Scheduled classes whose time it is; those of more than a day not counted."""
    classes_today: int
    """Scheduled classes that begin, or began, today."""
    entered_classes: int
    """Classes that somebody went into within the last hour …"""
    entered_people: int
    """… and how many people did."""
    hours: Sequence[HourOfLaunches]
    """The last 24, this one included."""
    reasons: Mapping[str, int]
    """Why launches of these hours were refused: the most frequent reasons."""

    @property
    def outcomes(self) -> Mapping[str, int]:
        """Launches of these hours."""
        return sum((Counter(hour.outcomes) for hour in self.hours), Counter[str]())


class Overview:
    """The query."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def glance(self, now_ms: int, today: tuple[int, int]) -> Glance:
        """As of now; ``today`` is from when to when, wherever the reader is."""
        return self._database.read(lambda c: _glance(c, now_ms, today))


def _glance(connection: Connection, now_ms: int, today: tuple[int, int]) -> Glance:
    first = (now_ms // HOUR_MS - HOURS + 1) * HOUR_MS
    now, in_day = connection.execute(_classes(now_ms, today)).one()
    entered = connection.execute(
        select(
            func.count(distinct(LaunchRow.meeting_id)), func.count(distinct(LaunchRow.user_id))
        ).where(LaunchRow.at_ms > now_ms - HOUR_MS, LaunchRow.outcome == "joined")
    ).one()
    return Glance(
        classes_now=now or 0,
        classes_today=in_day or 0,
        entered_classes=entered[0],
        entered_people=entered[1],
        hours=_hours(connection, first),
        reasons=_reasons(connection, first),
    )


def _classes(now_ms: int, today: tuple[int, int]) -> Any:
    begins = MeetingRow.begins_ms
    is_now = and_(begins <= now_ms, MeetingRow.ends_ms > now_ms)
    is_today = and_(begins >= today[0], begins < today[1])
    return select(
        func.sum(case((is_now, 1), else_=0)), func.sum(case((is_today, 1), else_=0))
    ).where(
        begins > min(today[0] - 1, now_ms - DAY_MS),
        begins < max(today[1], now_ms + 1),
        MeetingRow.cancelled_ms.is_(None),
    )


def _hours(connection: Connection, first: int) -> list[HourOfLaunches]:
    hour: Any = LaunchRow.at_ms // HOUR_MS
    statement = (
        select(hour, LaunchRow.outcome, func.count())
        .where(LaunchRow.at_ms >= first)
        .group_by(hour, LaunchRow.outcome)
    )
    found: dict[int, dict[str, int]] = {}
    for number, outcome, count in connection.execute(statement):
        found.setdefault(number, {})[outcome] = count
    begin = first // HOUR_MS
    return [
        HourOfLaunches(number * HOUR_MS, found.get(number, {}))
        for number in range(begin, begin + HOURS)
    ]


def _reasons(connection: Connection, first: int) -> dict[str, int]:
    count = func.count()
    statement = (
        select(LaunchRow.reason, count)
        .where(LaunchRow.at_ms >= first, LaunchRow.outcome == "refused")
        .group_by(LaunchRow.reason)
        .order_by(count.desc())
        .limit(REASONS)
    )
    return {reason: int(number) for reason, number in connection.execute(statement)}
