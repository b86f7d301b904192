"""When the classes of a series are: a rule (RFC 5545, 3.3.10), expanded on the clocks of a zone.

A class keeps its hour across daylight saving: the rule counts on the wall clock, and each time is
turned into UTC by the zone's rules for that very day. Where clocks are put forward over its hour,
it is in the next one (02:30 is 03:30 then); where an hour comes twice, in the first of the two. So
do calendars (RFC 5545, 3.3.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final, Literal, cast, get_args
from zoneinfo import ZoneInfo

from dateutil import rrule

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY"]

MOST_CLASSES: Final = 400
LONGEST_DAYS: Final = 2 * 366
"""From the first class to the last."""
DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: Final[Mapping[str, Literal[1, 2, 3]]] = {
    "DAILY": rrule.DAILY,
    "WEEKLY": rrule.WEEKLY,
    "MONTHLY": rrule.MONTHLY,
}


class RuleError(ValueError):
    """A rule that we don't have, or one without an end or a class."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a class is repeated, and until when: ``count`` or ``until``, exactly one of them."""

    frequency: Frequency
    interval: int = 1
    days: tuple[str, ...] = ()
    """WEEKLY: on these days, ``MO`` …; empty: on the first class' own."""
    nth: int | None = None
    """MONTHLY: on the nth of the first class' weekday, −1 the last; None: on its day of month."""
    count: int | None = None
    until: date | None = None
    """The last day on which there may be a class, by the clocks of the zone."""

    def __post_init__(self) -> None:
        """Raise :class:`RuleError` where it can't be."""
        checks = (
            self.frequency in get_args(Frequency),
            1 <= self.interval <= 99,
            set(self.days) <= set(DAYS) and (not self.days or self.frequency == "WEEKLY"),
            self.nth is None or (self.frequency == "MONTHLY" and self.nth in {-1, 1, 2, 3, 4, 5}),
            (self.count is None) != (self.until is None),
            self.count is None or 1 <= self.count <= MOST_CLASSES,
        )
        if not all(checks):
            raise RuleError("A rule has a frequency that we know, and either COUNT or UNTIL.")

    def text(self, first: datetime, zone: str) -> str:
        """The value of an RRULE for a series that begins at ``first``, on the clocks of ``zone``.

        UNTIL is the end of its day there, in UTC (RFC 5545, 3.3.10: "MUST be specified in UTC").
        """
        parts = [f"FREQ={self.frequency}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.days:
            parts.append(f"BYDAY={','.join(day for day in DAYS if day in self.days)}")
        if self.nth is not None:
            parts.append(f"BYDAY={self.nth}{DAYS[first.weekday()]}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            last = _utc(datetime.combine(self.until, time(23, 59, 59)), ZoneInfo(zone))
            parts.append(f"UNTIL={last:%Y%m%dT%H%M%SZ}")
        return ";".join(parts)


@dataclass(frozen=True, slots=True)
class Time:
    """When a class is by its rule."""

    wall: datetime
    """On the clocks of its zone, also where they skip it."""
    ms: int
    """UNIX milliseconds."""


def rule_from(text: str, zone: str) -> Rule | None:
    """The rule of an RRULE's value, as :meth:`Rule.text` writes it; None for a single class.

    Raises :class:`RuleError` for rules that we don't have.
    """
    if not text:
        return None
    parts = dict(_pair(part) for part in text.upper().removeprefix("RRULE:").split(";"))
    try:
        frequency = parts.pop("FREQ")
        days, nth = _by_day(parts.pop("BYDAY", ""), frequency)
        count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
        rule = Rule(
            frequency=cast("Frequency", frequency),  # the rule itself checks it
            interval=int(parts.pop("INTERVAL", "1")),
            days=days,
            nth=nth,
            count=None if count is None else int(count),
            until=None if until is None else _until(until, zone),
        )
    except (KeyError, ValueError) as error:
        raise RuleError(f"This is no rule that we know: {text!r}") from error
    if parts.pop("WKST", "MO") != "MO" or parts:
        raise RuleError(f"These parts of a rule aren't known: {', '.join(parts)}")
    return rule


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name, value


def _by_day(text: str, frequency: str) -> tuple[tuple[str, ...], int | None]:
    if frequency == "MONTHLY" and text:
        return (), int(text[:-2])
    return tuple(text.split(",")) if text else (), None


def _until(text: str, zone: str) -> date:
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment).date()


def times(first: datetime, zone: str, rule: Rule | None) -> list[Time]:
    """Every class of a series that begins at ``first`` on the clocks of ``zone``, by time.

    Raises :class:`RuleError` where the rule has no class, or ends too late or has too many.
    """
    place = ZoneInfo(zone)
    walls = [first] if rule is None else _expanded(first, rule)
    if not walls:
        raise RuleError("By this rule there is no class at all.")
    return [Time(wall, int(_utc(wall, place).timestamp()) * 1000) for wall in walls]


def _expanded(first: datetime, rule: Rule) -> list[datetime]:
    latest = first + timedelta(days=LONGEST_DAYS)
    until = latest
    if rule.until is not None:
        if rule.until > latest.date():
            raise RuleError("A series ends within two years.")
        until = datetime.combine(rule.until, time(23, 59, 59))
    weekdays = [rrule.weekday(DAYS.index(day)) for day in rule.days]
    if rule.nth is not None:
        weekdays = [rrule.weekday(first.weekday(), rule.nth)]
    found = rrule.rrule(
        _FREQUENCIES[rule.frequency],
        dtstart=first,
        interval=rule.interval,
        byweekday=weekdays or None,
        until=until,
        wkst=rrule.MO,
        cache=False,
    )
    wanted = MOST_CLASSES + 1 if rule.count is None else rule.count
    walls = list(islice(found, wanted))
    if len(walls) > MOST_CLASSES or (rule.count is not None and len(walls) < rule.count):
        raise RuleError("A series has at most 400 classes, and ends within two years.")
    return walls


def begins(first: datetime, rule: Rule | None) -> datetime:
    """The first class by the rule itself: that of the day chosen, or the next one that fits it."""
    if rule is None:
        return first
    one = replace(rule, count=1, until=None)
    return _expanded(first, one)[0]


def _utc(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def split_at(first: datetime, zone: str, rule: Rule, ms: int) -> tuple[Rule, datetime, Rule] | None:
    """The rule of the classes before the one at ``ms``, and beginning and rule of the others.

    None where nothing is before it, or it isn't one by the rule.
    """
    every = times(first, zone, rule)
    before = sum(one.ms < ms for one in every)
    if before == 0 or before == len(every) or every[before].ms != ms:
        return None
    kept = replace(rule, count=before, until=None)
    rest = rule if rule.count is None else replace(rule, count=len(every) - before)
    return kept, every[before].wall, rest
