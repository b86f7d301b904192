"""Every reason for a refusal is documented, explained to admins, and told people in words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from lti_bridge.errors import BridgeError, MalformedRequest, NotAllowed, NotAuthentic
from lti_bridge.web.wording import OURS, wording_for

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/launches.md").read_text(encoding="utf-8")
REFUSALS = {"MalformedRequest": 400, "NotAuthentic": 401, "NotAllowed": 403}
KINDS = {400: MalformedRequest, 401: NotAuthentic, 403: NotAllowed}
UNAVAILABLE = {"ServiceMissing", "ServiceResting", "CapabilityMissing", "StoreUnavailable"}
NOT_LAUNCHES = {"http", "recording_gone", "event_gone", "managed_by_file"}
"""Reasons that no launch has: wrong addresses, pages that a launch led to, commands."""
REGISTRATION = (ROOT / "docs/registration.md").read_text(encoding="utf-8")
"""Has a table of its own; so have the admin pages."""
ADMIN = (ROOT / "docs/admin.md").read_text(encoding="utf-8")
ADMINS_OWN = (
    "lti_bridge/admin/",
    "lti_bridge/app/own_lmss.py",
    "lti_bridge/store/administrators.py",
    "lti_bridge/store/own_platforms.py",
    "lti_bridge/store/persons/",
)


def calls():
    """Every place where a refusal is made: file, class, code (f-strings as patterns), remedy."""
    for file in sorted((ROOT / "lti_bridge").rglob("*.py")):
        if {"simulators", "cli"} & set(file.relative_to(ROOT).parts):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                said = {word.arg: word.value for word in node.keywords}
                if node.func.id in {*REFUSALS, *UNAVAILABLE}:
                    where = f"{file.relative_to(ROOT)}:{node.lineno}"
                    yield where, node.func.id, _pattern(said.get("code")), "remedy" in said


def _pattern(code):
    if isinstance(code, ast.Constant):
        return re.escape(code.value)
    if isinstance(code, ast.Name):
        return r"\w+"  # out of a table
    if isinstance(code, ast.JoinedStr):
        return "".join(
            re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+"
            for part in code.values
        )
    return None


def documented():
    """The page's table: reason → the statuses of its row."""
    table = PAGE.split("## What is refused, and as what")[1].split("\n## ")[0]
    for row in re.findall(r"^\| (.*?) \| ([\d, ]+) \|", table, re.MULTILINE):
        for reason in re.findall(r"`([^`]+)`", row[0]):
            yield reason, {int(status) for status in row[1].split(", ")}


CALLS = list(calls())
DOCUMENTED = dict(documented())


def test_no_reason_stands_there_twice():
    assert sorted(reason for reason, _ in documented()) == sorted(DOCUMENTED)


@pytest.mark.parametrize(("where", "kind", "pattern", "remedy"), CALLS, ids=lambda v: str(v))
def test_a_refusal_has_a_documented_reason_and_says_what_to_do(where, kind, pattern, remedy):
    assert pattern, f"{where} gives no code"
    assert remedy, f"{where} doesn't say what to do"
    if pattern in NOT_LAUNCHES:
        return
    if "/launch/registration/" in where:
        assert re.search(f"`{pattern}`", REGISTRATION), f"{where}: {pattern}"
        return
    if where.startswith(ADMINS_OWN) and kind in REFUSALS and pattern not in DOCUMENTED:
        assert re.search(f"`{pattern}`.* {REFUSALS[kind]}[ ,]", ADMIN), f"{where}: {pattern}"
        return
    status = REFUSALS.get(kind, 503)
    found = [reason for reason, its in DOCUMENTED.items() if status in its]
    assert any(re.fullmatch(pattern, reason) for reason in found), (
        f"{where}: docs/launches.md has no {pattern} with status {status}"
    )


@pytest.mark.parametrize("reason", sorted(set(DOCUMENTED) - {"remote:…"}))
def test_a_documented_reason_can_come_about(reason):
    assert any(re.fullmatch(pattern or "", reason) for _, _, pattern, _ in CALLS), reason


@pytest.mark.parametrize("reason", sorted(set(DOCUMENTED) - {"remote:…"}))
def test_a_documented_reason_has_words_for_people(reason):
    for status in DOCUMENTED[reason]:
        kind = KINDS.get(status, BridgeError)
        words = wording_for(kind("x", code=reason))
        assert words.headline
        assert words.advice
        assert words is not OURS or status == 503, "it isn't our mistake"
