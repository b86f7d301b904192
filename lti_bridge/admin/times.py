"""The time zone of who reads an admin page: as they chose it, else their browser's, else UTC.

The browser's is in a cookie that a script of the pages sets; it holds a zone's name and nothing
else, and is believed only where it is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request
from flask_babel import get_locale

from lti_bridge.reports.cities import is_zone
from lti_bridge.reports.clocks import Clock

if TYPE_CHECKING:
    from lti_bridge.admin.door import Signed

COOKIE: Final = "lti-bridge-zone"


def clock_of(signed: Signed | None) -> Clock:
    """How the reader of this request's answer reads times."""
    chosen = signed.admin.zone if signed else ""
    zone = chosen or request.cookies.get(COOKIE, "")
    return Clock(get_locale(), zone if is_zone(zone) else "")


def time_of(clock: Clock, unix_ms: int | None) -> str:
    """A moment, to the second, as logs have it; empty where there is none."""
    if unix_ms is None:
        return ""
    return clock.moment(unix_ms, seconds=True) + clock.unknown
