"""Dates of the Persian (Solar Hijri) calendar in words, in the order that each language has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from babel.dates import format_date
from jdatetime import date as jalali_date

if TYPE_CHECKING:
    from datetime import date

    from babel import Locale

MONTHS: Final = {
    "fa": (
        "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
        "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
    ),
    "ar": (
        "فروردين", "أرديبهشت", "خرداد", "تير", "مرداد", "شهريور",
        "مهر", "آبان", "آذر", "دي", "بهمن", "إسفند",
    ),
}  # fmt: skip  # half a year a line
"""By language; others have them transliterated."""

TRANSLITERATED: Final = (
    "Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar",
    "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand",
)  # fmt: skip

_FIELD: Final = re.compile(r"'([^']*)'|(E+|y+|M+|d+)")
"""A field of a date pattern, or its literal text (UTS 35, part 4, "Date Format Patterns")."""


def jalali_words(day: date, locale: Locale, *, weekday: bool = False) -> str:
    """Such as "14 Azar 1405"; ``weekday``: that as well."""
    pattern = locale.date_formats["full"].pattern if weekday else locale.datetime_skeletons["yMMMd"]
    there = jalali_date.fromgregorian(date=day)
    month = MONTHS.get(locale.language, TRANSLITERATED)[there.month - 1]

    def written(found: re.Match[str]) -> str:
        literal, field = found.groups()
        if field is None:
            return literal
        if field[0] == "E":
            return format_date(day, field, locale=locale)
        return month if field[0] == "M" else str(there.year if field[0] == "y" else there.day)

    return _FIELD.sub(written, str(pattern))
