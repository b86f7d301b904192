"""Grades, when the LMS fails or offers less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_bridge.errors import RemoteError, RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.simulators.lms import Scope
from lti_bridge.simulators.lms.campus import Campus as University
from tests.functional.grading import (
    RULES,
    cell,
    change,
    come,
    graded_class,
    held,
    jobs,
    row_of,
    rows,
)


def test_an_lms_in_trouble_is_left_in_peace_ever_longer(new_campus):
    campus, meeting = graded_class(new_campus)
    book, lms = campus.bridge.store.gradebook, campus.lms.gradebook
    lms.fault = "down"
    with pytest.raises(RemoteUnavailable):
        jobs(campus).grades()
    assert book.of_meeting(meeting).problem == "http_503"
    assert jobs(campus, 4).grades() == 0
    with pytest.raises(RemoteUnavailable):
        jobs(campus, 6).grades()
    held(campus, meeting, {campus.student: (7, 50)})
    assert jobs(campus, 14).grades() == 0, "ten minutes now, whatever is news"
    lms.fault = None
    assert jobs(campus, 18).grades() == 1
    assert book.of_meeting(meeting).problem == ""


def test_retry_after_is_respected(new_campus):
    campus, _ = graded_class(new_campus)
    campus.lms.gradebook.fault, campus.lms.gradebook.retry_after = "busy", 3600
    with pytest.raises(RemoteUnavailable) as busy:
        jobs(campus).grades()
    assert busy.value.code == "rate_limited"
    campus.lms.gradebook.fault = None
    asked = sum(campus.lms.gradebook.calls.values())
    assert jobs(campus, 59).grades() == 0
    assert sum(campus.lms.gradebook.calls.values()) == asked
    assert jobs(campus, 61).grades() == 1


def test_a_page_of_html_is_no_gradebook(new_campus):
    campus, meeting = graded_class(new_campus)
    campus.lms.gradebook.fault = "html"
    with pytest.raises(RemoteMalformed):
        jobs(campus).grades()
    assert campus.bridge.store.gradebook.of_meeting(meeting).problem == "grades_malformed"


def test_a_gradebook_with_newer_scores_gets_ours_later(new_campus):
    campus, meeting = graded_class(new_campus)
    jobs(campus, 30).grades()
    change(campus, "UPDATE scores SET timestamp_ms = 5, sent = ''")  # restored from a backup
    campus.bridge.store.gradebook.send_now(meeting)
    assert jobs(campus).grades() == 0
    found = campus.bridge.store.gradebook.of_meeting(meeting)
    assert (found.problem, found.failures) == ("score_stale", 1)
    assert jobs(campus, 31).grades() == 1
    assert campus.bridge.store.gradebook.of_meeting(meeting).problem == ""


def test_a_deleted_column_is_said_and_made_anew_when_it_is_wanted(new_campus):
    campus, meeting = graded_class(new_campus)
    jobs(campus).grades()
    (column,) = campus.lms.gradebook.columns(campus.lms.campus.courses[0])
    campus.lms.gradebook.delete(column)
    book = campus.bridge.store.gradebook
    book.judge(meeting, row_of(campus, campus.student), 500, excused=False)
    assert jobs(campus).grades() == 0
    assert book.of_meeting(meeting).problem == "column_gone"
    assert jobs(campus, 60).grades() == 0, "not against the teacher's will"
    book.send_now(meeting)
    assert jobs(campus).grades() == 1
    assert cell(campus, campus.student).score == 50


def test_a_deleted_column_is_noticed_when_its_name_changes(new_campus):
    campus, meeting = graded_class(new_campus)
    jobs(campus).grades()
    (column,) = campus.lms.gradebook.columns(campus.lms.campus.courses[0])
    campus.lms.gradebook.delete(column)
    campus.bridge.store.gradebook.set_rules(meeting, replace(RULES, label="New"), 1)
    assert jobs(campus).grades() == 0
    assert campus.bridge.store.gradebook.of_meeting(meeting).problem == "column_gone"


def test_a_refused_token_stops_all_of_it(new_campus):
    campus, meeting = graded_class(new_campus)
    campus.lms.tokens.fault = "invalid_client"
    with pytest.raises(RemoteRejected):
        jobs(campus).grades()
    found = campus.bridge.store.gradebook.of_meeting(meeting)
    assert (found.problem, found.failures) == ("invalid_client", 1)


def test_without_the_scope_nothing_is_asked(new_campus):
    campus = new_campus(meets=False)
    campus.lms.gradebook.scopes = []
    meeting = come(campus, campus.student)
    held(campus, meeting, {campus.teacher: (0, 50), campus.student: (0, 50)})
    campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)
    assert jobs(campus).grades() == 0
    assert campus.bridge.store.gradebook.of_meeting(meeting).problem == "not_offered"
    assert not campus.lms.gradebook.calls


@pytest.mark.parametrize("graded", [True, False])
def test_with_scores_only_the_links_own_column_has_to_do(new_campus, graded):
    university = _with_graded_links() if graded else None
    campus = new_campus(meets=False, **({"university": university} if university else {}))
    campus.lms.gradebook.scopes = [Scope.SCORES.value]
    campus.lms.gradebook.offers_line_items = False
    link = campus.lms.campus.courses[0].link("window")
    for person in (campus.teacher, campus.student):
        campus.launch(person, link)
    ((meeting,),) = rows(campus, "SELECT id FROM meetings")
    held(campus, meeting, {campus.teacher: (0, 50), campus.student: (0, 25)})
    campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)
    assert jobs(campus).grades() == (1 if graded else 0)
    problem = campus.bridge.store.gradebook.of_meeting(meeting).problem
    assert problem == ("" if graded else "no_column")
    assert set(campus.lms.gradebook.calls) <= {"score"}
    if graded:
        assert cell(campus, campus.student).score == 50
        campus.lms.gradebook.gone.add(campus.student.id)
        row = row_of(campus, campus.student)
        campus.bridge.store.gradebook.judge(meeting, row, 1000, excused=False)
        assert jobs(campus).grades() == 0
        problem = campus.bridge.store.gradebook.of_meeting(meeting).problem
        assert problem == "http_404", "it can't be told whether the column is there"


def _with_graded_links():
    from lti_bridge.simulators.lms import DEMO_CAMPUS

    first, *others = DEMO_CAMPUS.courses
    links = tuple(replace(link, graded=True) for link in first.links)
    return University(
        DEMO_CAMPUS.guid,
        DEMO_CAMPUS.name,
        DEMO_CAMPUS.users,
        (replace(first, links=links), *others),
    )


def test_one_lms_in_trouble_keeps_none_of_its_other_courses_busy(new_campus):
    campus = new_campus(meets=False)
    for link in ("frame", "window", "join"):
        campus.launch(campus.teacher, campus.link(link))
    for (meeting,) in rows(campus, "SELECT id FROM meetings"):
        campus.bridge.store.gradebook.set_rules(meeting, RULES, 1)
    campus.lms.gradebook.fault = "down"
    with pytest.raises(RemoteError):
        jobs(campus).grades()
    assert campus.lms.gradebook.calls["list"] == 0
    assert campus.lms.tokens.requests == 1
    failing = rows(campus, "SELECT count(*) FROM gradings WHERE failures > 0")
    assert failing == [(1,)]
    campus.lms.gradebook.fault = None
    assert jobs(campus, 6).grades() == 0
    assert campus.lms.gradebook.calls["create"] == 3


def test_a_platform_that_is_gone_is_said(new_campus):
    campus, meeting = graded_class(new_campus)
    job = replace(jobs(campus).send_grades, platforms=lambda _: None)
    assert job.run() == 0
    assert campus.bridge.store.gradebook.of_meeting(meeting).problem == "not_offered"
