"""How the background jobs fare, over all nodes; and which node runs one just now.

A claim runs out by itself, so that the work of a node that died is taken over; a node that lives
renews it while it works. It only spares work: whatever a job does is safe to be done twice.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, or_, select, update

from lti_bridge.store.tables import JobRunRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database

WELL: Final = "ok"
"""The outcome of a run in which nothing failed; others are codes."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """What is known of a job's runs."""

    name: str
    started_ms: int | None
    """When it last began, on whichever node."""
    ended_ms: int | None
    """When a run last ended well."""
    failed_ms: int | None
    """When a run last failed."""
    outcome: str
    """Of the last run that ended: ``ok``, or a code; empty: none has."""
    done: int
    """How many things that run did."""
    runs: int
    failures: int
    """In a row."""
    claim_until_ms: int
    """So long whoever runs it may go on without a word; 0: nobody does."""

    @property
    def looked_ms(self) -> int | None:
        """When a run last ended, however."""
        return max((ms for ms in (self.ended_ms, self.failed_ms) if ms is not None), default=None)

    def is_running(self, now_ms: int) -> bool:
        """Whether some node runs it."""
        return self.claim_until_ms > now_ms

    def was_left(self, now_ms: int) -> bool:
        """Whether the node that ran it died over it: it began and never ended."""
        return 0 < self.claim_until_ms <= now_ms


class JobRuns:
    """Queries on the runs of jobs."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def all(self) -> list[JobRun]:
        """Of every job that ever began, by name."""
        statement = select(*_COLUMNS).order_by(JobRunRow.name)
        rows = self._database.read(lambda c: c.execute(statement).all())
        return [JobRun(*row) for row in rows]

    def begin(
        self, name: str, now_ms: int, hold_ms: int, *, unless_since_ms: int | None = None
    ) -> str | None:
        """Claim a job, and note that it began; the claim's token. None where another node runs it,
        or one began it at ``unless_since_ms`` or later. One UPDATE decides.
        """
        return self._database.write(lambda c: _begin(c, name, now_ms, hold_ms, unless_since_ms))

    def renew(self, name: str, claim: str, until_ms: int) -> None:
        """Whoever has the claim still works."""
        self._write(name, claim, claim_until_ms=until_ms)

    def end(self, name: str, claim: str, outcome: str, done: int, now_ms: int) -> None:
        """The run is over; ``outcome`` as in :class:`JobRun`. A lost claim ends nothing."""
        well = outcome == WELL
        self._write(
            name,
            claim,
            outcome=outcome[:60],
            done=done,
            runs=JobRunRow.runs + 1,
            failures=0 if well else JobRunRow.failures + 1,
            claim=None,
            claim_until_ms=0,
            **{"ended_ms" if well else "failed_ms": now_ms},
        )

    def _write(self, name: str, held: str, **values: Any) -> None:
        statement = (
            update(JobRunRow)
            .where(JobRunRow.name == name, JobRunRow.claim == held)
            .values(**values)
        )
        self._database.write_statement(lambda c: c.execute(statement))


_COLUMNS: Final[tuple[Any, ...]] = (
    JobRunRow.name,
    JobRunRow.started_ms,
    JobRunRow.ended_ms,
    JobRunRow.failed_ms,
    JobRunRow.outcome,
    JobRunRow.done,
    JobRunRow.runs,
    JobRunRow.failures,
    case((JobRunRow.claim.is_(None), 0), else_=JobRunRow.claim_until_ms),
)


def _begin(
    connection: Connection, name: str, now_ms: int, hold_ms: int, unless_since_ms: int | None
) -> str | None:
    claim = secrets.token_hex(8)
    connection.execute(insert(connection, JobRunRow).values(name=name).on_conflict_do_nothing())
    free = or_(JobRunRow.claim.is_(None), JobRunRow.claim_until_ms <= now_ms)
    take = (
        update(JobRunRow)
        .where(JobRunRow.name == name, free)
        .values(claim=claim, claim_until_ms=now_ms + hold_ms, started_ms=now_ms)
        .returning(JobRunRow.name)
    )
    if unless_since_ms is not None:
        began = JobRunRow.started_ms
        take = take.where(or_(began.is_(None), began < unless_since_ms))
    return claim if connection.execute(take).first() else None
