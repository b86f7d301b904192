"""What each call takes: Onstream API, "Arguments" of every method, as tables.

A value that isn't what the table says is refused with 400, and so is a missing one that is
required. Values come as text (a path, a query string, name/value pairs) or as JSON has them;
where the document says int or bool, both are read: ``1``, ``"1"``, ``true``, ``"true"``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lti_bridge.simulators.onstream import values
from lti_bridge.simulators.onstream.refusals import refused

Given = Mapping[str, Any]
_Readers = Mapping[str, Callable[[str, Any], Any]]


@dataclass(frozen=True, slots=True)
class Takes:
    """The arguments of one call, each with what reads it."""

    required: _Readers = field(default_factory=dict)
    optional: _Readers = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    """Named in the document as without effect in this call, whatever they hold."""
    by_default: frozenset[str] = frozenset()
    """Required, though the document has a default for them too: lenient accounts let them be."""


_RETURN: _Readers = {"return": values.names}
_CURSOR: _Readers = {"count": values.whole, "offset": values.whole, "order": values.order}
_ID: _Readers = {"id": values.number}
_INVITEE: _Readers = {"session_id": values.number, "user_id": values.number}
_PERSON: _Readers = {
    "first_name": values.text,
    "last_name": values.text,
    "send_email_invitation": values.flag,
    "role": values.role,
}
_SESSION: _Readers = {
    "topic": values.title,
    "duration": values.number,
    "start_time": values.moment,
}
_SESSION_TOO: _Readers = {
    "timezone": values.zone,
    "friendly_url": values.friendly_url,
    "password": values.text,
    "invited_participants": values.objects,
    "custom_data": values.custom,
}

PARTICIPANT = Takes(
    {"email": values.email},
    # The document's example and its description spell the flag in these two ways.
    {**_PERSON, "id": values.number, "send_email_invitations": values.flag},
)
"""One of ``invited_participants``."""

CALLS: Mapping[tuple[str, str], Takes] = {
    ("GET", "authverify"): Takes(),
    ("GET", "session"): Takes(_ID, _RETURN, ignored=frozenset(_CURSOR)),
    ("GET", "sessions"): Takes(optional={**_RETURN, **_CURSOR}),
    ("PUT", "session"): Takes(_SESSION, _SESSION_TOO),
    ("POST", "session"): Takes(_ID, {**_SESSION, **_SESSION_TOO}),
    ("DELETE", "session"): Takes(_ID),
    ("GET", "invitees"): Takes(_ID, {"role": values.roles}),
    ("PUT", "invitee"): Takes({"session_id": values.number, "email": values.email}, _PERSON),
    ("POST", "invitee"): Takes(
        _INVITEE, {"send_email_invitation": values.flag, "role": values.role}
    ),
    ("DELETE", "invitee"): Takes(_INVITEE),
    ("GET", "recording"): Takes(_ID, _RETURN, ignored=frozenset((*_CURSOR, "session"))),
    ("GET", "recordings"): Takes(optional={**_RETURN, **_CURSOR, "session": values.number}),
    ("POST", "recording"): Takes(
        _ID,
        {
            "title": values.title,
            "description": values.text,
            "password": values.text,
            "allow_anonymous_playback": values.flag,
        },
    ),
    ("DELETE", "recording"): Takes(_ID),
    ("PUT", "file"): Takes(
        {"file_link": values.link, "is_url": values.flag},
        {"dir_id": values.number, "file_description": values.short_text},
        by_default=frozenset({"is_url"}),
    ),
    ("PUT", "file_in_session"): Takes(
        {"file_id": values.number, "session_id": values.number}, {"is_auto_opening": values.flag}
    ),
}
"""By HTTP method and name; there are no others."""


def read(takes: Takes, given: Given, *, strict: bool) -> dict[str, Any]:
    """The arguments as values: numbers, flags, points on a wall clock, …; null is not given.

    Raises 400. ``strict`` refuses what the document doesn't name instead of passing over it.
    """
    known = {**takes.required, **takes.optional}
    said = {name: value for name, value in given.items() if value is not None}
    if strict and (unknown := said.keys() - known.keys() - takes.ignored):
        raise refused(400, f"Unknown argument: {min(unknown)}")
    needed = takes.required.keys() - (frozenset() if strict else takes.by_default)
    if missing := needed - said.keys():
        raise refused(400, f"Missing argument: {min(missing)}")
    return {name: known[name](name, value) for name, value in said.items() if name in known}
