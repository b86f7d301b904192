"""``lti-bridge token``, as an operator types it."""

from __future__ import annotations

import re

from lti_bridge.cli.tokens import PERMISSIONS
from lti_bridge.store import PERMISSIONS as KNOWN

SECRET = re.compile(r"mb_[\w-]{43}")


def test_the_permissions_are_those_of_meets():
    assert PERMISSIONS == KNOWN


def test_a_token_is_shown_once_alone_on_its_line_and_holds(house):
    done = house.command("token", "add", "Registrar's reports")
    assert done.code == 0
    assert SECRET.fullmatch(done.out.strip())
    assert "https://bridge.example.edu/api/meets/" in done.err
    with house.bridge() as bridge:
        found = bridge.store.tokens.find(done.out.strip())
        assert found.name == "Registrar's reports"
        assert found.permissions == {"viewData"}
        assert bridge.store.tokens.find("mb_nonsense") is None
    listed = house.command("token", "list")
    assert "Registrar's reports" in listed.out
    assert "holds" in listed.out
    assert not SECRET.search(listed.out + listed.err)


def test_its_limits_are_told_in_json(house):
    made = house.command(
        "token", "add", "Limited", "--permission", "viewData", "--permission", "manageContent",
        "--connection", 1, "--connection", 7, "--expires", 10, "--per-minute", 60, "--json",
    ).json  # fmt: skip
    assert SECRET.fullmatch(made["token"])
    assert made["permissions"] == ["manageContent", "viewData"]
    assert (made["connections"], made["per_minute"]) == ([1, 7], 60)
    assert made["expires_ms"] - made["created_ms"] == 10 * 86_400_000
    (listed,) = house.command("token", "list", "--json").json
    assert "token" not in listed
    assert listed == {k: v for k, v in made.items() if k not in {"token", "url"}}


def test_a_revoked_one_holds_no_more(house):
    house.command("token", "add", "One")
    assert house.command("token", "revoke", 1).code == 0
    assert "revoked" in house.command("token", "list").out
    again = house.command("token", "revoke", 1)
    assert again.code == 1
    assert "No token that holds has number 1" in again.err


def test_without_tokens_the_list_says_how_to_make_one(house):
    assert "token add" in house.command("token", "list").out


def test_what_is_no_permission_is_refused(house):
    assert house.command("token", "add", "x", "--permission", "root").code == 2
    assert house.command("token", "add", "x", "--connection", 0).code == 2
    assert house.command("token", "add", "x", "--expires", 0).code == 2
