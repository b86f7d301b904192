"""A campus whose classes are graded: what the tests of grades share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from lti_bridge.app.background import jobs_of
from lti_bridge.simulators.lms.gradebook import Result
from lti_bridge.store import FoundStay, GradingRules
from tests.campus import Campus
from tests.functional.tools import press, read

MINUTE = 60_000
RULES = GradingRules(enabled=True, points=100, label="Attendance")
LONG_AGO = (int(time.time()) - 4 * 3600) * 1000
SECONDS_OF_A_MINUTE = 60.0


def jobs(campus: Campus, minutes: float = 0) -> Any:
    """The jobs, with a clock that is ahead."""
    return replace(jobs_of(campus.bridge), now=lambda: time.time() + minutes * SECONDS_OF_A_MINUTE)


def come(campus: Campus, *people: Any) -> int:
    """Let people launch; gives the meeting's row."""
    for person in (campus.teacher, *people):
        campus.launch(person, campus.link())
    return int(rows(campus, "SELECT id FROM meetings")[0][0])


def rows(campus: Campus, query: str, **values: Any) -> list[Any]:
    return campus.bridge.store.database.read(lambda c: list(c.execute(text(query), values).all()))


def change(campus: Campus, statement: str, **values: Any) -> None:
    campus.bridge.store.database.write(lambda c: c.execute(text(statement), values))


def row_of(campus: Campus, person: Any) -> int:
    ((row,),) = rows(campus, "SELECT id FROM users WHERE lti_user_id = :u", u=person.id)
    return int(row)


def enrol(campus: Campus, *people: Any) -> None:
    """The roster names them."""
    for person in people:
        change(
            campus,
            "UPDATE memberships SET roster_ms = 1 WHERE user_id = :u",
            u=row_of(campus, person),
        )


def held(
    campus: Campus, meeting: int, times: Mapping[Any, tuple[int, int]], began_ms: int = LONG_AGO
) -> None:
    """The service tells who was in, from minute to minute."""
    stays = [
        FoundStay(
            str(row_of(campus, person)),
            person.name,
            began_ms + begin * MINUTE,
            began_ms + end * MINUTE,
        )
        for person, (begin, end) in times.items()
    ]
    campus.bridge.store.records.save_attendance(meeting, "service", stays, is_final=True)


def graded_class(new_campus: Any, **wishes: Any) -> tuple[Campus, int]:
    """A class of 50 minutes that one student attended for 43, graded, its scores not yet sent."""
    campus = new_campus(meets=False, **wishes)
    meeting = come(campus, campus.student, campus.other_student)
    held(campus, meeting, {campus.teacher: (0, 50), campus.student: (7, 50)})
    campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)
    return campus, meeting


def cell(campus: Campus, person: Any) -> Result | None:
    """What the only column of the LMS's gradebook says of somebody."""
    (column,) = campus.lms.gradebook.columns(campus.lms.campus.courses[0])
    return campus.lms.gradebook.cell(column, person.id)


def grading_page(campus: Campus, user: Any = None) -> Any:
    """The course page's way to the page of grades, pressed."""
    page = read(campus.launch(user or campus.teacher, campus.link("frame")))
    (place,) = [n for n, form in enumerate(page.forms) if form.action == "/course/grading"]
    return press(campus, page, place)
