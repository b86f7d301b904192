"""Background jobs: what is to be done is a query on the rows, on both engines."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import update

from lti_bridge.app.background import jobs_of
from lti_bridge.jobs import Jobs
from lti_bridge.store import (
    FoundRecording,
    FoundStay,
    Invitations,
    LaunchEntry,
    Notice,
    StoredInvitation,
    Vault,
)
from lti_bridge.store.notices import CLEARED_AT_ONCE
from lti_bridge.store.tables import ToolKeyRow
from tests.campus import SECRET_KEY

ENGINES = ("sqlite", "postgresql")
LATER = 120.0


def later(jobs: Jobs, seconds: float = LATER) -> Jobs:
    """The same jobs with a clock that is ahead."""
    return replace(jobs, now=lambda: time.time() + seconds)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_meets_did_not_know_is_asked_again_and_then_known(new_campus, engine):
    campus = new_campus(engine, learn=False)
    assert "userID" not in campus.launch(campus.student, campus.link("window")).joined_as
    campus.meets.learn = True
    jobs = jobs_of(campus.bridge)
    assert jobs.ask_meets_again() == 0, "a minute hasn't passed yet"
    assert later(jobs).ask_meets_again() == 2, "the course and the person"
    assert later(jobs, 10 * LATER).ask_meets_again() == 0, "known for good"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_meets_still_does_not_know_is_asked_for_ever_more_rarely(new_campus, engine):
    campus = new_campus(engine, learn=False)
    campus.launch(campus.student, campus.link("window"))
    jobs = jobs_of(campus.bridge)
    asked = campus.meets.calls["from_lti_id_user"]
    for minute in range(1, 61):
        later(jobs, 61.0 * minute).ask_meets_again()
    again = campus.meets.calls["from_lti_id_user"] - asked
    assert 4 <= again <= 8, "after 1, 2, 4, 8, 16 and 32 minutes or so"


@pytest.mark.parametrize("engine", ENGINES)
def test_meets_down_is_left_in_peace_after_one_failure(new_campus, engine):
    campus = new_campus(engine, learn=False)
    for user in (campus.student, campus.other_student, campus.teacher):
        campus.launch(user, campus.link("join"))
    campus.meets.faults.set("500")
    campus.meets.faults.forget()
    later(jobs_of(campus.bridge)).ask_meets_again()
    assert len(campus.meets.faults.requests) == 2, "one course, one person"
    campus.meets.faults.clear()
    campus.meets.learn = True
    assert later(jobs_of(campus.bridge), 3 * LATER).ask_meets_again() == 4


def test_without_meets_nothing_is_asked(new_campus):
    campus = new_campus(meets=False)
    campus.launch(campus.student, campus.link("window"))
    assert later(jobs_of(campus.bridge)).ask_meets_again() == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_meeting_says_its_course_number_once_nobody_can_be_inside(new_campus, engine):
    campus = new_campus(engine, learn=False)
    campus.launch(campus.student, campus.link("window"))
    campus.meets.learn = True
    jobs = jobs_of(campus.bridge)
    later(jobs).ask_meets_again()
    meeting = campus.bridge.store.meetings.by_id(1)
    assert meeting.meets_course_id is None, "it may still run: create must say the same"
    later(jobs, 25 * 3600).ask_meets_again()
    assert campus.bridge.store.meetings.by_id(1).meets_course_id is not None


@pytest.mark.parametrize("engine", ENGINES)
def test_old_nonces_and_launches_go_and_young_ones_stay(new_campus, engine):
    campus = new_campus(engine)
    store = campus.bridge.store
    now = int(time.time() * 1000)
    day = 24 * 3_600_000
    for number in range(3):
        age = (number * 20) * day
        store.nonces.consume(
            f"n{number}", "d", now_ms=now - age, expires_ms=now - age + 1000, again_within_ms=0
        )
        store.launches.add([LaunchEntry(f"OLD{number}", now - age, "joined", 1)])
    assert jobs_of(campus.bridge).retention() == 3
    assert store.launches.by_reference("OLD1") is not None
    assert store.launches.by_reference("OLD2") is None
    assert later(jobs_of(campus.bridge)).retention() == 1, "the youngest nonce, two minutes later"


def test_what_went_is_told_by_kind(new_campus):
    campus = new_campus("sqlite")
    told = []
    jobs = replace(jobs_of(campus.bridge), told_gone=told.append)
    for number in (1, 2):
        campus.bridge.store.launches.add([LaunchEntry(f"OLD{number}", 1, "joined", 1)])
    assert jobs.retention() == 2
    assert jobs.retention() == 0
    assert told == [{"launches": 2}]


def test_claims_go_before_their_launch(new_campus):
    campus = new_campus("sqlite", platform="\n[retention]\nlaunches_days = 7\nclaims_days = 2")
    launches = campus.bridge.store.launches
    now, day = int(time.time() * 1000), 24 * 3_600_000
    launches.add(
        [
            LaunchEntry(f"AGE{age}", now - age * day - 1, "joined", 1, said=lambda: "{}")
            for age in (1, 2, 6, 7)
        ]
    )
    jobs_of(campus.bridge).retention()
    assert [launches.claims(f"AGE{age}") for age in (1, 2, 6, 7)] == ["{}", "", "", ""]
    assert [launches.by_reference(f"AGE{age}") is None for age in (2, 6, 7)] == [False, False, True]


@pytest.mark.parametrize("engine", ENGINES)
def test_old_notices_and_invitations_go_and_young_ones_stay(new_campus, engine):
    kept = "\n[retention]\nnotices_days = 7\ninvitations_days = 7"
    campus = new_campus(engine, platform=kept)
    campus.launch(campus.student, campus.link("window"))
    store = campus.bridge.store
    now, day = time.time(), 24 * 3600
    vault = Vault([SECRET_KEY])
    for age in (0, 6, 8, 400):
        at = now - age * day
        store.notices.note(Notice(1, "recording", f"rec-{age}", "", int(at * 1000)))
        Invitations(store.database, vault, now=lambda at=at: at).keep(
            "webinars", "1", f"lti-{age}@bridge.invalid", StoredInvitation("1", 2, "https://x/")
        )
    assert jobs_of(campus.bridge).retention() == 4
    kept = [notice.subject for notice in store.notices.of_meeting(1)]
    assert kept == ["rec-6", "rec-0"]
    found = {
        age: store.invitations.find("webinars", "1", f"lti-{age}@bridge.invalid") is not None
        for age in (0, 6, 8, 400)
    }
    assert found == {0: True, 6: True, 8: False, 400: False}
    assert jobs_of(campus.bridge).retention() == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_more_than_a_bite_is_cleared_out_in_one_run(new_campus, engine):
    campus = new_campus(engine)
    campus.launch(campus.student, campus.link("window"))
    for number in range(CLEARED_AT_ONCE + 5):
        campus.bridge.store.notices.note(Notice(1, "recording", str(number), "", 1))
    assert jobs_of(campus.bridge).retention() == CLEARED_AT_ONCE + 5


def test_key_sets_are_fetched_so_that_launches_do_not_have_to(campus):
    assert jobs_of(campus.bridge).key_sets() == 1
    before = campus.lms.jwks_requests
    campus.launch(campus.student, campus.link("window"))
    assert campus.lms.jwks_requests == before


def test_a_key_set_that_is_down_is_no_failure_of_the_job(campus, capfd):
    campus.lms.key_set_fault = "html"
    assert jobs_of(campus.bridge).key_sets() == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_keys_rotate_by_themselves_and_those_that_are_over_go(new_campus, engine):
    campus = new_campus(engine)
    jobs = jobs_of(campus.bridge)
    assert jobs.keys() == 0, "the first has just begun"
    keys = campus.bridge.store.keys
    made = update(ToolKeyRow).values(created_ms=1)
    keys.every()
    campus.bridge.store.database.write(lambda c: c.execute(made))
    assert jobs.keys() == 1
    assert jobs.keys() == 0, "one waits"
    assert len(keys.every()) == 2
    over = update(ToolKeyRow).where(ToolKeyRow.slot == 1).values(published_until_ms=1)
    campus.bridge.store.database.write(lambda c: c.execute(over))
    assert jobs.keys() == 1
    assert [key.slot for key in keys.every()] == [2]


def test_keys_that_are_never_to_rotate_do_not(new_campus):
    campus = new_campus(top="keys = { rotate_days = 0 }")
    made = update(ToolKeyRow).values(created_ms=1)
    campus.bridge.store.database.write(lambda c: c.execute(made))
    assert jobs_of(campus.bridge).keys() == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_who_was_in_long_ago_and_what_is_gone_are_forgotten_as_the_settings_say(new_campus, engine):
    campus = new_campus(engine, platform="\n[retention]\nattendance_days = 5\nrecordings_days = 2")
    campus.launch(campus.student, campus.link("window"))
    records, now_ms, day = campus.bridge.store.records, int(time.time() * 1000), 86_400_000
    stays = [FoundStay("w", "Guest", now_ms - n * day, None) for n in (1, 4, 6, 400)]
    records.save_attendance(1, "service", stays, is_final=True)
    found = [FoundRecording("r", "R", "published", 1, None, None, None, "[]")]
    records.save_recordings(1, "live", found, now_ms - 3 * day)
    assert jobs_of(campus.bridge).retention() == 2, "a recording that is there is no matter of time"
    records.save_recordings(1, "live", [], now_ms)
    assert jobs_of(campus.bridge).retention() == 1
    assert jobs_of(campus.bridge).retention() == 0
