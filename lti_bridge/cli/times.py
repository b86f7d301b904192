"""Lengths of time as people type them."""

from __future__ import annotations

import re
from typing import Any, Final

import click

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
_UNITS: Final = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}


class Duration(click.ParamType[int]):
    """``90m``, ``24h`` or ``7d``, as milliseconds."""

    name = "duration"

    def __init__(self, least_ms: int, most_ms: int, within: str) -> None:
        """``within`` says the limits as they are typed."""
        self._least_ms = least_ms
        self._most_ms = most_ms
        self._within = within

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Refused where it isn't one, or one that can't be meant."""
        found = re.fullmatch(r"([0-9]{1,6})([mhd])", str(value))
        ms = int(found[1]) * _UNITS[found[2]] if found else -1
        if not self._least_ms <= ms <= self._most_ms:
            self.fail(f"is no time from {self._within}, such as 90m, 24h or 7d", param, ctx)
        return ms
