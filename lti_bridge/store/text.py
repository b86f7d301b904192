"""Texts from elsewhere, as every database takes them."""

from __future__ import annotations

LONGEST = 1000


def storable(text: str, length: int = LONGEST) -> str:
    """Without NUL and lone surrogates, which PostgreSQL refuses; at most that many characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")[:length]
