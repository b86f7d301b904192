"""What the demo's first course has behind it: classes that were held, and some to come."""

from __future__ import annotations

from lti_bridge.cli.demo_contents import ADMINISTRATOR, CLASSES, HELD, administrator, fill
from lti_bridge.simulators.lms import DEMO_CAMPUS
from tests.functional.administrators import AtWork
from tests.functional.grading import rows
from tests.functional.tools import read


def test_a_term_of_classes_is_there_with_who_was_in(new_campus):
    campus = new_campus()
    fill(campus.file, DEMO_CAMPUS)
    store = campus.bridge.store
    course = store.people.course(1, DEMO_CAMPUS.courses[0].id, "").id
    series = store.series.latest(course)
    assert series.title == "Weekly lecture"
    assert len(store.series.of_series(series.id)) == CLASSES
    held = store.series.of_series(series.id)[:HELD]
    everybody = set()
    for meeting in held:
        query = "SELECT DISTINCT user_id FROM attendances WHERE meeting_id = :m"
        there = {row[0] for row in rows(campus, query, m=meeting.id)}
        assert None not in there, "all of them are known"
        everybody |= there
    assert len(everybody) == len(DEMO_CAMPUS.courses[0].roles)
    read(campus.launch(campus.teacher, campus.link("frame")))


def test_a_second_start_changes_nothing(new_campus):
    campus = new_campus()
    fill(campus.file, DEMO_CAMPUS)
    course = campus.bridge.store.people.course(1, DEMO_CAMPUS.courses[0].id, "").id
    before = campus.bridge.store.series.latest(course)
    fill(campus.file, DEMO_CAMPUS)
    assert campus.bridge.store.series.latest(course) == before


def test_the_admin_pages_are_open_to_who_reads_what_the_demo_prints(new_campus):
    campus = new_campus()
    password = administrator(campus.file)
    somebody = AtWork(campus)
    assert somebody.sign_in(ADMINISTRATOR, "another password").status != 303
    assert somebody.sign_in(ADMINISTRATOR, password).status == 303
    assert somebody.get("/administrators").status == 200
