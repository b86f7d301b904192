"""Onstream's wall clocks.

Onstream API, "Timezones": an account has a code such as UP1 and a DST setting. A code is a fixed
offset from UTC ("the numbers refer to hours offset from UTC"), the last digits of the odd ones a
decimal fraction of an hour (UP575 is 5:45). Nothing says when daylight saving would begin or end,
and the example (UP1 with DST, 18:00 is stored as 16:00 UTC; UM5 with DST shows it as 12:00) names
no date: so the setting, while it is on, moves the wall clock one hour ahead of the code's offset,
whatever the season. Start times are stored in UTC and move with nothing; what is shown follows
the settings of the moment of the call.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

OFFSETS = {
    "UM12": -720, "UM11": -660, "UM10": -600, "UM95": -570, "UM9": -540, "UM8": -480, "UM7": -420,
    "UM6": -360, "UM5": -300, "UM45": -270, "UM4": -240, "UM35": -210, "UM3": -180, "UM2": -120,
    "UM1": -60, "UTC": 0, "UP1": 60, "UP2": 120, "UP3": 180, "UP35": 210, "UP4": 240, "UP45": 270,
    "UP5": 300, "UP55": 330, "UP575": 345, "UP6": 360, "UP65": 390, "UP7": 420, "UP8": 480,
    "UP875": 525, "UP9": 540, "UP95": 570, "UP10": 600, "UP105": 630, "UP11": 660, "UP115": 690,
    "UP12": 720, "UP1275": 765, "UP13": 780, "UP14": 840,
}  # fmt: skip  # in the order of the document's list
"""Minutes from UTC by code, daylight saving aside."""

_WRITTEN = "%Y-%m-%d %H:%M:%S"
# Years that no offset can carry out of what a datetime holds.
_FORM = re.compile(r"[1-8]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


def parsed(text: str) -> datetime:
    """A wall clock's ``2010-08-31 11:05:00``, taken as UTC; ValueError for any other form."""
    if not _FORM.fullmatch(text):
        raise ValueError(text)
    return datetime.strptime(text, _WRITTEN).replace(tzinfo=UTC)


def to_utc(wall: datetime, code: str, *, dst: bool) -> datetime:
    """The point in time (UTC) at which a wall clock of this setting shows ``wall``."""
    return wall - _ahead(code, dst=dst)


def shown(moment: datetime, code: str, *, dst: bool) -> str:
    """What a wall clock of this setting shows at ``moment`` (UTC): ``2010-08-31 11:05:00``."""
    return (moment + _ahead(code, dst=dst)).strftime(_WRITTEN)


def _ahead(code: str, *, dst: bool) -> timedelta:
    return timedelta(minutes=OFFSETS[code], hours=int(dst))
