"""Courses, people and who is in which course: what the directory remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import and_, bindparam, case, func, or_, select, update

from lti_bridge.store.tables import ConnectionRow, CourseRow, MembershipRow, UserRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.engine import Database
    from lti_bridge.store.platforms import Role

Kind = Literal["course", "user"]


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """A course row, as the directory needs it."""

    id: int
    title: str
    meets_id: int | None
    asked_ms: int
    """When MEETS was last asked for it; 0 for never."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a launch says of a person; never an identifier."""

    name: str = ""
    given_name: str = ""
    family_name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A user row, with the role in the course it was asked for (None: not yet in it)."""

    id: int
    profile: Profile
    meets_id: int | None
    asked_ms: int
    role: Role | None


@dataclass(frozen=True, slots=True)
class Pending:
    """An identifier that MEETS has still to be asked for."""

    kind: Kind
    id: int
    meets_connection: int
    lti_id: str


COURSE_COLUMNS: Final = (CourseRow.id, CourseRow.title, CourseRow.meets_id, CourseRow.asked_ms)


class People:
    """Queries on courses, users and memberships."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def course(
        self, connection_id: int, lti_context_id: str, lone_link_id: str
    ) -> CourseRecord | None:
        """The course of an LTI context, or of a lone link where that is empty."""
        statement = select(*COURSE_COLUMNS).where(
            CourseRow.connection_id == connection_id,
            CourseRow.lti_context_id == lti_context_id,
            CourseRow.lone_link_id == lone_link_id,
        )
        row = self._database.read(lambda c: c.execute(statement).first())
        return CourseRecord(row.id, row.title, row.meets_id, row.asked_ms or 0) if row else None

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
        """The course with this title, made if it wasn't there.

        ``asked_ms``: when MEETS was asked just now (None: it wasn't), with ``meets_id`` its answer.
        """
        new = insert(self._database, CourseRow).values(
            connection_id=connection_id,
            lti_context_id=lti_context_id,
            lone_link_id=lone_link_id,
            title=title,
            created_ms=now_ms,
            **_answer(meets_id, asked_ms),
        )
        statement = new.on_conflict_do_update(
            index_elements=["connection_id", "lti_context_id", "lone_link_id"],
            set_={"title": title, **_kept_answer(CourseRow, meets_id, asked_ms)},
        ).returning(*COURSE_COLUMNS)
        row = self._database.write(lambda c: c.execute(statement).one())
        return CourseRecord(row.id, row.title, row.meets_id, row.asked_ms or 0)

    def person(self, connection_id: int, lti_user_id: str, course_id: int) -> PersonRecord | None:
        """The person, with their role in the course, in one query."""
        row = self._database.read(
            lambda c: c.execute(
                _PERSON, {"connection": connection_id, "sub": lti_user_id, "course": course_id}
            ).first()
        )
        if row is None:
            return None
        profile = Profile(row.name, row.given_name, row.family_name, row.email)
        return PersonRecord(row.id, profile, row.meets_id, row.asked_ms or 0, row.role)

    def arrive(
        self,
        connection_id: int,
        lti_user_id: str,
        profile: Profile,
        *,
        course_id: int,
        role: Role,
        now_ms: int,
        meets_id: int | None = None,
        asked_ms: int | None = None,
    ) -> PersonRecord:
        """Remember the person, what the launch says of them, and their role in the course.

        ``meets_id`` and ``asked_ms`` as in :meth:`add_course`.
        """
        new = insert(self._database, UserRow).values(
            connection_id=connection_id,
            lti_user_id=lti_user_id,
            created_ms=now_ms,
            **_columns(profile),
            **_answer(meets_id, asked_ms),
        )
        user = new.on_conflict_do_update(
            index_elements=["connection_id", "lti_user_id"],
            set_={**_columns(profile), **_kept_answer(UserRow, meets_id, asked_ms)},
        ).returning(UserRow.id, UserRow.meets_id, UserRow.asked_ms)

        def change(connection: Connection) -> PersonRecord:
            row = connection.execute(user).one()
            connection.execute(
                insert(connection, MembershipRow)
                .values(course_id=course_id, user_id=row.id, role=role, since_ms=now_ms)
                .on_conflict_do_update(index_elements=["course_id", "user_id"], set_={"role": role})
            )
            return PersonRecord(row.id, profile, row.meets_id, row.asked_ms or 0, role)

        return self._database.write(change)

    def answered(self, kind: Kind, row_id: int, meets_id: int | None, now_ms: int) -> None:
        """Note what MEETS said of an identifier; None: not known (yet), or no answer."""
        table = _TABLES[kind]
        values: dict[str, Any] = {"asked_ms": now_ms, "pending": meets_id is None}
        if meets_id is not None:
            values["meets_id"] = meets_id
        statement = update(table).where(table.id == row_id, table.meets_id.is_(None))
        self._database.write(lambda c: c.execute(statement.values(**values)))

    def take_pending(self, kind: Kind, now_ms: int, *, limit: int = 20) -> list[Pending]:
        """Identifiers to ask MEETS for (again), noted as asked in the same moment.

        So two workers never get the same one, and one that dies over its share leaves rows that
        come up again: after a minute at first, then after as long as each has been waiting, up to
        a day. Rows that were never asked for come up too (made before MEETS was set up).
        """
        table, lti_id = _TABLES[kind], _LTI_IDS[kind]
        waited = table.asked_ms - table.created_ms
        pause = case(
            (waited < SHORTEST_PAUSE_MS, SHORTEST_PAUSE_MS),
            (waited > LONGEST_PAUSE_MS, LONGEST_PAUSE_MS),
            else_=waited,
        )
        due = (
            select(table.id)
            .where(
                table.meets_id.is_(None),
                lti_id != "",
                or_(
                    and_(table.pending, table.asked_ms + pause <= now_ms),
                    and_(table.asked_ms.is_(None), table.created_ms + SHORTEST_PAUSE_MS <= now_ms),
                ),
            )
            .order_by(table.asked_ms, table.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        take = (
            update(table)
            .where(table.id.in_(due))
            .values(pending=True, asked_ms=now_ms)
            .returning(table.id, table.connection_id, lti_id.label("lti_id"))
        )
        connections = select(ConnectionRow.id, ConnectionRow.meets_connection)

        def change(connection: Connection) -> list[Pending]:
            rows = connection.execute(take).all()
            numbers = {row.id: row.meets_connection for row in connection.execute(connections)}
            return [Pending(kind, row.id, numbers[row.connection_id], row.lti_id) for row in rows]

        return self._database.write(change)


_TABLES: Final[dict[Kind, type[CourseRow] | type[UserRow]]] = {
    "course": CourseRow,
    "user": UserRow,
}
_LTI_IDS: Final = {"course": CourseRow.lti_context_id, "user": UserRow.lti_user_id}
SHORTEST_PAUSE_MS: Final = 60_000
LONGEST_PAUSE_MS: Final = 24 * 3_600_000


def _answer(meets_id: int | None, asked_ms: int | None) -> dict[str, Any]:
    return {
        "meets_id": meets_id,
        "asked_ms": asked_ms,
        "pending": asked_ms is not None and meets_id is None,
    }


def _kept_answer(
    table: type[CourseRow] | type[UserRow], meets_id: int | None, asked_ms: int | None
) -> dict[str, Any]:
    """What a conflict may change: an answer that is there already stays for good."""
    if asked_ms is None:
        return {}
    known = func.coalesce(table.meets_id, meets_id)
    return {"meets_id": known, "asked_ms": asked_ms, "pending": known.is_(None)}


def _columns(profile: Profile) -> dict[str, str]:
    return {
        "name": profile.name,
        "given_name": profile.given_name,
        "family_name": profile.family_name,
        "email": profile.email,
    }


def _person_query() -> Any:
    return (
        select(
            UserRow.id,
            UserRow.name,
            UserRow.given_name,
            UserRow.family_name,
            UserRow.email,
            UserRow.meets_id,
            UserRow.asked_ms,
            MembershipRow.role,
        )
        .outerjoin(
            MembershipRow,
            and_(
                MembershipRow.user_id == UserRow.id,
                MembershipRow.course_id == bindparam("course"),
            ),
        )
        .where(
            UserRow.connection_id == bindparam("connection"),
            UserRow.lti_user_id == bindparam("sub"),
        )
    )


_PERSON: Final = _person_query()
