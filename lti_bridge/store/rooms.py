"""What a room is set up with, beside what every meeting has columns for; kept as one JSON object.

Rows of an older version lack what came since, and those of a newer one may hold more: what is
missing is as the service has it by itself, and what isn't known is left alone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Room:
    """None and empty: not said, as the service has it by itself."""

    auto_record: bool | None = None
    """Recording begins with the class."""
    mute_on_start: bool | None = None
    webcams_only_for_moderator: bool | None = None
    disable_cam: bool | None = None
    """What attendees may not use …"""
    disable_mic: bool | None = None
    disable_private_chat: bool | None = None
    disable_public_chat: bool | None = None
    disable_notes: bool | None = None
    """… up to here."""
    max_participants: int | None = None
    welcome: str = ""
    """Shown in the chat, as plain text."""
    moderator_message: str = ""
    """The same, for moderators alone."""
    guests_ask: bool = False
    """Guests wait until a moderator lets them in."""
    students_host: bool = False
    """Everybody joins as a moderator; where the platform allows it."""

    def to_json(self) -> str:
        """Only what is said, in a fixed order: the same settings are the same text."""
        said = {name: value for name, value in asdict(self).items() if value != _UNSAID[name]}
        return json.dumps(said, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


_UNSAID: Final[dict[str, Any]] = {each.name: each.default for each in fields(Room)}

PLAIN: Final = Room()


def room_from(text: str) -> Room:
    """The room of a row."""
    if text in {"", "{}"}:
        return PLAIN
    said = json.loads(text)
    return Room(**{name: value for name, value in said.items() if name in _UNSAID})
