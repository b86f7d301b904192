"""The numbers by which people and courses are known outside: ``meetsIdUser``, ``meetsIdCourse``.

An institution without MEETS has ours, which are the row IDs. Where MEETS gave numbers, those hold
for good, also after the institution left MEETS: its reports are written against them. Whoever
MEETS doesn't know (yet) then has one far above, so that the two never meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, literal_column, or_, select

from lti_bridge.store.tables import LOCAL_NUMBERS, CourseRow, UserRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection


def by_meets(connection: Connection) -> bool:
    """Whether MEETS ever gave a number to somebody, or to a course, of this database."""
    given = (
        select(table.id).where(table.meets_id.is_not(None)).exists()
        for table in (CourseRow, UserRow)
    )
    return bool(connection.execute(select(or_(*given))).scalar())


def number(table: type[CourseRow] | type[UserRow], by_meets: bool) -> ColumnElement[int]:
    """The number, as an expression that has an index."""
    if not by_meets:
        return table.__table__.c.id
    # A literal: PostgreSQL uses an index on an expression only where it sees the same one.
    return func.coalesce(table.meets_id, table.id + literal_column(str(LOCAL_NUMBERS)))


def number_of(row_id: int, meets_id: int | None, by_meets: bool) -> int:
    """The number of a row."""
    if not by_meets:
        return row_id
    return meets_id if meets_id is not None else LOCAL_NUMBERS + row_id
