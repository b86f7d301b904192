"""``lti-bridge attendance``, as an operator types it."""

from __future__ import annotations

import csv
import io

from tests.functional.grading import change, rows
from tests.functional.test_attendance_pages import a_class
from tests.unit.cli.house import run


def attendance(campus, *arguments):
    return run("attendance", *arguments, "--config", campus.file)


def test_a_meeting_s_classes_are_told(new_campus):
    campus, _ = a_class(new_campus)
    ((meeting_id,),) = rows(campus, "SELECT meeting_id FROM meetings")
    assert "late" in attendance(campus, "show", meeting_id).out
    (found,) = attendance(campus, "show", meeting_id, "--json").json
    ben, other = found["people"]
    assert (ben["name"], ben["mark"], ben["share"]) == (campus.student.name, "late", 760)
    assert (other["mark"], other["times_ms"]) == ("absent", [])
    assert [one["host"] for one in found["others"]] == [True]
    table = list(csv.reader(io.StringIO(attendance(campus, "show", meeting_id, "--csv").out)))
    assert table[0][:3] == ["class", "name", "mark"]
    assert len(table) == 3


def test_a_course_s_term_is_told(new_campus):
    campus, _ = a_class(new_campus)
    assert "76%" in attendance(campus, "course", "1").out
    ben, other = attendance(campus, "course", "1", "--json").json
    assert (ben["classes"], ben["marks"], ben["share"]) == (1, {"late": 1}, 760)
    assert other["marks"] == {"absent": 1}
    assert "Nobody" in attendance(campus, "course", "99").out


def test_what_there_isn_t_is_said(new_campus):
    campus, _ = a_class(new_campus)
    ((meeting_id,),) = rows(campus, "SELECT meeting_id FROM meetings")
    assert attendance(campus, "show", "none").code == 1
    assert attendance(campus, "show", meeting_id, "--csv", "--json").code == 2
    change(campus, "UPDATE meetings SET cancelled_ms = 1")
    assert attendance(campus, "show", meeting_id).code == 1
    change(campus, "UPDATE meetings SET cancelled_ms = NULL")
    change(campus, "DELETE FROM attendances")
    assert "No class was held so far" in attendance(campus, "show", meeting_id).out
