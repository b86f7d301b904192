"""What lies in ``config/`` for operators names nothing that isn't there."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lti_bridge.cli import commands
from tests.campus import ask

ROOT = Path(__file__).parents[3]
MONITORING = ROOT / "config/monitoring"
UNITS = sorted((ROOT / "config/systemd").glob("*.service"))


def told(campus):
    """Every metric's name, and its labels, as a bridge tells them that did a little."""
    campus.launch(campus.student, campus.link())
    assert ask("GET", f"{campus.url}/course/join").status == 403
    text = ask("GET", f"{campus.url}/metrics").text
    known = {}
    for family in text_string_to_metric_families(text):
        known[family.name] = known.get(family.name, set())
        for sample in family.samples:
            known.setdefault(sample.name, set()).update(sample.labels)
        if family.type == "counter":
            known.setdefault(f"{family.name}_total", set())
        if family.type == "histogram":
            known.setdefault(f"{family.name}_bucket", set())
    return known


def expressions():
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    yield from (target["expr"] for panel in panels for target in panel["targets"])
    alerts = (MONITORING / "alerts.yml").read_text()
    yield from re.findall(r"expr: (?:\|\n)?((?:.+\n)(?:            .+\n|          .+\n)*)", alerts)


def test_every_expression_asks_for_metrics_that_there_are(campus):
    known = set(told(campus))
    asked = list(expressions())
    assert len(asked) > 18, "all panels and alerts are read"
    for expression in asked:
        names = set(re.findall(r"\blti_bridge_\w+", expression))
        assert names or "up{" in expression, expression
        assert names <= known, expression


def test_dashboard_and_alerts_look_at_every_family(campus):
    asked = " ".join(expressions())
    for name in ("visits", "visit_seconds", "remote_calls", "remote_seconds", "jobs"):
        assert f"lti_bridge_{name}" in asked
    assert "lti_bridge_conferencing_left_alone" in asked


def test_every_alert_says_what_to_do():
    alerts = (MONITORING / "alerts.yml").read_text()
    count = alerts.count("- alert: ")
    assert count >= 6
    for word in ("expr: ", "severity: ", "summary: ", "do: "):
        assert alerts.count(word) == count, word


def test_panels_lie_beside_each_other():
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    taken = set()
    for panel in panels:
        at = panel["gridPos"]
        own = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not taken & own, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= own
    assert len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_there_is_with_options_that_it_knows(unit):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(unit)
    program, name, *options = parser["Service"]["ExecStart"].split()
    assert program.endswith("/lti-bridge")
    known = {opt for parameter in commands.commands[name].params for opt in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known
    assert parser["Service"]["RestartPreventExitStatus"] == "2", "as CONTRACT.md has it"
