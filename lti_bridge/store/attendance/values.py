"""What crosses the room's border of attendance."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from lti_bridge.store.invitations import address_of

Mark = Literal["present", "late", "left_early", "absent", "excused"]
MARKS: Final[tuple[Mark, ...]] = get_args(Mark)


@dataclass(frozen=True, slots=True)
class AttendedStay:
    """Somebody's time in a meeting, as a source has it."""

    user_id: int | None
    """None: nobody whom we know, a guest for example."""
    host: bool
    joined_ms: int
    left_ms: int | None
    """None while they are in, or where nobody knows."""
    source: str = "service"
    name: str = field(default="", repr=False)
    """As the source has it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a teacher says of somebody in a class."""

    user_id: int
    held_ms: int
    """When that class began, as far as was known then."""
    mark: Mark
    note: str = field(default="", repr=False)
    by: str = field(default="", repr=False)
    """The teacher's name; empty where they are gone."""
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class AttendedMeeting:
    """A meeting, with everything that is known of who was in."""

    id: int
    course_id: int
    name: str = field(repr=False)
    title: str = field(repr=False)
    """As a teacher called it; may be empty."""
    begins_ms: int | None
    ends_ms: int | None
    is_final: bool
    """The service said so of the last session."""
    group_id: int | None
    column: int = 0
    """Row of the meeting in whose column of the gradebook it counts: mostly its own."""
    stays: Sequence[AttendedStay] = field(default=(), repr=False)
    corrections: Sequence[Correction] = field(default=(), repr=False)
    invited: AbstractSet[str] = field(default=frozenset(), repr=False)
    """Addresses on the list of who may come, in small letters, where its service keeps one."""

    @property
    def with_meets(self) -> bool:
        """Whether MEETS held a class at the same time, and said who was in."""
        return any(one.source == "meets" for one in self.stays)

    @property
    def scheduled(self) -> tuple[int, int] | None:
        """From when to when it was scheduled; None: it stands open at any time."""
        if self.begins_ms is None or self.ends_ms is None:
            return None
        return self.begins_ms, self.ends_ms


@dataclass(frozen=True, slots=True)
class Attender:
    """Somebody who learns in a course."""

    user_id: int
    name: str = field(repr=False)
    email: str = field(repr=False)
    in_roster: bool
    """The LMS's roster named them at some time."""
    since_ms: int
    """Since when we know them there."""
    left_ms: int | None
    """When they left the course."""

    def is_among(self, addresses: AbstractSet[str]) -> bool:
        """Whether one of these is theirs, or that by which services know them."""
        if not addresses:
            return False
        return address_of(self.user_id) in addresses or self.email.lower() in addresses
