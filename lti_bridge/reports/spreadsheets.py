"""CSV that a spreadsheet takes for what it is: nothing in it is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A line at a time, without its end (RFC 4180)."""
    yield _line(heads)
    for cells in rows:
        yield _line(cells)


def _line(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def harmless(cell: object) -> str:
    """A cell's text, which a spreadsheet takes for nothing but text or a plain number."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    text = str(cell)
    if isinstance(cell, int | float):
        return text
    return f"'{text}" if text.startswith(_FORMULA) else text
