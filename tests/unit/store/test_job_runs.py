"""Runs of jobs: one worker at a time, a dead one's work taken over, and how they went."""

from __future__ import annotations

import pytest

from tests.unit.store.values import NOW, at_once

HOLD = 15_000
MINUTE = 60_000


def begin(store, ms=0, **wishes):
    return store.job_runs.begin("grades", NOW + ms, HOLD, **wishes)


def run_of(store):
    (run,) = store.job_runs.all()
    return run


def test_what_a_run_leaves(store):
    assert store.job_runs.all() == []
    claim = begin(store)
    run = run_of(store)
    assert (run.name, run.started_ms, run.looked_ms, run.outcome) == ("grades", NOW, None, "")
    assert run.is_running(NOW + 1)
    store.job_runs.end("grades", claim, "ok", 7, NOW + 500)
    run = run_of(store)
    assert not run.is_running(NOW + 501)
    assert (run.ended_ms, run.outcome, run.done, run.runs) == (NOW + 500, "ok", 7, 1)


def test_failures_are_counted_until_it_goes_well(store):
    for n in range(3):
        store.job_runs.end("grades", begin(store, n * MINUTE), "http_503", 0, NOW + n * MINUTE + 9)
    run = run_of(store)
    assert (run.failures, run.outcome, run.ended_ms) == (3, "http_503", None)
    assert run.failed_ms == run.looked_ms == NOW + 2 * MINUTE + 9
    store.job_runs.end("grades", begin(store, 3 * MINUTE), "ok", 1, NOW + 4 * MINUTE)
    run = run_of(store)
    assert (run.failures, run.runs, run.looked_ms) == (0, 4, NOW + 4 * MINUTE)


def test_who_comes_second_leaves_it_to_the_first_until_that_one_is_silent(store):
    first = begin(store)
    assert begin(store, HOLD - 1) is None
    store.job_runs.renew("grades", first, NOW + 2 * HOLD)
    assert begin(store, HOLD + 1) is None, "it lives"
    second = begin(store, 2 * HOLD)
    assert second is not None
    store.job_runs.end("grades", first, "ok", 5, NOW + 2 * HOLD + 1)
    store.job_runs.renew("grades", first, NOW + 9 * HOLD)
    run = run_of(store)
    assert (run.runs, run.done) == (0, 0), "who was given up says nothing any more"
    assert run.claim_until_ms == NOW + 3 * HOLD
    assert store.job_runs.begin("keys", NOW, HOLD), "each job has its own"


def test_one_that_began_in_this_turn_is_not_begun_again(store):
    store.job_runs.end("grades", begin(store, unless_since_ms=NOW), "ok", 0, NOW + 1)
    assert begin(store, 5, unless_since_ms=NOW) is None
    assert begin(store, MINUTE, unless_since_ms=NOW + MINUTE) is not None


def test_a_long_outcome_fits(store):
    store.job_runs.end("grades", begin(store), "x" * 300, 0, NOW)
    assert run_of(store).outcome == "x" * 60


@pytest.mark.parametrize("_again", range(3))
def test_of_many_at_once_one_gets_it(store, _again):
    claims = at_once(6, lambda _: begin(store))
    assert len([one for one in claims if one]) == 1
