"""Text of people and courses, made safe to store and to send without changing what it says."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What PostgreSQL, UTF-8 or XML can't hold: control characters, halves of surrogate pairs."""

_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f")


def clean(text: str, limit: int = 255) -> str:
    """The text without what can't be stored, and no longer than ``limit`` characters.

    Scripts, marks of direction, emoji, quotes and line breaks stay as they are: escaping is the
    business of whoever shows them.
    """
    if not text.isprintable():
        text = _UNSTORABLE.sub("", text)
    return text if len(text) <= limit else shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between two signs as people see them, ending in ``…``."""
    if len(text) <= limit:
        return text
    end = limit - 1
    while end > 0 and _belongs_together(text[end - 1], text[end]):
        end -= 1
    return text[:end].rstrip() + "…"


def _belongs_together(left: str, right: str) -> bool:
    return (
        unicodedata.category(right).startswith("M")
        or right in _JOINERS
        or left == "\u200d"
        or "\U0001f3fb" <= right <= "\U0001f3ff"
        or ("\U0001f1e6" <= left <= "\U0001f1ff" and "\U0001f1e6" <= right <= "\U0001f1ff")
    )
