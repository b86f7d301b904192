"""MEETS' numbers of people and courses, taken over by the thousand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from lti_bridge.store.checkpoints import Checkpoint, reach
from lti_bridge.store.tables import IDENTIFIER, ConnectionRow, CourseRow, UserRow
from lti_bridge.store.text import storable
from lti_bridge.store.upsert import Insert, insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database
    from lti_bridge.store.people import Kind


@dataclass(frozen=True, slots=True)
class Mapped:
    """An LTI identifier and MEETS' number for it, with what MEETS knows besides."""

    lti_id: str = field(repr=False)
    meets_id: int
    title: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)

    @property
    def fits(self) -> bool:
        """Whether a launch could ever bring this identifier, so that it is worth to be kept."""
        return 0 < len(self.lti_id) <= IDENTIFIER and "\x00" not in self.lti_id


class Mapping:
    """Writes pages of mappings, each with the checkpoint behind it."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``; statements are built once."""
        self._database = database
        self._statements: Final[dict[Kind, Insert]] = {
            "course": _upsert(
                database, CourseRow, ("connection_id", "lti_context_id", "lone_link_id"), ("title",)
            ),
            "user": _upsert(
                database,
                UserRow,
                ("connection_id", "lti_user_id"),
                ("name", "given_name", "family_name", "email"),
            ),
        }

    def connections(self) -> dict[int, list[int]]:
        """Rows of the platforms at work, by ``meetsIdConnection``."""
        statement = (
            select(ConnectionRow.meets_connection, ConnectionRow.id)
            .where(ConnectionRow.active)
            .order_by(ConnectionRow.meets_connection, ConnectionRow.id)
        )
        found: dict[int, list[int]] = {}
        for row in self._database.read(lambda c: c.execute(statement).all()):
            found.setdefault(row.meets_connection, []).append(row.id)
        return found

    def take_over(
        self,
        kind: Kind,
        connections: Sequence[int],
        page: Sequence[Mapped],
        name: str,
        checkpoint: Checkpoint,
    ) -> None:
        """A page, for each of the connections' rows, with its checkpoint, or nothing of it.

        A number that is known already stays for good; names and addresses fill only gaps.
        """
        describe = _course if kind == "course" else _user
        rows = [
            {"connection_id": of, "created_ms": checkpoint.at_ms, **describe(one, checkpoint.at_ms)}
            for of in connections
            for one in page
        ]

        def change(connection: Connection) -> None:
            if rows:
                connection.execute(self._statements[kind], rows)
            reach(connection, name, checkpoint)

        self._database.write(change)


def _course(one: Mapped, now_ms: int) -> dict[str, Any]:
    return {
        "lti_context_id": one.lti_id,
        "lone_link_id": "",
        "title": storable(one.title),
        "meets_id": one.meets_id,
        "asked_ms": now_ms,
        "pending": False,
    }


def _user(one: Mapped, now_ms: int) -> dict[str, Any]:
    given, family = storable(one.given_name), storable(one.family_name)
    return {
        "lti_user_id": one.lti_id,
        "name": f"{given} {family}".strip(),
        "given_name": given,
        "family_name": family,
        "email": storable(one.email),
        "meets_id": one.meets_id,
        "asked_ms": now_ms,
        "pending": False,
    }


def _upsert(
    database: Database,
    table: type[CourseRow | UserRow],
    key: Sequence[str],
    texts: Sequence[str],
) -> Insert:
    new = insert(database, table)
    given = new.excluded
    changes: dict[str, Any] = {
        "meets_id": func.coalesce(table.meets_id, given.meets_id),
        "asked_ms": func.coalesce(table.asked_ms, given.asked_ms),
        "pending": False,
    }
    for name in texts:
        changes[name] = func.coalesce(func.nullif(getattr(table, name), ""), given[name])
    return new.on_conflict_do_update(index_elements=key, set_=changes)
