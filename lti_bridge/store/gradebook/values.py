"""What crosses the room's border of gradings and scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

GradingMode = Literal["share", "presence"]


@dataclass(frozen=True, slots=True)
class GradingRules:
    """That and how attendance of a meeting is graded, as its teacher says."""

    enabled: bool = False
    mode: GradingMode = "share"
    threshold: int = 50
    """Percent of a class from which on somebody was present."""
    points: int = 100
    label: str = ""


@dataclass(frozen=True, slots=True)
class GradedMeeting:
    """A meeting, as grading it needs it; ``rules`` are the usual ones until a teacher set some.

    All meetings of a series have one column, and this is the one that stands for them.
    """

    id: int
    course_id: int
    connection_id: int
    lti_version: str
    """Of its platform: ``1.3`` or ``1.1``."""
    meeting_id: str
    """As services know it; the column's ``resourceId``."""
    name: str
    begins_ms: int | None
    """Of a series: of the first class that isn't cancelled …"""
    ends_ms: int | None
    """… and of the last."""
    group_id: int | None
    coupled_url: str
    """The column that belongs to its link, or to that of another class of its series, as launches
    say; empty: none."""
    line_items_url: str
    scopes: frozenset[str]
    """Of Assignment and Grade Services, as the last launch named them."""
    rules: GradingRules
    line_item_url: str = ""
    line_item_told: str = ""
    due_ms: int | None = None
    failures: int = 0
    problem: str = ""
    updated_ms: int = 0
    outcome_links: int = 0
    """People whose grade LTI 1.1 takes."""


@dataclass(frozen=True, slots=True)
class GradingTask:
    """A grading that this worker, and no other, works on until the claim runs out."""

    meeting: GradedMeeting
    claim: str


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody who learns in the course, with what there is of their score."""

    user_id: int
    lti_user_id: str = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    in_roster: bool
    """The LMS's roster names them, that of the meeting's link where it has one: so, absent from
    class, they were absent.
    """
    left: bool
    corrected: int | None = None
    """Thousandths, as a teacher set them."""
    excused: bool = False
    corrected_by: str = field(default="", repr=False)
    """Who said either of the two, by name; empty where they are gone, or nobody did."""
    corrected_ms: int | None = None
    wanted: str = ""
    sent: str = ""
    refused: str = ""
    sent_ms: int | None = None
    answer: str = ""
    service_url: str = field(default="", repr=False)
    """LTI 1.1: where this person's grade for this link goes …"""
    sourced_id: str = field(default="", repr=False)
    """… and by which name."""

    @property
    def is_due(self) -> bool:
        """Whether the LMS has still to be told what is wanted."""
        return self.wanted not in {"", self.sent, self.refused}


@dataclass(frozen=True, slots=True)
class WantedScore:
    """What the LMS is to be told of somebody."""

    user_id: int
    share: int | None
    wanted: str
