"""The world's time zones, as people find theirs in a list: by a city, in their language."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

LONGEST: Final = 64
"""Characters of a zone's name, as the database keeps it; real ones have up to 32."""


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether it is the IANA name of a time zone."""
    return len(name) <= LONGEST and name in _known()


def cities(locale: Locale) -> Sequence[tuple[str, str]]:
    """(IANA name, city) of every zone where people live, by city."""
    return _cities(str(locale))


def city(zone: str, locale: Locale) -> str:
    """What a zone is called."""
    return get_timezone_location(zone, locale=locale, return_city=True)


@cache
def _cities(locale_name: str) -> Sequence[tuple[str, str]]:
    locale = Locale.parse(locale_name)
    lived_in = [name for name, land in get_global("zone_territories").items() if land != "001"]
    named = [(name, city(name, locale)) for name in lived_in if is_zone(name)]
    return tuple(sorted(named, key=lambda pair: _plain(pair[1])))


def _plain(name: str) -> str:
    """Letters alone: in a list, É stands by E."""
    return unicodedata.normalize("NFKD", name).casefold()
