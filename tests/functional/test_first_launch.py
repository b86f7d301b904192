"""The main job, on both engines: a click in the course ends in the right meeting."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_click_in_the_course_ends_in_class(new_campus, engine):
    campus = new_campus(engine)
    student = campus.launch(campus.student, campus.link("window"))
    teacher = campus.launch(campus.teacher, campus.link("join"))
    assert student.joined_as["userID"]
    assert student.joined_as["password"] != teacher.joined_as["password"]
