"""``lti-bridge jobs``, and what doctor and metrics say of jobs."""

from __future__ import annotations

import json
import time

import pytest
from click.testing import CliRunner

from lti_bridge.app.doctor import examine
from lti_bridge.cli import commands
from lti_bridge.jobs import HOURS
from tests.campus import ask


def command(campus, *words):
    return CliRunner().invoke(commands, ["jobs", *words, "--config", str(campus.file)])


def jobs_finding(campus):
    return next(one for one in examine(campus.bridge) if one.what == "jobs")


def test_the_list_has_every_job_also_before_any_ran(campus):
    told = command(campus, "list")
    assert told.exit_code == 0
    for name in HOURS:
        assert name in told.output
    assert told.output.count("never run") == len(HOURS)
    assert "None has run yet" in told.output
    facts = json.loads(command(campus, "list", "--json").stdout)
    assert {one["job"] for one in facts} == set(HOURS)
    now_ms = time.time() * 1000
    assert all(one["next_ms"] > now_ms and one["runs"] == 0 for one in facts)
    assert jobs_finding(campus).well


def test_a_job_is_run_and_what_became_of_it_shows(campus):
    ran = command(campus, "run", "key_sets")
    assert ran.exit_code == 0, ran.output
    assert "key_sets: did 1 in" in ran.output
    facts = {one["job"]: one for one in json.loads(command(campus, "list", "--json").stdout)}
    one = facts["key_sets"]
    assert (one["outcome"], one["done"], one["runs"], one["running"]) == ("ok", 1, 1, False)
    assert "ok" in command(campus, "list").output
    assert jobs_finding(campus).says == "1 kinds run as they should"
    metrics = ask("GET", f"{campus.url}/metrics").text
    assert 'lti_bridge_job_success_age_seconds{job="key_sets"}' in metrics
    assert 'lti_bridge_job_failures{job="key_sets"} 0.0' in metrics


def test_a_job_that_fails_says_why_and_runs_again(campus):
    for link in ("window", "join"):
        campus.launch(campus.teacher, campus.link(link))
    campus.service.faults.set("500")
    failed = command(campus, "run", "sampling")
    assert failed.exit_code == 1
    assert "sampling failed (" in failed.output
    assert "500" in failed.output
    (run,) = campus.bridge.store.job_runs.all()
    assert (run.failures, run.done) == (1, 0)
    campus.service.faults.clear()
    assert command(campus, "run", "sampling").exit_code == 0
    (run,) = campus.bridge.store.job_runs.all()
    assert (run.failures, run.outcome) == (0, "ok")


def test_one_that_a_worker_runs_is_left_to_it(campus):
    now_ms = int(time.time() * 1000)
    campus.bridge.store.job_runs.begin("grades", now_ms, 600_000)
    told = command(campus, "run", "grades")
    assert told.exit_code == 1
    assert "A worker runs grades just now" in told.output
    assert "running" in command(campus, "list").output


@pytest.mark.parametrize("name", ["nothing", "store", "_now_ms", "run; ls", ""])
def test_what_is_no_job_is_refused(campus, name):
    told = command(campus, "run", name)
    assert told.exit_code == 2
    assert "There is no job" in told.output


def test_doctor_says_which_jobs_stand_still_and_which_fail(campus):
    runs, long_ago = campus.bridge.store.job_runs, int((time.time() - 3600) * 1000)
    runs.end("grades", runs.begin("grades", long_ago, 1), "ok", 0, long_ago)
    idle = jobs_finding(campus)
    assert not idle.well
    assert "grades" in idle.says
    assert "lti-bridge worker" in idle.remedy
    now_ms = int(time.time() * 1000)
    runs.end("grades", runs.begin("grades", now_ms, 1), "http_503", 0, now_ms)
    failing = jobs_finding(campus)
    assert failing.says == "fail again and again: grades (http_503)"
    assert "lti-bridge jobs run" in failing.remedy
