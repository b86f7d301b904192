"""``lti-bridge grades``, as an operator types it."""

from __future__ import annotations

import csv
import io

from tests.functional.grading import RULES, cell, change, come, enrol, graded_class, rows
from tests.unit.cli.house import run


def grades(campus, *arguments):
    return run("grades", *arguments, "--config", campus.file)


def test_the_list_says_what_is_graded_and_what_stands_in_the_way(new_campus):
    campus = new_campus(meets=False)
    assert "Nothing is graded" in grades(campus, "list").out
    meeting = come(campus)
    campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)
    assert " due" in grades(campus, "list").out
    ((meeting_id,),) = rows(campus, "SELECT meeting_id FROM meetings")
    (found,) = grades(campus, "list", "--json").json
    assert (found["meeting"], found["state"], found["points"]) == (meeting_id, "due", 100)
    change(campus, "UPDATE gradings SET problem = 'column_gone', due_ms = NULL")
    assert "column_gone" in grades(campus, "list", "--csv").out
    change(campus, "UPDATE gradings SET enabled = false, mode = 'presence'")
    listed = grades(campus, "list").out
    assert "off" in listed
    assert "presence, 50%" in listed
    assert grades(campus, "list", "--csv", "--json").code == 2


def test_a_meetings_grades_are_sent_and_shown(new_campus):
    campus, _ = graded_class(new_campus)
    enrol(campus, campus.other_student)
    ((meeting_id,),) = rows(campus, "SELECT meeting_id FROM meetings")
    sent = grades(campus, "send", meeting_id)
    assert (sent.code, sent.out.strip()) == (0, "Sent: 2.")
    assert campus.bridge.store.audit.search("grades.send")[0].subject == meeting_id
    assert cell(campus, campus.student).score == 86
    assert campus.student.name in grades(campus, "show", meeting_id).out
    found = grades(campus, "show", meeting_id, "--json").json
    people = {one["user"]: one for one in found["people"]}
    ben = people[campus.student.id]
    assert (ben["measured"], ben["score"], ben["answer"], ben["due"]) == (860, 86, "ok", False)
    assert len(found["classes"]) == 1
    table = list(csv.reader(io.StringIO(grades(campus, "show", meeting_id, "--csv").out)))
    assert table[0][:3] == ["user", "name", "minutes"]
    assert {line[2] for line in table[1:]} == {"43", "0"}
    assert grades(campus, "show", meeting_id, "--csv", "--json").code == 2


def test_what_can_not_be_sent_is_said(new_campus):
    campus, _ = graded_class(new_campus)
    ((meeting_id,),) = rows(campus, "SELECT meeting_id FROM meetings")
    assert grades(campus, "show", "none").code == 1
    change(campus, "UPDATE course_services SET grade_scopes = '[]'")
    failed = grades(campus, "send", meeting_id)
    assert failed.code == 1
    assert "not_offered" in failed.err
    change(campus, "UPDATE gradings SET enabled = false")
    assert "isn't graded" in grades(campus, "send", meeting_id).err


def test_an_lms_that_does_not_answer_is_said(new_campus):
    campus, _ = graded_class(new_campus)
    ((meeting_id,),) = rows(campus, "SELECT meeting_id FROM meetings")
    campus.lms.gradebook.fault = "down"
    failed = grades(campus, "send", meeting_id)
    assert failed.code == 1
    assert "503" in failed.err
