"""From class to gradebook: attendance is collected, a job sends scores, the LMS shows them."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from lti_bridge.errors import RemoteError, RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.jobs.gradebook import HOLD_MS
from lti_bridge.simulators.lms import Scope
from lti_bridge.simulators.lms.campus import Campus as University
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
from tests.functional.tools import LTI
from tests.unit.store.values import at_once

ENGINES = ("sqlite", "postgresql")
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"


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


# PITFALLS.md, "Jobs and grades", line by line.


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


# When the LMS fails, or offers less.


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
