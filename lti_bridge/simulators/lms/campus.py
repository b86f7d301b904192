"""What a small university's LMS knows: people, courses, links, and who is who in which course.

Identifiers are opaque strings, as in LTI 1.3 Core 3.1 and 5.3.7: arbitrary, compared byte by byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from lti_bridge.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

DocumentTarget = Literal["iframe", "window"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A registered LTI tool (LTI 1.3 Core 3.1.2, 3.1.3)."""

    client_id: str
    deployment_id: str
    login_url: str
    """Where a launch starts: the tool's third-party-initiated login."""
    launch_url: str
    """The only registered redirect URI, and the target link URI of every link."""
    name: str
    framed_origins: tuple[str, ...] = ()
    """Further origins that the tool may show inside its frame (a meeting, say)."""
    key_set_url: str = ""
    """Where the tool publishes its keys; empty: it gets no access tokens."""
    scopes: tuple[str, ...] = ()
    """What the tool may be given access tokens for; launches name the services of these."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin that may fill the tool's frame."""
        own = {f"{p.scheme}://{p.netloc}" for p in map(urlsplit, (self.login_url, self.launch_url))}
        return (*sorted(own), *self.framed_origins)


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    id: str
    """The ``sub`` of their launches."""
    given_name: str
    family_name: str
    email: str
    locale: str
    institution_roles: tuple[str, ...]
    """Full role URIs that hold everywhere, not for one course."""
    honorific: str = ""
    latin_name: str = ""
    """How to read a name in another script; for the LMS's own pages only."""
    occupation: str = ""
    """What the person is at this university, in words."""

    @property
    def name(self) -> str:
        """The full name without its honorific, as launches carry it."""
        return f"{self.given_name} {self.family_name}"

    @property
    def shown_name(self) -> str:
        """The full name as the LMS's pages show it."""
        return f"{self.honorific} {self.name}".strip()

    @property
    def initials(self) -> str:
        """One or two letters; one where letters would join up."""
        first, last = self.given_name[:1], self.family_name[:1]
        return first + last if first.isascii() else first


@dataclass(frozen=True, slots=True)
class Link:
    """A resource link in a course (LTI 1.3 Core 3.1.4)."""

    id: str
    kind: str
    """Short name of the link within its course, for tests: ``frame``, ``window``, ``join``."""
    title: str
    description: str
    document_target: DocumentTarget = "iframe"
    custom: Mapping[str, str] = field(default_factory=dict)
    client_id: str = ""
    """The tool it launches; empty means the first one registered."""
    graded: bool = False
    """It has a column of its own in the gradebook, made by the LMS."""
    message_type: str = "LtiResourceLinkRequest"
    history: tuple[str, ...] = ()
    """IDs of the links that it was copied from, the nearest first."""
    available: tuple[str, str] = ("", "")
    """From when to when learners see it, in ISO 8601; either may be open."""
    line_item: Mapping[str, object] = field(default_factory=dict)
    """The column of the gradebook that the tool asked for when it was picked."""

    only: frozenset[str] = frozenset()
    """User IDs of the learners who may see it; empty: everybody of the course."""

    def is_available(self, now: datetime) -> bool:
        """Whether learners see it now."""
        begins, ends = (datetime.fromisoformat(time) if time else None for time in self.available)
        return (begins is None or begins <= now) and (ends is None or now < ends)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A note of the instructor's on the course page."""

    title: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of a module; ``kind`` is reading, video, task or quiz."""

    kind: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Module:
    """A week of the course."""

    title: str
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class GroupSet:
    """A set of groups: people are split once for each, by project or by language."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """Some people of a course (Course Groups Service 1.0)."""

    id: str
    name: str
    members: frozenset[str]
    """User IDs."""
    set_id: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A course: the ``context`` of its links' launches."""

    id: str
    label: str
    title: str
    links: tuple[Link, ...]
    roles: Mapping[str, tuple[str, ...]]
    """User ID to the full role URIs of that person in this course."""
    summary: str = ""
    timetable: str = ""
    tone: str = "river"
    """The colour family of its pages: ``river``, ``plum`` or ``moss``."""
    announcements: tuple[Announcement, ...] = ()
    modules: tuple[Module, ...] = ()
    group_sets: tuple[GroupSet, ...] = ()
    groups: tuple[Group, ...] = ()

    history: tuple[str, ...] = ()
    """IDs of the courses that it was copied from, the nearest first."""

    @property
    def picker(self) -> Link:
        """What a picker is opened by: no link of the course, and launched like one."""
        return Link(
            id=f"picker of {self.id}",
            kind="picker",
            title="Add a live class",
            description="",
            message_type="LtiDeepLinkingRequest",
        )

    def link(self, kind: str) -> Link:
        """The link of that ``kind``; KeyError if there is none."""
        for link in self.links:
            if link.kind == kind:
                return link
        raise KeyError(kind)


@dataclass(frozen=True)
class Campus:
    """Everybody and everything; look-ups take no longer in a large one than in a small one."""

    guid: str
    name: str
    users: tuple[User, ...]
    courses: tuple[Course, ...]
    administrators: tuple[User, ...] = ()
    """Accounts that look after the LMS, and are in no course."""

    @cached_property
    def user_by_id(self) -> Mapping[str, User]:
        """Every account by its ID."""
        return {user.id: user for user in (*self.users, *self.administrators)}

    @cached_property
    def course_by_id(self) -> Mapping[str, Course]:
        """Every course by its context ID."""
        return {course.id: course for course in self.courses}

    @cached_property
    def place_by_link_id(self) -> Mapping[str, tuple[Course, Link]]:
        """Every link, with the course it stands in, by the resource link's ID."""
        return {
            link.id: (course, link)
            for course in self.courses
            for link in (*course.links, course.picker)
        }

    def with_course(self, course: Course) -> Campus:
        """A campus with this course in the place of the one of its ID, or besides."""
        others = [course if one.id == course.id else one for one in self.courses]
        new = () if course.id in self.course_by_id else (course,)
        return replace(self, courses=(*others, *new))

    def courses_of(self, user: User) -> list[Course]:
        """The courses that somebody is enrolled in."""
        return [course for course in self.courses if user.id in course.roles]

    def sees(self, course: Course, user_id: str, link: Link) -> bool:
        """Whether somebody of a course may see a link of it: who doesn't learn there sees all."""
        learns = all(role.endswith("#Learner") for role in course.roles[user_id])
        return not (learns and link.only and user_id not in link.only)

    def course_of(self, user: User, link: Link) -> Course:
        """The course of a link; NotAllowed unless the person is enrolled in it."""
        course, _ = self.place_by_link_id.get(link.id, (None, None))
        if course is None or user.id not in course.roles:
            raise NotAllowed("this person is not enrolled in that link's course")
        if not self.sees(course, user.id, link):
            raise NotAllowed("this link is not shown to this person")
        return course
