"""What a teacher may pick links to: the course's meetings, and new ones that are made for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import time
from typing import TYPE_CHECKING, Final, Literal

from lti_bridge.errors import NotAllowed
from lti_bridge.scheduling.standing import everybodys, meeting_name
from lti_bridge.store import GradingRules, NewMeeting

if TYPE_CHECKING:
    from lti_bridge.directory import Course, Launch
    from lti_bridge.store import (
        CourseServices,
        Gradebook,
        Meeting,
        MeetingLinks,
        Series,
        SeriesBook,
    )

Shown = Literal["", "iframe", "window"]

MOST_POINTS: Final = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """The course that is picked for, with all that a new meeting there needs."""

    course_id: int
    course_title: str
    lti_context_id: str
    meets_course_id: int | None
    meets_connection: int
    service: str
    """The one that its platform names."""
    logout_url: str


@dataclass(frozen=True, slots=True)
class NewClass:
    """What a teacher says of a meeting that isn't there yet."""

    title: str
    text: str = ""
    service: str | None = None
    """None: the course's."""
    record: bool = False
    wait_for_moderator: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, in UNIX milliseconds; either may be open."""

    begins_ms: int | None = None
    ends_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PickedLink:
    """A link to a meeting, as it was picked."""

    token: str
    title: str
    text: str = ""
    shown: Shown = ""
    """How the LMS is asked to show it; empty: as it likes."""
    available: Span = Span()
    submission: Span = Span()
    """From when to when attendance counts, where it is graded."""
    points: int | None = None
    """What full attendance is worth; None: it isn't graded."""
    groups: bool = False
    """It leads people to the meeting of their own group."""
    resource_id: str = ""
    """What its column of the gradebook is found by."""


def place_of(launch: Launch, course: Course) -> Place:
    """Where a launch picks for."""
    return Place(
        course_id=course.id,
        course_title=course.title or launch.course_title,
        lti_context_id=launch.lti_context_id,
        meets_course_id=course.meets_id,
        meets_connection=launch.platform.meets_connection,
        service=launch.platform.conferencing,
        logout_url=everybodys(launch.return_url),
    )


class Picking:
    """The meetings that links are picked to."""

    def __init__(
        self,
        links: MeetingLinks,
        gradebook: Gradebook,
        service_names: Callable[[], Sequence[str]],
        services: CourseServices,
        series: SeriesBook,
        *,
        now: Callable[[], float] = time,
    ) -> None:
        """``service_names``: of the conferencing services there are; ``services``: where LMSs
        answer; ``now``: UNIX seconds.
        """
        self._links = links
        self._gradebook = gradebook
        self.service_names = service_names
        self._services = services
        self._series = series
        self._now = now

    def has_groups(self, course_id: int) -> bool:
        """Whether the course's LMS tells of its groups."""
        offered = self._services.of(course_id)
        return offered is not None and bool(offered.groups_url)

    def series(self, course_id: int) -> list[Series]:
        """The course's scheduled classes and series, the latest first."""
        return self._series.choices(course_id)

    def named_series(self, series: Series, course_id: int) -> str:
        """As :meth:`named`, of a series."""
        if series.course_id != course_id:
            raise not_of_this_course()
        return series.link_token or self._series.name(series.id)

    def span(self, series: Series) -> tuple[Meeting, Span]:
        """The meeting that stands for a series in the gradebook, and from when to when it is."""
        classes = self._series.of_series(series.id)
        head = classes[0]
        if head.graded_with_id is not None:
            head = next((one for one in classes if one.id == head.graded_with_id), head)
        held = [one for one in classes if one.cancelled_ms is None] or classes
        return head, Span(held[0].begins_ms, max(one.ends_ms or 0 for one in held))

    def grade_series(self, series: Series, points: int, label: str) -> None:
        """As :meth:`grade`, of all classes of a series together."""
        head, _ = self.span(series)
        there = self._gradebook.of_meeting(head.graded_with_id or head.id)
        rules = there.rules if there else GradingRules()
        wanted = replace(rules, enabled=True, points=points, label=rules.label or label)
        self._series.grade(series.id, wanted, self._now_ms())

    def choices(self, course_id: int) -> list[Meeting]:
        """The course's standing meetings, those used last first."""
        return self._links.of_course(course_id)

    def named(self, meeting: Meeting, course_id: int) -> str:
        """The token that links name a meeting by; only in its own course.

        Raises :class:`NotAllowed`: whoever names another course's meeting forged the form.
        """
        if meeting.course_id != course_id:
            raise not_of_this_course()
        return meeting.link_token or self._links.name(meeting.id)

    def make(self, place: Place, new: NewClass, token: str) -> Meeting:
        """The meeting of that token; the same one however often it is asked for."""
        return self._links.add(
            NewMeeting(
                course_id=place.course_id,
                resource_link_id=None,
                link_token=token,
                title=new.title,
                text=new.text,
                service=place.service,
                own_service=new.service,
                name=meeting_name(place.course_title, new.title),
                logout_url=place.logout_url,
                meets_course_id=place.meets_course_id,
                meets_connection=place.meets_connection,
                lti_context_id=place.lti_context_id,
                record=new.record,
                wait_for_moderator=new.wait_for_moderator,
            ),
            self._now_ms(),
        )

    def grade(self, meeting: int, points: int, label: str) -> None:
        """Let attendance of a meeting be graded; one that was graded keeps how it is measured."""
        there = self._gradebook.of_meeting(meeting)
        rules = there.rules if there else GradingRules()
        wanted = replace(rules, enabled=True, points=points, label=rules.label or label)
        if wanted != rules:
            self._gradebook.set_rules(meeting, wanted, self._now_ms())

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def title_of(meeting: Meeting, course_title: str) -> str:
    """A meeting's title without its course's."""
    own = meeting.title or meeting.name
    return own.removeprefix(f"{course_title} – ") if course_title else own


def not_of_this_course() -> NotAllowed:
    """Somebody asks for a meeting that isn't theirs to pick."""
    return NotAllowed(
        "A meeting of another course was picked.",
        remedy="Open the picker again, in the course that the link is for.",
        code="picked_elsewhere",
    )
