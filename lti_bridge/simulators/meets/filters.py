"""Parameters of functions, read strictly, and the entities that fit them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lti_bridge.simulators.meets.records import Course, Event, Recording, Records, User
from lti_bridge.simulators.meets.requests import refusal

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_UNRECORDED = frozenset({"gotomeeting", "gotowebinar"})
_ROLES = frozenset({"administrator", "teacher", "student"})
Fits = Callable[[int, Any], bool]


class Given:
    """The parameters of a call."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """As they came, without those over the limit."""
        self._values = values

    def number(self, name: str) -> int | None:
        """A whole number, or None where it isn't given."""
        value = self._values.get(name)
        return None if value is None else _number(name, value)

    def required(self, name: str) -> str:
        """A value that must be there."""
        if not self._values.get(name):
            raise refusal(400, f'Missing required parameter "{name}"')
        return self._values[name]

    def required_number(self, name: str) -> int:
        """A number that must be there."""
        return _number(name, self.required(name))

    def numbers(self, name: str) -> frozenset[int] | None:
        """A comma-separated list of IDs, or None where it isn't given."""
        value = self._values.get(name)
        return None if value is None else frozenset(_number(name, x) for x in value.split(","))

    def texts(self, name: str) -> frozenset[str] | None:
        """A comma-separated list of texts."""
        value = self._values.get(name)
        if value is None:
            return None
        found = frozenset(value.split(","))
        if "" in found:
            raise refusal(400, f'Parameter "{name}" has an empty part')
        return found

    def roles(self, name: str) -> frozenset[str] | None:
        """A list of roles."""
        found = self.texts(name)
        if found is not None and not found <= _ROLES:
            raise refusal(400, f'Parameter "{name}" has an unknown role')
        return found

    def choice(self, name: str, *choices: str) -> str | None:
        """One of a few words."""
        value = self._values.get(name)
        if value is not None and value not in choices:
            raise refusal(400, f'Parameter "{name}" must be one of {", ".join(choices)}')
        return value


def courses(_: Records, given: Given) -> Fits:
    """``list_courses``."""
    connections = given.numbers("meetsIdConnections")
    can = given.numbers("meetsIdUsers_canAccess")
    by_role = [
        (role, given.numbers(f"meetsIdUsers_is{role.capitalize()}"))
        for role in ("administrator", "teacher", "student")
    ]

    def fits(_: int, row: Course) -> bool:
        return (
            _is_in(row.connection, connections)
            and _any_in(row.roles, can)
            and all(
                users is None or any(role in row.roles.get(user, ()) for user in users)
                for role, users in by_role
            )
        )

    return fits


def users(_: Records, given: Given) -> Fits:
    """``list_users``."""
    connections = given.numbers("meetsIdConnections")
    of_courses = given.numbers("meetsIdCourses")

    def fits(_: int, row: User) -> bool:
        return _is_in(row.connection, connections) and _any_in(row.courses, of_courses)

    return fits


def course_users(records: Records, given: Given) -> Fits:
    """``list_course_users``."""
    number = given.required_number("meetsIdCourse")
    course = records.courses.get(number)
    if course is None:
        raise refusal(404, f'Course with ID "{number}" not found')
    wanted, unwanted = given.roles("roles"), given.roles("rolesExclude")

    def fits(user: int, _: User) -> bool:
        roles = course.roles.get(user)
        if roles is None or (wanted is not None and not roles & wanted):
            return False
        return unwanted is None or not roles & unwanted

    return fits


def events(records: Records, given: Given, *, times: str = "time") -> Fits:
    """``list_conferencing_events``; for recordings ``times`` is ``timeEvent``."""
    connections = given.numbers("meetsIdConnections")
    of_courses = given.numbers("meetsIdCourses")
    hosts = given.numbers("meetsIdUsers_host")
    accounts = given.numbers("meetsIdConferencingAccounts")
    services = given.texts("conferencingServices")
    begin = _between(given, f"{times}Begin")
    end = _between(given, f"{times}End")

    def fits(_: int, row: Event) -> bool:
        of = {records.courses[course].connection for course in row.courses}
        return (
            _any_in(of, connections)
            and _any_in(row.courses, of_courses)
            and _is_in(row.host, hosts)
            and _is_in(row.account, accounts)
            and _is_in(row.service, services)
            and begin(row.begin)
            and end(row.end)
        )

    return fits


def recordings(records: Records, given: Given) -> Fits:
    """``list_conference_recordings``."""
    of_event = events(records, given, times="timeEvent")
    if _UNRECORDED & (given.texts("conferencingServices") or frozenset()):
        raise refusal(400, 'Parameter "conferencingServices" has a service that records nothing')
    numbers = given.numbers("meetsIdConferencingEvents")
    wanted = given.choice("type", "original", "converted")
    added = _between(given, "timeAdded")

    def fits(_: int, row: Recording) -> bool:
        return (
            _is_in(row.event, numbers)
            and wanted in (None, row.type)
            and added(row.added)
            and of_event(row.event, records.events[row.event])
        )

    return fits


def log_entries(_: Records, given: Given) -> Fits:
    """``get_conferencing_authentication_log``."""
    when = _between(given, "time")
    return lambda _, row: when(row.time)


def everything(_records: Records, _given: Given) -> Fits:
    """Functions without filters."""
    return lambda _number, _row: True


def _between(given: Given, name: str) -> Callable[[int], bool]:
    after, before = given.number(f"{name}After"), given.number(f"{name}Before")
    return lambda time: (after is None or time > after) and (before is None or time < before)


def _is_in(value: object, wanted: frozenset[Any] | None) -> bool:
    return wanted is None or value in wanted


def _any_in(values: Any, wanted: frozenset[Any] | None) -> bool:
    return wanted is None or any(one in values for one in wanted)


def _number(name: str, value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise refusal(400, f'Parameter "{name}" must be a number')
    return int(value)
