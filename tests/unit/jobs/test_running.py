"""Jobs under a claim: what is written down of them, and whose turn it is."""

from __future__ import annotations

import threading
import time

import pytest

from lti_bridge.errors import RemoteUnavailable, StoreUnavailable
from lti_bridge.jobs import HOURS, Runner, interval_ms, late_jobs, next_ms, waiting_ms
from lti_bridge.store import Database, JobRun, JobRuns

MINUTE = 60_000
HOUR = 60 * MINUTE
AT = 1_760_000_000_000  # 2025-10-09 08:53:20 UTC


def a_run(name, **changes):
    values = {
        "started_ms": AT, "ended_ms": AT, "failed_ms": None, "outcome": "ok", "done": 0,
        "runs": 1, "failures": 0, "claim_until_ms": 0,
    }  # fmt: skip
    return JobRun(name, **{**values, **changes})


@pytest.fixture
def told():
    return []


@pytest.fixture
def runner(store, told):
    return Runner(store.job_runs, lambda *what: told.append(what[:2] + what[3:]), hold_seconds=0.3)


def run_of(store):
    (run,) = store.job_runs.all()
    return run


def test_a_run_is_told_of_and_written_down(store, runner, told):
    ran = runner.run("grades", lambda: 3)
    assert (ran.outcome, ran.done, ran.error) == ("ok", 3, None)
    assert told == [("grades", "ok", 3)]
    assert (run_of(store).outcome, run_of(store).done) == ("ok", 3)


def test_what_a_node_died_over_is_taken_over_once_its_claim_has_run_out(store, runner, told):
    assert runner.take_over("grades", lambda: 1) is False, "nobody ever began it"
    store.job_runs.begin("grades", int(time.time() * 1000), 60_000)
    assert runner.take_over("grades", lambda: 1) is True, "somebody is at it"
    assert told == []
    with_clock = Runner(store.job_runs, runner._told, now=lambda: time.time() + 61)
    assert with_clock.take_over("grades", lambda: 4) is False
    assert told == [("grades", "ok", 4)]
    assert with_clock.take_over("grades", lambda: 4) is False, "it is over"
    assert len(told) == 1


def test_without_a_database_somebody_may_be_at_it(tmp_path):
    runs = JobRuns(Database(f"sqlite:///{tmp_path}/none/bridge.db"))
    assert Runner(runs, lambda *_: None).take_over("grades", lambda: 1) is True


def test_a_failure_shows_and_the_job_runs_again(store, runner, told):
    def fail():
        raise RemoteUnavailable("no answer", code="down")

    ran = runner.run("grades", fail)
    assert (ran.outcome, ran.error.message) == ("down", "no answer")
    assert (run_of(store).outcome, run_of(store).failures) == ("down", 1)
    assert runner.run("grades", lambda: 1).outcome == "ok"
    assert run_of(store).failures == 0
    assert told == [("grades", "down", 0), ("grades", "ok", 1)]


def test_a_mistake_of_ours_is_written_down_and_raised(store, runner, told):
    with pytest.raises(ZeroDivisionError):
        runner.run("grades", lambda: 1 // 0)
    assert run_of(store).outcome == "ZeroDivisionError"
    assert not run_of(store).is_running(int(time.time() * 1000))
    assert told == [("grades", "ZeroDivisionError", 0)]


def test_while_it_works_nobody_else_does_however_long_it_takes(store, runner):
    begun, may_end = threading.Event(), threading.Event()

    def long():
        begun.set()
        assert may_end.wait(20)
        return 1

    thread = threading.Thread(target=runner.run, args=("grades", long))
    thread.start()
    assert begun.wait(20)
    first_until = run_of(store).claim_until_ms
    while run_of(store).claim_until_ms == first_until:  # until it was renewed
        time.sleep(0.01)
    assert runner.run("grades", lambda: 2) is None
    may_end.set()
    thread.join()
    assert runner.run("grades", lambda: 2).done == 2


def test_without_a_database_the_reason_is_told(told, tmp_path):
    database = Database(f"sqlite:///{tmp_path}/none/bridge.db")
    runner = Runner(JobRuns(database), lambda *what: told.append(what))
    ran = runner.run("grades", lambda: 1)
    assert isinstance(ran.error, StoreUnavailable)
    assert told[0][1] == ran.outcome


def test_turns_come_as_their_hours_say():
    assert next_ms("sampling", AT) == AT // MINUTE * MINUTE + MINUTE
    assert next_ms("collect_records", AT) == AT // HOUR * HOUR + 55 * MINUTE
    assert next_ms("key_sets", AT) == AT // HOUR * HOUR + HOUR + 7 * MINUTE
    assert next_ms("keys", AT) - AT // (24 * HOUR) * 24 * HOUR == (24 + 3) * HOUR + 41 * MINUTE
    found = {name: interval_ms(name) // MINUTE for name in HOURS}
    assert found["grades"] == 5
    assert (found["key_sets"], found["services"], found["keys"]) == (60, 30, 24 * 60)


@pytest.mark.parametrize(
    ("run", "late"),
    [
        (a_run("grades"), None),
        (a_run("gone_in_this_version", ended_ms=1, started_ms=1), None),
        (a_run("grades", ended_ms=AT - 14 * MINUTE), None),
        (a_run("grades", ended_ms=AT - 16 * MINUTE, started_ms=AT - 16 * MINUTE), ""),
        (a_run("grades", ended_ms=None, started_ms=AT - 16 * MINUTE, outcome=""), ""),
        (a_run("grades", ended_ms=None, started_ms=AT - MINUTE, outcome=""), None),
        (a_run("grades", ended_ms=AT - HOUR, failures=9, outcome="down"), "down"),
        (a_run("grades", ended_ms=AT - HOUR, started_ms=AT - HOUR, failures=9, outcome="x"), ""),
        (a_run("keys", ended_ms=AT - 71 * HOUR, started_ms=AT - 71 * HOUR), None),
        (a_run("keys", ended_ms=AT - 73 * HOUR, started_ms=AT - 73 * HOUR), ""),
    ],
)
def test_who_did_not_end_well_for_three_turns_is_late(run, late):
    found = late_jobs([run], AT)
    assert [one.outcome for one in found] == ([] if late is None else [late])


def test_a_job_waits_from_its_turn_until_a_worker_begins_it():
    run = a_run("grades")  # every five minutes; it began at 8:53:20
    turn = AT + 100_000
    assert [waiting_ms(run, turn + ms) for ms in (-1000, 0, 90_000)] == [0, 0, 90_000]
    assert waiting_ms(a_run("grades", claim_until_ms=turn + HOUR), turn + MINUTE) == 0
    assert waiting_ms(a_run("grades", started_ms=None), turn + HOUR) == 0
    assert waiting_ms(a_run("of another version"), turn + HOUR) == 0
