"""What a server of its own really writes on stderr: one JSON line per launch, no name, no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.campus import Browser
from tests.functional.tools import entry_of, press, read

SERVE = """
import sys
from lti_bridge.simulators.serving import Server
from lti_bridge.wsgi import create

with Server(create(), port=int(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def told(campus):
    """Does something with a bridge that runs as a process of its own; gives its stderr."""

    def run(work) -> str:
        campus.bridge_server.stop()
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(campus.bridge_server.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "LTI_BRIDGE_CONFIG": str(campus.file)},
        )
        with server:
            assert server.stdout.readline() == "ready\n"
            work()
            _, written = server.communicate(timeout=20)
        assert server.returncode == 0
        return written

    return run


def test_one_line_per_launch_and_nothing_else(campus, told):
    browser = Browser()
    seen = {}

    def launches():
        form = campus.form(browser, campus.student, campus.link())
        seen["form"] = form
        seen["joined"] = campus.post_launch(browser, form)
        seen["foreign"] = campus.post_launch(Browser(), form)
        seen["page"] = read(campus.launch(campus.teacher, campus.link("frame")))
        seen["entered"] = press(campus, seen["page"])

    written = told(launches)
    lines = [json.loads(line) for line in written.splitlines()]
    assert [(line["event"], line["outcome"], line["level"]) for line in lines] == [
        ("launch", "joined", "info"),
        ("launch", "refused", "warning"),
        ("launch", "page", "info"),
        ("join", "joined", "info"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    reference = read(seen["foreign"], 403).reference
    assert lines[1]["reference"] == reference
    assert entry_of(campus, reference).reason == lines[1]["reason"] == "cookie_missing"
    assert entry_of(campus, lines[0]["reference"]).outcome == "joined"

    hidden = [
        seen["form"]["id_token"],
        seen["form"]["id_token"].split(".")[1],
        seen["form"]["state"],
        seen["page"].session,
        *browser.cookies.values(),
        seen["joined"].joined_as["password"],
        seen["joined"].joined_as["checksum"],
        "639259d4-9dd8-4b25-bf01-95f9567eaf4b",
        "meets-pass-word",
        "Okafor",
        "Pereira",
        "riverbank.example",
        campus.student.id,
    ]
    for word in hidden:
        assert word not in written
