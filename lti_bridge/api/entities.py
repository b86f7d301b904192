"""Entities as the manual's JSON has them ("Entity Types")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lti_bridge.store import Standing

if TYPE_CHECKING:
    from lti_bridge.store.reporting import (
        Account,
        AttendanceStay,
        ReportedConnection,
        ReportedCourse,
        ReportedEvent,
        ReportedRecording,
        ReportedUser,
    )

Json = dict[str, Any]


def connection(one: ReportedConnection) -> Json:
    """A connection; of MEETS' settings those are on that hold for the bridge as well."""
    return {
        "meetsIdConnection": one.number,
        "name": one.name,
        "platformUrl": one.url,
        "platformType": one.type,
        "settings": {
            "tlsRequired": not one.url.startswith("http:"),
            "teacherScheduleOthers": False,
            "teacherSubstitute": True,
            "studentsHost": False,
            "featureAppointments": False,
            "featureRecordings": True,
            "featureRepository": False,
        },
    }


def course(one: ReportedCourse) -> Json:
    """A course."""
    return {
        "meetsIdCourse": one.number,
        "meetsIdConnection": one.connection,
        "name": one.name,
        "ltiIdContext": one.lti_id_context,
        "auxiliary": {},
    }


def user(one: ReportedUser) -> Json:
    """A user."""
    first, last = _names(one)
    return {
        "meetsIdUser": one.number,
        "meetsIdConnection": one.connection,
        "nameFirst": first,
        "nameLast": last,
        "email": one.email,
        "ltiIdUser": one.lti_id_user,
        "auxiliary": {},
    }


def course_user(one: ReportedUser) -> Json:
    """A user, with their roles in the course that was asked for."""
    standing = Standing(one.standing)
    if standing == Standing.UNKNOWN:
        standing = Standing.TEACHER if one.role == "moderator" else Standing.STUDENT
    return {
        **user(one),
        "roles": {
            "administrator": bool(standing & Standing.ADMINISTRATOR),
            "teacher": bool(standing & Standing.TEACHER),
            "student": bool(standing & Standing.STUDENT),
        },
    }


def account(one: Account) -> Json:
    """A service, as an account: it isn't bound to any user."""
    return {
        "meetsIdConferencingAccount": one.number,
        "conferencingService": one.kind,
        "conferencingUsername": one.username,
        "meetsIdUsers": [],
    }


def event(
    one: ReportedEvent, course: ReportedCourse | None, host: ReportedUser | None, at: Account | None
) -> Json:
    """A meeting, with what it refers to."""
    return {
        "meetsIdConferencingEvent": one.number,
        "name": one.name,
        "timeBegin": one.begins,
        "timeEnd": one.ends,
        "meetsIdUser_host": host.number if host else None,
        "conferencingService": at.kind if at else one.service,
        "meetsIdConferencingAccount": at.number if at else None,
        "meetsIdCourses": [course.number] if course else [],
        "meetsIdUsers": [],
    }


def recording(one: ReportedRecording) -> Json:
    """A recording."""
    return {
        "meetsIdConferenceRecording": one.number,
        "meetsIdConferencingEvent": one.event,
        "timeAdded": one.added,
        "type": "original",
    }


def stay(one: AttendanceStay) -> Json:
    """A line of attendance; what isn't known of it is null."""
    return {
        "wasHost": one.was_host,
        "attendeeName": one.name,
        "emailAddress": one.email or None,
        "ip": one.ip or None,
        "browser": one.browser or None,
        "timeJoin": one.joined,
        "timeLeave": one.left,
    }


def _names(one: ReportedUser) -> tuple[str, str]:
    """Given and family name; where the LMS has but one text, its last word is the family's."""
    if one.given_name or one.family_name:
        return one.given_name, one.family_name
    first, _, last = one.name.strip().rpartition(" ")
    return (first, last) if first else (last, "")
