"""Tables, times and plain data, for people and for programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import click

_T = TypeVar("_T")
NOTHING: Final = "–"
CALLBACKS: Final = "/callbacks/"
_GAP: Final = "  "
_UNSAFE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that would turn the rest of the line around."""
_WIDE: Final = frozenset({"W", "F"})


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines with columns side by side, as wide as they must be."""
    cells = [[head.upper() for head in heads], *([shown(each) for each in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (
            f"{cell}{' ' * (width - _width(cell))}" for cell, width in zip(row, widths, strict=True)
        )
        yield _GAP.join(padded).rstrip()


def print_list(
    known: Sequence[_T],
    heads: Sequence[str],
    row: Callable[[_T], Sequence[str]],
    *,
    nothing: str,
) -> None:
    """A line for each under its heads, or ``nothing`` where there is none."""
    click.echo("\n".join(table(heads, map(row, known))) if known else nothing)


def shown(text: str) -> str:
    """A text from elsewhere, on one line of a terminal: nothing in it steers the terminal."""
    safe = (" " if unicodedata.category(c) in _UNSAFE or c in _TURNING else c for c in text)
    return "".join(safe).strip() or NOTHING


def when(unix_ms: int | None) -> str:
    """ISO 8601 in this machine's zone, to the second; a dash where it isn't known."""
    if unix_ms is None:
        return NOTHING
    try:
        moment = datetime.fromtimestamp(unix_ms / 1000, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return NOTHING
    return moment.isoformat(timespec="seconds")


def length(ms: int | None) -> str:
    """Hours, minutes and seconds: ``1:02:03``."""
    if ms is None:
        return NOTHING
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def number(value: int | None) -> str:
    """A count, or a dash where it isn't known."""
    return NOTHING if value is None else str(value)


def yes_or_no(value: bool | None) -> str:
    """A fact, or a dash where it isn't known."""
    return NOTHING if value is None else "yes" if value else "no"


def plain(value: Any, without: frozenset[str] = frozenset()) -> Any:
    """Our frozen values as JSON has them; ``without`` are fields that aren't for anybody.

    Metadata come without the mark of a callback's address: who knows it could call.
    """
    if is_dataclass(value) and not isinstance(value, type):
        names = (each.name for each in fields(value) if each.name not in without)
        return {name: plain(getattr(value, name), without) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _unmarked(plain(each, without)) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each, without) for each in value]
    return value


def _unmarked(value: Any) -> Any:
    is_callback = isinstance(value, str) and CALLBACKS in value
    return f"{value.rpartition('/')[0]}/…" if is_callback else value


def _width(text: str) -> int:
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1
