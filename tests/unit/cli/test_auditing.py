"""Every command that changes something an administrator can change writes a line of the log."""

from __future__ import annotations

import os
import pwd

import click
import pytest
from sqlalchemy import select, table, text

from lti_bridge.cli import commands
from tests.unit.cli.house import NOW_MS

NOT_WRITTEN = {
    # They read; or do what the worker does by itself; or run before there is a log.
    "demo", "serve", "worker", "doctor", "course people", "course roster", "course groups",
    "jobs list", "jobs run", "db upgrade", "db backup", "admin list", "admin audit",
    "platform list", "platform show", "platform invites", "platform registrations",
    "platform values", "platform deployments", "launches list", "launches show", "keys list",
    "conferencing list", "conferencing check", "conferencing meetings", "conferencing info",
    "conferencing recordings", "conferencing attendance", "meets check", "meets list admins",
    "meets list connections", "meets list courses", "meets list users", "meets list course-users",
    "meets list events", "meets list recordings", "meets list authentication-log",
    "meets get attendance", "meets from course", "meets from user", "meets download", "meets sync",
    "engagement check", "engagement fetch", "engagement report", "token list", "attendance show",
    "attendance course", "grades list", "grades show", "guests list", "person find",
}  # fmt: skip  # one name a line is a page of names
ELSEWHERE = {
    # What they change takes more to set up: their line is looked for beside their other tests.
    "person export", "person erase", "platform accept", "platform refuse", "grades send", "guests revoke",
    "conferencing recording publish", "conferencing recording unpublish",
    "conferencing recording rename", "conferencing recording delete",
    "conferencing recording captions", "conferencing end",
}  # fmt: skip
PASSWORD = "correct horse battery"
SECRET = "top-secret-of-the-new-service"
ADDED = ("--preset", "moodle", "--host", "moodle.example.edu", "--client-id", "c1")
SERVICE = ("--kind", "bigbluebutton", "--url", "https://bbb.example.edu/b/", "--secret-file")
CHANGES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("admin create", ("ana",), "administrator.add"),
    ("admin create", ("bob",), "administrator.add"),
    ("admin disable", ("ana",), "administrator.disable"),
    ("admin password", ("bob",), "administrator.password"),
    ("admin totp-off", ("bob",), "administrator.totp_off"),
    ("platform invite", (), "platform.invite"),
    ("platform revoke-invite", ("1",), "platform.revoke_invite"),
    ("platform add", ("Moodle", *ADDED, "--conferencing", "live"), "platform.put"),
    ("platform roles", ("Moodle", "--set", "Mentor=moderator"), "platform.role"),
    ("platform policies", ("Moodle", "--set", "studentsHost=yes"), "platform.policies"),
    ("platform allow", ("Moodle", "7"), "platform.deployment"),
    ("platform forbid", ("Moodle", "7"), "platform.deployment"),
    ("platform add-1p1", ("Sakai", "--conferencing", "live"), "platform.put"),
    ("platform secret", ("Sakai",), "platform.secret"),
    ("platform rest", ("Moodle",), "platform.rest"),
    ("platform wake", ("Moodle",), "platform.wake"),
    ("token add", ("reports",), "token.add"),
    ("token revoke", ("1",), "token.revoke"),
    ("keys rotate", (), "keys.rotate"),
    ("conferencing add", ("backup", *SERVICE, "FILE"), "service.add"),
    ("conferencing secret", ("backup", "--secret-file", "FILE"), "service.secret"),
    ("conferencing rest", ("backup",), "service.rest"),
    ("conferencing wake", ("backup",), "service.wake"),
    ("conferencing assign", ("backup", "--course", "1"), "course.service"),
    ("conferencing remove", ("backup", "--yes"), "service.remove"),
    ("db reseal", (), "database.reseal"),
)


def leaves(command=commands, path=()):
    if isinstance(command, click.Group):
        return {
            leaf for name, one in command.commands.items() for leaf in leaves(one, (*path, name))
        }
    return {" ".join(path)}


def test_of_every_command_it_is_known_whether_it_writes_a_line():
    assert leaves() == NOT_WRITTEN | ELSEWHERE | {name for name, _, _ in CHANGES}


@pytest.fixture
def changed(house, tmp_path):
    """Run one of :data:`CHANGES`."""
    file = tmp_path / "new.secret"
    file.write_text(SECRET)
    house.a_meeting()

    def change(name, arguments):
        said = [str(file) if each == "FILE" else each for each in arguments]
        typed = f"{PASSWORD}\n" * 2 if name in {"admin create", "admin password"} else None
        return house.command(*name.split(), *said, typed=typed)

    return change


def test_each_change_is_written_down_with_who_and_without_secrets(house, changed):
    with house.bridge() as bridge:
        for name, arguments, action in CHANGES:
            done = changed(name, arguments)
            assert done.code == 0, (name, done.err)
            line = bridge.store.audit.search(limit=1)[0]
            assert line.action == action, name
            assert line.who == f"command line ({pwd.getpwuid(os.getuid()).pw_name})"
            assert line.at_ms > NOW_MS
            written = str(bridge.store.audit.search(limit=1000))
            once = [word for word in done.out.split() if "mb_" in word or "invite=" in word]
            once += [line.split()[-1] for line in done.out.splitlines() if "secret" in line[:15]]
            for secret in (PASSWORD, SECRET, *(each.rpartition("=")[2] for each in once)):
                assert secret not in written, name


def test_what_is_done_at_a_service_is_written_down_where_there_is_a_log(house, tmp_path):
    house.bbb.recordings.add(record_id="r-1", meeting_id="biology", name="Biology")
    file = tmp_path / "week1.vtt"
    file.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n")
    meeting = house.held("bbb").meeting_id
    upload = ("captions", "bbb", "r-1", "--upload", file, "--lang", "en")
    done = (
        *(
            ("recording", *each)
            for each in (
                ("unpublish", "bbb", "r-1"),
                ("publish", "bbb", "r-1"),
                ("rename", "bbb", "r-1", "--to", "Week 1"),
                upload,
                ("delete", "bbb", "r-1", "--yes"),
            )
        ),
        ("end", "bbb", meeting, "--yes"),
    )
    for each in done:
        ended = house.run(*each)
        assert ended.code == 0, (each, ended.err)
    with house.bridge() as bridge:
        lines = bridge.store.audit.search()
    actions = [line.action for line in reversed(lines)]
    assert actions == [f"recording.{each[1]}" for each in done[:-1]] + ["meeting.end"]
    assert {line.subject for line in lines} == {"bbb"}
    assert lines[2].after == {"recordings": ["r-1"], "language": "en", "removed": False}


def everything(bridge):
    """Every table but those that each start of a command writes anew."""
    read = bridge.store.database.read
    tables = read(
        lambda c: (
            c.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        )
    )
    rows = {
        name: read(
            lambda c, t=name: c.execute(select(text("*")).select_from(table(t))).mappings().all()
        )
        for name in tables
    }
    fleeting = {"updated_ms", "active"}
    return {
        name: [{k: v for k, v in row.items() if k not in fleeting} for row in found]
        for name, found in rows.items()
    }


def test_where_the_line_cannot_be_written_nothing_is_changed(house, changed):
    of_each_module = ("admin create", "platform add", "token add", "keys rotate",
                      "conferencing add", "conferencing assign")  # fmt: skip
    with house.bridge() as bridge:
        bridge.store.database.write(lambda c: c.execute(text("ALTER TABLE audit_log RENAME TO x")))
        before = everything(bridge)
        for name, arguments, _ in CHANGES:
            if name in of_each_module:
                said = [
                    each.replace("backup", "live") for each in arguments if name.endswith("assign")
                ]
                assert changed(name, said or arguments).code == 1, name
                assert everything(bridge) == before, name


def test_a_user_without_a_name_is_written_down_by_number(monkeypatch):
    from lti_bridge.cli import auditing

    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert auditing.who() == "command line (4000000)"
