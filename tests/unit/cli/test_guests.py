"""``lti-bridge guests``: what operators see of invitations, and take away."""

from __future__ import annotations

import json

import pytest

from lti_bridge.store import NewGuestLink
from tests.unit.cli.test_commands import run

FAR = 4_000_000_000_000


@pytest.fixture
def links(campus):
    campus.launch(campus.teacher, campus.link("frame"))
    add = campus.bridge.store.guests.add
    return [
        add(NewGuestLink(1, None, "The dean\x1b[2J", "scrypt$x", None, FAR), 1000),
        add(NewGuestLink(1, None, "Over", "", None, 2000), 1000),
    ]


def ask(campus, *arguments):
    return run("guests", *arguments, "--config", campus.file)


def test_without_any_it_says_so(campus):
    assert ask(campus, "list").output == "No link lets guests in.\n"
    assert json.loads(ask(campus, "list", "--json").output) == []


def test_those_that_hold_are_listed_without_the_link_itself(campus, links):
    shown = ask(campus, "list").output
    assert "The dean" in shown
    assert "\x1b" not in shown
    assert "Over" not in shown
    assert "Over" in ask(campus, "list", "--all").output
    assert "The dean" in ask(campus, "list", "--course", "1").output
    assert "The dean" not in ask(campus, "list", "--course", "2").output
    (facts,) = json.loads(ask(campus, "list", "--json").output)
    assert (facts["id"], facts["meeting"], facts["passcode"], facts["state"]) == (
        1,
        1,
        True,
        "holds",
    )
    for output in (shown, json.dumps(facts)):
        assert links[0].token not in output
        assert "scrypt" not in output


def test_one_is_revoked_by_its_number(campus, links):
    assert ask(campus, "revoke", 1).output == "Link 1 is revoked.\n"
    assert json.loads(ask(campus, "revoke", 2, "--json").output) == {"id": 2, "revoked": True}
    states = [one["state"] for one in json.loads(ask(campus, "list", "--all", "--json").output)]
    assert states == ["revoked", "revoked"]
    assert len(campus.bridge.store.audit.search("guests.revoke")) == 2
    again = ask(campus, "revoke", 1)
    assert again.exit_code == 1
    assert "lti-bridge guests list" in again.output
    assert ask(campus, "revoke", "x").exit_code == 2
