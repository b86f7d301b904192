"""MEETS' JSON, read leniently: entity maps as typed objects with their cross references.

Only what identifies an entity must be there. Maps may be missing, empty, or an empty list (as PHP
writes an empty map); numbers may come as text; either of two spellings is taken where the manual
has two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from lti_bridge.errors import RemoteMalformed
from lti_bridge.meets_api.entities import (
    Admin,
    AttendanceEntry,
    AuthenticationLogEntry,
    ConferenceRecording,
    ConferencingAccount,
    ConferencingEvent,
    Connection,
    Course,
    CourseRoles,
    EventAttendance,
    Permissions,
    User,
)

T = TypeVar("T")
Json = Mapping[str, Any]

SERVICE: Final = "MEETS"
LARGEST_ID: Final = 2**63 - 1
"""The largest number that the store can remember."""
NEXT_PAGE: Final = "nextPageStartAfterId"


def malformed(function: str, what: str) -> RemoteMalformed:
    """An answer that can't be used."""
    return RemoteMalformed(
        f"MEETS answered {function} {what}.",
        service=SERVICE,
        call=function,
        remedy="Check url of [meets]: it must be the API and authentication base.",
        code="malformed",
    )


class Answer:
    """The entity maps of one page. Each entity is read once, when something refers to it."""

    def __init__(self, function: str, members: Json) -> None:
        """``members``: of the response object."""
        self._function = function
        self._members = members
        self._read: dict[tuple[str, int], Any] = {}

    def entities(self, name: str, read: Callable[[Answer, int, Json], T]) -> tuple[T, ...]:
        """The requested entities, by number. Raises :class:`RemoteMalformed`."""
        found: dict[int, Json] = {}
        given = self._members.get(name)
        if given and not isinstance(given, Mapping):
            raise malformed(self._function, f"with something else for its {name}")
        for key, entity in _map(given).items():
            meets_id = number(key)
            if meets_id is None or not isinstance(entity, Mapping):
                raise malformed(self._function, f"with something else among its {name}")
            found[meets_id] = entity
        return tuple(self._one(name, key, found[key], read) for key in sorted(found))

    def next_page(self) -> int | None:
        """``nextPageStartAfterId``. Raises :class:`RemoteMalformed`."""
        after = self._members.get(NEXT_PAGE)
        if after is None:
            return None
        if (page := number(after)) is None:
            raise malformed(self._function, f"with a {NEXT_PAGE} that is no number")
        return page

    def log_entries(self) -> tuple[AuthenticationLogEntry, ...]:
        """``conferencingAuthenticationLog``, by number. Raises :class:`RemoteMalformed`."""
        entries = self._members.get("conferencingAuthenticationLog")
        if not isinstance(entries, list):
            raise malformed(self._function, "without a list of entries")
        return tuple(sorted((self._log_entry(one) for one in entries), key=lambda e: e.meets_id))

    def _log_entry(self, entry: object) -> AuthenticationLogEntry:
        row = entry if isinstance(entry, Mapping) else {}
        meets_id = number(row.get("meetsIdLogConferencingAuthentication"))
        if meets_id is None:
            raise malformed(self._function, "with an entry that has no number")
        return AuthenticationLogEntry(
            meets_id=meets_id,
            conferencing_service=text(row.get("conferencingService")),
            meets_id_conferencing_account=number(row.get("meetsIdConferencingAccount")),
            conferencing_username=text(row.get("conferencingUsername")),
            authentication_method=seconds(row.get("authenticationMethod")),
            time=seconds(row.get("time")),
        )

    def refer(
        self, name: str, meets_id: int | None, read: Callable[[Answer, int, Json], T]
    ) -> T | None:
        """The entity that something refers to, if it was sent along."""
        if meets_id is None:
            return None
        entity = _map(self._members.get(name)).get(str(meets_id))
        return self._one(name, meets_id, entity, read) if isinstance(entity, Mapping) else None

    def refer_all(
        self, name: str, meets_ids: Sequence[int], read: Callable[[Answer, int, Json], T]
    ) -> tuple[T, ...]:
        """Those that were sent along."""
        found = (self.refer(name, one, read) for one in meets_ids)
        return tuple(one for one in found if one is not None)

    def _one(
        self, name: str, meets_id: int, entity: Json, read: Callable[[Answer, int, Json], T]
    ) -> T:
        known: T | None = self._read.get((name, meets_id))
        if known is None:
            known = self._read[name, meets_id] = read(self, meets_id, entity)
        return known


def admin(_: Answer, meets_id: int, entity: Json) -> Admin:
    """What the manual calls an admin."""
    given = _map(entity.get("permissions"))
    return Admin(
        meets_id=meets_id,
        email=text(entity.get("email")),
        name_first=text(entity.get("nameFirst")),
        name_last=text(entity.get("nameLast")),
        permissions=Permissions(
            manage_admins=truth(given.get("manageAdmins")),
            manage_connections=truth(given.get("manageConnections")),
            view_data=truth(given.get("viewData")),
            manage_conferencing_accounts=truth(given.get("manageConferencingAccounts")),
            manage_content=truth(given.get("manageContent")),
        ),
    )


def connection(_: Answer, meets_id: int, entity: Json) -> Connection:
    """A connection, with whatever settings it has."""
    given = _map(entity.get("settings"))
    return Connection(
        meets_id=meets_id,
        name=text(entity.get("name")),
        platform_url=text(entity.get("platformUrl")),
        platform_type=text(entity.get("platformType")),
        settings={str(name): truth(value) for name, value in given.items()},
    )


def course(answer: Answer, meets_id: int, entity: Json) -> Course:
    """A course; without LTI it has no context ID."""
    of = number(entity.get("meetsIdConnection"))
    return Course(
        meets_id=meets_id,
        meets_id_connection=of,
        name=text(entity.get("name")),
        lti_id_context=text(entity.get("ltiIdContext")),
        auxiliary=_map(entity.get("auxiliary")),
        connection=answer.refer("connections", of, connection),
    )


def user(answer: Answer, meets_id: int, entity: Json) -> User:
    """A user, with what ``list_course_users`` adds to it."""
    of, roles = number(entity.get("meetsIdConnection")), entity.get("roles")
    return User(
        meets_id=meets_id,
        meets_id_connection=of,
        name_first=text(entity.get("nameFirst")),
        name_last=text(entity.get("nameLast")),
        email=text(entity.get("email")),
        lti_id_user=text(entity.get("ltiIdUser")),
        auxiliary=_map(entity.get("auxiliary")),
        connection=answer.refer("connections", of, connection),
        roles=_roles(roles) if isinstance(roles, Mapping) else None,
    )


def _roles(given: Json) -> CourseRoles:
    return CourseRoles(
        administrator=truth(given.get("administrator")),
        teacher=truth(given.get("teacher")),
        student=truth(given.get("student")),
    )


def account(answer: Answer, meets_id: int, entity: Json) -> ConferencingAccount:
    """An account, with who may use it."""
    users = numbers(entity.get("meetsIdUsers"))
    return ConferencingAccount(
        meets_id=meets_id,
        conferencing_service=text(entity.get("conferencingService")),
        conferencing_username=text(entity.get("conferencingUsername")),
        meets_id_users=users,
        users=answer.refer_all("users", users, user),
    )


def event(answer: Answer, meets_id: int, entity: Json) -> ConferencingEvent:
    """An event; the manual says both ``meetsIdUser`` and ``meetsIdUsers`` of its users."""
    host = number(entity.get("meetsIdUser_host"))
    of = number(entity.get("meetsIdConferencingAccount"))
    courses = numbers(entity.get("meetsIdCourses"))
    users = numbers(entity.get("meetsIdUsers", entity.get("meetsIdUser")))
    return ConferencingEvent(
        meets_id=meets_id,
        name=text(entity.get("name")),
        time_begin=seconds(entity.get("timeBegin")),
        time_end=seconds(entity.get("timeEnd")),
        conferencing_service=text(entity.get("conferencingService")),
        meets_id_user_host=host,
        meets_id_conferencing_account=of,
        meets_id_courses=courses,
        meets_id_users=users,
        host=answer.refer("users", host, user),
        account=answer.refer("conferencingAccounts", of, account),
        courses=answer.refer_all("courses", courses, course),
        users=answer.refer_all("users", users, user),
    )


def recording(answer: Answer, meets_id: int, entity: Json) -> ConferenceRecording:
    """A recording; the text calls its event ``meetsIdEvent``, the example has the longer name."""
    of = number(entity.get("meetsIdConferencingEvent", entity.get("meetsIdEvent")))
    return ConferenceRecording(
        meets_id=meets_id,
        meets_id_conferencing_event=of,
        time_added=seconds(entity.get("timeAdded")),
        type=text(entity.get("type")),
        event=answer.refer("conferencingEvents", of, event),
    )


def attendance(function: str, members: Json) -> EventAttendance:
    """Who was in an event. Raises :class:`RemoteMalformed`.

    ``attendance`` is an array in the text, and an array within braces in the example.
    """
    given = members.get("attendance")
    if isinstance(given, Mapping):
        given = next((one for one in given.values() if isinstance(one, list)), list(given.values()))
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise malformed(function, "without a list of attendance")
    return EventAttendance(
        entries=tuple(_entry(one) for one in given), is_final=truth(members.get("isFinal"))
    )


def _entry(given: Json) -> AttendanceEntry:
    return AttendanceEntry(
        was_host=truth(given.get("wasHost")),
        attendee_name=text(given.get("attendeeName")),
        email_address=text(given.get("emailAddress")),
        ip=text(given.get("ip")),
        browser=text(given.get("browser")),
        time_join=seconds(given.get("timeJoin")),
        time_leave=seconds(given.get("timeLeave")),
    )


def number(value: object) -> int | None:
    """An ID, as a number or as text; None for anything else, null and 0 included."""
    found = seconds(value)
    return found or None


def numbers(value: object) -> tuple[int, ...]:
    """A list of IDs, or a single one; what is no ID is left out."""
    given = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(one for each in given if (one := number(each)) is not None))


def seconds(value: object) -> int | None:
    """A whole number from 0 up."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= LARGEST_ID else None


def text(value: object) -> str:
    """A text; a number stands for itself, anything else for nothing."""
    if isinstance(value, str):
        return value
    return str(value) if type(value) in (int, float) else ""


def truth(value: object) -> bool:
    """A boolean, also as PHP and forms write it."""
    return value is True or value == 1 or value in ("1", "true")


def _map(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}
