"""Courses, people and meetings that moved from LTI 1.1 to LTI 1.3, with everything that is theirs.

Where the LMS's new connection has no row of its own yet, the old row becomes it, number and all.
Where both have one, that of LTI 1.3 stays: what belongs to the other is hung on it, and of what
both have, its own stays. A meeting is never given up, since its recordings are found by its ID at
the service: of two that one link means, that of LTI 1.3 stays the link's, and the other lies
beside it in the course.

An alias tells that it was done, and leads links that still launch by LTI 1.1 to the moved rows.
What an alias was once given stays: a copied course that names the same old one gets nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    String,
    and_,
    bindparam,
    case,
    cast,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from lti_bridge.errors import StoreError
from lti_bridge.store.absorbing import absorb_course, absorb_person, grades_anew
from lti_bridge.store.engine import one_at_a_time
from lti_bridge.store.tables import (
    AliasRow,
    CourseRow,
    MeetingRow,
    UserRow,
)
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row
    from sqlalchemy.orm import InstrumentedAttribute

    from lti_bridge.store.engine import Database
    from lti_bridge.store.tables import Base

LOCK_KEY: Final = 0x4D4F5645
"""Any number, the same for all nodes."""
ATTEMPTS: Final = 3
LONE: Final = "\x1f"
"""Before the link of a course that launches name by nothing else; no identifier holds it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Who is where, by the identifiers of one version of LTI."""

    connection_id: int
    lti_context_id: str
    """Empty where launches name no context; the link stands for it then."""
    lti_user_id: str
    """Empty for an anonymous person."""
    resource_link_id: str

    @property
    def lone_link_id(self) -> str:
        """The link of a course that has nothing else to be known by."""
        return "" if self.lti_context_id else self.resource_link_id

    @property
    def course_alias(self) -> str:
        """What aliases call the course."""
        return self.lti_context_id or LONE + self.resource_link_id


@dataclass(frozen=True, slots=True)
class Moved:
    """What identifiers of LTI 1.1 mean now; None where nothing was moved."""

    course: tuple[int, str, str] | None = None
    """Connection, context and lone link."""
    user: tuple[int, str] | None = None
    """Connection and ``sub``."""
    resource_link_id: str | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of moving."""

    whole: bool
    """Person, course and meeting are known by their old identifiers, too; there's nothing left."""
    notes: tuple[str, ...] = field(default=())
    """What both had and differed in, and which of them stays."""


class Moving:
    """Moves rows, and finds those that were moved."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def meant_by(self, old: Place) -> Moved:
        """Where that is now, in one query."""
        key = {
            "connection": old.connection_id,
            "course": old.course_alias,
            "user": old.lti_user_id,
            "link": old.resource_link_id,
        }
        moved: dict[str, Any] = {}
        for row in self._database.read(lambda c: c.execute(_MEANT, key).all()):
            if row.kind == "course" and row.course_connection is not None:
                moved["course"] = (row.course_connection, row.lti_context_id, row.lone_link_id)
            elif row.kind == "user" and row.user_connection is not None:
                moved["user"] = (row.user_connection, row.lti_user_id)
            elif row.kind == "meeting":
                moved["resource_link_id"] = row.resource_link_id
        return Moved(**moved)

    def bring(self, old: Place, new: Place, now_ms: int) -> Brought:
        """Make what is ``old`` part of what is ``new``: all of it, or nothing.

        Safe to repeat, and of several at once. Raises :class:`StoreError`.
        """
        for _ in range(ATTEMPTS):
            try:
                return self._database.write(lambda c: _bring(c, old, new, now_ms))
            except IntegrityError:
                continue  # a launch made a row of the same name meanwhile; now it is found
        raise StoreError(
            "What a course had by LTI 1.1 couldn't be moved to LTI 1.3.",
            remedy="It is tried again with a later launch.",
            code="moving",
        )


def _bring(connection: Connection, old: Place, new: Place, now_ms: int) -> Brought:
    one_at_a_time(connection, LOCK_KEY)
    notes: list[str] = []
    # People first, as launches do it: who waits for whom must not go round in a circle.
    person = _person(connection, old, new, now_ms, notes)
    course = _course(connection, old, new, now_ms, notes)
    meeting = _meeting(connection, old, new, now_ms)
    return Brought(person and course and meeting, tuple(notes))


def _person(connection: Connection, old: Place, new: Place, now_ms: int, notes: list[str]) -> bool:
    if not (old.lti_user_id and new.lti_user_id):
        return True
    if _alias(connection, old, "user", old.lti_user_id) is not None:
        return True
    of = UserRow.connection_id, UserRow.lti_user_id
    theirs = _row(connection, UserRow, of, (old.connection_id, old.lti_user_id))
    own = _row(connection, UserRow, of, (new.connection_id, new.lti_user_id))
    if theirs is not None and own is None:
        values = {"connection_id": new.connection_id, "lti_user_id": new.lti_user_id}
        connection.execute(update(UserRow).where(UserRow.id == theirs.id).values(values))
    elif theirs is not None and own is not None:
        _note_difference("person", own, theirs, notes)
        absorb_person(connection, own, theirs)
    return _remember(connection, old, "user", old.lti_user_id, own or theirs, now_ms)


def _course(connection: Connection, old: Place, new: Place, now_ms: int, notes: list[str]) -> bool:
    if _alias(connection, old, "course", old.course_alias) is not None:
        return True
    of = CourseRow.connection_id, CourseRow.lti_context_id, CourseRow.lone_link_id
    key = (new.connection_id, new.lti_context_id, new.lone_link_id)
    theirs = _row(
        connection, CourseRow, of, (old.connection_id, old.lti_context_id, old.lone_link_id)
    )
    own = _row(connection, CourseRow, of, key)
    if theirs is not None:
        grades_anew(connection, theirs.id, now_ms)
    if theirs is not None and own is None:
        values = dict(zip(("connection_id", "lti_context_id", "lone_link_id"), key, strict=True))
        connection.execute(update(CourseRow).where(CourseRow.id == theirs.id).values(values))
    elif theirs is not None and own is not None:
        _note_difference("course", own, theirs, notes)
        absorb_course(connection, own, theirs)
    return _remember(connection, old, "course", old.course_alias, own or theirs, now_ms)


def _meeting(connection: Connection, old: Place, new: Place, now_ms: int) -> bool:
    """The link's meeting, within the course that was moved; most links keep their ID."""
    course = _alias(connection, old, "course", old.course_alias)
    if course is None:
        return False
    if old.resource_link_id == new.resource_link_id or not _is_course(connection, course, new):
        return True
    name = f"{course}/{old.resource_link_id}"
    if _alias(connection, old, "meeting", name) is not None:
        return True
    of = MeetingRow.course_id, MeetingRow.resource_link_id
    theirs = _row(connection, MeetingRow, of, (course, old.resource_link_id))
    own = _row(connection, MeetingRow, of, (course, new.resource_link_id))
    if theirs is not None and own is None:
        statement = update(MeetingRow).where(MeetingRow.id == theirs.id)
        connection.execute(statement.values(resource_link_id=new.resource_link_id))
    return _remember(connection, old, "meeting", name, own or theirs, now_ms)


def _is_course(connection: Connection, course: int, new: Place) -> bool:
    """Whether that row is the course of the launch, and not one that it was copied from."""
    key = (new.connection_id, new.lti_context_id, new.lone_link_id)
    columns = CourseRow.connection_id, CourseRow.lti_context_id, CourseRow.lone_link_id
    row = connection.execute(select(*columns).where(CourseRow.id == course)).first()
    return row is not None and tuple(row) == key


def _row(
    connection: Connection,
    table: type[Base],
    columns: tuple[InstrumentedAttribute[Any], ...],
    key: tuple[Any, ...],
) -> Row[Any] | None:
    """The row with that key, held until the end: nothing is hung on it meanwhile."""
    same = [column == value for column, value in zip(columns, key, strict=True)]
    return connection.execute(select(table.__table__).where(*same).with_for_update()).first()


def _alias(connection: Connection, old: Place, kind: str, lti_id: str) -> int | None:
    statement = select(AliasRow.row_id).where(
        AliasRow.connection_id == old.connection_id,
        AliasRow.kind == kind,
        AliasRow.lti_id == lti_id,
    )
    return connection.execute(statement).scalar()


def _remember(
    connection: Connection, old: Place, kind: str, lti_id: str, row: Row[Any] | None, now_ms: int
) -> bool:
    """Note what the old identifier means; False where neither version has a row yet."""
    if row is None:
        return False
    values = {
        "connection_id": old.connection_id,
        "kind": kind,
        "lti_id": lti_id,
        "row_id": row.id,
        "at_ms": now_ms,
    }
    connection.execute(insert(connection, AliasRow).values(values).on_conflict_do_nothing())
    return True


def _note_difference(what: str, own: Row[Any], theirs: Row[Any], notes: list[str]) -> None:
    if None not in {own.meets_id, theirs.meets_id} and own.meets_id != theirs.meets_id:
        notes.append(
            f"MEETS has two numbers for {what} {own.id}: {own.meets_id} stays,"
            f" {theirs.meets_id} was that of LTI 1.1"
        )


def _course_meant() -> Any:
    row = select(cast(AliasRow.row_id, String)).where(
        AliasRow.connection_id == bindparam("connection"),
        AliasRow.kind == "course",
        AliasRow.lti_id == bindparam("course"),
    )
    return row.scalar_subquery()


def _of(kind: str, table: type[Base]) -> Any:
    return case((AliasRow.kind == kind, AliasRow.row_id)) == table.__table__.c.id


_MEANT: Final = (
    select(
        AliasRow.kind,
        CourseRow.connection_id.label("course_connection"),
        CourseRow.lti_context_id,
        CourseRow.lone_link_id,
        UserRow.connection_id.label("user_connection"),
        UserRow.lti_user_id,
        MeetingRow.resource_link_id,
    )
    .select_from(AliasRow)
    .outerjoin(CourseRow, _of("course", CourseRow))
    .outerjoin(UserRow, _of("user", UserRow))
    .outerjoin(MeetingRow, _of("meeting", MeetingRow))
    .where(
        AliasRow.connection_id == bindparam("connection"),
        or_(
            and_(AliasRow.kind == "course", AliasRow.lti_id == bindparam("course")),
            and_(AliasRow.kind == "user", AliasRow.lti_id == bindparam("user")),
            and_(
                AliasRow.kind == "meeting",
                AliasRow.lti_id == _course_meant() + "/" + bindparam("link", type_=String),
            ),
        ),
    )
)
