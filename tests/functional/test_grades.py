"""From class to gradebook: attendance is collected, a job sends scores, the LMS shows them."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from lti_bridge.errors import RemoteUnavailable
from lti_bridge.store import GradingRules
from tests.functional.grading import (
    LONG_AGO,
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
from tests.functional.test_collecting import end_it, hold_a_class, later

ENGINES = ("sqlite", "postgresql")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_class_that_was_held_shows_in_the_gradebook(new_campus, engine):
    campus = new_campus(engine, kind="bigbluebutton")
    hold_a_class(campus)
    (meeting,) = campus.service.meetings.values()
    for one in meeting.joined:
        one.joined_at -= 50 * 60 if one.role == "MODERATOR" else 40 * 60
    end_it(campus)
    ((row,),) = rows(campus, "SELECT id FROM meetings")
    campus.bridge.store.gradebook.set_rules(row, RULES, 1)
    assert later(campus, 10).collect_records() == 1
    assert jobs(campus, 11).grades() == 1
    result = cell(campus, campus.student)
    assert result.score == pytest.approx(80, abs=1)
    assert result.comment == "In class for 40 of 50 minutes."
    assert result.sent["userId"] == campus.student.id
    assert result.sent["activityProgress"] == "Completed"
    assert result.sent["gradingProgress"] == "FullyGraded"
    assert result.sent["submission"]["startedAt"] < result.sent["submission"]["submittedAt"]
    assert cell(campus, campus.teacher) is None
    assert later(campus, 45).collect_records() == 1
    assert jobs(campus, 46).grades() == 0, "collected again, nothing new"


def test_repeated_runs_send_nothing_new(new_campus):
    campus, meeting = graded_class(new_campus)
    assert jobs(campus).grades() == 1
    for minute in range(3):
        campus.bridge.store.gradebook.send_now(meeting)
        assert jobs(campus, minute).grades() == 0
    assert campus.lms.gradebook.calls == {"list": 1, "create": 1, "score": 1}
    (column,) = campus.lms.gradebook.columns(campus.lms.campus.courses[0])
    assert (column.label, column.score_maximum) == ("Attendance", 100)
    assert column.tag == "lti-bridge.attendance"
    assert column.resource_id.startswith("lti-")


def test_absent_learners_of_the_roster_get_nothing_and_others_no_score(new_campus):
    campus, _ = graded_class(new_campus)
    jobs(campus).grades()
    assert cell(campus, campus.other_student) is None
    enrol(campus, campus.other_student)
    campus.bridge.store.gradebook.send_now(1)
    assert jobs(campus).grades() == 1
    absent = cell(campus, campus.other_student)
    assert (absent.score, absent.comment) == (0, "In class for 0 of 50 minutes.")
    assert "submission" not in absent.sent


@pytest.mark.parametrize("engine", ENGINES)
def test_the_lms_says_who_was_absent_also_where_nobody_looks_at_the_page(new_campus, engine):
    """Only the roster names the other student; it is old, and grading has it fetched anew."""
    campus, _ = graded_class(new_campus, engine=engine)
    assert jobs(campus).rosters() == 1, "the first launch wants it"
    change(campus, "UPDATE course_services SET roster_ms = 1")
    change(campus, "UPDATE memberships SET roster_ms = NULL")
    assert jobs(campus).rosters() == 0, "nobody looks"
    assert jobs(campus).grades() == 1
    assert jobs(campus).rosters() == 1
    assert jobs(campus, 1).grades() > 0
    assert cell(campus, campus.other_student).score == 0
    assert cell(campus, campus.teacher) is None
    assert jobs(campus, 2).rosters() == jobs(campus, 2).grades() == 0, "and then there is peace"


def test_a_teachers_correction_goes_out_with_a_newer_timestamp(new_campus):
    campus, meeting = graded_class(new_campus)
    jobs(campus).grades()
    before = cell(campus, campus.student)
    assert before.score == 86
    book = campus.bridge.store.gradebook
    assert book.judge(meeting, row_of(campus, campus.student), 1000, excused=False)
    assert jobs(campus).grades() == 1
    after = cell(campus, campus.student)
    assert (after.score, after.comment) == (100, "Set by the teacher.")
    assert after.timestamp > before.timestamp
    ((share, corrected),) = rows(campus, "SELECT share, corrected FROM scores WHERE share > 0")
    assert (share, corrected) == (860, 1000), "the measured value stays beside it"
    book.judge(meeting, row_of(campus, campus.student), None, excused=False)
    assert jobs(campus).grades() == 1
    assert cell(campus, campus.student).score == 86


def test_who_is_excused_has_no_score(new_campus):
    campus, meeting = graded_class(new_campus)
    jobs(campus).grades()
    campus.bridge.store.gradebook.judge(meeting, row_of(campus, campus.student), None, excused=True)
    assert jobs(campus).grades() == 1
    result = cell(campus, campus.student)
    assert (result.score, result.comment) == (None, "Excused: no score is counted.")
    assert "scoreGiven" not in result.sent


def test_presence_and_points_as_the_teacher_sets_them(new_campus):
    campus, meeting = graded_class(new_campus)
    enrol(campus, campus.student, campus.other_student)
    rules = GradingRules(enabled=True, mode="presence", threshold=80, points=10, label="Was there")
    campus.bridge.store.gradebook.set_rules(meeting, rules, 1)
    assert jobs(campus).grades() == 2
    assert cell(campus, campus.student).score == 10
    assert cell(campus, campus.other_student).score == 0
    campus.bridge.store.gradebook.set_rules(
        meeting, replace(rules, threshold=90, points=20, label="Attended"), 1
    )
    assert jobs(campus).grades() == 2
    (column,) = campus.lms.gradebook.columns(campus.lms.campus.courses[0])
    assert (column.label, column.score_maximum) == ("Attended", 20)
    assert cell(campus, campus.student).score == 0
    assert campus.lms.gradebook.calls["create"] == 1


def test_a_further_class_changes_the_score_over_the_term(new_campus):
    campus, meeting = graded_class(new_campus)
    jobs(campus).grades()
    more = {campus.teacher: (0, 50), campus.student: (0, 50)}
    held(campus, meeting, more, LONG_AGO + 100 * MINUTE)
    assert jobs(campus).grades() == 1
    assert cell(campus, campus.student).comment == "In class for 93 of 100 minutes."
    assert cell(campus, campus.student).score == 93


def test_nothing_is_sent_while_a_class_may_go_on(new_campus):
    campus = new_campus(meets=False)
    meeting = come(campus, campus.student)
    began = LONG_AGO + 200 * MINUTE
    held(campus, meeting, {campus.teacher: (0, 20), campus.student: (0, 20)}, began)
    change(campus, "UPDATE meetings SET attendance_final = false")
    campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)
    assert jobs(campus, -15).grades() == 0
    assert campus.lms.gradebook.calls["create"] == 1, "its column is there at once"
    assert jobs(campus, 15).grades() == 1, "by itself, when the pause is over"


def test_grading_switched_off_sends_nothing(new_campus):
    campus, meeting = graded_class(new_campus)
    campus.bridge.store.gradebook.set_rules(meeting, replace(RULES, enabled=False), 1)
    held(campus, meeting, {campus.student: (0, 50)})
    assert jobs(campus).grades() == 0
    assert not campus.lms.gradebook.calls


def test_two_nodes_share_the_work_of_many_courses(new_campus):
    campus = new_campus("postgresql", meets=False)
    for course in range(3):
        for link in ("frame", "window", "join"):
            campus.launch(campus.teacher, campus.link(link, course))
    for (meeting,) in rows(campus, "SELECT id FROM meetings"):
        campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)
    threads = [threading.Thread(target=jobs(campus).grades) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert campus.lms.gradebook.calls["create"] == 9


HOSTS = 'hosts = ["LMS"]'
"""Of the platform of LTI 1.1."""


def _old_class(new_campus):
    """A graded class in an LMS of LTI 1.1, which takes grades by person."""
    campus = new_campus(meets=False, old_platform=HOSTS)
    for person in (campus.teacher, campus.student, campus.other_student):
        campus.launch_old(person, campus.link())
    campus.app.extensions["lti_bridge.journal"].flush()
    ((meeting,),) = rows(campus, "SELECT id FROM meetings")
    enrol(campus, campus.student, campus.other_student)
    held(campus, meeting, {campus.teacher: (0, 50), campus.student: (0, 25)})
    campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)
    return campus, meeting


def test_an_lms_of_lti_1_1_has_its_grades_by_person(new_campus):
    campus, meeting = _old_class(new_campus)
    assert jobs(campus).grades() == 2
    link = campus.link().id
    assert campus.lms.outcomes.scores[campus.student.id, link] == "0.5"
    assert campus.lms.outcomes.scores[campus.other_student.id, link] == "0"
    assert (campus.teacher.id, link) not in campus.lms.outcomes.scores
    row = row_of(campus, campus.student)
    campus.bridge.store.gradebook.judge(meeting, row, None, excused=True)
    assert jobs(campus).grades() == 1
    assert (campus.student.id, link) not in campus.lms.outcomes.scores
    assert jobs(campus).grades() == 0
    assert not campus.lms.gradebook.calls


def test_a_grade_that_lti_1_1_does_not_take_is_one_persons(new_campus):
    campus, meeting = _old_class(new_campus)
    campus.lms.outcomes.fault = "failure"
    assert jobs(campus).grades() == 0
    assert campus.bridge.store.gradebook.of_meeting(meeting).problem == "failure"
    campus.lms.outcomes.fault = "processing"
    campus.bridge.store.gradebook.send_now(meeting)
    with pytest.raises(RemoteUnavailable):
        jobs(campus).grades()
    campus.lms.outcomes.fault = None
    assert jobs(campus, 6).grades() == 2


def test_a_course_that_moved_keeps_its_old_way_until_there_is_a_new_one(new_campus):
    campus, _ = _old_class(new_campus)
    ((new,),) = rows(campus, "SELECT id FROM connections WHERE version = '1.3'")
    ((old,),) = rows(campus, "SELECT id FROM connections WHERE version = '1.1'")
    ((course,),) = rows(campus, "SELECT course_id FROM meetings")
    change(campus, "UPDATE courses SET connection_id = :c", c=new)
    change(
        campus,
        "INSERT INTO aliases (connection_id, kind, lti_id, row_id, at_ms)"
        " VALUES (:c, 'course', 'x', :r, 1)",
        c=old,
        r=course,
    )
    assert jobs(campus).grades() == 2
    assert campus.lms.outcomes.scores[campus.student.id, campus.link().id] == "0.5"
