"""A copy of the database of one machine, whole at one moment, while people launch.

SQLite's own way (its Online Backup API) takes what a transaction saw; a plain copy of the file
would miss what still lies in its write-ahead log. PostgreSQL brings a program for this.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import StoreError
from lti_bridge.store.engine import unavailable

if TYPE_CHECKING:
    from lti_bridge.store.engine import Database

PAGES_AT_ONCE: Final = 1000

Tell = Callable[[int, int], None]
"""Told how many pages are copied, and how many there are."""


def copy_to(database: Database, target: Path, tell: Tell) -> int:
    """Copy an SQLite database into a new file; its size in bytes.

    The file is there whole or not at all, and only its owner may read it: it holds names and
    sealed secrets. Raises :class:`StoreError` where the database isn't SQLite, has no file, or the
    target can't be written.
    """
    if not database.is_sqlite:
        raise StoreError(
            "A PostgreSQL database is copied by PostgreSQL's own program.",
            remedy="Run: pg_dump --format=custom --file=bridge.dump DATABASE (see docs/backup.md)",
            code="backup_postgresql",
        )
    source = Path(database.url.database or "")
    if not source.is_file():
        raise StoreError(
            "There is no database yet.",
            remedy="Start the bridge once, or look whether database_url names the right file.",
            code="backup_nothing",
        )
    growing = target.with_name(f"{target.name}.part")
    try:
        growing.unlink(missing_ok=True)
        os.close(os.open(growing, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copied(source, growing, tell)
        growing.replace(target)
        return target.stat().st_size
    except sqlite3.Error as error:
        raise unavailable(error) from None
    except OSError as error:
        raise StoreError(
            f"The copy can't be written ({error.strerror}).",
            remedy="Name a file in a folder that is there, and that you may write to.",
            code="backup_target",
        ) from None
    finally:
        with suppress(OSError):  # what stood in the way has been told of
            growing.unlink(missing_ok=True)


def _copied(source: Path, growing: Path, tell: Tell) -> None:
    def progress(_status: int, remaining: int, total: int) -> None:
        tell(total - remaining, total)

    with closing(sqlite3.connect(source)) as full, closing(sqlite3.connect(growing)) as empty:
        full.backup(empty, pages=PAGES_AT_ONCE, progress=progress)
        # One file with nothing beside it, wherever it is carried.
        empty.execute("PRAGMA journal_mode=DELETE").close()
        (said,) = empty.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise StoreError(
            "The copy is damaged, and so the database seems to be.",
            remedy="Keep the last good copy, and look at the disk; then see docs/backup.md.",
            code="backup_damaged",
        )
