"""One argument each, from what was sent to what it means; whatever can't be read is a 400."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lti_bridge.simulators.onstream import times
from lti_bridge.simulators.onstream.records import MODERATOR, OBSERVER
from lti_bridge.simulators.onstream.refusals import refused

if TYPE_CHECKING:
    from datetime import datetime

    from lti_bridge.errors import RemoteRejected

LONGEST_CUSTOM = 200
LONGEST_DESCRIPTION = 255

_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]{1,255}", re.ASCII)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_CUSTOM = re.compile(r"custom[1-9]\d{0,5}", re.ASCII)

_FLAGS = {"1": True, "0": False, "true": True, "false": False}
_GROUPS = ("all", "moderators", "participants", "observers")
_RESERVED = frozenset({"go", ".", ".."})


def text(name: str, value: Any) -> str:
    """Any text; a number is taken for its digits, as PHP does."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _wrong(name, "must be text")
    # JSON can hold halves of a character, which no answer could show.
    if any("\ud800" <= letter <= "\udfff" for letter in str(value)):
        raise _wrong(name, "must be UTF-8")
    return str(value)


def title(name: str, value: Any) -> str:
    """Text that holds something."""
    if not text(name, value).strip():
        raise _wrong(name, "must not be empty")
    return text(name, value)


def short_text(name: str, value: Any) -> str:
    """Text of at most 255 characters."""
    if len(text(name, value)) > LONGEST_DESCRIPTION:
        raise _wrong(name, f"must be at most {LONGEST_DESCRIPTION} characters")
    return text(name, value)


def whole(name: str, value: Any) -> int:
    """0, 1, 2, …"""
    if isinstance(value, bool) or not _DIGITS.fullmatch(text(name, value)):
        raise _wrong(name, "must be a whole number")
    return int(value)


def number(name: str, value: Any) -> int:
    """1, 2, …: an identifier, or minutes."""
    if whole(name, value) < 1:
        raise _wrong(name, "must be 1 or more")
    return whole(name, value)


def role(name: str, value: Any) -> int:
    """1 moderator, 2 participant, 3 observer."""
    if not MODERATOR <= whole(name, value) <= OBSERVER:
        raise _wrong(name, "must be 1, 2 or 3")
    return whole(name, value)


def flag(name: str, value: Any) -> bool:
    """True or false, 1 or 0."""
    word = str(value).lower() if isinstance(value, str | int) else ""
    if word not in _FLAGS:
        raise _wrong(name, "must be true or false, 1 or 0")
    return _FLAGS[word]


def order(name: str, value: Any) -> str:
    """``asc`` or ``desc``."""
    return _one_of(("asc", "desc"), name, value)


def roles(name: str, value: Any) -> str:
    """``all``, ``moderators``, ``participants`` or ``observers``."""
    return _one_of(_GROUPS, name, value)


def names(name: str, value: Any) -> tuple[str, ...]:
    """``id;topic;start_time``."""
    found = tuple(filter(None, text(name, value).split(";")))
    if not found:
        raise _wrong(name, "must name a field")
    return found


def moment(name: str, value: Any) -> datetime:
    """``2010-08-31 11:05:00`` on a wall clock still to be told, taken as UTC."""
    try:
        return times.parsed(text(name, value))
    except ValueError:
        raise _wrong(name, "must be a datetime such as 2010-08-31 11:05:00") from None


def zone(name: str, value: Any) -> str:
    """A code of "Timezones"."""
    return _one_of(tuple(times.OFFSETS), name, value)


def friendly_url(name: str, value: Any) -> str:
    """One segment of a path, nothing in it to be encoded; empty: none."""
    wish = text(name, value)
    if wish and (wish in _RESERVED or not _SEGMENT.fullmatch(wish)):
        raise _wrong(name, "must be letters, digits, and - . _ ~ only")
    return wish


def email(name: str, value: Any) -> str:
    """Something with an @ within."""
    if not _ADDRESS.fullmatch(text(name, value)):
        raise _wrong(name, "must be an email address")
    return text(name, value)


def link(name: str, value: Any) -> str:
    """A full URL."""
    address = text(name, value)
    try:
        parts = urlsplit(address)
    except ValueError:
        raise _wrong(name, "must be a full URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _wrong(name, "must be a full URL")
    return address


def objects(name: str, value: Any) -> list[dict[str, Any]]:
    """A JSON array of objects, or the text of one (among name/value pairs)."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise _wrong(name, "must be a JSON array") from None
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _wrong(name, "must be a JSON array of objects")
    return value


def custom(name: str, value: Any) -> dict[str, str]:
    """custom1, custom2, … of all objects in the array; whether one is left out shows later."""
    found = {}
    for field, content in ((key, one[key]) for one in objects(name, value) for key in one):
        if not _CUSTOM.fullmatch(field):
            raise _wrong(name, "may hold custom1, custom2, … only")
        if len(text(field, content)) > LONGEST_CUSTOM:
            raise _wrong(field, f"must be at most {LONGEST_CUSTOM} characters")
        found[field] = text(field, content)
    return found


def without_gaps(fields: dict[str, str]) -> dict[str, str]:
    """In the order of their numbers ("incremented by 1"), of which none may be left out."""
    wanted = [f"custom{place}" for place in range(1, len(fields) + 1)]
    if fields.keys() != set(wanted):
        raise _wrong("custom_data", "must number its fields from custom1, leaving none out")
    return {field: fields[field] for field in wanted}


def _one_of(words: tuple[str, ...], name: str, value: Any) -> str:
    if text(name, value) not in words:
        raise _wrong(name, f"must be one of {', '.join(words)}")
    return text(name, value)


def _wrong(name: str, why: str) -> RemoteRejected:
    return refused(400, f"Invalid argument: {name} {why}")
