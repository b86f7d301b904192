"""Somebody whose data are asked for, and what became of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody of one LMS. The same human being may be found once of each LMS."""

    id: int
    """Their row, as the log and the launch list have it."""
    number: int
    """As they are known outside: by MEETS, or by the bridge itself."""
    connection_id: int
    platform: str
    version: str
    """Of LTI, by which they come."""
    lti_user_id: str = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    courses: int
    created_ms: int


@dataclass(frozen=True, slots=True)
class Who:
    """By what rows are known to be somebody's."""

    id: int
    connection_id: int
    lti_user_id: str = field(repr=False)
    numbers: tuple[str, ...]
    """By which services were told who comes."""
    names: tuple[str, ...] = field(repr=False)
    """As services were told, and as the LMS wrote them."""
    email: str = field(repr=False)
    """In lower case; empty: none is known."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What went."""

    person: int
    """Their row, which there is no more."""
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """How much of each section of what would have been given out."""
    mentions: tuple[str, ...] = ()
    """Where words that others wrote still name them: ``table.column row``."""
