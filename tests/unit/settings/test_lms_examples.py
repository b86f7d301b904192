"""The tables in config/lms can be pasted into a settings file as they are."""

from __future__ import annotations

import pytest

from lti_bridge.settings import load, resource

TOP = """
public_url = "https://bridge.example.edu"
database_url = "sqlite:///bridge.db"
secret_key = "5f0c7d1e9ab24c6388d2e1f07a6b4c39d8e7"
[[conferencing]]
name = "live"
kind = "meetingz"
url = "https://api.meetingz.ir/KEY/"
secret = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
"""
EXAMPLES = sorted(resource("config").glob("lms/*.toml"))


def test_there_are_some():
    assert {example.stem for example in EXAMPLES} >= {
        "blackboard",
        "brightspace",
        "canvas",
        "moodle",
        "sakai",
        "schoology",
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_loads_as_it_is(tmp_path, example):
    file = tmp_path / "bridge.toml"
    file.write_text(TOP + example.read_text(encoding="utf-8"), encoding="utf-8")
    (platform,) = load(file, {}).platform
    assert platform.version == "1.3"
    assert platform.issuer.startswith("https://")
