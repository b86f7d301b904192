"""What a request for data must say ("Request Parameters")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from lti_bridge.errors import RemoteRejected

DAY: Final = 86_400_000
"""Milliseconds of a day in UTC."""
LATEST: Final = 8_640_000_000_000_000
"""The last millisecond that ``new Date().getTime()`` can give."""

_NAMES: Final = ("account", "data_method", "from_date", "to_date")


def refusal(status: int, message: str) -> RemoteRejected:
    """An error, as it goes out."""
    return RemoteRejected(message, code=str(status))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for data, its dates rounded."""

    account: str
    method: str
    begin: int | None
    """Milliseconds since the epoch, a midnight in UTC, or None for no bound."""
    end: int | None
    """Likewise."""


def wanted(query: str) -> Wanted:
    """What a query string asks for. All four parameters are required, none else is taken."""
    given = decoded(query, _NAMES)
    for name in _NAMES:
        if not given.get(name):
            raise refusal(400, f'Missing parameter "{name}"')
    earliest, latest = _date(given, "from_date"), _date(given, "to_date")
    begin = earliest - earliest % DAY if earliest else None
    end = latest + -latest % DAY if latest else None
    if begin is not None and end is not None and begin > end:
        raise refusal(400, 'Parameter "from_date" is after "to_date"')
    return Wanted(given["account"], given["data_method"], begin, end)


def decoded(query: str, names: tuple[str, ...]) -> dict[str, str]:
    """Parameters by name; none may be repeated, or be another than ``names``."""
    try:
        pairs = parse_qsl(query, True, True, errors="strict") if query else []
    except ValueError:
        raise refusal(400, "The parameters can't be read") from None
    for name, _ in pairs:
        if name not in names:
            raise refusal(400, f'Unknown parameter "{name}"')
    if len(dict(pairs)) < len(pairs):
        raise refusal(400, "A parameter is given more than once")
    return dict(pairs)


def _date(given: dict[str, str], name: str) -> int:
    text = given[name]
    if not (text.isascii() and text.isdecimal() and len(text) <= 16 and int(text) <= LATEST):
        raise refusal(400, f'Parameter "{name}" must be milliseconds since the UNIX epoch')
    return int(text)
