"""Gradings and scores: claims, due rows, what was sent; on both engines, in several processes."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from lti_bridge.store import FoundStay, GradingRules, Offered, Profile, Standing, WantedScore
from tests.unit.store.values import NOW, a_meeting, an_old_platform
from tests.unit.store.workers import in_four_processes, take_gradings

HOLD = 60_000
RULES = GradingRules(enabled=True, mode="presence", threshold=75, points=20, label="Attendance")


def a_person(store, sub, role="attendee", standing=Standing.STUDENT, course=None):
    course = course or store.people.course(1, "course-1", "").id
    return store.people.arrive(
        1, sub, Profile(name=sub), course_id=course, role=role, now_ms=NOW, standing=standing
    ).id


def sql(store, statement, **values):
    return store.database.write(lambda c: c.execute(text(statement), values))


def rows_of(store, statement):
    return [tuple(row) for row in store.database.read(lambda c: c.execute(text(statement)).all())]


@pytest.fixture
def meeting(store):
    return a_meeting(store)


@pytest.fixture
def ann(store, meeting):
    return a_person(store, "ann")


def taken(store, now=NOW):
    (task,) = store.gradebook.take_due(now, HOLD)
    return task


def test_a_meeting_is_not_graded_until_a_teacher_says_so(store, meeting):
    assert store.gradebook.of_meeting(99) is None
    assert store.gradebook.by_meeting_id("none") is None
    found = store.gradebook.of_meeting(meeting.id)
    assert found == store.gradebook.by_meeting_id(meeting.meeting_id)
    assert not found.rules.enabled
    assert store.gradebook.all() == []
    assert store.gradebook.take_due(NOW, HOLD) == []
    assert not store.gradebook.send_now(meeting.id)
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    found = store.gradebook.of_meeting(meeting.id)
    assert (found.rules, found.due_ms) == (RULES, 0)
    assert store.gradebook.all() == [found]
    store.gradebook.set_rules(meeting.id, GradingRules(), NOW)
    assert store.gradebook.take_due(NOW, HOLD) == [], "switched off"


def test_what_the_launch_named_is_known(store, meeting):
    scopes = json.dumps(["a", "b"])
    sql(
        store,
        "INSERT INTO course_services (course_id, line_items_url, grade_scopes, updated_ms)"
        " VALUES (:c, 'https://lms/items', :s, 1)",
        c=meeting.course_id,
        s=scopes,
    )
    store.meetings.coupled(meeting.id, "https://lms/items/1")
    found = store.gradebook.of_meeting(meeting.id)
    assert found.line_items_url == "https://lms/items"
    assert found.scopes == {"a", "b"}
    assert found.coupled_url == "https://lms/items/1"
    assert store.meetings.by_id(meeting.id).line_item_url == "https://lms/items/1"


def test_learners_are_those_who_learn_and_nobody_else(store, meeting, ann):
    a_person(store, "teacher", "moderator", Standing.TEACHER)
    a_person(store, "assistant", "attendee", Standing.TEACHER | Standing.STUDENT)
    a_person(store, "parent", "attendee", Standing.NONE_OF_THEM)
    a_person(store, "guest of old", "attendee", Standing.UNKNOWN)
    other = store.people.add_course(1, "course-2", "", "Physics", now_ms=NOW)
    a_person(store, "elsewhere", course=other.id)
    found = store.gradebook.learners(meeting.id)
    assert [one.name for one in found] == ["ann", "guest of old"]
    assert (found[0].user_id, found[0].in_roster, found[0].left) == (ann, False, False)
    sql(store, "UPDATE memberships SET roster_ms = 5 WHERE user_id = :u", u=ann)
    assert store.gradebook.learners(meeting.id)[0].in_roster
    sql(store, "UPDATE memberships SET left_ms = 6 WHERE user_id = :u", u=ann)
    gone = store.gradebook.learners(meeting.id)[0]
    assert (gone.in_roster, gone.left) == (False, True)


def test_a_groups_meeting_grades_the_group(store, meeting, ann):
    ben = a_person(store, "ben")
    sql(
        store,
        "INSERT INTO course_groups (id, course_id, lti_group_id, seen_ms) VALUES (7, :c, 'g', 1)",
        c=meeting.course_id,
    )
    sql(store, "INSERT INTO group_members (group_id, user_id) VALUES (7, :u)", u=ben)
    assert len(store.gradebook.learners(meeting.id)) == 2
    sql(store, "UPDATE meetings SET group_id = 7 WHERE id = :m", m=meeting.id)
    assert [one.user_id for one in store.gradebook.learners(meeting.id)] == [ben]
    assert ann != ben


def test_a_teacher_judges_only_who_learns_there(store, meeting, ann):
    teacher = a_person(store, "teacher", "moderator", Standing.TEACHER)
    other = store.people.add_course(1, "course-2", "", "Physics", now_ms=NOW)
    stranger = a_person(store, "stranger", course=other.id)
    judge = store.gradebook.judge
    assert not judge(meeting.id, ann, 900, excused=False), "nothing is graded"
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    store.gradebook.done(taken(store))
    for user in (teacher, stranger, 999):
        assert not judge(meeting.id, user, 900, excused=False)
    assert rows_of(store, "SELECT * FROM scores") == []
    assert judge(meeting.id, ann, 900, excused=True)
    (one,) = store.gradebook.learners(meeting.id)
    assert (one.corrected, one.excused) == (900, True)
    assert taken(store), "it is due"
    assert judge(meeting.id, ann, None, excused=False)
    (one,) = store.gradebook.learners(meeting.id)
    assert (one.corrected, one.excused) == (None, False)


def test_a_taken_grading_is_nobody_elses_until_the_claim_runs_out(store, meeting):
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    first = taken(store)
    assert store.gradebook.take_due(NOW + HOLD - 1, HOLD) == []
    second = taken(store, NOW + HOLD)
    assert second.claim != first.claim
    assert not store.gradebook.renew(first, NOW + HOLD, HOLD)
    assert not store.gradebook.want(first, [])
    store.gradebook.done(first)
    assert store.gradebook.renew(second, NOW + HOLD + 1, HOLD)
    assert store.gradebook.take_due(NOW + 2 * HOLD, HOLD) == []
    store.gradebook.done(second)
    assert store.gradebook.take_due(NOW + 9 * HOLD, HOLD) == []


def test_what_becomes_due_during_the_work_is_due_after_it(store, meeting):
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    task = taken(store)
    store.records.save_attendance(meeting.id, "service", [], is_final=True)
    store.gradebook.renew(task, NOW, HOLD)
    assert store.gradebook.take_due(NOW, HOLD) == [], "one worker at a time"
    store.gradebook.done(task)
    store.gradebook.done(taken(store), again_ms=NOW + 5)
    assert store.gradebook.take_due(NOW + 4, HOLD) == []
    assert taken(store, NOW + 5)


def test_attendance_makes_a_grading_due_in_the_same_unit_of_work(store, meeting):
    store.records.save_attendance(meeting.id, "service", [], is_final=True)
    assert store.gradebook.take_due(NOW, HOLD) == [], "it isn't graded"
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    store.gradebook.done(taken(store))
    other = a_meeting(store, "link-2")
    store.records.save_attendance(other.id, "service", [], is_final=True)
    assert store.gradebook.take_due(NOW, HOLD) == []
    stay = FoundStay("1", "Ann", NOW, NOW + 5)
    store.records.save_attendance(meeting.id, "service", [stay], is_final=True)
    assert taken(store).meeting.id == meeting.id
    assert store.attendances.of_meeting(meeting.id).is_final
    (attended,) = store.gradebook.attended(meeting.id)
    assert [one.joined_ms for one in attended.stays] == [NOW]


def test_a_roster_or_an_offer_of_the_lms_makes_gradings_due(store, meeting):
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    store.gradebook.done(taken(store), "not_offered")
    store.course_services.save(meeting.course_id, Offered(grade_scopes=("a",)), NOW)
    store.gradebook.done(taken(store))
    store.roster.finish(meeting.course_id, NOW)
    assert taken(store).meeting.scopes == {"a"}


def test_a_failure_is_kept_and_waits_whatever_becomes_due(store, meeting):
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    store.gradebook.failed(taken(store), "http_503", NOW + HOLD)
    store.records.save_attendance(meeting.id, "service", [], is_final=True)
    found = store.gradebook.of_meeting(meeting.id)
    assert (found.failures, found.problem, found.due_ms) == (1, "http_503", NOW + HOLD)
    assert store.gradebook.take_due(NOW + 1, HOLD) == []
    task = taken(store, NOW + HOLD)
    assert task.meeting.failures == 1
    store.gradebook.give_back(task, NOW + 2 * HOLD)
    assert store.gradebook.take_due(NOW + HOLD, HOLD) == []
    assert store.gradebook.send_now(meeting.id), "a teacher's word doesn't wait"
    assert taken(store).meeting.failures == 0


def test_the_timestamp_is_newer_than_any_before_and_written_first(store, meeting, ann):
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    task = taken(store)
    assert store.gradebook.want(task, [WantedScore(ann, 860, "17.2/20 1/1")])
    times = [store.gradebook.begin(task, ann, now, HOLD) for now in (NOW, NOW, NOW - 9, NOW + 7)]
    assert times == [NOW, NOW + 1, NOW + 2, NOW + 7]
    assert rows_of(store, "SELECT timestamp_ms, sent, answer FROM scores") == [(NOW + 7, "", "")]
    assert store.gradebook.begin(task, ann, NOW + 3 * HOLD, HOLD) is None, "the claim ran out"
    assert store.gradebook.begin(task, 999, NOW, HOLD) is None


def test_only_the_last_sending_says_what_was_sent(store, meeting, ann):
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    task = taken(store)
    store.gradebook.want(task, [WantedScore(ann, 860, "A")])
    old = store.gradebook.begin(task, ann, NOW, HOLD)
    new = store.gradebook.begin(task, ann, NOW, HOLD)
    store.gradebook.sent(task, ann, old, "A")
    (one,) = store.gradebook.learners(meeting.id)
    assert one.is_due
    store.gradebook.failed_for(task, ann, new, "http_503")
    (one,) = store.gradebook.learners(meeting.id)
    assert (one.is_due, one.answer) == (True, "http_503")
    store.gradebook.refused(task, ann, new, "A", "http_404")
    (one,) = store.gradebook.learners(meeting.id)
    assert (one.is_due, one.answer, one.sent) == (False, "http_404", "")
    store.gradebook.send_now(meeting.id)
    (one,) = store.gradebook.learners(meeting.id)
    assert one.is_due
    store.gradebook.sent(task, ann, new, "A")
    (one,) = store.gradebook.learners(meeting.id)
    assert (one.is_due, one.answer, one.sent, one.sent_ms) == (False, "ok", "A", new)


def test_a_column_that_is_gone_takes_what_was_sent_with_it(store, meeting, ann):
    store.meetings.coupled(meeting.id, "https://lms/coupled")
    store.gradebook.set_rules(meeting.id, RULES, NOW)
    task = store.gradebook.column(taken(store), "https://lms/1", "20 Attendance")
    assert store.gradebook.of_meeting(meeting.id).line_item_url == task.meeting.line_item_url
    store.gradebook.want(task, [WantedScore(ann, 860, "A")])
    store.gradebook.sent(task, ann, store.gradebook.begin(task, ann, NOW, HOLD), "A")
    late = taken(store, NOW + 2 * HOLD)
    store.gradebook.column_gone(task)
    assert store.gradebook.of_meeting(meeting.id).line_item_url, "the claim ran out"
    store.gradebook.column_gone(late)
    found = store.gradebook.of_meeting(meeting.id)
    assert (found.line_item_url, found.line_item_told, found.coupled_url) == ("", "", "")
    (one,) = store.gradebook.learners(meeting.id)
    assert one.is_due


def test_a_platform_of_lti_1_1_has_grades_by_person(store, meeting, ann):
    store.platforms.synchronise([an_old_platform()], NOW)
    sql(
        store,
        "INSERT INTO outcome_links (meeting_id, user_id, service_url, sourced_id, updated_ms)"
        " VALUES (:m, :u, 'https://old/outcomes', 'id-1', 1)",
        m=meeting.id,
        u=ann,
    )
    assert store.gradebook.of_meeting(meeting.id).outcome_links == 1
    (one,) = store.gradebook.learners(meeting.id)
    assert (one.service_url, one.sourced_id) == ("https://old/outcomes", "id-1")


def test_four_processes_never_take_the_same_grading(store, store_url):
    for number in range(12):
        store.gradebook.set_rules(a_meeting(store, f"link-{number}").id, RULES, NOW)
    found = in_four_processes(take_gradings, store_url, NOW)
    ids = [one for some in found for one in some]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 12
