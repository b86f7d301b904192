"""What a verified launch says, and who and where that is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from lti_bridge.store import NOTHING_OFFERED, Offered, Place, Platform, Profile, Role, Standing

Target = Literal["frame", "window"]

RESOURCE_LINK: Final = "LtiResourceLinkRequest"
DEEP_LINKING: Final = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW: Final = "LtiSubmissionReviewRequest"


@dataclass(frozen=True, slots=True)
class LmsServices:
    """Where the LMS answers for a course, as a launch says; empty: not offered."""

    memberships_url: str = ""
    """Names and Role Provisioning Services 2.0."""
    line_items_url: str = ""
    """Assignment and Grade Services 2.0: the course's columns of the gradebook …"""
    line_item_url: str = ""
    """… and the one that belongs to the launched link."""
    grade_scopes: tuple[str, ...] = ()
    groups_url: str = ""
    """Course Groups Service 1.0."""
    group_sets_url: str = ""


@dataclass(frozen=True, slots=True)
class DeepLinkingRequest:
    """What an LMS's picker takes, and where it wants it (Deep Linking 2.0, 4.4)."""

    return_url: str
    """On the platform's own host."""
    accept_types: tuple[str, ...]
    targets: tuple[str, ...]
    """``iframe``, ``window``, ``embed``: how it can show a link."""
    media_types: str = ""
    """Of files only; comma-separated."""
    accept_multiple: bool = False
    accept_line_item: bool | None = None
    """None: it doesn't say, and may make columns of the gradebook or not."""
    auto_create: bool = False
    """Whether it makes what is picked without asking again."""
    title: str = ""
    text: str = ""
    data: str | None = field(default=None, repr=False)
    """Its own, to be given back as it is."""


@dataclass(frozen=True, slots=True)
class OutcomeLink:
    """Where LTI 1.1 takes one person's grade for one link (Basic Outcomes)."""

    service_url: str
    sourced_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch whose signature and every claim held. Nothing in it came from anywhere else."""

    platform: Platform
    message_type: str
    deployment_id: str
    lti_user_id: str
    """The ``sub``; empty for an anonymous launch."""
    profile: Profile
    role: Role
    lti_context_id: str
    """Empty where the launch names no context."""
    course_title: str
    resource_link_id: str
    link_title: str
    custom: Mapping[str, str] = field(default_factory=dict)
    target: Target = "frame"
    """``window`` where the launch says so: joining then answers with the redirect itself."""
    return_url: str = ""
    """On the platform's own host, or empty."""
    locale: str = ""
    observer: bool = False
    """An attendee who looks on: a mentor, perhaps a parent."""
    assistant: bool = False
    """A moderator who assists the teachers."""
    standing: Standing = Standing.UNKNOWN
    """What MEETS would call the roles."""
    services: LmsServices = LmsServices()
    deep_linking: DeepLinkingRequest | None = None
    """Where links are to be picked; there is no resource link then."""
    outcome: OutcomeLink | None = None
    """By LTI 1.1, where the LMS takes a grade."""
    framed_by: str = ""
    """Host that shows the pages, by a signed launch's word where the settings name none."""
    former: Place | None = None
    """Where this was by LTI 1.1, as a claim proved that holds."""
    course_connection: int = 0
    """Row of the platform that the course belongs to now; 0: the launch's own."""
    person_connection: int = 0
    """… and the person."""


@dataclass(frozen=True, slots=True)
class Course:
    """A course, found."""

    id: int
    lti_context_id: str
    title: str
    meets_id: int | None
    """None while MEETS hasn't told it."""
    offered: Offered = NOTHING_OFFERED
    """Which services its LMS offered for it when the course was looked up."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person, found; ``id`` is None for an anonymous one."""

    id: int | None
    profile: Profile
    meets_id: int | None
    role: Role
    standing: Standing = Standing.UNKNOWN


@dataclass(slots=True)
class Visit:
    """One way through the bridge, as log, metrics and launch list tell it: numbers, no names."""

    reference: str
    """Short; a person reads it from their screen, an admin finds the launch by it."""
    started: float
    """``time.perf_counter()``."""
    outcome: str = ""
    """``login``, ``joined``, ``page``, ``waiting``, ``picked`` or ``refused``."""
    reason: str = ""
    detail: str = ""
    platform: Platform | None = None
    claimed: Platform | None = None
    """Whose launch it says it is while nothing proves it; for the launch list alone."""
    framed_by: str = ""
    """As :class:`Launch` has it."""
    course_id: int | None = None
    user_id: int | None = None
    meeting_id: int | None = None
    role: str = ""
    locale: str = ""
    login: Mapping[str, str] = field(default_factory=dict)
    """What a login would need to start this launch over."""
    said: Mapping[str, Any] | str = ""
    """What the LMS said: claims, parameters, or a token while nobody has read it. It is for the
    launch list alone, where it is masked; nothing here decides anything by it."""
    proven: bool = False
    """Whether a signature held over it."""
    reached: list[tuple[str, float]] = field(default_factory=list)
    """Its steps so far, and when each was begun (``time.perf_counter()``)."""

    @property
    def step(self) -> str:
        """The step that it is at."""
        return self.reached[-1][0] if self.reached else "received"

    @step.setter
    def step(self, step: str) -> None:
        self.reached.append((step, time.perf_counter()))

    def heard(self, claims: Mapping[str, Any]) -> None:
        """A signature held over these claims."""
        self.said, self.proven = claims, True


class Patience:
    """The seconds that one launch may spend on asking MEETS, over all its questions."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float) -> None:
        """It runs from now on."""
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; never less than zero."""
        return max(0.0, self._end - time.monotonic())
