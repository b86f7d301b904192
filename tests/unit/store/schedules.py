"""Series as teachers plan them: what tests of schedules share."""

from __future__ import annotations

from sqlalchemy import text

from lti_bridge.store import NewMeeting, OneClass, Plan, Stays
from lti_bridge.store.rooms import Room
from tests.unit.store.values import ANN, NOW

HOUR = 3_600_000
DAY = 24 * HOUR
WEEK = 7 * DAY
FIRST = NOW + 2 * DAY
AT = Stays(NOW, NOW - 12 * HOUR)
UID = "a" * 32
ROOM = Room(mute_on_start=True, welcome="Bring a pencil.")


def a_course(store, name="course-1"):
    return store.people.add_course(1, name, "", name, now_ms=NOW).id


def template(course, **changes):
    values = {
        "course_id": course,
        "resource_link_id": None,
        "service": "live",
        "name": "Biology – Laboratory",
        "logout_url": "https://lms.example.edu/back",
        "meets_course_id": 12,
        "meets_connection": 7,
        "lti_context_id": "course-1",
    }
    return NewMeeting(**{**values, **changes})


def a_plan(**changes):
    values = {
        "title": "Laboratory",
        "text": "Onion cells",
        "zone": "UTC",
        "starts": "2025-10-11T08:53:20",
        "minutes": 60,
        "rule": "FREQ=WEEKLY;COUNT=4",
        "room": ROOM,
        "record": True,
    }
    return Plan(**{**values, **changes})


def weeks(count=4, first=FIRST):
    return [first + number * WEEK for number in range(count)]


def added(store, course=None, times=None, uid=UID, **options):
    course = course or a_course(store)
    plan = options.pop("plan", a_plan())
    values = {"uid": uid, "created_by": None, "now_ms": NOW, **options}
    return store.series.add(template(course), plan, times or weeks(), **values)


def used(store, meeting, used_ms, confirmed_ms=None):
    store.database.write(
        lambda c: c.execute(
            text("UPDATE meetings SET used_ms = :used, confirmed_ms = :confirmed WHERE id = :id"),
            {"id": meeting, "used": used_ms, "confirmed": confirmed_ms},
        )
    )


def one_class(meeting, **changes):
    values = {"title": "Elsewhere", "begins_ms": meeting.begins_ms, "ends_ms": meeting.ends_ms}
    return OneClass(**{**values, **changes})


def ann(store, course):
    return store.people.arrive(1, "ann", ANN, course_id=course, role="moderator", now_ms=NOW).id
