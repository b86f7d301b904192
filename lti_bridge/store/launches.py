"""What came in: one row per launch, written in batches so that a launch pays no second write."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, delete, insert, select, update

from lti_bridge.store.journal import BUFFER, Journal
from lti_bridge.store.tables import LaunchRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from lti_bridge.store.engine import Database

TO_DO: Final = " → "
"""In a launch's detail: before it what happened, behind it what to do."""
_LOOKALIKES: Final = str.maketrans("OIL", "011")
"""Signs that no reference has, and what they are taken for when it is read out (Crockford)."""


def reference_of(text: str) -> str:
    """The number as the page shows it, however it was read out and typed."""
    signs = "".join(c for c in text.upper() if c.isalnum()).translate(_LOOKALIKES)
    return f"{signs[:4]}-{signs[4:8]}" if signs else ""


@dataclass(frozen=True, slots=True)
class LaunchEntry:
    """One line of the launch list. It names nobody: numbers of rows, and reasons in words."""

    reference: str
    at_ms: int
    outcome: str
    milliseconds: int
    connection_id: int | None = None
    course_id: int | None = None
    user_id: int | None = None
    meeting_id: int | None = None
    role: str = ""
    reason: str = ""
    detail: str = ""
    step: str = ""
    said: Callable[[], str] | None = field(default=None, compare=False, repr=False)
    """Gives the JSON of what the LMS said, masked. It is asked for when the entry is written, in
    the journal's thread: no launch waits for it. Entries that are read hold none."""

    @property
    def happened(self) -> str:
        """What happened, in words; empty where nothing went wrong."""
        return self.detail.partition(TO_DO)[0]

    @property
    def to_do(self) -> str:
        """What to do about it."""
        return self.detail.partition(TO_DO)[2]


ENTRY: Final = tuple(each.name for each in fields(LaunchEntry) if each.name != "said")
"""What an entry is read with; claims are read by themselves, since a list shows none."""
_COLUMNS: Final = [getattr(LaunchRow, name) for name in ENTRY]


class Launches:
    """Queries on launches."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def add(self, entries: list[LaunchEntry]) -> None:
        """Write them in one transaction; texts too long for their column are cut."""
        rows = [_storable(entry) for entry in entries]
        self._database.write(lambda c: c.execute(insert(LaunchRow), rows))

    def by_reference(self, reference: str) -> LaunchEntry | None:
        """The launch a person reads the number of from their refusal page; the latest such."""
        statement = (
            select(*_COLUMNS).where(LaunchRow.reference == reference).order_by(LaunchRow.id.desc())
        )
        row = self._database.read(lambda c: c.execute(statement).first())
        return LaunchEntry(*row) if row else None

    def claims(self, reference: str) -> str:
        """What the LMS said in the launch of that number, as it is kept; empty where it isn't."""
        statement = (
            select(LaunchRow.claims)
            .where(LaunchRow.reference == reference)
            .order_by(LaunchRow.id.desc())
        )
        return self._database.read(lambda c: c.execute(statement).scalar()) or ""

    def clear_claims(self, before_ms: int, *, limit: int = 5000) -> int:
        """Forget what was said in up to ``limit`` launches older than that; in how many."""
        old = (
            select(LaunchRow.id)
            .where(LaunchRow.at_ms < before_ms, LaunchRow.claims != "")
            .limit(limit)
        )
        statement = update(LaunchRow).where(LaunchRow.id.in_(old)).values(claims="")
        return self._database.write(lambda c: c.execute(statement).rowcount)

    def clear(self, before_ms: int, *, limit: int = 5000) -> int:
        """Forget up to ``limit`` launches older than that; how many went."""
        old = select(LaunchRow.id).where(LaunchRow.at_ms < before_ms).limit(limit)
        statement = delete(LaunchRow).where(LaunchRow.id.in_(old))
        return self._database.write(lambda c: c.execute(statement).rowcount)


def _storable(entry: LaunchEntry) -> dict[str, Any]:
    """One entry that PostgreSQL refuses would keep all that wait with it from being written."""
    row = {name: getattr(entry, name) for name in ENTRY}
    row["claims"] = entry.said() if entry.said else ""
    for name, length in _LENGTHS.items():
        row[name] = row[name].replace("\0", "").encode("utf-8", "replace").decode()[:length]
    return row


_LENGTHS: Final[dict[str, int | None]] = {
    column.name: column.type.length
    for column in LaunchRow.__table__.columns
    if isinstance(column.type, String)
}
"""Text columns; None is any length."""


class LaunchJournal(Journal[LaunchEntry]):
    """The launch list, written a moment later."""

    def __init__(
        self, launches: Launches, *, every_seconds: float = 0.5, buffer: int = BUFFER
    ) -> None:
        """See :class:`Journal`."""
        super().__init__(launches.add, "launch-journal", every_seconds=every_seconds, buffer=buffer)
