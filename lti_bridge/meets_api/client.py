"""The functions of the MEETS API, one method each, with every parameter the manual has.

IDs are MEETS' own numbers; points in time are UNIX seconds; a filter that is None isn't sent, and
an empty list fits nothing. Every method raises :class:`lti_bridge.errors.RemoteError`: rejected
(``code`` ``http_404`` and the like; ``limit`` and ``parameter`` for what was never sent),
unavailable, or malformed. ``timeout`` is in seconds, for each call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from lti_bridge.errors import RemoteRejected
from lti_bridge.meets_api import reading
from lti_bridge.meets_api.downloads import download_of
from lti_bridge.meets_api.listing import Listing, Numbered
from lti_bridge.meets_api.queries import MOST, UNRECORDED, Query
from lti_bridge.meets_api.transport import Transport

if TYPE_CHECKING:
    from lti_bridge.http import Client
    from lti_bridge.meets_api.downloads import File, Redirect
    from lti_bridge.meets_api.entities import (
        Admin,
        AuthenticationLogEntry,
        ConferenceRecording,
        ConferencingEvent,
        Connection,
        Course,
        EventAttendance,
        User,
    )
    from lti_bridge.settings import Meets

T = TypeVar("T", bound=Numbered)
Ids = Iterable[int] | None
CourseRole = Literal["administrator", "teacher", "student"]
RecordingType = Literal["original", "converted"]

SECONDS: Final = 30.0
"""For a call nobody waits for."""


class MeetsClient:
    """A MEETS domain, with whatever authentication its base needs (the settings' ``[meets]``)."""

    def __init__(self, settings: Meets, client: Client) -> None:
        """``client`` is the door out."""
        self._transport = Transport(settings, client)

    def list_admins(
        self, *, limit: int = MOST, start_after_id: int = 0, timeout: float = SECONDS
    ) -> Listing[Admin]:
        """``list_admins``: who administrates MEETS. ``limit``: of a page, at most 1,000."""
        query = Query("list_admins").page(limit, start_after_id)
        return self._list("list_admins", query, "admins", reading.admin, start_after_id, timeout)

    def list_connections(
        self, *, limit: int = MOST, start_after_id: int = 0, timeout: float = SECONDS
    ) -> Listing[Connection]:
        """``list_connections``: the platforms."""
        name = "list_connections"
        query = Query(name).page(limit, start_after_id)
        return self._list(name, query, "connections", reading.connection, start_after_id, timeout)

    def list_course_users(
        self,
        meets_id_course: int,
        *,
        roles: Iterable[CourseRole] | None = None,
        roles_exclude: Iterable[CourseRole] | None = None,
        limit: int = MOST,
        start_after_id: int = 0,
        timeout: float = SECONDS,
    ) -> Listing[User]:
        """``list_course_users``: who is in a course, with their ``roles`` there."""
        name = "list_course_users"
        query = (
            Query(name)
            .id("meetsIdCourse", meets_id_course)
            .roles("roles", roles)
            .roles("rolesExclude", roles_exclude)
            .page(limit, start_after_id)
        )
        return self._list(name, query, "users", reading.user, start_after_id, timeout)

    def list_courses(
        self,
        *,
        meets_id_connections: Ids = None,
        meets_id_users_can_access: Ids = None,
        meets_id_users_is_administrator: Ids = None,
        meets_id_users_is_teacher: Ids = None,
        meets_id_users_is_student: Ids = None,
        limit: int = MOST,
        start_after_id: int = 0,
        timeout: float = SECONDS,
    ) -> Listing[Course]:
        """``list_courses``: those that fit all filters."""
        name = "list_courses"
        query = (
            Query(name)
            .ids("meetsIdConnections", meets_id_connections)
            .ids("meetsIdUsers_canAccess", meets_id_users_can_access)
            .ids("meetsIdUsers_isAdministrator", meets_id_users_is_administrator)
            .ids("meetsIdUsers_isTeacher", meets_id_users_is_teacher)
            .ids("meetsIdUsers_isStudent", meets_id_users_is_student)
            .page(limit, start_after_id)
        )
        return self._list(name, query, "courses", reading.course, start_after_id, timeout)

    def list_conferencing_events(
        self,
        *,
        meets_id_connections: Ids = None,
        meets_id_courses: Ids = None,
        meets_id_users_host: Ids = None,
        meets_id_conferencing_accounts: Ids = None,
        conferencing_services: Iterable[str] | None = None,
        time_begin_before: int | None = None,
        time_begin_after: int | None = None,
        time_end_before: int | None = None,
        time_end_after: int | None = None,
        limit: int = MOST,
        start_after_id: int = 0,
        timeout: float = SECONDS,
    ) -> Listing[ConferencingEvent]:
        """``list_conferencing_events``: those that fit all filters."""
        name = "list_conferencing_events"
        query = (
            Query(name)
            .ids("meetsIdConnections", meets_id_connections)
            .ids("meetsIdCourses", meets_id_courses)
            .ids("meetsIdUsers_host", meets_id_users_host)
            .ids("meetsIdConferencingAccounts", meets_id_conferencing_accounts)
            .services("conferencingServices", conferencing_services)
            .time("timeBeginBefore", time_begin_before)
            .time("timeBeginAfter", time_begin_after)
            .time("timeEndBefore", time_end_before)
            .time("timeEndAfter", time_end_after)
            .page(limit, start_after_id)
        )
        return self._list(name, query, "conferencingEvents", reading.event, start_after_id, timeout)

    def list_conference_recordings(
        self,
        *,
        meets_id_connections: Ids = None,
        meets_id_courses: Ids = None,
        meets_id_conferencing_events: Ids = None,
        meets_id_users_host: Ids = None,
        meets_id_conferencing_accounts: Ids = None,
        recording_type: RecordingType | None = None,
        conferencing_services: Iterable[str] | None = None,
        time_added_before: int | None = None,
        time_added_after: int | None = None,
        time_event_begin_before: int | None = None,
        time_event_begin_after: int | None = None,
        time_event_end_before: int | None = None,
        time_event_end_after: int | None = None,
        limit: int = MOST,
        start_after_id: int = 0,
        timeout: float = SECONDS,
    ) -> Listing[ConferenceRecording]:
        """``list_conference_recordings``: those that fit all filters. ``recording_type`` is its
        ``type``.
        """
        name = "list_conference_recordings"
        query = (
            Query(name)
            .ids("meetsIdConnections", meets_id_connections)
            .ids("meetsIdCourses", meets_id_courses)
            .ids("meetsIdConferencingEvents", meets_id_conferencing_events)
            .ids("meetsIdUsers_host", meets_id_users_host)
            .ids("meetsIdConferencingAccounts", meets_id_conferencing_accounts)
            .type("type", recording_type)
            .services("conferencingServices", conferencing_services, UNRECORDED)
            .time("timeAddedBefore", time_added_before)
            .time("timeAddedAfter", time_added_after)
            .time("timeEventBeginBefore", time_event_begin_before)
            .time("timeEventBeginAfter", time_event_begin_after)
            .time("timeEventEndBefore", time_event_end_before)
            .time("timeEventEndAfter", time_event_end_after)
            .page(limit, start_after_id)
        )
        return self._list(
            name, query, "conferenceRecordings", reading.recording, start_after_id, timeout
        )

    def list_users(
        self,
        *,
        meets_id_connections: Ids = None,
        meets_id_courses: Ids = None,
        limit: int = MOST,
        start_after_id: int = 0,
        timeout: float = SECONDS,
    ) -> Listing[User]:
        """``list_users``: those that fit all filters."""
        name = "list_users"
        query = (
            Query(name)
            .ids("meetsIdConnections", meets_id_connections)
            .ids("meetsIdCourses", meets_id_courses)
            .page(limit, start_after_id)
        )
        return self._list(name, query, "users", reading.user, start_after_id, timeout)

    def get_conferencing_event_attendance(
        self, meets_id_conferencing_event: int, *, timeout: float = SECONDS
    ) -> EventAttendance:
        """``get_conferencing_event_attendance``: who was in, as the service told MEETS.

        Empty where the service doesn't tell, or not yet; ``is_final`` says whether to come back.
        """
        name = "get_conferencing_event_attendance"
        query = Query(name).id("meetsIdConferencingEvent", meets_id_conferencing_event)
        (parameters,) = query.each()
        return reading.attendance(name, self._transport.call(name, parameters, timeout))

    def get_conferencing_authentication_log(
        self,
        *,
        time_after: int | None = None,
        time_before: int | None = None,
        limit: int = MOST,
        start_after_id: int = 0,
        timeout: float = SECONDS,
    ) -> Listing[AuthenticationLogEntry]:
        """``get_conferencing_authentication_log``: when MEETS signed in at services."""
        name = "get_conferencing_authentication_log"
        query = (
            Query(name)
            .time("timeAfter", time_after)
            .time("timeBefore", time_before)
            .page(limit, start_after_id)
        )
        return self._listing(name, query, reading.Answer.log_entries, start_after_id, timeout)

    def from_lti_id_context(
        self, meets_id_connection: int, lti_id_context: str, *, timeout: float
    ) -> int | None:
        """``from_lti_id_context``: the ``meetsIdCourse`` of an LTI context; None if not known.

        ``timeout`` in seconds, for the whole call. The answer can be remembered for good ("from").
        """
        return self._from(
            "from_lti_id_context",
            meets_id_connection,
            ("ltiIdContext", lti_id_context),
            "meetsIdCourse",
            timeout,
        )

    def from_lti_id_user(
        self, meets_id_connection: int, lti_id_user: str, *, timeout: float
    ) -> int | None:
        """``from_lti_id_user``: the ``meetsIdUser`` of an LTI user; None if not known.

        See :meth:`from_lti_id_context`.
        """
        return self._from(
            "from_lti_id_user",
            meets_id_connection,
            ("ltiIdUser", lti_id_user),
            "meetsIdUser",
            timeout,
        )

    def download_conference_recording(
        self, meets_id_conference_recording: int, *, timeout: float = SECONDS
    ) -> Redirect | File:
        """``download_conference_recording``: where the file is, or the file.

        Rejected with ``recording_gone`` where it is no longer available.
        """
        name = "download_conference_recording"
        query = Query(name).id("meetsIdConferenceRecording", meets_id_conference_recording)
        (parameters,) = query.each()
        return download_of(self._transport.open(name, parameters, timeout), name)

    def _list(
        self,
        function: str,
        query: Query,
        entities: str,
        read: Callable[[reading.Answer, int, Mapping[str, Any]], T],
        start_after_id: int,
        timeout: float,
    ) -> Listing[T]:
        return self._listing(
            function, query, lambda answer: answer.entities(entities, read), start_after_id, timeout
        )

    def _listing(
        self,
        function: str,
        query: Query,
        read: Callable[[reading.Answer], tuple[T, ...]],
        start_after_id: int,
        timeout: float,
    ) -> Listing[T]:
        return Listing(
            function=function,
            queries=tuple(query.each()),
            start_after_id=start_after_id,
            call=lambda parameters: self._transport.call(function, parameters, timeout),
            read=read,
        )

    def _from(
        self,
        function: str,
        connection: int,
        identifier: tuple[str, str],
        member: str,
        timeout: float,
    ) -> int | None:
        query = Query(function).id("meetsIdConnection", connection).text(*identifier)
        (parameters,) = query.each()
        try:
            answer = self._transport.call(function, parameters, timeout)
        except RemoteRejected as refusal:
            if refusal.code == "http_404":
                return None
            raise
        found = answer.get(member)
        if type(found) is not int or not 0 < found <= reading.LARGEST_ID:
            raise reading.malformed(function, f"without a numeric {member}")
        return found
