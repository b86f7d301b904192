"""Entities as JSON, and the maps of whatever they refer to ("Entity Types")."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lti_bridge.simulators.meets.records import PERMISSIONS, Records, Role

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where the manual says two things, or its example another: which of them this MEETS speaks."""

    users_of_event: str = "meetsIdUsers"
    """Or ``meetsIdUser``; empty: as in the example, not at all."""
    event_of_recording: str = "meetsIdConferencingEvent"
    """Or ``meetsIdEvent``."""
    appointments: bool = True
    """Whether connections have ``featureAppointments``; the example's hasn't."""
    empty_maps: bool = True
    """Whether maps without entities are there."""
    attendance_in_braces: bool = False
    """As near to the example as JSON comes."""
    auxiliary: bool = True


CHAINS = {
    "admins": (),
    "connections": (),
    "courses": ("connections",),
    "users": ("connections",),
    "conferencingEvents": ("conferencingAccounts", "users", "courses", "connections"),
    "conferenceRecordings": (
        "conferencingEvents", "conferencingAccounts", "users", "courses", "connections",
    ),
}  # fmt: skip
"""Which maps come along with a requested one."""


class Maps:
    """The entity maps of one answer."""

    def __init__(self, records: Records, dialect: Dialect, main: str) -> None:
        """``main``: the requested entity's map."""
        self._records = records
        self._dialect = dialect
        self._maps: dict[str, dict[str, Json]] = {main: {}, **{each: {} for each in CHAINS[main]}}
        self._main = main

    def add(self, name: str, number: int | None, **more: Any) -> None:
        """An entity, and all that it refers to."""
        if number is None or str(number) in self._maps[name]:
            return
        entity = self._maps[name][str(number)] = {}
        entity.update(self._describe[name](self, number), **more)

    def members(self, shuffle: random.Random) -> Json:
        """In no order that could be relied upon."""
        found = {
            name: _shuffled(
                {key: _shuffled(one, shuffle) for key, one in entities.items()}, shuffle
            )
            for name, entities in self._maps.items()
            if entities or self._dialect.empty_maps or name == self._main
        }
        return _shuffled(found, shuffle)

    def _each(self, name: str, numbers: Iterable[int]) -> list[int]:
        given = list(numbers)
        for number in given:
            self.add(name, number)
        return given

    def _admin(self, number: int) -> Json:
        row = self._records.admins[number]
        return {
            "meetsIdAdmin": number,
            "email": row.email,
            "nameFirst": row.first,
            "nameLast": row.last,
            "permissions": {name: name in row.permissions for name in PERMISSIONS},
        }

    def _connection(self, number: int) -> Json:
        row = self._records.connections[number]
        settings = dict(row.settings)
        if not self._dialect.appointments:
            settings.pop("featureAppointments", None)
        return {
            "meetsIdConnection": number,
            "name": row.name,
            "platformUrl": row.url,
            "platformType": row.type,
            "settings": settings,
        }

    def _course(self, number: int) -> Json:
        row = self._records.courses[number]
        self.add("connections", row.connection)
        return {
            "meetsIdCourse": number,
            "meetsIdConnection": row.connection,
            "ltiIdContext": row.context,
            "name": row.name,
            **self._auxiliary(),
        }

    def _user(self, number: int) -> Json:
        row = self._records.users[number]
        self.add("connections", row.connection)
        return {
            "meetsIdUser": number,
            "meetsIdConnection": row.connection,
            "ltiIdUser": row.lti_id,
            "nameFirst": row.first,
            "nameLast": row.last,
            "email": row.email,
            **self._auxiliary(),
        }

    def _account(self, number: int) -> Json:
        row = self._records.accounts[number]
        return {
            "meetsIdConferencingAccount": number,
            "conferencingService": row.service,
            "conferencingUsername": row.username,
            "meetsIdUsers": self._each("users", row.users),
        }

    def _event(self, number: int) -> Json:
        row = self._records.events[number]
        self.add("users", row.host)
        self.add("conferencingAccounts", row.account)
        found = {
            "meetsIdConferencingEvent": number,
            "name": row.name,
            "timeBegin": row.begin,
            "timeEnd": row.end,
            "meetsIdUser_host": row.host,
            "conferencingService": row.service,
            "meetsIdConferencingAccount": row.account,
            "meetsIdCourses": self._each("courses", row.courses),
        }
        if self._dialect.users_of_event:
            found[self._dialect.users_of_event] = self._each("users", row.users)
        return found

    def _recording(self, number: int) -> Json:
        row = self._records.recordings[number]
        self.add("conferencingEvents", row.event)
        return {
            "meetsIdConferenceRecording": number,
            self._dialect.event_of_recording: row.event,
            "timeAdded": row.added,
            "type": row.type,
        }

    def _auxiliary(self) -> Json:
        return {"auxiliary": {}} if self._dialect.auxiliary else {}

    _describe: dict[str, Callable[[Maps, int], Json]] = {  # noqa: RUF012 - a table of methods
        "admins": _admin,
        "connections": _connection,
        "courses": _course,
        "users": _user,
        "conferencingAccounts": _account,
        "conferencingEvents": _event,
        "conferenceRecordings": _recording,
    }


def roles_of(roles: Iterable[Role]) -> Json:
    """What ``list_course_users`` adds to a user."""
    return {name: name in roles for name in ("administrator", "teacher", "student")}


def _shuffled(given: dict[str, Any], shuffle: random.Random) -> dict[str, Any]:
    items = list(given.items())
    shuffle.shuffle(items)
    return dict(items)
