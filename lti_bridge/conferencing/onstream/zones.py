"""Onstream's time zone codes, and its wall clock ("Timezones" in its document).

Onstream gives and takes times as ``YYYY-MM-DD HH:MM:SS`` on the clock of the account: a code's
offset from UTC, and an hour more while daylight saving counts. When it counts, the document leaves
to the account's setting; ours says the same with ``daylight_saving``:

- ``off``: never; the clock is the bare offset;
- ``on``: always;
- ``auto``: by the calendar of the places that the document names beside the code. A code whose
  places have no daylight saving, or have left the code's offset since the list was written
  (Caracas, Norfolk Island, the Russian cities), is the bare offset: "the numbers refer to hours
  offset from UTC".

An account without a code is taken as UTC, whose code ``UTC`` itself stands for London and Lisbon.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lti_bridge.errors import SettingsError

DaylightSaving = Literal["auto", "on", "off"]

_HOUR: Final = timedelta(hours=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WALL: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Zone:
    """A line of the document's list."""

    minutes: int
    """East of UTC, without daylight saving."""
    calendar: str = ""
    """The IANA zone whose daylight saving counts; empty: none."""


ZONES: Final[Mapping[str, Zone]] = MappingProxyType({
    "UM12": Zone(-720),
    "UM11": Zone(-660),
    # Hawaii has no daylight saving; its accounts are many more than the Aleutians'.
    "UM10": Zone(-600),
    "UM95": Zone(-570),
    "UM9": Zone(-540, "America/Anchorage"),
    "UM8": Zone(-480, "America/Los_Angeles"),
    "UM7": Zone(-420, "America/Denver"),
    "UM6": Zone(-360, "America/Chicago"),
    "UM5": Zone(-300, "America/New_York"),
    "UM45": Zone(-270),
    "UM4": Zone(-240, "America/Halifax"),
    "UM35": Zone(-210, "America/St_Johns"),
    "UM3": Zone(-180, "America/Sao_Paulo"),
    "UM2": Zone(-120),
    "UM1": Zone(-60, "Atlantic/Azores"),
    "UTC": Zone(0, "Europe/London"),
    "UP1": Zone(60, "Europe/Berlin"),
    "UP2": Zone(120, "Africa/Johannesburg"),
    "UP3": Zone(180, "Asia/Baghdad"),
    "UP35": Zone(210, "Asia/Tehran"),
    "UP4": Zone(240, "Asia/Dubai"),
    "UP45": Zone(270, "Asia/Kabul"),
    "UP5": Zone(300, "Asia/Karachi"),
    "UP55": Zone(330, "Asia/Kolkata"),
    "UP575": Zone(345, "Asia/Kathmandu"),
    "UP6": Zone(360, "Asia/Dhaka"),
    "UP65": Zone(390, "Asia/Yangon"),
    "UP7": Zone(420, "Asia/Bangkok"),
    "UP8": Zone(480, "Asia/Singapore"),
    "UP875": Zone(525, "Australia/Eucla"),
    "UP9": Zone(540, "Asia/Tokyo"),
    "UP95": Zone(570, "Australia/Adelaide"),
    "UP10": Zone(600, "Australia/Sydney"),
    "UP105": Zone(630, "Australia/Lord_Howe"),
    "UP11": Zone(660, "Pacific/Guadalcanal"),
    "UP115": Zone(690),
    "UP12": Zone(720, "Pacific/Auckland"),
    "UP1275": Zone(765, "Pacific/Chatham"),
    "UP13": Zone(780, "Pacific/Tongatapu"),
    "UP14": Zone(840, "Pacific/Kiritimati"),
})  # fmt: skip  # the document's list in its order, a line each
"""Every code of the document."""


class AccountClock:
    """Between points in time and the clock of an account."""

    def __init__(self, code: str | None, daylight_saving: DaylightSaving = "auto") -> None:
        """``code`` of :data:`ZONES`, or None for UTC.

        Raises :class:`SettingsError` on a machine that doesn't know the code's calendar.
        """
        zone = ZONES[code] if code else Zone(0)
        self._zone: Final = _zone(zone, daylight_saving)

    def wall(self, unix_ms: int) -> str:
        """``YYYY-MM-DD HH:MM:SS`` of a point in time; parts of a second are cut off.

        In the hour that a clock goes through twice, both times look the same.
        """
        moment = (_EPOCH + timedelta(milliseconds=unix_ms)).astimezone(self._zone)
        return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")

    def unix_ms(self, wall: str) -> int | None:
        """The point in time; None for what is no time (``0000-00-00 00:00:00``, empty, …).

        Of an hour that the clock goes through twice, the first is meant, and a time that the clock
        leaps over is as much later as it leaps: nobody comes too late to class.
        """
        if not _WALL.fullmatch(wall):
            return None
        try:
            moment = datetime.fromisoformat(wall).replace(tzinfo=self._zone)
            return (moment - _EPOCH) // timedelta(milliseconds=1)
        except (ValueError, OverflowError):
            return None


def _zone(zone: Zone, daylight_saving: DaylightSaving) -> tzinfo:
    offset = timedelta(minutes=zone.minutes)
    if daylight_saving == "auto" and zone.calendar:
        return _calendar(zone.calendar)
    return timezone(offset + _HOUR if daylight_saving == "on" else offset)


def _calendar(name: str) -> tzinfo:
    with suppress(ZoneInfoNotFoundError):
        return ZoneInfo(name)
    missing = f"conferencing: timezone: this machine has no calendar of {name}"
    remedy = 'install its time zone data (tzdata), or set daylight_saving to "on" or "off"'
    raise SettingsError((f"{missing}; {remedy}",))
