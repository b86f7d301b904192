"""Finding somebody, giving out what is held of them, and erasing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, delete, func, or_, select, tuple_, update

from lti_bridge.errors import MalformedRequest
from lti_bridge.store.audit import AuditEntry, write_down
from lti_bridge.store.checkpoints import BEGINNING, Checkpoint, reach
from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.moving import LOCK_KEY
from lti_bridge.store.numbering import by_meets, number, number_of
from lti_bridge.store.persons import inside
from lti_bridge.store.persons.document import Document
from lti_bridge.store.persons.inventory import HOLDINGS, Holding, holds
from lti_bridge.store.persons.values import Erased, FoundPerson, Who
from lti_bridge.store.tables import (
    AdminAccountRow,
    AdminSessionRow,
    AliasRow,
    AuditRow,
    Base,
    CheckpointRow,
    ConnectionRow,
    EngagementRow,
    LaunchRow,
    MembershipRow,
    NoticeRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection, Row, Table

    from lti_bridge.store.engine import Database
    from lti_bridge.store.marks import Marks

MOST_FOUND: Final = 50
MOST_MENTIONS: Final = 100
LARGEST: Final = 2**63
ERASURES: Final = "erasures"
"""The checkpoint that counts them: who remembers people sees by it that there are fewer now."""
_NOT_SEARCHED: Final = frozenset(
    row.__tablename__
    for row in (AdminAccountRow, AdminSessionRow, AuditRow, EngagementRow, LaunchRow, NoticeRow)
)
"""About administrators, and as that they stay; or large, and read row by row already."""


class PersonalData:
    """Queries on all that is held of one person."""

    def __init__(self, database: Database, marks: Marks) -> None:
        """Queries run in transactions of ``database``; who is erased leaves ``marks``."""
        self._database = database
        self._marks = marks

    def find(self, text: str, connection_id: int | None = None) -> list[FoundPerson]:
        """Everybody who is known by that: a number (MEETS' or ours, or the log's), an LTI user ID
        (also one of before), an e-mail address or a whole name. Of one LMS only, where given.
        """
        text = text.strip().replace("\0", "")
        if not text:
            return []

        def read(connection: Connection) -> list[FoundPerson]:
            numbers = by_meets(connection)
            statement = _people(numbers).where(_known_by(text, numbers)).limit(MOST_FOUND)
            if connection_id is not None:
                statement = statement.where(UserRow.connection_id == connection_id)
            return [FoundPerson(*row) for row in connection.execute(statement).all()]

        return self._database.read(read)

    def person(self, row_id: int) -> FoundPerson | None:
        """Somebody by their row."""

        def read(connection: Connection) -> Row[*tuple[Any, ...]] | None:
            statement = _people(by_meets(connection)).where(UserRow.id == row_id)
            row: Row[*tuple[Any, ...]] | None = connection.execute(statement).first()
            return row

        row = self._database.read(read)
        return None if row is None else FoundPerson(*row)

    def document(self, row_id: int, now_ms: int) -> dict[str, Any]:
        """All that is held of somebody, in plain values: docs/privacy.md has its shape.

        Raises :class:`MalformedRequest` where there is nobody.
        """
        return self._database.read(lambda c: _document(c, row_id, now_ms))

    def counts(self, row_id: int) -> dict[str, int]:
        """How much of each kind is held of somebody; raises as :meth:`document`."""
        return self._database.read(lambda c: _counts(c, _who(c, row_id)))

    def erase(self, row_id: int, entry: AuditEntry) -> Erased:
        """Erase somebody from every table, in one transaction with the line that says so.

        ``entry`` names them by number only. Raises as :meth:`document`: also of two who do it at
        once, the second.
        """
        who, found = self._database.read(lambda c: _found(c, row_id))

        def change(connection: Connection) -> None:
            one_at_a_time(connection, LOCK_KEY)  # nobody moves them from LTI 1.1 meanwhile
            _who(connection, row_id)
            for holding in HOLDINGS:
                _erase(connection, holding, who, found[holding.section])
            count_erasure(connection, entry.at_ms)
            known_by = {*who.numbers, *who.names, who.email} - {""}
            self._marks.leave(connection, known_by, entry.at_ms)
            write_down(connection, entry)

        self._database.write(change)
        self._erase_late(who)
        counts = {section: len(rows) for section, rows in found.items()}
        return Erased(row_id, counts, tuple(self._database.read(lambda c: _mentions(c, who))))

    def _erase_late(self, who: Who) -> None:
        """What is looked for in texts was read before, so that nobody had to wait for it; this is
        what came between that and the erasing.
        """
        for holding in (each for each in HOLDINGS if each.sure is not None):
            late = self._database.read(partial(_rows, holding=holding, who=who))
            if late:
                self._database.write(partial(_erase, holding=holding, who=who, rows=late))

    def erasures(self) -> int:
        """How often people were erased, or forgotten in time, so far."""
        row = self._database.read(lambda c: c.execute(_LAST).first())
        return row.done if row else 0


def count_erasure(connection: Connection, at_ms: int) -> None:
    """Let every process know that there are people whom it mustn't remember any more."""
    last = connection.execute(_LAST).first()
    done = last.done if last else BEGINNING.done
    reach(connection, ERASURES, Checkpoint("", done + 1, at_ms))


_LAST: Final = select(CheckpointRow.done).where(CheckpointRow.name == ERASURES)


def _people(numbers: bool) -> Any:
    courses = select(func.count()).where(MembershipRow.user_id == UserRow.id).scalar_subquery()
    return (
        select(
            UserRow.id,
            number(UserRow, numbers),
            UserRow.connection_id,
            ConnectionRow.name,
            ConnectionRow.version,
            UserRow.lti_user_id,
            UserRow.name,
            UserRow.email,
            courses,
            UserRow.created_ms,
        )
        .join(ConnectionRow, ConnectionRow.id == UserRow.connection_id)
        .order_by(UserRow.connection_id, UserRow.id)
    )


def _known_by(text: str, numbers: bool) -> ColumnElement[bool]:
    former = select(AliasRow.row_id).where(AliasRow.kind == "user", AliasRow.lti_id == text)
    ways: list[ColumnElement[bool]] = [
        UserRow.lti_user_id == text,
        UserRow.id.in_(former),
        UserRow.name == text,
    ]
    if "@" in text:
        ways.append(func.lower(UserRow.email) == text.lower())
    if text.isascii() and text.isdigit() and int(text[:20]) < LARGEST:
        given = int(text)
        ways += [UserRow.id == given, UserRow.meets_id == given, number(UserRow, numbers) == given]
    return or_(*ways)


def _who(connection: Connection, row_id: int) -> Who:
    """Held until the end of the transaction: nothing is hung on them meanwhile."""
    statement = select(UserRow.__table__).where(UserRow.id == row_id).with_for_update()
    row = connection.execute(statement).first()
    if row is None:
        raise MalformedRequest(
            "There is no such person, or they were erased already.",
            remedy="Look for them anew.",
            code="person_missing",
        )
    known = {number_of(row.id, row.meets_id, by_meets(connection)), row.meets_id} - {None}
    return Who(
        id=row.id,
        connection_id=row.connection_id,
        lti_user_id=row.lti_user_id,
        numbers=tuple(sorted(map(str, known))),
        names=_names(row),
        email=row.email.strip().lower(),
    )


def _names(row: Row[Any]) -> tuple[str, ...]:
    """As ``scheduling.entering.visitor_for`` tells services of somebody, and as their LMS does."""
    both = f"{row.given_name} {row.family_name}".strip()
    shown = row.name.strip() or both or row.email.partition("@")[0].strip()
    names = (shown or f"Participant {row.id}", row.name, row.name.strip(), both)
    return tuple(dict.fromkeys(each for each in names if each.strip()))


def _rows(connection: Connection, holding: Holding, who: Who) -> list[dict[str, Any]]:
    statement = select(holding.table.__table__).where(holding.of(who)).order_by(*_key(holding))
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    sure = holding.sure
    return [row for row in rows if sure is None or sure(row, who)]


def _table(holding: Holding) -> Table:
    return Base.metadata.tables[holding.table.__tablename__]


def _key(holding: Holding) -> Sequence[Column[Any]]:
    return list(_table(holding).primary_key.columns)


def _counts(connection: Connection, who: Who) -> dict[str, int]:
    return {each.section: len(_rows(connection, each, who)) for each in HOLDINGS}


def _document(connection: Connection, row_id: int, now_ms: int) -> dict[str, Any]:
    who = _who(connection, row_id)
    document = Document(connection, who)
    sections = {each.section: document.of(each, _rows(connection, each, who)) for each in HOLDINGS}
    (person,) = sections.pop("person")
    return {
        "format": "lti-bridge/person/1",
        "made": document.moment(now_ms),
        "person": person,
        **dict(sorted(sections.items())),
    }


def _found(connection: Connection, row_id: int) -> tuple[Who, dict[str, list[dict[str, Any]]]]:
    who = _who(connection, row_id)
    return who, {each.section: _rows(connection, each, who) for each in HOLDINGS}


def _erase(
    connection: Connection, holding: Holding, who: Who, rows: Sequence[Mapping[str, Any]]
) -> None:
    """``rows``: those that were found by what is in them; others are found anew."""
    table, key = _table(holding), _key(holding)
    if holding.sure is None:
        here = holding.of(who)
        change = update(table).values(**holding.emptied) if holding.emptied else delete(table)
        connection.execute(change.where(here))
        return
    for row in rows:
        here = tuple_(*key) == tuple_(*(row[each.name] for each in key))
        if holding.erased == "row":
            connection.execute(delete(table).where(here))
        else:
            values = holding.emptied or _without(row, who)
            connection.execute(update(table).where(here).values(**values))


def _without(row: Mapping[str, Any], who: Who) -> dict[str, str]:
    return {"data": inside.packed(inside.without_stays(inside.parsed(row["data"]), who))}


def _mentions(connection: Connection, who: Who) -> list[str]:
    """Where words of others still have their name, address or identifier."""
    parts = (*(each for each in (*who.names, who.lti_user_id) if _tells(each)), who.email)
    found: list[str] = []
    for table in Base.metadata.sorted_tables:
        if table.name in _NOT_SEARCHED:
            continue
        texts = [
            each
            for each in table.columns
            if isinstance(each.type, String) and not each.name.endswith("_sealed")
        ]
        key = list(table.primary_key.columns)
        for column in texts:
            statement = select(*key).where(holds(column, parts)).limit(MOST_MENTIONS - len(found))
            rows = connection.execute(statement)
            found += [f"{table.name}.{column.name} {'/'.join(map(str, row))}" for row in rows]
    return found


def _tells(text: str) -> bool:
    return len(text) >= inside.TELLING
