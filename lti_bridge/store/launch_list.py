"""The list of launches as administrators search it: the newest first, paged by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select

from lti_bridge.store.launches import ENTRY, LaunchEntry
from lti_bridge.store.numbering import by_meets, number
from lti_bridge.store.tables import ConnectionRow, CourseRow, LaunchRow, UserRow

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from lti_bridge.store.engine import Database

_COLUMNS: Final = [getattr(LaunchRow, name) for name in ENTRY]


@dataclass(frozen=True, slots=True)
class LaunchSearch:
    """Which launches; what isn't given says nothing."""

    reference: str = ""
    outcome: str = ""
    reason: str = ""
    """Why it was refused, by the word that the log has for it."""
    connection_id: int | None = None
    course: int | None = None
    """Number of the course: MEETS' or ours, or its row's, as the log has it."""
    course_title: str = ""
    """Some of its words, where the number isn't known."""
    person: int | None = None
    """Number of the person, in the same way."""
    since_ms: int | None = None
    """Not those that came in before (UNIX ms)."""


@dataclass(frozen=True, slots=True)
class ListedLaunch:
    """A launch, with what its numbers stand for. It names no person."""

    id: int
    entry: LaunchEntry
    platform: str
    version: str
    """Of LTI; empty where the platform isn't known."""
    course_title: str
    course: int | None
    """Its number outside, as :func:`number_of` has it."""
    person: int | None


class LaunchList:
    """Queries on the list."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def search(
        self, wanted: LaunchSearch, *, before_id: int | None = None, limit: int = 50
    ) -> list[ListedLaunch]:
        """The latest first, those below that number."""

        def read(connection: Connection) -> list[ListedLaunch]:
            numbers = by_meets(connection)
            statement = _listed(numbers).order_by(LaunchRow.id.desc()).limit(limit)
            if before_id is not None:
                statement = statement.where(LaunchRow.id < before_id)
            for condition in _conditions(wanted, numbers):
                statement = statement.where(condition)
            return [_launch(row) for row in connection.execute(statement)]

        return self._database.read(read)


def _listed(numbers: bool) -> Select[Any]:
    return (
        select(
            LaunchRow.id.label("row_id"),
            *(column.label(f"entry_{column.key}") for column in _COLUMNS),
            ConnectionRow.name,
            ConnectionRow.version,
            CourseRow.title,
            number(CourseRow, numbers).label("course"),
            number(UserRow, numbers).label("person"),
        )
        .outerjoin(ConnectionRow, ConnectionRow.id == LaunchRow.connection_id)
        .outerjoin(CourseRow, CourseRow.id == LaunchRow.course_id)
        .outerjoin(UserRow, UserRow.id == LaunchRow.user_id)
    )


def _conditions(wanted: LaunchSearch, numbers: bool) -> list[Any]:
    conditions: list[Any] = []
    if wanted.reference:
        conditions.append(LaunchRow.reference == wanted.reference)
    if wanted.outcome:
        conditions.append(LaunchRow.outcome == wanted.outcome)
    if wanted.reason:
        conditions.append(LaunchRow.reason == wanted.reason)
    if wanted.connection_id is not None:
        conditions.append(LaunchRow.connection_id == wanted.connection_id)
    if wanted.since_ms is not None:
        conditions.append(LaunchRow.at_ms >= wanted.since_ms)
    if wanted.course_title:
        title = CourseRow.title.icontains(wanted.course_title, autoescape=True)
        conditions.append(title)
    for column, table, value in (
        (LaunchRow.course_id, CourseRow, wanted.course),
        (LaunchRow.user_id, UserRow, wanted.person),
    ):
        if value is not None:
            known_as = select(table.id).where(number(table, numbers) == value)
            conditions.append(or_(column == value, column.in_(known_as)))
    return conditions


def _launch(row: Row[Any]) -> ListedLaunch:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's own public name for it
    return ListedLaunch(
        id=row.row_id,
        entry=LaunchEntry(**{name: values[f"entry_{name}"] for name in ENTRY}),
        platform=row.name or "",
        version=row.version or "",
        course_title=row.title or "",
        course=row.course,
        person=row.person,
    )
