"""The tables of docs/services.md are the program's own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lti_bridge.conferencing import KIND_NAMES, KINDS, Capability, overview
from lti_bridge.conferencing.onstream.zones import ZONES

PAGE = Path(__file__).parents[3] / "docs" / "services.md"


def rows(table):
    """The cells of each line but the head's two."""
    lines = table.strip().splitlines()[2:]
    return {cells[0]: cells[1:] for line in lines if (cells := line[2:-2].split(" | "))}


def test_the_page_has_the_tables_of_the_code():
    page = PAGE.read_text(encoding="utf-8")
    assert overview.renewed(page) == page, "run: make docs"
    for table in overview.TABLES.values():
        assert table() in page


def test_every_capability_has_a_line_that_is_each_kinds_own():
    table = rows(overview.capabilities_table())
    assert len(table) == len(Capability)
    for capability in Capability:
        (marks,) = [cells for head, cells in table.items() if head.startswith(f"{capability}: ")]
        there = [capability in kind.CAPABILITIES for kind in KINDS.values()]
        assert [mark != overview.NO for mark in marks] == there


@pytest.mark.parametrize(
    ("kind", "capability", "mark"),
    [
        ("meetingz", "end", "✓"),
        ("meetingz", "publish recordings", "(✓)"),
        ("meetingz", "attendance", "–"),
        ("mconf", "attendance", "(✓)"),
        ("bigbluebutton", "captions", "(✓)"),
        ("bigbluebutton", "publish recordings", "✓"),
        ("onstream", "running", "–"),
        ("onstream", "insert slides", "(✓)"),
    ],
)
def test_what_a_document_only_announces_is_told_from_what_it_promises(kind, capability, mark):
    table = rows(overview.capabilities_table())
    (cells,) = [cells for head, cells in table.items() if head.startswith(f"{capability}: ")]
    assert cells[list(KINDS).index(kind)] == mark


def test_every_call_of_every_kind_has_a_line():
    table = rows(overview.calls_table())
    for column, kind in enumerate(KINDS.values()):
        told = {name.strip("`") for name, cells in table.items() if cells[column] != overview.NO}
        assert told == set(kind.CALLS)
    assert table["`getMeetingInfo`"] == ["(✓)", "✓", "✓", "–"]


def test_every_zone_has_a_line():
    table = rows(overview.zones_table())
    assert [each.strip("`") for each in table] == list(ZONES)
    assert table["`UM35`"] == ["-3:30", "by the calendar of America/St_Johns"]
    assert table["`UM12`"] == ["-12:00", "never"]


def test_every_kind_has_the_name_people_know():
    assert set(KIND_NAMES) == set(KINDS)


def run(*arguments):
    command = [sys.executable, "-m", "lti_bridge.conferencing.overview", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_it_prints_the_tables():
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\n".join(table() for table in overview.TABLES.values())


def test_it_renews_a_page_and_leaves_the_rest(tmp_path):
    page = tmp_path / "services.md"
    old = re.sub(
        r"(<!-- (\w+) -->\n).*?(<!-- /\2 -->)", r"\1old\n\3", PAGE.read_text(), flags=re.DOTALL
    )
    assert "old\n" in old
    page.write_text(old)
    overview.main(["--write", str(page)])
    assert page.read_text() == PAGE.read_text()


def test_a_page_without_a_place_for_a_table_is_refused(tmp_path):
    with pytest.raises(ValueError, match="<!-- capabilities -->"):
        overview.renewed("# Services\n")
