"""The functions of the manual ("Functions"): their parameters, and who may call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lti_bridge.api.parameters import Parameter

VIEW: Final = ("viewData",)

LIMIT: Final = Parameter("limit", "limit", "Entities of a page, 1 to 1000; 1000 unless given.")
AFTER: Final = Parameter(
    "startAfterId", "after", "nextPageStartAfterId of the page before; 0 for the first."
)
CONNECTIONS: Final = Parameter("meetsIdConnections", "ids", "Only of these connections.")
COURSES: Final = Parameter("meetsIdCourses", "ids", "Only of these courses.")
EVENT_FILTERS: Final = (
    CONNECTIONS,
    COURSES,
    Parameter("meetsIdUsers_host", "ids", "Only with one of these hosts."),
    Parameter("meetsIdConferencingAccounts", "ids", "Only with one of these accounts."),
)
SERVICES: Final = "Only on these: meetingz, mconf, bigbluebutton, onstream."


def _times(stem: str, what: str) -> tuple[Parameter, ...]:
    return (
        Parameter(f"{stem}Before", "time", f"UNIX seconds; only those that {what} before."),
        Parameter(f"{stem}After", "time", f"UNIX seconds; only those that {what} after."),
    )


@dataclass(frozen=True, slots=True)
class Function:
    """One function."""

    name: str
    summary: str
    answers: str
    """The member that holds what was asked for."""
    permissions: tuple[str, ...]
    """One of them is enough."""
    parameters: tuple[Parameter, ...] = ()
    paged: bool = False

    @property
    def by_name(self) -> Mapping[str, Parameter]:
        """Its parameters, those of paging included."""
        paging = (LIMIT, AFTER) if self.paged else ()
        return {one.name: one for one in (*self.parameters, *paging)}


_ALL: Final = (
    Function(
        "list_admins", "People who administrate; the bridge has none of its own yet.", "admins",
        ("manageAdmins",), paged=True,
    ),
    Function("list_connections", "The LMSs.", "connections", VIEW, paged=True),
    Function(
        "list_course_users", "People of a course, with their roles there.", "users", VIEW,
        (
            Parameter("meetsIdCourse", "id", "The course.", required=True),
            Parameter("roles", "roles", "Only with one of: administrator, teacher, student."),
            Parameter("rolesExclude", "roles", "Only without each of these."),
        ),
        paged=True,
    ),
    Function(
        "list_courses", "Courses.", "courses", VIEW,
        (
            CONNECTIONS,
            Parameter("meetsIdUsers_canAccess", "ids", "Only with one of these people."),
            Parameter("meetsIdUsers_isAdministrator", "ids", "Only administrated by one of these."),
            Parameter("meetsIdUsers_isTeacher", "ids", "Only taught by one of these."),
            Parameter("meetsIdUsers_isStudent", "ids", "Only with one of these as students."),
        ),
        paged=True,
    ),
    Function(
        "list_conferencing_events", "Meetings.", "conferencingEvents", VIEW,
        (
            *EVENT_FILTERS,
            Parameter("conferencingServices", "services", SERVICES),
            *_times("timeBegin", "begin"),
            *_times("timeEnd", "end"),
        ),
        paged=True,
    ),
    Function(
        "list_conference_recordings", "Recordings.", "conferenceRecordings",
        ("viewData", "manageContent"),
        (
            *EVENT_FILTERS,
            Parameter("conferencingServices", "recording_services", SERVICES),
            Parameter("meetsIdConferencingEvents", "ids", "Only of these meetings."),
            Parameter("type", "recording_type", "Only original, or only converted ones."),
            *_times("timeAdded", "were found"),
            *_times("timeEventBegin", "are of meetings that begin"),
            *_times("timeEventEnd", "are of meetings that end"),
        ),
        paged=True,
    ),
    Function("list_users", "People.", "users", VIEW, (CONNECTIONS, COURSES), paged=True),
    Function(
        "get_conferencing_event_attendance", "Who was in a meeting, and when.", "attendance", VIEW,
        (Parameter("meetsIdConferencingEvent", "id", "The meeting.", required=True),),
    ),
    Function(
        "get_conferencing_authentication_log", "Sign-ins at services; the bridge has none.",
        "conferencingAuthenticationLog", ("manageConferencingAccounts",),
        _times("time", "happened"), paged=True,
    ),
    Function(
        "from_lti_id_context", "The course of an LTI context ID.", "meetsIdCourse", VIEW,
        (
            Parameter("meetsIdConnection", "id", "The connection.", required=True),
            Parameter("ltiIdContext", "text", "The context ID.", required=True),
        ),
    ),
    Function(
        "from_lti_id_user", "The person of an LTI user ID.", "meetsIdUser", VIEW,
        (
            Parameter("meetsIdConnection", "id", "The connection.", required=True),
            Parameter("ltiIdUser", "text", "The user ID.", required=True),
        ),
    ),
    Function(
        "download_conference_recording", "Where a recording can be watched (303).", "location",
        ("manageContent",),
        (Parameter("meetsIdConferenceRecording", "id", "The recording.", required=True),),
    ),
)  # fmt: skip

FUNCTIONS: Final[Mapping[str, Function]] = {one.name: one for one in _ALL}
