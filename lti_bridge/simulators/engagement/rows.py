"""What the data methods give: rows without a schema, in the order of their time."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

BUILT_IN: Final = "standard"

_SEPARATORS = (",", ":")


def milliseconds(when: date | int) -> int:
    """``when`` since the UNIX epoch. A date is its midnight in UTC; an int is taken as it is.

    Raises ValueError for a datetime without zone.
    """
    if isinstance(when, int):
        return when
    if not isinstance(when, datetime):
        when = datetime.combine(when, time(), UTC)
    elif when.tzinfo is None:
        raise ValueError("a datetime must have a zone")
    return round(when.timestamp() * 1000)


class Rows:
    """By data method. Rows are kept as JSON: thousands take little space, and none changes."""

    def __init__(self) -> None:
        """The built-in method is there, without rows."""
        self._methods: dict[str, list[tuple[int, str]]] = {BUILT_IN: []}

    def __contains__(self, method: str) -> bool:
        return method in self._methods

    def add(self, method: str, when: date | int, rows: Iterable[Mapping[str, Any]]) -> None:
        at = milliseconds(when)
        encoded = [
            (at, json.dumps(dict(row), separators=_SEPARATORS, allow_nan=False)) for row in rows
        ]
        kept = self._methods.setdefault(method, [])
        place = bisect_right(kept, at, key=_time)
        kept[place:place] = encoded

    def between(self, method: str, begin: int | None, end: int | None, *, closed: bool) -> str:
        """The rows from ``begin`` to before ``end`` (``closed``: and at it), a JSON array."""
        kept = self._methods[method]
        first = 0 if begin is None else bisect_left(kept, begin, key=_time)
        to = bisect_right if closed else bisect_left
        last = len(kept) if end is None else to(kept, end, key=_time)
        return f"[{','.join(row for _, row in kept[first:last])}]"


def _time(row: tuple[int, str]) -> int:
    return row[0]
