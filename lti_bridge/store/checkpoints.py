"""How far long pieces of work have come: written together with what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from lti_bridge.store.tables import CheckpointRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a piece of work goes on."""

    position: str = ""
    """Empty: at the beginning; the last round came to its end."""
    done: int = 0
    """Things done in this round, or in the whole of the last one."""
    at_ms: int = 0


BEGINNING: Final = Checkpoint()


class Checkpoints:
    """Queries on checkpoints."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def of(self, name: str) -> Checkpoint:
        """The checkpoint of that name; the beginning, where there is none."""
        statement = select(CheckpointRow.__table__).where(CheckpointRow.name == name)
        row = self._database.read(lambda c: c.execute(statement).first())
        return Checkpoint(row.position, row.done, row.at_ms) if row else BEGINNING


def reach(connection: Connection, name: str, checkpoint: Checkpoint) -> None:
    """Note it, within the transaction that does what it stands for."""
    values = {
        "position": checkpoint.position,
        "done": checkpoint.done,
        "at_ms": checkpoint.at_ms,
    }
    connection.execute(
        insert(connection, CheckpointRow)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
