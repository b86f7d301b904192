"""What load balancers, Prometheus and LMSs ask: ``/healthz``, ``/readyz``, ``/metrics``, the keys."""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager

import jwt
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from lti_bridge.errors import RemoteError
from tests.campus import ask
from tests.functional.tools import read

FAMILIES = {
    "lti_bridge_visits",
    "lti_bridge_visit_seconds",
    "lti_bridge_step_seconds",
    "lti_bridge_queue_age_seconds",
    "lti_bridge_remote_calls",
    "lti_bridge_remote_seconds",
    "lti_bridge_breaker_open",
    "lti_bridge_jobs",
}


def ready(campus):
    answer = ask("GET", f"{campus.url}/readyz")
    document = json.loads(answer.text)
    assert document["ready"] == (not document["missing"]) == (answer.status == 200)
    return answer.status, " ".join(document["missing"])


def change(campus, statement: str) -> None:
    campus.bridge.store.database.write(lambda c: c.execute(text(statement)))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_bridge_that_works_is_alive_and_ready(new_campus, engine):
    campus = new_campus(engine)
    answer = ask("GET", f"{campus.url}/healthz")
    assert (answer.status, json.loads(answer.text)) == (200, {"alive": True})
    assert ready(campus) == (200, "")


def test_what_keeps_nobody_out_of_this_node_is_noticed_and_leaves_it_ready(campus):
    def noticed():
        assert ready(campus) == (200, "")
        return json.loads(ask("GET", f"{campus.url}/readyz").text)["noticed"]

    assert noticed() == [
        "jobs: none has ever run. Start lti-bridge worker, or serve --with-worker."
    ]
    campus.bridge.store.job_runs.begin("grades", int(time.time() * 1000), 60_000)
    assert noticed() == []
    change(campus, "UPDATE job_runs SET started_ms = 1, claim = NULL")
    assert noticed() == ["jobs: grades is not run. See lti-bridge jobs list."]
    metrics = ask("GET", f"{campus.url}/metrics").text
    assert float(re.search(r'queue_age_seconds\{job="grades"\} (\S+)', metrics)[1]) > 1e6
    campus.meetingz.faults.set("500")
    for _ in range(5):
        with pytest.raises(RemoteError):
            campus.bridge.services.service_for("live").is_running("lti-0123")
    assert noticed()[0].startswith("service: live is left alone: ")


def test_each_step_of_a_launch_has_its_seconds(campus):
    def counts():
        text = ask("GET", f"{campus.url}/metrics").text
        found = re.findall(r'lti_bridge_step_seconds_count\{step="(\w+)"\} (\S+)', text)
        return {step: float(count) for step, count in found}

    before = counts()
    campus.launch(campus.student, campus.link())
    grown = {step for step, count in counts().items() if count > before.get(step, 0)}
    assert grown == {
        *("login", "state", "token", "claims", "deployment", "nonce"),
        *("course", "person", "meeting", "create"),
    }


@pytest.mark.parametrize("revision", ["0000", "9999_from_the_future"])
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_schema_of_another_version_is_named(new_campus, engine, revision):
    campus = new_campus(engine)
    known = text("UPDATE alembic_version SET version_num = :revision")
    campus.bridge.store.database.write(lambda c: c.execute(known, {"revision": revision}))
    status, missing = ready(campus)
    assert status == 503
    assert missing.startswith("schema: ")
    assert ask("GET", f"{campus.url}/healthz").status == 200


def test_an_empty_database_is_named_with_what_to_do(campus):
    change(campus, "DELETE FROM alembic_version")
    status, missing = ready(campus)
    assert status == 503
    assert "lti-bridge db upgrade" in missing


@contextmanager
def closed(server: str, name: str):
    """The database takes no connection and drops those it has."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")


def test_a_database_that_is_down_is_named_and_it_comes_back(new_campus, postgresql):
    campus = new_campus("postgresql")
    assert campus.launch(campus.student, campus.link()).joined_as
    with closed(postgresql, campus.bridge.store.database.url.database):
        status, missing = ready(campus)
        assert status == 503
        assert missing.startswith("database: ")
        assert "password" not in missing
        assert ask("GET", f"{campus.url}/healthz").status == 200
        refusal = read(campus.launch(campus.student, campus.link()), 503)
        assert refusal.links
        # The keys are known to the process: an LMS that checks a signature needn't notice.
        assert ask("GET", f"{campus.url}/lti/jwks.json").status == 200
    assert ready(campus) == (200, "")
    assert campus.launch(campus.student, campus.link()).joined_as


def test_a_bridge_that_starts_while_the_database_is_down_frames_its_page_for_nobody(campus):
    campus.bridge.platforms.forget()
    change(campus, "ALTER TABLE connections RENAME TO gone")
    answer = ask("GET", f"{campus.url}/lti/login")
    assert answer.status == 400
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    change(campus, "ALTER TABLE gone RENAME TO connections")


def test_a_key_sealed_with_another_secret_is_named(campus):
    change(campus, "UPDATE tool_keys SET private_key_sealed = 'gAAAAAB'")
    status, missing = ready(campus)
    assert status == 503
    assert missing.startswith("key: ")


def test_the_bridges_own_key_set(shared):
    answer = ask("GET", f"{shared.url}/lti/jwks.json")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert "max-age" in answer.headers["Cache-Control"]
    (key,) = jwt.PyJWKSet.from_json(answer.text).keys
    private = shared.bridge.store.keys.all()[0]
    token = jwt.encode({"a": 1}, private.private_key, "RS256")
    assert jwt.decode(token, key.key, ["RS256"]) == {"a": 1}
    assert key.key_id == private.kid
    (document,) = json.loads(answer.text)["keys"]
    assert set(document) == {"kty", "use", "alg", "kid", "n", "e"}


def test_the_key_set_stays_the_same_after_a_restart(campus):
    before = ask("GET", f"{campus.url}/lti/jwks.json").text
    campus.restart()
    assert ask("GET", f"{campus.url}/lti/jwks.json").text == before


def families(campus):
    answer = ask("GET", f"{campus.url}/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return answer.text, {each.name: each for each in text_string_to_metric_families(answer.text)}


def count(family, **labels) -> float:
    return sum(
        sample.value
        for sample in family.samples
        if sample.name.endswith("_total") and labels.items() <= sample.labels.items()
    )


def test_metrics_count_launches_and_remote_calls_and_hold_no_secret(campus):
    _, before = families(campus)
    campus.launch(campus.student, campus.link())
    campus.launch(campus.student, campus.link(), claims={"exp": 1})
    text_, after = families(campus)
    assert set(after) >= FAMILIES

    def more(name, **labels):
        return count(after[name], **labels) - count(before[name], **labels)

    assert more("lti_bridge_visits", outcome="joined") == 1
    assert more("lti_bridge_visits", outcome="refused", reason="expired") == 1
    assert more("lti_bridge_remote_calls", service="live", call="create", outcome="ok") == 1
    assert more("lti_bridge_remote_calls", service="MEETS") == 2
    assert more("lti_bridge_remote_calls", service="Riverbank", call="key set") == 1
    for hidden in ("639259d4", "meets-pass-word", "Okafor", campus.student.id, "deployment-1"):
        assert hidden not in text_


def test_metrics_of_several_processes_are_added_up(shared, tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    _, found = families(shared)
    assert "lti_bridge_breaker_open" in found
