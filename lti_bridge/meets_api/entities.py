"""What MEETS tells of, by the manual's "Entity Types", with their cross references resolved.

Points in time are UNIX seconds. A reference whose entity wasn't in the answer is None (or missing
from a tuple); its number is still there. Names, addresses and the like stay out of ``repr()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Permissions:
    """What an admin may do."""

    manage_admins: bool = False
    manage_connections: bool = False
    view_data: bool = False
    manage_conferencing_accounts: bool = False
    manage_content: bool = False


@dataclass(frozen=True, slots=True)
class Admin:
    """Somebody with access to MEETS' administration."""

    meets_id: int
    email: str = field(repr=False)
    name_first: str = field(repr=False)
    name_last: str = field(repr=False)
    permissions: Permissions


@dataclass(frozen=True, slots=True)
class Connection:
    """A platform's connection into MEETS."""

    meets_id: int
    name: str
    platform_url: str
    platform_type: str
    """``Moodle``, ``Canvas``, … ("User / Learning / Training Platforms"); may be a new one."""
    settings: Mapping[str, bool]
    """By the manual's names; which of them are there differs by MEETS' version."""


@dataclass(frozen=True, slots=True)
class Course:
    """A course, or "context"."""

    meets_id: int
    meets_id_connection: int | None
    name: str = field(repr=False)
    lti_id_context: str = field(repr=False)
    """Empty where the connection doesn't use LTI."""
    auxiliary: Mapping[str, Any] = field(repr=False)
    connection: Connection | None = None


@dataclass(frozen=True, slots=True)
class CourseRoles:
    """What a user is in the course that was asked for."""

    administrator: bool = False
    teacher: bool = False
    student: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who used MEETS."""

    meets_id: int
    meets_id_connection: int | None
    name_first: str = field(repr=False)
    name_last: str = field(repr=False)
    email: str = field(repr=False)
    lti_id_user: str = field(repr=False)
    """Empty where the connection doesn't use LTI."""
    auxiliary: Mapping[str, Any] = field(repr=False)
    connection: Connection | None = None
    roles: CourseRoles | None = None
    """Only from ``list_course_users``."""


@dataclass(frozen=True, slots=True)
class ConferencingAccount:
    """An account at a conferencing service."""

    meets_id: int
    conferencing_service: str
    conferencing_username: str = field(repr=False)
    meets_id_users: tuple[int, ...] = ()
    """Who is set up to use it …"""
    users: tuple[User, ...] = ()
    """… as far as they were in the answer."""


@dataclass(frozen=True, slots=True)
class ConferencingEvent:
    """A class held, or to be held, by way of MEETS."""

    meets_id: int
    name: str = field(repr=False)
    time_begin: int | None
    time_end: int | None
    conferencing_service: str
    """``zoom``, ``webexmeetingcenter``, … ("Conferencing Services"); may be a new one."""
    meets_id_user_host: int | None = None
    meets_id_conferencing_account: int | None = None
    """None while it isn't registered with the service."""
    meets_id_courses: tuple[int, ...] = ()
    meets_id_users: tuple[int, ...] = ()
    """On whose calendars it is (personal meetings)."""
    host: User | None = None
    account: ConferencingAccount | None = None
    courses: tuple[Course, ...] = ()
    users: tuple[User, ...] = ()


@dataclass(frozen=True, slots=True)
class ConferenceRecording:
    """A recording made in an event."""

    meets_id: int
    meets_id_conferencing_event: int | None
    time_added: int | None
    """When MEETS first knew of it, which is later than when it was made."""
    type: str
    """``original`` or ``converted`` (to mp4)."""
    event: ConferencingEvent | None = None


@dataclass(frozen=True, slots=True)
class AttendanceEntry:
    """One stay of somebody in an event. Not every service tells all of it."""

    was_host: bool
    attendee_name: str = field(repr=False)
    email_address: str = field(repr=False)
    ip: str = field(repr=False)
    browser: str = field(repr=False)
    time_join: int | None
    time_leave: int | None


@dataclass(frozen=True, slots=True)
class EventAttendance:
    """Who was in an event."""

    entries: tuple[AttendanceEntry, ...] = field(repr=False)
    is_final: bool
    """Else it should be asked for again later."""


@dataclass(frozen=True, slots=True)
class AuthenticationLogEntry:
    """MEETS signed in at a conferencing service."""

    meets_id: int
    conferencing_service: str
    meets_id_conferencing_account: int | None
    conferencing_username: str = field(repr=False)
    authentication_method: int | None
    """0, 2: a user's account, by credentials or single sign-on; 1, 3: the administrator's."""
    time: int | None
