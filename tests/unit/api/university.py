"""Rows of a small university, as plain dictionaries too, so that tests know what must come out."""

from __future__ import annotations

import json
from types import SimpleNamespace

from lti_bridge.store.tables import (
    AttendanceRow,
    ConnectionRow,
    CourseRow,
    MeetingRow,
    MembershipRow,
    RecordingRow,
    ServiceRow,
    UserRow,
)

START = 1_700_000_000
HOUR = 3600
USERS, COURSES, MEETINGS, RECORDINGS = 2300, 24, 120, 150
KINDS = ("meetingz", "mconf", "bigbluebutton", "onstream")


def fill(database):
    """Two connections of LMSs, the second of which is registered twice."""
    ms = START * 1000
    connections = [
        {"id": 1, "meets_connection": 10, "name": "Main LMS", "type": "Moodle",
         "issuer": "https://lms.example.edu", "auth_login_url": "https://lms.example.edu/auth"},
        {"id": 2, "meets_connection": 20, "name": "Canvas", "type": "Canvas",
         "issuer": "https://canvas.instructure.com", "auth_login_url": None},
        {"id": 3, "meets_connection": 20, "name": "Canvas again", "type": "Canvas",
         "issuer": "urn:an-issuer-that-is-no-url", "auth_login_url": "http://lms.test/auth"},
    ]  # fmt: skip
    for row in connections:
        row |= {"client_id": str(row["id"]), "version": "1.3", "conferencing": "s0",
                "managed_by": "file", "created_ms": ms, "updated_ms": ms}  # fmt: skip
    courses = [
        {"id": n, "connection_id": 1 + n % 3, "lti_context_id": f"context-{n}",
         "title": f"Course {n}", "created_ms": ms}
        for n in range(1, COURSES + 1)
    ]  # fmt: skip
    users = [
        {"id": n, "connection_id": 1 + n % 3, "lti_user_id": f"user-{n}", "name": f"Ann {n} Bee",
         "given_name": "" if n % 7 == 0 else "Ann", "family_name": "" if n % 7 == 0 else f"Bee {n}",
         "email": f"user{n}@campus.example", "created_ms": ms}
        for n in range(1, USERS + 1)
    ]  # fmt: skip
    memberships = [
        {"course_id": course, "user_id": n, "since_ms": ms, **_standing(n)}
        for n in range(1, USERS + 1)
        for course in {1 + n % COURSES, 1 + (n + 3) % COURSES}
    ]
    services = [
        {"id": 5 + n, "name": f"s{n}", "kind": kind, "managed_by": "admin", "created_ms": ms,
         "updated_ms": ms, "settings": json.dumps({"username": "johndoe"} if n == 3 else {})}
        for n, kind in enumerate(KINDS)
    ]  # fmt: skip
    meetings = [
        {"id": n, "course_id": 1 + n % COURSES, "resource_link_id": f"link-{n}",
         "service": f"s{n % 4}", "meeting_id": f"lti-{n}", "name": f"Class {n}",
         "attendee_password_sealed": "", "moderator_password_sealed": "",
         "meets_connection": 10, "lti_context_id": "", "created_ms": (START + n * HOUR) * 1000 + 999,
         "begins_ms": (START + n * HOUR + 60) * 1000 if n % 2 else None,
         "ends_ms": (START + n * HOUR + 1800) * 1000 if n % 3 else None,
         "used_ms": (START + n * HOUR + 900) * 1000 if n % 5 else None,
         "host_id": n if n % 4 else None, "attendance_final": n % 2 == 0}
        for n in range(1, MEETINGS + 1)
    ]  # fmt: skip
    recordings = [
        {"id": n, "meeting_id": 1 + n % MEETINGS, "record_id": f"rec-{n}",
         "added_ms": (START + n * HOUR) * 1000 + 5, "seen_ms": ms, "gone": n % 25 == 0,
         "formats": json.dumps(_formats(n))}
        for n in range(1, RECORDINGS + 1)
    ]  # fmt: skip
    attendance = [
        {"id": n, "meeting_id": 1 + n % 3, "source": "service", "attendee": f"a{n}",
         "joined_ms": (START + 100 - n) * 1000, "left_ms": (START + n * 60) * 1000 if n % 4 else None,
         "was_host": n == 3, "name": f"Ann {n}", "email": "ann@campus.example" if n % 2 else "",
         "ip": "10.0.2.254" if n == 3 else "", "browser": "LINUX, GALEON" if n == 3 else ""}
        for n in range(1, 10)
    ]  # fmt: skip

    def insert(connection):
        for table, rows in (
            (ConnectionRow, connections), (CourseRow, courses), (UserRow, users),
            (MembershipRow, memberships), (ServiceRow, services), (MeetingRow, meetings),
            (RecordingRow, recordings), (AttendanceRow, attendance),
        ):  # fmt: skip
            connection.execute(table.__table__.insert(), rows)

    database.write(insert)
    return SimpleNamespace(
        connections=connections, courses=courses, users=users, memberships=memberships,
        services=services, meetings=meetings, recordings=recordings, attendance=attendance,
    )  # fmt: skip


def _standing(n):
    """Some from before standings were noted."""
    if n % 50 == 0:
        return {"role": "moderator", "standing": 3}
    if n % 20 == 0:
        return {"role": "moderator", "standing": 2 if n % 40 else 0}
    if n % 33 == 0:
        return {"role": "attendee", "standing": 8}
    return {"role": "attendee", "standing": 4 if n % 2 else 0}


def _formats(n):
    """As the services give them."""
    presentation = {"type": "presentation", "url": f"https://play.example/p/{n}?a=1&b=ü"}
    video = {"type": "video", "url": f"https://play.example/v/{n}"}
    return [[presentation], [presentation, video], [{"type": "notes", "url": "https://n.example/"}],
            [], [{"type": "video", "url": "javascript:alert(1)"}]][n % 5]  # fmt: skip
