"""Text of people and courses, made safe to store and to send without changing what it says."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What PostgreSQL, UTF-8 or XML can't hold: control characters, halves of surrogate pairs."""

_EXTENDS: Final = re.compile(
    "[\u200c\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\uff9e\uff9f]"
)
"""Joiners, variation selectors, skin tones and flag tags; combining marks come on top."""
_VIRAMA: Final = 9
"""Combining class of the signs by which Indic consonants grow together."""
_FLAG_LETTERS: Final = re.compile("[\U0001f1e6-\U0001f1ff]+$")
_JAMO: Final = re.compile(
    "[\u1100-\u115f\ua960-\ua97c][\u1100-\u11a7\ua960-\ua97c\ud7b0-\ud7c6\uac00-\ud7a3]"
    "|[\u1160-\u11a7\ud7b0-\ud7c6\uac00-\ud7a3][\u1160-\u11ff\ud7b0-\ud7fb]"
    "|[\u11a8-\u11ff\ud7cb-\ud7fb][\u11a8-\u11ff\ud7cb-\ud7fb]"
)
"""Pieces of one Hangul syllable."""


def clean(text: str, limit: int = 255) -> str:
    """The text without what can't be stored, and no longer than ``limit`` characters.

    Scripts, marks of direction, emoji, quotes and line breaks stay as they are: escaping is the
    business of whoever shows them.
    """
    if not text.isprintable():
        text = _UNSTORABLE.sub("", text)
    return text if len(text) <= limit else shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters (one at the least), ending in ``…`` where it was cut.

    It is cut between two signs as people see them (extended grapheme clusters, Unicode UAX #29).
    """
    if len(text) <= limit:
        return text
    end = limit - 1
    while end > 0 and _belongs_together(text, end):
        end -= 1
    return text[:end].rstrip() + "…"


def _belongs_together(text: str, end: int) -> bool:
    left, right = text[end - 1], text[end]
    if unicodedata.category(right).startswith("M") or _EXTENDS.match(right):
        return True
    if left == "\u200d" or unicodedata.combining(left) == _VIRAMA:
        return True
    if _FLAG_LETTERS.match(right):
        # A flag is two letters: only after an odd number of them is one half done.
        before = _FLAG_LETTERS.search(text, 0, end)
        return before is not None and len(before[0]) % 2 == 1
    return left + right == "\r\n" or bool(_JAMO.match(left + right))
