"""Points in time in words, as somebody reads them: in their zone, calendar and language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from lti_bridge.reports.jalali import jalali_words

if TYPE_CHECKING:
    from babel import Locale

JALALI: Final = "jalali"
CALENDARS: Final = ("gregorian", JALALI)


@dataclass(frozen=True, slots=True)
class Clock:
    """How somebody reads times."""

    locale: Locale
    zone: str = ""
    """IANA name; empty: not known."""
    calendar: str = ""
    """``gregorian`` or ``jalali``; empty: as the language has it."""

    @property
    def is_jalali(self) -> bool:
        """Whether dates are of the Persian calendar."""
        return (self.calendar or usual_calendar(self.locale)) == JALALI

    @property
    def tzinfo(self) -> tzinfo:
        """The zone; UTC where none is known."""
        return ZoneInfo(self.zone) if self.zone else UTC

    def day(self, unix_ms: int, *, weekday: bool = False) -> str:
        """The date alone; ``weekday``: in full."""
        there = self._there(unix_ms).date()
        if self.is_jalali:
            return jalali_words(there, self.locale, weekday=weekday)
        return format_date(there, "full" if weekday else "medium", locale=self.locale)

    def time(self, unix_ms: int, *, seconds: bool = False) -> str:
        """Hours and minutes, and ``seconds``."""
        length: Literal["medium", "short"] = "medium" if seconds else "short"
        return format_time(self._there(unix_ms).time(), length, locale=self.locale)

    def moment(self, unix_ms: int, *, weekday: bool = False, seconds: bool = False) -> str:
        """Date and time."""
        pattern = self.locale.datetime_formats["medium"]
        time = self.time(unix_ms, seconds=seconds)
        return str(pattern).format(time, self.day(unix_ms, weekday=weekday))

    def span(self, begins_ms: int, ends_ms: int | None, *, weekday: bool = False) -> str:
        """From one to the other; the day is said once where both are on it."""
        begins = self.moment(begins_ms, weekday=weekday)
        if ends_ms is None or ends_ms < begins_ms:
            return begins + self.unknown
        same_day = self._there(begins_ms).date() == self._there(ends_ms).date()
        ends = self.time(ends_ms) if same_day else self.moment(ends_ms, weekday=weekday)
        return f"{begins} – {ends}{self.unknown}"

    @property
    def unknown(self) -> str:
        """What stands behind times whose reader's zone isn't known."""
        return "" if self.zone else " UTC"

    def _there(self, unix_ms: int) -> datetime:
        return datetime.fromtimestamp(unix_ms // 1000, self.tzinfo)


def usual_calendar(locale: Locale) -> str:
    """The calendar that people expect in a language."""
    return JALALI if locale.language == "fa" else "gregorian"
