"""``lti-bridge launches``: an admin finds a refusal by the number on the person's page."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from lti_bridge.store import LaunchEntry
from tests.functional.tools import read
from tests.unit.cli.house import run


@pytest.fixture
def refused(campus):
    """The number of a launch that was refused, beside one that got in."""
    campus.launch(campus.student, campus.link())
    page = read(campus.launch(campus.student, campus.link(), claims={"exp": 1}), 401)
    campus.app.extensions["lti_bridge.journal"].flush()
    return page.reference


def shown(campus, *arguments):
    return run("launches", *arguments, "--config", campus.file)


def test_a_refusal_says_what_happened_where_it_stopped_and_what_to_do(campus, refused):
    facts = shown(campus, "show", refused, "--json").json
    assert facts["lms"] == "Riverbank"
    assert facts["outcome"] == "refused"
    assert facts["reason"] == "expired"
    assert facts["what_happened"] == "The token has expired."
    assert "NTP" in facts["what_to_do"]
    assert facts["stopped_at"].startswith("the token: is it genuine")
    assert abs(facts["at_ms"] - time.time() * 1000) < 60_000
    out = shown(campus, "show", refused).out
    for line in ("what happened The token has expired.", "stopped at    the token", "lms   "):
        assert line in out


def test_a_number_that_was_read_out_is_found_however_it_is_typed(campus):
    entry = LaunchEntry("10Q2-M9X0", int(time.time() * 1000), "refused", 2, reason="expired")
    campus.bridge.store.launches.add([entry])
    for typed in ("10Q2-M9X0", "10q2m9x0", " loq2 m9xo ", "IOQ2-M9XO"):
        assert shown(campus, "show", typed, "--json").json["reference"] == "10Q2-M9X0"


def test_a_number_that_nobody_has_says_where_else_to_look(campus):
    done = shown(campus, "show", "ZZZZ-ZZZZ")
    assert done.code == 1
    assert "ZZZZ-ZZZZ" in done.err
    assert "log" in done.err


def test_one_that_got_in_has_nothing_to_mend(campus):
    campus.launch(campus.student, campus.link())
    campus.app.extensions["lti_bridge.journal"].flush()
    (line,) = shown(campus, "list", "--json").json
    assert (line["outcome"], line["what_happened"], line["stopped_at"]) == ("joined", "", "")
    out = shown(campus, "show", line["reference"]).out
    assert "what to do" not in out
    assert "meeting       1" in out


def test_the_list_is_newest_first_and_can_be_of_one_outcome(campus, refused):
    both = shown(campus, "list", "--json").json
    assert [one["outcome"] for one in both] == ["refused", "joined"]
    (only,) = shown(campus, "list", "--outcome", "refused", "--json").json
    assert only["reference"] == refused
    (newest,) = shown(campus, "list", "--limit", "1", "--json").json
    assert newest["reference"] == refused
    lines = shown(campus, "list").out.splitlines()
    assert lines[0].split()[:4] == ["REFERENCE", "WHEN", "LMS", "OUTCOME"]
    assert "The token has expired." in lines[1]


def test_the_list_can_be_of_one_lms_course_person_or_reason(campus, refused):
    campus.launch(campus.teacher, campus.link(course=1))
    campus.app.extensions["lti_bridge.journal"].flush()

    def found(*wanted):
        return [
            (one["outcome"], one["user"]) for one in shown(campus, "list", *wanted, "--json").json
        ]

    joined, page = ("joined", 1), ("page", 2)
    assert found("--course", "1") == [joined]
    assert found("--course", "2") == [page]
    assert found("--person", "1") == [joined]
    assert found("--reason", "expired") == [("refused", None)]
    assert len(found("--lms", "Riverbank")) == 3
    done = shown(campus, "list", "--lms", "Elsewhere")
    assert (done.code, "platform list" in done.err) == (1, True)


def test_what_the_lms_said_comes_with_it_and_tokens_do_not(campus, refused):
    said = shown(campus, "show", refused, "--json").json["claims"]
    assert said["proven"] is True
    values = {one["name"]: one["values"] for one in said["said"]}
    assert values["iss"] == [campus.lms.issuer]
    assert values["nonce"][0].startswith("hidden")
    out = shown(campus, "show", refused).out
    assert "What the LMS said (proven by its signature):" in out
    assert "roles: Learner (in the course)" in out
    campus.bridge.store.launches.clear_claims(int(time.time() * 1000) + 1)
    assert shown(campus, "show", refused, "--json").json["claims"] is None
    assert "What the LMS said" not in shown(campus, "show", refused).out


def test_since_goes_back_so_far(campus):
    now_ms = int(time.time() * 1000)
    old = LaunchEntry("AAAA-AAAA", now_ms - 26 * 3_600_000, "refused", 1)
    campus.bridge.store.launches.add([old, replace(old, reference="BBBB-BBBB", at_ms=now_ms)])

    def found(*since):
        return [one["reference"] for one in shown(campus, "list", *since, "--json").json]

    assert found() == ["BBBB-BBBB"]
    assert found("--since", "2d") == ["BBBB-BBBB", "AAAA-AAAA"]
    assert found("--since", "5m") == ["BBBB-BBBB"]


@pytest.mark.parametrize("since", ["", "0m", "yesterday", "-1d", "4000d", "1w"])
def test_a_time_that_is_none_is_refused(campus, since):
    done = shown(campus, "list", "--since", since)
    assert done.code == 2
    assert "such as 90m, 24h or 7d" in done.err


def test_an_empty_list_says_so(campus):
    assert shown(campus, "list").out.startswith("No such launches.")


def test_nothing_in_the_list_steers_the_terminal(campus):
    entry = LaunchEntry(
        "CCCC-CCCC", int(time.time() * 1000), "refused", 1, detail="x\x1b[2J → y\r\nz", step="\x1b["
    )
    campus.bridge.store.launches.add([entry])
    for arguments in (("list",), ("show", "CCCC-CCCC")):
        assert "\x1b" not in shown(campus, *arguments).out
