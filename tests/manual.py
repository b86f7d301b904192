"""The MEETS SaaS API Usage Manual's "Functions" as data, for tests that leave none of them out.

Transcribed from the manual, and from nothing of ours: client, server, stand-in, commands and
documents are each held against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["id", "ids", "text", "services", "roles", "type", "time", "limit", "after"]


@dataclass(frozen=True)
class Parameter:
    name: str
    kind: Kind
    required: bool = False

    @property
    def in_python(self) -> str:
        """As our client names it."""
        if self.name == "type":
            return "recording_type"
        return re.sub(r"_?(?<!^)([A-Z])", r"_\1", self.name).replace("__", "_").lower()


def ids(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, "ids") for name in names)


def times(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, "time") for name in names)


PAGING: Final = (Parameter("limit", "limit"), Parameter("startAfterId", "after"))

FUNCTIONS: Final[dict[str, tuple[Parameter, ...]]] = {
    "list_admins": PAGING,
    "list_connections": PAGING,
    "list_course_users": (
        Parameter("meetsIdCourse", "id", required=True),
        Parameter("roles", "roles"),
        Parameter("rolesExclude", "roles"),
        *PAGING,
    ),
    "list_courses": (
        *ids(
            "meetsIdConnections", "meetsIdUsers_canAccess", "meetsIdUsers_isAdministrator",
            "meetsIdUsers_isTeacher", "meetsIdUsers_isStudent",
        ),
        *PAGING,
    ),
    "list_conferencing_events": (
        *ids(
            "meetsIdConnections", "meetsIdCourses", "meetsIdUsers_host",
            "meetsIdConferencingAccounts",
        ),
        Parameter("conferencingServices", "services"),
        *times("timeBeginBefore", "timeBeginAfter", "timeEndBefore", "timeEndAfter"),
        *PAGING,
    ),
    "list_conference_recordings": (
        *ids(
            "meetsIdConnections", "meetsIdCourses", "meetsIdConferencingEvents",
            "meetsIdUsers_host", "meetsIdConferencingAccounts",
        ),
        Parameter("type", "type"),
        Parameter("conferencingServices", "services"),
        *times(
            "timeAddedBefore", "timeAddedAfter", "timeEventBeginBefore", "timeEventBeginAfter",
            "timeEventEndBefore", "timeEventEndAfter",
        ),
        *PAGING,
    ),
    "list_users": (*ids("meetsIdConnections", "meetsIdCourses"), *PAGING),
    "get_conferencing_event_attendance": (
        Parameter("meetsIdConferencingEvent", "id", required=True),
    ),
    "get_conferencing_authentication_log": (*times("timeAfter", "timeBefore"), *PAGING),
    "from_lti_id_context": (
        Parameter("meetsIdConnection", "id", required=True),
        Parameter("ltiIdContext", "text", required=True),
    ),
    "from_lti_id_user": (
        Parameter("meetsIdConnection", "id", required=True),
        Parameter("ltiIdUser", "text", required=True),
    ),
    "download_conference_recording": (
        Parameter("meetsIdConferenceRecording", "id", required=True),
    ),
}  # fmt: skip

MAPS: Final = {
    "list_admins": {"admins"},
    "list_connections": {"connections"},
    "list_course_users": {"users", "connections"},
    "list_courses": {"courses", "connections"},
    "list_users": {"users", "connections"},
    "list_conferencing_events": {
        "conferencingEvents", "conferencingAccounts", "users", "courses", "connections",
    },
    "list_conference_recordings": {
        "conferenceRecordings", "conferencingEvents", "conferencingAccounts", "users", "courses",
        "connections",
    },
}  # fmt: skip
"""The main entity, and those that it refers to, or that these do."""

MAIN: Final = {
    "list_admins": "admins",
    "list_connections": "connections",
    "list_course_users": "users",
    "list_courses": "courses",
    "list_conferencing_events": "conferencingEvents",
    "list_conference_recordings": "conferenceRecordings",
    "list_users": "users",
    "get_conferencing_authentication_log": "conferencingAuthenticationLog",
}
"""By function: where the entities are that are paged."""

EVERY: Final = [(name, each) for name, parameters in FUNCTIONS.items() for each in parameters]
REQUIRED: Final = [(name, each) for name, each in EVERY if each.required]

RIGHT: Final[dict[Kind, str]] = {
    "id": "1",
    "ids": "1,2",
    "text": "an identifier",
    "services": "zoom,collaborate",
    "roles": "teacher,student",
    "type": "original",
    "time": "1466158312",
    "limit": "1000",
    "after": "0",
}
"""A value of each kind, as it is sent."""

WRONG: Final[dict[Kind, tuple[str, ...]]] = {
    "id": ("x", "1.0", "-1", "1,2", "9" * 20),
    "ids": ("x", "1,x", "1,,2", "1,", "1.5", "-1", "9" * 20),
    "text": (),
    "services": ("zoom,", ",", "zoom,,collaborate"),
    "roles": ("professor", "teacher,", "Teacher", "teacher,professor"),
    "type": ("mp4", "original,converted", "Original"),
    "time": ("yesterday", "-1", "1466158312.5", "2026-09-01"),
    "limit": ("0", "1001", "-5", "ten", "1e3"),
    "after": ("x", "-1", "1.5"),
}
"""Values of each kind that a server refuses; any text is an identifier."""


def required_of(name: str, without: str = "") -> dict[str, str]:
    """The parameters that must be there, right ones."""
    given = {each.name: RIGHT[each.kind] for each in FUNCTIONS[name] if each.required}
    given.pop(without, None)
    return given


def label(value: object) -> str | None:
    """For the names of tests."""
    return value.name if isinstance(value, Parameter) else None
