"""People within JSON: what services told, what an LMS said, what Meet & Engage has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lti_bridge.store.persons.values import Who

IDENTIFYING: Final = re.compile(r"sub\Z|(?:.*_)?user_?id\Z|(?:lis_)?person_sourcedid\Z")
"""Keys under which an LMS says who comes; anything else may have the same value by chance."""
TELLING: Final = 8
"""So long a name or identifier is looked for within longer texts, too: shorter ones are words."""


def spellings(text: str) -> tuple[str, ...]:
    """How JSON may write a text, without the quotes around it."""
    plain = (json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
    return tuple(dict.fromkeys(plain))


def parsed(text: str) -> Any:
    """The value; the text itself where it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text within, with the key it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from leaves(each, name)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each, key)


def names(value: Any, who: Who) -> bool:
    """Whether something that an LMS said is about them."""
    return any(_is_theirs(key, text, who) for key, text in _said(value))


def _said(value: Any) -> Iterator[tuple[str, str]]:
    """A launch's claims are kept as rows: the claim, the name within it, and its value."""
    rows = value.get("rows") if isinstance(value, Mapping) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, list) and len(row) == 3:
            yield from leaves(row[2], str(row[1] or row[0]).rpartition(".")[2])
    yield from leaves(value)


def _is_theirs(key: str, text: str, who: Who) -> bool:
    if text == who.lti_user_id and IDENTIFYING.match(key.lower()):
        return True
    return mentions(text, who)


def mentions(text: str, who: Who) -> bool:
    """Whether a text is their name or address, or holds it."""
    telling = [one for one in (*who.names, who.lti_user_id) if len(one) >= TELLING]
    return (
        text in who.names
        or bool(who.email and who.email in text.lower())
        or any(one in text for one in telling)
    )


def stays_of(told: Any, who: Who) -> list[Any]:
    """Their times in class, of what a service told of it."""
    stays = told.get("stays") if isinstance(told, Mapping) else None
    return [one for one in stays or () if _is_stay(one, who)]


def without_stays(told: Any, who: Who) -> Any:
    """The same without them."""
    return {**told, "stays": [one for one in told["stays"] if not _is_stay(one, who)]}


def _is_stay(one: Any, who: Who) -> bool:
    if not isinstance(one, Mapping):
        return False
    return one.get("user_id") in who.numbers or one.get("full_name") in who.names


def is_in(status: Any, who: Who) -> bool:
    """Whether what a service said of a class that runs names them."""
    attendees = status.get("attendees") if isinstance(status, Mapping) else None
    return any(
        isinstance(one, list) and len(one) > 1 and (one[0] in who.numbers or one[1] in who.names)
        for one in attendees or ()
    )


def is_of(row: Any, who: Who) -> bool:
    """Whether a row of Meet & Engage is theirs: by its address, or else by its name."""
    texts = [text for _, text in leaves(row)]
    addresses = [text.strip().lower() for text in texts if "@" in text]
    if addresses:
        return bool(who.email) and who.email in addresses
    return any(text in who.names for text in texts)


def packed(value: Any) -> str:
    """As JSON again: in plain ASCII, which any database takes."""
    return json.dumps(value)
