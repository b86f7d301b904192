"""PITFALLS.md, "Jobs and grades", line by line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.errors import RemoteUnavailable
from lti_bridge.jobs.gradebook import HOLD_MS
from tests.functional.grading import (
    MINUTE,
    RULES,
    cell,
    change,
    come,
    enrol,
    graded_class,
    held,
    jobs,
    row_of,
    rows,
)
from tests.functional.tools import LTI
from tests.unit.store.values import at_once

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"


def test_pitfall_scores_sent_twice(new_campus):
    campus, _ = graded_class(new_campus, engine="postgresql")
    taken = at_once(4, lambda _: jobs(campus).grades())
    assert sorted(taken) == [0, 0, 0, 1]
    assert campus.lms.gradebook.calls["score"] == 1


def test_pitfall_a_timestamp_not_newer_than_the_last(new_campus):
    campus, meeting = graded_class(new_campus)
    jobs(campus).grades()
    judge = campus.bridge.store.gradebook.judge
    for hundreds in (9, 8, 7):
        judge(meeting, row_of(campus, campus.student), hundreds * 100, excused=False)
        assert jobs(campus, -60).grades() == 1, "this node's clock is an hour behind"
    times = [one["timestamp"] for one in campus.lms.gradebook.scores]
    assert times == sorted(set(times))


def test_pitfall_a_line_item_made_twice_by_two_workers(new_campus):
    campus, _ = graded_class(new_campus, engine="postgresql")
    campus.lms.gradebook.fault, campus.lms.gradebook.delay = "slow", 0.3
    at_once(4, lambda _: jobs(campus).grades())
    assert campus.lms.gradebook.calls["create"] == 1
    assert len(campus.lms.gradebook.columns(campus.lms.campus.courses[0])) == 1


class _Killed(BaseException):
    """As if the process ended just there."""


def _dying(campus, name, *, before=False):
    """The job, whose process ends when it writes that down (or just before it asks the LMS)."""
    job = jobs(campus).send_grades
    part = job.client if before else job.gradebook

    class Dying:
        def __getattr__(self, wanted):
            if wanted == name:
                raise _Killed
            return getattr(part, wanted)

    return replace(job, **{"client" if before else "gradebook": Dying()})


def test_pitfall_a_crash_between_made_and_written_down(new_campus):
    campus, _ = graded_class(new_campus)
    with pytest.raises(_Killed):
        _dying(campus, "column").run()
    assert campus.lms.gradebook.calls["create"] == 1
    assert jobs(campus).grades() == 0, "the claim of the dead worker still holds"
    assert jobs(campus, HOLD_MS / MINUTE + 1).grades() == 1
    assert campus.lms.gradebook.calls["create"] == 1, "found again, not made again"


def test_pitfall_a_lost_answer_to_a_new_line_item(new_campus):
    campus, _ = graded_class(new_campus)
    campus.lms.gradebook.lag = 1
    with pytest.raises(RemoteUnavailable):
        jobs(campus).grades()
    assert jobs(campus, 11).grades() == 1
    assert campus.lms.gradebook.calls["create"] == 1


def test_pitfall_a_crash_between_sent_and_written_down(new_campus):
    campus, _ = graded_class(new_campus)
    with pytest.raises(_Killed):
        _dying(campus, "sent").run()
    first = cell(campus, campus.student)
    assert jobs(campus, HOLD_MS / MINUTE + 1).grades() == 1
    again = cell(campus, campus.student)
    assert (again.score, again.timestamp > first.timestamp) == (first.score, True)
    assert jobs(campus, 2 * HOLD_MS / MINUTE).grades() == 0


def test_pitfall_a_crash_between_written_down_and_sent(new_campus):
    campus, _ = graded_class(new_campus)
    with pytest.raises(_Killed):
        _dying(campus, "send", before=True).run()
    ((timestamp, sent),) = rows(
        campus, "SELECT timestamp_ms, sent FROM scores WHERE timestamp_ms > 0"
    )
    assert (timestamp > 0, sent) == (True, "")
    assert jobs(campus, HOLD_MS / MINUTE + 1).grades() == 1


def test_pitfall_a_worker_that_comes_late_sends_nothing_more(new_campus):
    """It stood still for longer than its claim, and another has done the work meanwhile."""
    campus, _ = graded_class(new_campus)
    job = jobs(campus).send_grades
    times = iter([0, 0, *[HOLD_MS * 9] * 99])
    began = jobs(campus)._now_ms()
    assert replace(job, now_ms=lambda: began + next(times), rounds=1).run() == 0
    assert campus.lms.gradebook.calls["score"] == 0
    assert campus.lms.gradebook.calls["create"] == 0


@pytest.mark.parametrize(
    "role",
    ["#Instructor", "/Instructor#TeachingAssistant", "#Mentor", "#ContentDeveloper"],
)
def test_pitfall_scores_are_for_learners_only(new_campus, role):
    campus = new_campus(meets=False)
    meeting = come(campus)
    campus.launch(campus.student, campus.link(), claims={f"{LTI}roles": [f"{MEMBERSHIP}{role}"]})
    campus.launch(campus.other_student, campus.link())
    enrol(campus, campus.teacher, campus.student, campus.other_student)
    everybody = (campus.teacher, campus.student, campus.other_student)
    held(campus, meeting, dict.fromkeys(everybody, (0, 50)))
    campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)
    assert jobs(campus).grades() == 1
    assert [one["userId"] for one in campus.lms.gradebook.scores] == [campus.other_student.id]


def test_pitfall_a_person_who_left_the_course_is_no_error(new_campus):
    campus, meeting = graded_class(new_campus)
    enrol(campus, campus.student, campus.other_student)
    campus.lms.gradebook.gone.add(campus.student.id)
    assert jobs(campus).grades() == 1, "the other one's"
    answers = rows(campus, "SELECT answer, refused FROM scores WHERE share = 860")
    assert answers == [("http_404", "86/100 43/50 min")]
    assert campus.bridge.store.gradebook.of_meeting(meeting).problem == ""
    asked = campus.lms.gradebook.calls["score"]
    held(campus, meeting, {campus.student: (7, 50)})
    assert jobs(campus).grades() == 0
    assert campus.lms.gradebook.calls["score"] == asked, "not again and again"
    change(campus, "UPDATE memberships SET left_ms = 5 WHERE user_id = :u",
           u=row_of(campus, campus.student))  # fmt: skip
    campus.bridge.store.gradebook.send_now(meeting)
    assert jobs(campus).grades() == 0, "the roster says so: nothing is tried"
