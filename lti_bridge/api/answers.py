"""Each function's answer: its page of entities, and the maps of all that these refer to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from lti_bridge.api import entities
from lti_bridge.api.parameters import MOST
from lti_bridge.api.refusals import Refused
from lti_bridge.store import Standing
from lti_bridge.store.reporting import EventFilter, Page, RecordingFilter, Scope

if TYPE_CHECKING:
    from lti_bridge.store import Kind
    from lti_bridge.store.reporting import ReportedEvent, Reports

Given = Mapping[str, Any]
Json = dict[str, Any]
PREFERRED: Final = ("video", "presentation")
URL_CHARACTERS: Final = "%:/?#[]@!$&'()*+,;="


class Answers:
    """Answers what was asked, of what may be seen."""

    def __init__(self, reports: Reports) -> None:
        """``reports``: the queries."""
        self._reports = reports
        self.by_name: Final[Mapping[str, Callable[[Given, Scope], Json]]] = {
            "list_admins": self._no_admins,
            "list_connections": self._connections,
            "list_course_users": self._course_users,
            "list_courses": self._courses,
            "list_conferencing_events": self._events,
            "list_conference_recordings": self._recordings,
            "list_users": self._users,
            "get_conferencing_event_attendance": self._attendance,
            "get_conferencing_authentication_log": self._no_log,
            "from_lti_id_context": self._from_context,
            "from_lti_id_user": self._from_user,
            "download_conference_recording": self._download,
        }

    def _no_admins(self, _given: Given, _scope: Scope) -> Json:
        # What isn't supported is an empty set, no error (the manual's "Supported Services").
        return {"admins": {}, **_next(None)}

    def _no_log(self, _given: Given, _scope: Scope) -> Json:
        return {"conferencingAuthenticationLog": [], **_next(None)}

    def _connections(self, given: Given, scope: Scope) -> Json:
        limit, after = _paging(given)
        every = {one.number: one for one in self._reports.connections(scope).values()}
        found = [every[number] for number in sorted(every) if number > after]
        page = found[:limit]
        following = page[-1].number if len(found) > limit else None
        return {"connections": _map(page, entities.connection), **_next(following)}

    def _courses(self, given: Given, scope: Scope) -> Json:
        connections = self._reports.connections(scope)
        page = self._reports.courses(
            *_paging(given),
            scope.within(given.get("meetsIdConnections")),
            users=given.get("meetsIdUsers_canAccess"),
            standing=[
                (standing, given[name])
                for name, standing in (
                    ("meetsIdUsers_isAdministrator", Standing.ADMINISTRATOR),
                    ("meetsIdUsers_isTeacher", Standing.TEACHER),
                    ("meetsIdUsers_isStudent", Standing.STUDENT),
                )
                if name in given
            ],
            connections=connections,
        )
        return {
            "courses": _map(page.entities, entities.course),
            "connections": _used(page.entities, connections),
            **_next(page.next_after),
        }

    def _users(self, given: Given, scope: Scope) -> Json:
        connections = self._reports.connections(scope)
        page = self._reports.users(
            *_paging(given),
            scope.within(given.get("meetsIdConnections")),
            courses=given.get("meetsIdCourses"),
            connections=connections,
        )
        return {
            "users": _map(page.entities, entities.user),
            "connections": _used(page.entities, connections),
            **_next(page.next_after),
        }

    def _course_users(self, given: Given, scope: Scope) -> Json:
        connections = self._reports.connections(scope)
        course = self._reports.course(given["meetsIdCourse"], scope)
        if course is None:
            raise Refused(404, f'Course with ID "{given["meetsIdCourse"]}" not found')
        page = self._reports.course_users(
            *_paging(given),
            course,
            scope,
            wanted=given.get("roles"),
            unwanted=given.get("rolesExclude"),
            connections=connections,
        )
        return {
            "users": _map(page.entities, entities.course_user),
            "connections": _used(page.entities, connections),
            **_next(page.next_after),
        }

    def _events(self, given: Given, scope: Scope) -> Json:
        wanted = _event_filter(given, "time")
        page = self._reports.events(*_paging(given), scope, wanted)
        return {**self._with_references(page.entities, scope), **_next(page.next_after)}

    def _recordings(self, given: Given, scope: Scope) -> Json:
        wanted = RecordingFilter(
            of_events=_event_filter(given, "timeEvent"),
            events=given.get("meetsIdConferencingEvents"),
            added_before=given.get("timeAddedBefore"),
            added_after=given.get("timeAddedAfter"),
        )
        limit, after = _paging(given)
        page = (
            Page((), None)  # services' own are all that there are
            if given.get("type") == "converted"
            else self._reports.recordings(limit, after, scope, wanted)
        )
        events = self._reports.events_by_id({one.event for one in page.entities})
        return {
            "conferenceRecordings": _map(page.entities, entities.recording),
            **self._with_references(events, scope),
            **_next(page.next_after),
        }

    def _with_references(self, events: Iterable[ReportedEvent], scope: Scope) -> Json:
        events = list(events)
        connections = self._reports.connections(scope)
        accounts = self._reports.accounts({one.service for one in events})
        courses = {
            one.id: one
            for one in self._reports.courses_by_id({one.course_id for one in events}, connections)
        }
        hosts = {
            one.id: one
            for one in self._reports.users_by_id(
                {one.host_id for one in events if one.host_id is not None}, connections
            )
        }
        return {
            "conferencingEvents": {
                str(one.number): entities.event(
                    one,
                    courses.get(one.course_id),
                    hosts.get(one.host_id) if one.host_id is not None else None,
                    accounts.get(one.service),
                )
                for one in events
            },
            "conferencingAccounts": _map(accounts.values(), entities.account),
            "users": _map(hosts.values(), entities.user),
            "courses": _map(courses.values(), entities.course),
            "connections": _used([*courses.values(), *hosts.values()], connections),
        }

    def _attendance(self, given: Given, scope: Scope) -> Json:
        number = given["meetsIdConferencingEvent"]
        known = self._reports.event(number, scope)
        if known is None:
            raise Refused(404, f'Conferencing event with ID "{number}" not found')
        (is_final,) = known
        stays = self._reports.attendance(number)
        return {"attendance": [entities.stay(one) for one in stays], "isFinal": is_final}

    def _from_context(self, given: Given, scope: Scope) -> Json:
        return {"meetsIdCourse": self._from("course", "ltiIdContext", given, scope)}

    def _from_user(self, given: Given, scope: Scope) -> Json:
        return {"meetsIdUser": self._from("user", "ltiIdUser", given, scope)}

    def _from(self, of: Kind, name: str, given: Given, scope: Scope) -> int:
        number = given["meetsIdConnection"]
        if number not in {one.number for one in self._reports.connections(scope).values()}:
            raise Refused(404, f'Connection with ID "{number}" not found')
        found = self._reports.from_lti(of, number, given[name])
        if found is None:
            raise Refused(404, f"No such {name} in this connection")
        return found

    def _download(self, given: Given, scope: Scope) -> Json:
        number = given["meetsIdConferenceRecording"]
        known = self._reports.recording_formats(number, scope)
        if known is None:
            raise Refused(404, f'Conference recording with ID "{number}" not found')
        gone, formats = known
        location = "" if gone else _best(json.loads(formats))
        if not location:
            raise Refused(500, "The recording is no longer available where it was kept")
        return {"location": location}


def _paging(given: Given) -> tuple[int, int]:
    return given.get("limit", MOST), given.get("startAfterId", 0)


def _next(number: int | None) -> Json:
    return {"nextPageStartAfterId": number}


def _event_filter(given: Given, times: str) -> EventFilter:
    return EventFilter(
        connections=given.get("meetsIdConnections"),
        courses=given.get("meetsIdCourses"),
        hosts=given.get("meetsIdUsers_host"),
        accounts=given.get("meetsIdConferencingAccounts"),
        services=given.get("conferencingServices"),
        begins_before=given.get(f"{times}BeginBefore"),
        begins_after=given.get(f"{times}BeginAfter"),
        ends_before=given.get(f"{times}EndBefore"),
        ends_after=given.get(f"{times}EndAfter"),
    )


def _map(given: Iterable[Any], describe: Callable[[Any], Json]) -> Json:
    return {str(one.number): describe(one) for one in given}


def _used(given: Iterable[Any], connections: Mapping[int, Any]) -> Json:
    wanted = {one.connection for one in given}
    return _map((one for one in connections.values() if one.number in wanted), entities.connection)


def _best(formats: Iterable[Mapping[str, Any]]) -> str:
    """The URL of the format that most people can watch; empty where there is none."""
    links = {str(one.get("type", "")): _link(one.get("url")) for one in reversed(list(formats))}
    return next((links[kind] for kind in PREFERRED if links.get(kind)), "") or next(
        filter(None, reversed(links.values())), ""
    )


def _link(url: object) -> str:
    """An http(s) URL as it can stand in a header; empty for anything else."""
    encoded = (
        quote(url.strip(), safe=URL_CHARACTERS, errors="replace") if isinstance(url, str) else ""
    )
    try:
        parts = urlsplit(encoded)
    except ValueError:
        return ""
    return encoded if parts.scheme in {"http", "https"} and parts.netloc else ""
