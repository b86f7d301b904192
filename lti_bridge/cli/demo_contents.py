"""What the demo's first course has behind it: a term of weekly classes, some of them held."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lti_bridge.cli.options import bridge_of

if TYPE_CHECKING:
    from lti_bridge.simulators.lms import Campus, Course
    from lti_bridge.store import Meeting, Store

WEEK_SECONDS: Final = 7 * 86_400
HELD: Final = 3
"""Classes of the series that are over."""
CLASSES: Final = 10
MINUTES: Final = 60
LATE_MINUTES: Final = (0, 20, None)
"""How late students are, one week or another; None: not there."""
ADMINISTRATOR: Final = "demo"
"""As whom one signs in to the admin pages."""
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class _Somebody:
    """Somebody of the course, as the store has them."""

    number: int
    """By which services know them."""
    name: str
    teaches: bool


def fill(settings: Path, campus: Campus) -> None:
    """Schedule the classes as a teacher does, some weeks ago, and tell who was in.

    Through the bridge's own use cases, and safe to repeat: a course that has a series is left.
    """
    with bridge_of(settings) as bridge:
        store = bridge.store
        platform = store.platforms.all()[0]
        course = campus.courses[0]
        row = store.people.add_course(platform.id, course.id, "", course.title, now_ms=_now_ms())
        if store.series.latest(row.id) is not None:
            return
        people = [_arrived(store, platform.id, row.id, campus, course, sub) for sub in course.roles]
        for week, meeting in enumerate(_scheduled(store, row.id, course)[:HELD]):
            _held(store, meeting, people, week)


def administrator(settings: Path) -> str:
    """Let :data:`ADMINISTRATOR` in with a password that is drawn anew; it is what this gives."""
    from lti_bridge.admin import Passwords
    from lti_bridge.cli.tokens import PERMISSIONS

    password = secrets.token_urlsafe(12)
    with bridge_of(settings) as bridge:
        password_hash = Passwords().hashed(password)
        bridge.store.administrators.add(ADMINISTRATOR, password_hash, PERMISSIONS, _now_ms())
    return password


def _arrived(
    store: Store, connection: int, course_id: int, campus: Campus, course: Course, sub: str
) -> _Somebody:
    from lti_bridge.store import Profile, Standing, number_of

    user = campus.user_by_id[sub]
    teaches = any("Instructor" in role for role in course.roles[sub])
    person = store.people.arrive(
        connection,
        sub,
        Profile(user.name, user.given_name, user.family_name, user.email),
        course_id=course_id,
        role="moderator" if teaches else "attendee",
        standing=Standing.TEACHER if teaches else Standing.STUDENT,
        now_ms=_now_ms(),
    )
    return _Somebody(
        number_of(person.id, person.meets_id, store.people.numbered_by_meets()), user.name, teaches
    )


def _scheduled(store: Store, course_id: int, course: Course) -> list[Meeting]:
    """The classes of a weekly series that began some weeks ago."""
    from lti_bridge.scheduling import MeetingBook, Place, Planner
    from lti_bridge.scheduling.recurrence import Rule
    from lti_bridge.store import Plan

    began = time.time() - HELD * WEEK_SECONDS
    planner = Planner(
        store.series,
        MeetingBook(store.meetings),
        store.gradebook,
        store.roster,
        now=lambda: began,
    )
    first = datetime.fromtimestamp(began, UTC) + timedelta(hours=1)
    plan = Plan(
        title="Weekly lecture",
        text="What the week’s chapter is about, and time for questions.",
        zone="UTC",
        starts=first.strftime("%Y-%m-%dT%H:00:00"),
        minutes=MINUTES,
        record=True,
    )
    settled, every = planner.settled(plan, Rule("WEEKLY", count=CLASSES))
    place = Place(course_id, course.title, course.id, None, 1, "live", "")
    series = planner.schedule(place, settled, every, token="demo", by=None)  # noqa: S106 - the form's
    return planner.classes(series.id)


def _held(store: Store, meeting: Meeting, people: list[_Somebody], week: int) -> None:
    """Who was in: the teachers always; of the students each week another one is late, or absent."""
    from lti_bridge.store import FoundStay

    begins = meeting.begins_ms or 0
    students = [one for one in people if not one.teaches]
    late = {
        one.number: LATE_MINUTES[(n + week) % len(LATE_MINUTES)] for n, one in enumerate(students)
    }
    stays = [
        FoundStay(
            str(one.number),
            one.name,
            begins + minutes * _MINUTE_MS,
            begins + MINUTES * _MINUTE_MS,
        )
        for one in people
        if (minutes := late.get(one.number, 0)) is not None
    ]
    store.records.save_attendance(meeting.id, "service", stays, is_final=True)


def _now_ms() -> int:
    return int(time.time() * 1000)
