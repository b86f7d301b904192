"""``lti-bridge keys`` and ``lti-bridge db reseal``, as a terminal shows them."""

from __future__ import annotations

import json
import time

import pytest
from sqlalchemy import update

from lti_bridge.store.keys import DAY_MS, KEPT_MS
from lti_bridge.store.tables import MeetingRow, ToolKeyRow
from tests.campus import SECRET_KEY
from tests.unit.cli.house import run

NEW_KEY = "Xq9mTz4wBn7rVk2pLs6yHd3jGf8cWe5a"
HOUR_MS = 3_600_000


def listed(campus):
    return run("keys", "list", "--config", campus.file, "--json").json


def test_the_first_key_signs_from_the_beginning(campus):
    (key,) = listed(campus)
    assert (key["state"], key["published_until_ms"]) == ("signs", None)
    assert key["signs_from_ms"] == key["created_ms"]
    shown = run("keys", "list", "--config", campus.file).out
    assert shown.splitlines()[0].split() == [
        "KEY",
        "STATE",
        "MADE",
        "SIGNS",
        "FROM",
        "PUBLISHED",
        "UNTIL",
    ]
    assert key["kid"] in shown


@pytest.mark.parametrize(
    ("overlap", "ms"),
    [((), DAY_MS), (("--overlap", "90m"), 90 * 60_000), (("--overlap", "7d"), 7 * DAY_MS)],
)
def test_a_new_key_waits_for_its_time(campus, overlap, ms):
    done = run("keys", "rotate", *overlap, "--config", campus.file)
    assert done.code == 0, done.err
    new, old = listed(campus)
    assert done.out.startswith(f"New key {new['kid']}: it is published, and signs from 20")
    assert (new["state"], old["state"]) == ("waits", "signs")
    assert abs(new["signs_from_ms"] - (time.time() * 1000 + ms)) < 60_000
    assert old["published_until_ms"] == new["signs_from_ms"] + KEPT_MS


def test_a_second_rotation_changes_nothing_while_a_key_waits(campus):
    assert run("keys", "rotate", "--config", campus.file, "--json").json["made"] is True
    before = listed(campus)
    done = run("keys", "rotate", "--config", campus.file)
    assert (done.code, done.out.startswith("Nothing was changed: ")) == (0, True)
    assert listed(campus) == before


def test_after_a_leak_a_new_key_signs_at_once_and_the_warning_says_what_follows(campus):
    (leaked,) = listed(campus)
    done = run("keys", "rotate", "--now", "--config", campus.file)
    assert done.code == 0, done.err
    new, old = listed(campus)
    assert done.out == f"New key {new['kid']}: it is published, and signs now.\n"
    assert "may refuse" in done.err
    assert "within 20 seconds" in done.err
    assert (new["state"], old["state"], old["kid"]) == ("signs", "withdrawn", leaked["kid"])


def test_a_key_that_signed_before_is_told_as_published(campus):
    run("keys", "rotate", "--config", campus.file)
    change = update(ToolKeyRow).where(ToolKeyRow.slot == 2).values(signs_from_ms=1)
    campus.bridge.store.database.write(lambda c: c.execute(change))
    assert [key["state"] for key in listed(campus)] == ["signs", "published"]


@pytest.mark.parametrize("overlap", ["5m", "59m", "31d", "24", "-1h", "tomorrow", "99999999h", ""])
def test_an_overlap_that_no_lms_could_follow_is_refused(campus, overlap):
    done = run("keys", "rotate", "--overlap", overlap, "--config", campus.file)
    assert done.code == 2
    assert "from 1h to 30d" in done.err
    assert len(listed(campus)) == 1


def test_no_private_key_is_ever_printed(campus):
    for arguments in (("list",), ("list", "--json"), ("rotate",), ("rotate", "--now", "--json")):
        done = run("keys", *arguments, "--config", campus.file)
        assert "PRIVATE" not in done.out + done.err
        assert "gAAAA" not in done.out + done.err


# Sealing anew


def with_keys(campus, *keys):
    """The same campus's settings with another list of secret keys."""
    config = campus.file.with_name("rotated.toml")
    text = campus.file.read_text()
    config.write_text(
        text.replace(f'secret_key = "{SECRET_KEY}"', f"secret_key = {json.dumps(keys)}")
    )
    return config


def test_after_sealing_anew_the_old_secret_key_can_go(campus):
    before = campus.launch(campus.student, campus.link()).joined_as["password"]
    done = run("db", "reseal", "--config", with_keys(campus, NEW_KEY, SECRET_KEY))
    assert done.code == 0, done.err
    assert done.out.startswith("3 secrets were sealed anew, 0 were sealed with the first key.")
    assert "take them out" in done.out
    assert "sealing anew" in done.err, "a bar that moves"
    new = with_keys(campus, NEW_KEY)
    campus.file.write_text(new.read_text())
    campus.restart()
    assert campus.launch(campus.student, campus.link()).joined_as["password"] == before
    again = run("db", "reseal", "--config", campus.file)
    assert again.out == "0 secrets were sealed anew, 3 were sealed with the first key.\n"


def test_what_no_key_opens_is_named_and_the_command_fails(campus):
    campus.launch(campus.student, campus.link())
    change = update(MeetingRow).values(moderator_password_sealed="gAAAAAB")
    campus.bridge.store.database.write(lambda c: c.execute(change))
    done = run("db", "reseal", "--config", with_keys(campus, NEW_KEY, SECRET_KEY))
    assert done.code == 1
    assert "No secret_key opens meetings 1: moderator_password." in done.err
    assert "secret_key list" in done.err
    assert "take them out" not in done.out
