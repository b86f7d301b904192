"""Courses, people and who is in which course: what the directory remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import IntFlag
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import and_, bindparam, case, func, literal, not_, select, update

from lti_bridge.store.numbering import by_meets
from lti_bridge.store.offered import NOTHING_OFFERED, OFFERED, Offered, offered_of
from lti_bridge.store.tables import (
    ConnectionRow,
    CourseRow,
    CourseServicesRow,
    MembershipRow,
    UserRow,
)
from lti_bridge.store.taking import chosen
from lti_bridge.store.upsert import Insert, insert

if TYPE_CHECKING:
    from sqlalchemy import Connection, Executable, Row, Select
    from sqlalchemy.sql.dml import ReturningInsert

    from lti_bridge.store.engine import Database
    from lti_bridge.store.platforms import Role

Kind = Literal["course", "user"]


class Standing(IntFlag):
    """What MEETS calls a person's roles in a course ("list_course_users")."""

    UNKNOWN = 0
    """Nobody said; the role in class has to do."""
    ADMINISTRATOR = 1
    TEACHER = 2
    STUDENT = 4
    NONE_OF_THEM = 8
    """Somebody who looks on."""


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """A course row, as the directory needs it."""

    id: int
    title: str
    meets_id: int | None
    asked_ms: int
    """When MEETS was last asked for it; 0 for never."""
    offered: Offered = NOTHING_OFFERED
    """Which services its LMS offers for it, as far as a launch said so."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a launch says of a person; never an identifier."""

    name: str = ""
    given_name: str = ""
    family_name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A user row, with the role in the course it was asked for (None: not in it)."""

    id: int
    profile: Profile
    meets_id: int | None
    asked_ms: int
    role: Role | None
    standing: Standing = Standing.UNKNOWN


@dataclass(frozen=True, slots=True)
class Pending:
    """An identifier that MEETS has still to be asked for."""

    kind: Kind
    id: int
    meets_connection: int
    lti_id: str


class People:
    """Queries on courses, users and memberships."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``; statements are built once."""
        self._database = database
        self._add_course = _upsert(
            database, CourseRow, ("connection_id", "lti_context_id", "lone_link_id"), ("title",)
        )
        self._add_user = _upsert(
            database, UserRow, ("connection_id", "lti_user_id"), _PROFILE, keeps_known=False
        )
        self._add_member = _with_new_role(insert(database, MembershipRow))
        self._arrive = None if database.is_sqlite else _arrival(database)

    def course(
        self, connection_id: int, lti_context_id: str, lone_link_id: str
    ) -> CourseRecord | None:
        """The course of an LTI context, or of a lone link where that is empty."""
        key = {"connection": connection_id, "context": lti_context_id, "link": lone_link_id}
        row = self._database.read(lambda c: c.execute(_COURSE, key).first())
        if row is None:
            return None
        offered = offered_of(row)
        return CourseRecord(row.id, row.title, row.meets_id, row.asked_ms or 0, offered)

    def add_course(
        self,
        connection_id: int,
        lti_context_id: str,
        lone_link_id: str,
        title: str,
        *,
        now_ms: int,
        meets_id: int | None = None,
        asked_ms: int | None = None,
    ) -> CourseRecord:
        """The course with this title, made if it wasn't there; an empty title changes nothing.

        ``asked_ms``: when MEETS was asked just now (None: it wasn't), with ``meets_id`` its answer.
        """
        values = {
            "connection_id": connection_id,
            "lti_context_id": lti_context_id,
            "lone_link_id": lone_link_id,
            "title": title,
            "created_ms": now_ms,
            **_answer(meets_id, asked_ms),
        }
        row = self._database.write_statement(lambda c: c.execute(self._add_course, values).one())
        return CourseRecord(row.id, row.title, row.meets_id, row.asked_ms or 0)

    def person(self, connection_id: int, lti_user_id: str, course_id: int) -> PersonRecord | None:
        """The person, with their role in the course, in one query."""
        key = {"connection": connection_id, "sub": lti_user_id, "course": course_id}
        row = self._database.read(lambda c: c.execute(_PERSON, key).first())
        if row is None:
            return None
        profile = Profile(row.name, row.given_name, row.family_name, row.email)
        standing = Standing(row.standing or 0)
        role = row.role if row.left_ms is None else None
        return PersonRecord(row.id, profile, row.meets_id, row.asked_ms or 0, role, standing)

    def arrive(
        self,
        connection_id: int,
        lti_user_id: str,
        profile: Profile,
        *,
        course_id: int,
        role: Role,
        now_ms: int,
        standing: Standing = Standing.UNKNOWN,
        meets_id: int | None = None,
        asked_ms: int | None = None,
    ) -> PersonRecord:
        """Remember the person, what the launch says of them, and their role in the course.

        ``meets_id`` and ``asked_ms`` as in :meth:`add_course`.
        """
        values = {
            "connection_id": connection_id,
            "lti_user_id": lti_user_id,
            "created_ms": now_ms,
            **asdict(profile),
            **_answer(meets_id, asked_ms),
        }

        member = {
            "course_id": course_id,
            "role": role,
            "standing": int(standing),
            "since_ms": now_ms,
        }

        def one_by_one(connection: Connection) -> Row[*tuple[Any, ...]]:
            row = connection.execute(self._add_user, values).one()
            connection.execute(self._add_member, {**member, "user_id": row.id})
            return row

        at_once, both = self._arrive, {**values, **member}
        if at_once is None:
            row = self._database.write(one_by_one)
        else:
            row = self._database.write_statement(lambda c: c.execute(at_once, both).one())
        return PersonRecord(row.id, profile, row.meets_id, row.asked_ms or 0, role, standing)

    def numbered_by_meets(self) -> bool:
        """Whether MEETS ever gave a number to anybody here; see ``store.numbering``."""
        return self._database.read(by_meets)

    def answered(self, kind: Kind, row_id: int, meets_id: int | None) -> None:
        """Note what MEETS said when asked again; None: it doesn't know it (yet)."""
        table = _TABLES[kind]
        values: dict[str, Any] = (
            {"unknown_times": table.unknown_times + 1}
            if meets_id is None
            else {"meets_id": meets_id, "pending": False}
        )
        statement = update(table).where(table.id == row_id, table.meets_id.is_(None))
        self._database.write(lambda c: c.execute(statement.values(**values)))

    def take_pending(self, kind: Kind, now_ms: int, *, limit: int = 20) -> list[Pending]:
        """Identifiers to ask MEETS for (again), noted as asked in the same moment.

        So two workers never get the same one, and one that dies over its share leaves rows that
        come up again. The pause before that is a minute at first and doubles with every "not
        known", up to 17 hours. Rows that were never asked for come up too (they were made before
        MEETS was set up).
        """
        table, lti_id = _TABLES[kind], _LTI_IDS[kind]
        doublings = case(
            (table.unknown_times > MOST_DOUBLINGS, MOST_DOUBLINGS), else_=table.unknown_times
        )
        pause = literal(SHORTEST_PAUSE_MS).bitwise_lshift(doublings)
        last_ms = now_ms - SHORTEST_PAUSE_MS
        # Apart, and in the order of the index: together they would sort every pending row.
        again = (
            select(table.id)
            .where(table.pending, table.asked_ms <= last_ms, table.asked_ms + pause <= now_ms)
            .order_by(table.asked_ms)
        )
        never = select(table.id).where(
            not_(table.pending), table.asked_ms.is_(None), table.created_ms <= last_ms
        )
        connections = select(ConnectionRow.id, ConnectionRow.meets_connection)

        def take(connection: Connection, due: Select[int], most: int) -> Sequence[Any]:
            some = due.where(table.meets_id.is_(None), lti_id != "").limit(most)
            return connection.execute(
                update(table)
                .where(table.id.in_(chosen(some)))
                .values(pending=True, asked_ms=now_ms)
                .returning(table.id, table.connection_id, lti_id.label("lti_id"))
            ).all()

        def change(connection: Connection) -> list[Pending]:
            rows = [*take(connection, again, limit)]
            if len(rows) < limit:
                rows += take(connection, never, limit - len(rows))
            numbers = {row.id: row.meets_connection for row in connection.execute(connections)}
            return [Pending(kind, row.id, numbers[row.connection_id], row.lti_id) for row in rows]

        return self._database.write(change)


_TABLES: Final[dict[Kind, type[CourseRow] | type[UserRow]]] = {
    "course": CourseRow,
    "user": UserRow,
}
_LTI_IDS: Final = {"course": CourseRow.lti_context_id, "user": UserRow.lti_user_id}
SHORTEST_PAUSE_MS: Final = 60_000
MOST_DOUBLINGS: Final = 10


def _answer(meets_id: int | None, asked_ms: int | None) -> dict[str, Any]:
    return {
        "meets_id": meets_id,
        "asked_ms": asked_ms,
        "pending": asked_ms is not None and meets_id is None,
    }


def _upsert(
    database: Database,
    table: type[CourseRow] | type[UserRow],
    key: Sequence[str],
    texts: Sequence[str],
    *,
    keeps_known: bool = True,
    values: Mapping[str, Any] | None = None,
) -> ReturningInsert[*tuple[Any, ...]]:
    """Make the row, or change its ``texts``, and note MEETS' answer if it was asked.

    An answer that is there already stays for good. ``keeps_known``: so does a text for which
    there is only an empty one now. ``values``: parameters by column, where the statement is to
    be part of another.
    """
    new = insert(database, table)
    if values is not None:
        new = new.values(**values)
    given = new.excluded
    meets_id = func.coalesce(table.meets_id, given.meets_id)
    changes: dict[str, Any] = {
        "meets_id": meets_id,
        "asked_ms": func.coalesce(given.asked_ms, table.asked_ms),
        "pending": case((given.asked_ms.is_(None), table.pending), else_=meets_id.is_(None)),
    }
    for name in texts:
        known = getattr(table, name)
        changes[name] = (
            func.coalesce(func.nullif(given[name], ""), known) if keeps_known else given[name]
        )
    upsert = new.on_conflict_do_update(index_elements=key, set_=changes)
    return upsert.returning(
        table.id, table.meets_id, table.asked_ms, *([CourseRow.title] if table is CourseRow else [])
    )


def _with_new_role(member: Insert) -> Insert:
    return member.on_conflict_do_update(
        index_elements=["course_id", "user_id"],
        # Who launches belongs to the course, whatever its roster said before.
        set_={
            "role": member.excluded.role,
            "standing": member.excluded.standing,
            "left_ms": None,
        },
    )


def _arrival(database: Database) -> Executable:
    """Person and membership in one statement, which is one way to the server instead of four."""
    columns = (
        "connection_id", "lti_user_id", "created_ms", *_PROFILE, "meets_id", "asked_ms", "pending"
    )  # fmt: skip
    user = _upsert(
        database,
        UserRow,
        ("connection_id", "lti_user_id"),
        _PROFILE,
        keeps_known=False,
        values={name: bindparam(name, type_=getattr(UserRow, name).type) for name in columns},
    ).cte("arrived")
    member = insert(database, MembershipRow).from_select(
        ["course_id", "user_id", "role", "standing", "since_ms"],
        select(
            bindparam("course_id", type_=MembershipRow.course_id.type),
            user.c.id,
            bindparam("role", type_=MembershipRow.role.type),
            bindparam("standing", type_=MembershipRow.standing.type),
            bindparam("since_ms", type_=MembershipRow.since_ms.type),
        ),
    )
    return _with_new_role(member).returning(
        *(
            select(column).scalar_subquery().label(name)
            for name, column in (
                ("id", user.c.id), ("meets_id", user.c.meets_id), ("asked_ms", user.c.asked_ms)
            )
        )
    )  # fmt: skip


_PROFILE: Final = tuple(field.name for field in fields(Profile))

_COURSE: Final = (
    select(CourseRow.id, CourseRow.title, CourseRow.meets_id, CourseRow.asked_ms, *OFFERED)
    .outerjoin(CourseServicesRow, CourseServicesRow.course_id == CourseRow.id)
    .where(
        CourseRow.connection_id == bindparam("connection"),
        CourseRow.lti_context_id == bindparam("context"),
        CourseRow.lone_link_id == bindparam("link"),
    )
)

_PERSON: Final = (
    select(
        UserRow.id,
        UserRow.name,
        UserRow.given_name,
        UserRow.family_name,
        UserRow.email,
        UserRow.meets_id,
        UserRow.asked_ms,
        MembershipRow.role,
        MembershipRow.standing,
        MembershipRow.left_ms,
    )
    .outerjoin(
        MembershipRow,
        and_(MembershipRow.user_id == UserRow.id, MembershipRow.course_id == bindparam("course")),
    )
    .where(
        UserRow.connection_id == bindparam("connection"), UserRow.lti_user_id == bindparam("sub")
    )
)
