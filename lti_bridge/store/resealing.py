"""Sealing anew: what was sealed with an older secret key is sealed with the current one.

Each secret is changed by itself, from what it was when it was read: begun again, it passes over
what is done already; and a secret that somebody replaces meanwhile stays as they left it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, RowMapping, Table, func, select, tuple_, update

from lti_bridge.errors import StoreError
from lti_bridge.store.tables import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database
    from lti_bridge.store.vault import Vault

AT_ONCE: Final = 200
"""Rows in one transaction: small bites, so that no launch waits long for the database."""
MARK: Final = "_sealed"
"""Columns whose names end so hold secrets; there are no others."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of some rows."""

    rows: int
    """Looked at."""
    anew: int = 0
    """Secrets that were sealed anew."""
    current: int = 0
    """Secrets that were sealed with the first secret key already."""
    lost: tuple[str, ...] = ()
    """Where secrets stand that none of the secret keys opens."""


class Sealed:
    """Every sealed column of every table."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` has all secret keys; its first one is the current."""
        self._database = database
        self._vault = vault

    def rows(self) -> int:
        """How many rows there are to look at."""

        def count(connection: Connection) -> int:
            counts = (select(func.count()).select_from(table) for table in _tables())
            return sum(connection.execute(each).scalar_one() for each in counts)

        return self._database.read(count)

    def reseal(self) -> Iterator[Resealed]:
        """Seal everything anew, some rows at a time; what became of each lot."""
        for table in _tables():
            key = list(table.primary_key.columns)
            last: tuple[Any, ...] | None = None
            while rows := self._page(table, key, last):
                last = tuple(rows[-1][column] for column in key)
                yield self._database.write(partial(self._resealed, table, rows))

    def _page(
        self, table: Table, key: list[Column[Any]], last: tuple[Any, ...] | None
    ) -> list[RowMapping]:
        statement = select(*key, *_sealed(table)).order_by(*key).limit(AT_ONCE)
        if last is not None:
            statement = statement.where(tuple_(*key) > last)
        return list(self._database.read(lambda c: c.execute(statement).mappings().all()))

    def _resealed(self, table: Table, rows: list[RowMapping], connection: Connection) -> Resealed:
        anew = current = 0
        lost = []
        for found in rows:
            for column in _sealed(table):
                if not found[column]:
                    continue
                if self._vault.is_current(found[column]):
                    current += 1
                elif self._one(connection, table, column, found):
                    anew += 1
                else:
                    number = "/".join(str(found[each]) for each in table.primary_key.columns)
                    lost.append(f"{table.name} {number}: {column.name.removesuffix(MARK)}")
        return Resealed(len(rows), anew, current, tuple(lost))

    def _one(
        self,
        connection: Connection,
        table: Table,
        column: Column[Any],
        found: RowMapping,
    ) -> bool:
        """Seal that one anew; False where no key opens it."""
        try:
            secret = self._vault.open(found[column])
        except StoreError:
            return False
        same = [each == found[each] for each in (*table.primary_key.columns, column)]
        connection.execute(update(table).where(*same).values({column: self._vault.seal(secret)}))
        return True


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if _sealed(table)]


def _sealed(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name.endswith(MARK)]
