"""``lti-bridge serve`` as a process, the way an operator runs it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from tests.bench.stage import free_port
from tests.campus import Browser, ask


@contextmanager
def serving(config: Path, port: int, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    log = (config.parent / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "lti_bridge.cli", "serve", "--config", str(config),
         "--port", str(port), *options],
        stderr=log,
    )  # fmt: skip
    try:
        end = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < end:
            try:
                urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
                break
            except (URLError, OSError):
                time.sleep(0.05)
        yield process
    finally:
        log.close()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=40)


def moved(campus, port: int) -> Path:
    """The campus's settings for a bridge on another port, and the LMS told of it."""
    config = campus.file.with_name("moved.toml")
    config.write_text(campus.file.read_text().replace(campus.url, f"http://127.0.0.1:{port}", 1))
    campus.url = f"http://127.0.0.1:{port}"
    tool = campus.lms.tools["client-1"]
    campus.lms.add_tool(
        type(tool)(
            tool.client_id, tool.deployment_id, f"{campus.url}/lti/login",
            f"{campus.url}/lti/launch", tool.name,
        )
    )  # fmt: skip
    return config


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_two_worker_processes_answer_launches_as_one_bridge(new_campus, engine):
    campus = new_campus(engine)
    port = free_port()
    config = moved(campus, port)
    with serving(config, port, "--workers", "2") as process:
        for _ in range(10):
            assert campus.launch(campus.student, campus.link("window")).joined_as["userID"]
        metrics = ask("GET", f"{campus.url}/metrics").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
    assert campus.meetingz.faults.count("/create") == 1
    joined = re.search(r'lti_bridge_visits_total\{outcome="joined",reason=""\} (\S+)', metrics)
    assert joined is not None, metrics
    assert float(joined[1]) == 10, "of both processes together"
    lines = [json.loads(x) for x in log_lines(config) if '"launch"' in x]
    assert len(lines) == 10
    references = {line["reference"] for line in lines}
    stored = [campus.bridge.store.launches.by_reference(reference) for reference in references]
    assert all(entry is not None for entry in stored), "the launch list lost none at the end"


def log_lines(config: Path) -> list[str]:
    return (config.parent / "serve.log").read_text(encoding="utf-8").splitlines()


def test_sigterm_finishes_the_launch_in_flight_and_exits_0(campus):
    port = free_port()
    config = moved(campus, port)
    with serving(config, port) as process:
        browser = Browser()
        form = campus.form(browser, campus.student, campus.link("window"))
        campus.meetingz.faults.set("slow", seconds=1.5)
        answers = []
        launch = threading.Thread(target=lambda: answers.append(campus.post_launch(browser, form)))
        launch.start()
        while not campus.meetingz.faults.count("/create"):
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        launch.join(timeout=30)
        assert process.wait(timeout=40) == 0
    assert answers, "the launch got its answer"
    assert answers[0].joined_as["password"]


def test_the_worker_beside_the_server_comes_and_goes_with_it_and_is_started_again(campus):
    port = free_port()
    config = moved(campus, port)
    with serving(config, port) as process:
        first = beside(process)
        assert len(first) == 1
        first[0].kill()
        end = time.monotonic() + 20
        while not (second := [p for p in beside(process) if p.pid != first[0].pid]):
            assert time.monotonic() < end, "nobody started it again"
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
        assert not psutil.pid_exists(second[0].pid)


def beside(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(process.pid).children():
        try:
            if child.status() != psutil.STATUS_ZOMBIE and "worker" in child.cmdline():
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lti_bridge.cli", *arguments],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_wrong_settings_file_stops_it_at_once_with_a_line_per_mistake(tmp_path):
    config = tmp_path / "wrong.toml"
    config.write_text(
        'public_url = "bridge"\nsecret_key = "changeme"\ndatabase_url = "sqlite:///x.db"\ncolour = 1\n'
    )
    done = run("serve", "--config", str(config))
    assert done.returncode == 2
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 3, done.stderr
    assert all(line.startswith(f"{config}: ") for line in lines)
    assert {line.split(": ")[1] for line in lines} == {"public_url", "secret_key", "colour"}
    assert "changeme" not in done.stderr


def test_an_out_of_date_postgresql_schema_stops_it_and_db_upgrade_mends_it(campus, empty_database):
    config = campus.file.with_name("postgresql.toml")
    text = campus.file.read_text()
    url = empty_database("postgresql")
    config.write_text(re.sub(r'database_url = ".*"', f'database_url = "{url}"', text))
    refused = run("serve", "--config", str(config), "--port", str(free_port()))
    assert refused.returncode == 1
    assert "lti-bridge db upgrade" in refused.stderr
    assert "brought from nothing to" in run("db", "upgrade", "--config", str(config)).stdout
    assert "up to date" in run("db", "upgrade", "--config", str(config)).stdout
    port = free_port()
    with serving(config, port) as process:
        assert ask("GET", f"http://127.0.0.1:{port}/readyz").status == 200
        assert not beside(process), "on PostgreSQL the worker is a process of the operator's own"


def test_a_port_that_is_taken_is_said_and_not_waited_for(campus):
    taken = campus.bridge_server.port
    done = run("serve", "--config", str(campus.file), "--port", str(taken))
    assert done.returncode == 1
    assert str(taken) in done.stderr
