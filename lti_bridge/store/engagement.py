"""Meet & Engage's rows, day by day, as they came; and what reports count of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    and_,
    case,
    delete,
    distinct,
    func,
    not_,
    select,
    tuple_,
    update,
)

from lti_bridge.store.numbering import by_meets, number
from lti_bridge.store.tables import (
    CourseRow,
    EngagementDayRow,
    EngagementRow,
    MembershipRow,
    UserRow,
)
from lti_bridge.store.text import storable
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Executable
    from sqlalchemy.orm import InstrumentedAttribute

    from lti_bridge.store.engine import Database

AT_ONCE: Final = 1000
OTHERS_AT_ONCE: Final = 300
"""Each takes three values of a statement."""
CLEARED_AT_ONCE: Final = 10
"""Days; each may have thousands of rows."""
LONGEST_ADDRESS: Final = 320
EPOCH: Final = date(1970, 1, 1)


def day_of(number: int) -> date:
    """The day that is so many days after 1970-01-01."""
    return EPOCH + timedelta(days=number)


def number_of_day(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def folded(address: str) -> str:
    """An e-mail address, as two of them are compared: case-folded, without blanks around it."""
    return storable(address.strip().casefold(), LONGEST_ADDRESS)


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows: of a data method, from a day to a day, both included (days since 1970-01-01)."""

    account: str
    method: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row as it is kept."""

    data: str = field(repr=False)
    """JSON."""
    email_folded: str = field(default="", repr=False)
    """Empty where there is none, or where people aren't to be matched."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a course."""

    id: int
    name: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of an address."""

    email_folded: str = field(repr=False)
    rows: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class CourseFound:
    """What there is of a course's people."""

    course: int
    number: int
    """As the course is known outside (``meetsIdCourse``)."""
    title: str
    rows: int
    people: int


class EngagementData:
    """Queries on Meet & Engage's rows."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def _all(self, statement: Executable) -> Sequence[Any]:
        return self._database.read(lambda c: c.execute(statement).all())

    def fetched(self, which: Rows) -> dict[int, int]:
        """When each day was last fetched (UNIX ms); days that never were are missing."""
        day = EngagementDayRow
        statement = select(day.day, day.fetched_ms).where(
            day.account == which.account,
            day.method == which.method,
            day.day.between(which.first, which.last),
        )
        return {row.day: row.fetched_ms for row in self._all(statement)}

    def replace_day(
        self, account: str, method: str, day: int, rows: Sequence[NewRow], fetched_ms: int
    ) -> None:
        """A day as it is now, all of it; what was known of it goes."""

        def change(connection: Connection) -> None:
            values = {"fetched_ms": fetched_ms, "rows": len(rows)}
            # First, so that another worker with the same day waits until this one is through.
            connection.execute(
                insert(connection, EngagementDayRow)
                .values(account=account, method=method, day=day, **values)
                .on_conflict_do_update(index_elements=["account", "method", "day"], set_=values)
            )
            connection.execute(delete(EngagementRow).where(*_of(Rows(account, method, day, day))))
            for start in range(0, len(rows), AT_ONCE):
                connection.execute(
                    insert(connection, EngagementRow),
                    [
                        {
                            "account": account,
                            "method": method,
                            "day": day,
                            "ordinal": ordinal,
                            "email_folded": row.email_folded,
                            "data": row.data,
                        }
                        for ordinal, row in enumerate(rows[start : start + AT_ONCE], start)
                    ],
                )

        self._database.write(change)

    def clear(self, before_day: int) -> int:
        """Forget some days that are older; how many."""
        day = EngagementDayRow

        def change(connection: Connection) -> int:
            old = connection.execute(
                select(day.account, day.method, day.day)
                .where(day.day < before_day)
                .limit(CLEARED_AT_ONCE)
            ).all()
            for row in old:
                whole = Rows(row.account, row.method, row.day, row.day)
                connection.execute(delete(EngagementRow).where(*_of(whole)))
            keys = [tuple(row) for row in old]
            connection.execute(
                delete(day).where(tuple_(day.account, day.method, day.day).in_(keys))
            )
            return len(old)

        return self._database.write(change)

    def forget_addresses(self) -> int:
        """People are not to be matched (any more): the addresses to do it by go; of some rows."""
        some = select(EngagementRow.id).where(EngagementRow.email_folded > "").limit(AT_ONCE * 10)
        change = update(EngagementRow).where(EngagementRow.id.in_(some)).values(email_folded="")
        return self._database.write_statement(lambda c: c.execute(change).rowcount)

    def per_day(self, which: Rows, emails: Collection[str] | None = None) -> dict[int, int]:
        """Rows of each day that has any; of those addresses only, where some are given."""
        counted: dict[int, int] = {}
        for fits in _of_emails(emails):
            statement = (
                select(EngagementRow.day, func.count())
                .where(*_of(which), *fits)
                .group_by(EngagementRow.day)
            )
            for day, rows in self._all(statement):
                counted[day] = counted.get(day, 0) + rows
        return counted

    def addresses(self, which: Rows, emails: Collection[str] | None = None) -> list[Found]:
        """What there is of each address; ``emails`` as above."""
        row = EngagementRow
        found = []
        for fits in _of_emails(emails):
            statement = (
                select(row.email_folded, func.count(), func.min(row.day), func.max(row.day))
                .where(*_of(which), row.email_folded > "", *fits)
                .group_by(row.email_folded)
            )
            rows = self._all(statement)
            found += [Found(*each) for each in rows]
        return found

    def matched(self, which: Rows) -> tuple[int, int, int]:
        """People who have rows, addresses that have any, and addresses nobody of ours has."""
        row = EngagementRow
        addresses = (
            select(row.email_folded.label("email"))
            .distinct()
            .where(*_of(which), row.email_folded > "")
            .subquery()
        )

        def query(connection: Connection) -> tuple[int, int, int]:
            total = connection.execute(select(func.count()).select_from(addresses)).scalar_one()
            people = 0
            known: set[str] = set()
            for is_theirs in _joins(connection, addresses.c.email):
                joined = select(func.count(distinct(UserRow.id))).join(addresses, is_theirs)
                people += connection.execute(joined).scalar_one()
                of_somebody = select(addresses.c.email).distinct().join(UserRow, is_theirs)
                known.update(connection.execute(of_somebody).scalars())
            return people, total, total - len(known)

        return self._database.read(query)

    def per_course(self, which: Rows) -> list[CourseFound]:
        """Courses whose people have rows, most rows first."""
        row = EngagementRow

        def query(connection: Connection) -> list[CourseFound]:
            known_as = number(CourseRow, by_meets(connection)).label("number")
            found: dict[int, CourseFound] = {}
            for is_theirs in _joins(connection, row.email_folded):
                statement = (
                    select(
                        CourseRow.id, known_as, CourseRow.title,
                        func.count(row.id), func.count(distinct(UserRow.id)),
                    )
                    .select_from(row)
                    .join(UserRow, is_theirs)
                    .join(MembershipRow, MembershipRow.user_id == UserRow.id)
                    .join(CourseRow, CourseRow.id == MembershipRow.course_id)
                    .where(*_of(which), row.email_folded > "")
                    .group_by(CourseRow.id)
                )  # fmt: skip  # a select of five
                for each in connection.execute(statement):
                    new = CourseFound(*each)
                    old = found.get(new.course)
                    found[new.course] = _together(old, new) if old else new
            return sorted(found.values(), key=lambda one: (-one.rows, one.course))

        return self._database.read(query)

    def people_of(self, course: int) -> list[Person]:
        """Everybody of a course with an address."""
        statement = (
            select(UserRow.id, UserRow.name, UserRow.email)
            .join(MembershipRow, MembershipRow.user_id == UserRow.id)
            .where(MembershipRow.course_id == course, UserRow.email > "")
            .order_by(UserRow.name, UserRow.id)
        )
        return [Person(*row) for row in self._all(statement)]

    def course(self, course_number: int) -> tuple[int, str] | None:
        """Row and title of the course with that ``meetsIdCourse``."""

        def query(connection: Connection) -> tuple[int, str] | None:
            known_as = number(CourseRow, by_meets(connection))
            statement = select(CourseRow.id, CourseRow.title).where(known_as == course_number)
            row = connection.execute(statement.order_by(CourseRow.id)).first()
            return (row.id, row.title) if row else None

        return self._database.read(query)

    def rows(self, which: Rows, emails: Collection[str] | None = None) -> Iterator[tuple[int, str]]:
        """Day and JSON of each row, in order; no more than some hundreds are held."""
        row = EngagementRow
        for fits in _of_emails(emails):
            after: tuple[int, int] | None = (which.first, -1)
            while after is not None:
                statement = (
                    select(row.day, row.ordinal, row.data)
                    .where(*_of(which), tuple_(row.day, row.ordinal) > after, *fits)
                    .order_by(row.day, row.ordinal)
                    .limit(AT_ONCE)
                )
                page = self._all(statement)
                yield from ((each.day, each.data) for each in page)
                after = (page[-1].day, page[-1].ordinal) if len(page) == AT_ONCE else None


def _of(which: Rows) -> tuple[ColumnElement[bool], ...]:
    row = EngagementRow
    return (
        row.account == which.account,
        row.method == which.method,
        row.day.between(which.first, which.last),
    )


def _joins(
    connection: Connection, email_folded: ColumnElement[str] | InstrumentedAttribute[str]
) -> Iterator[ColumnElement[bool]]:
    """Conditions on whose an address is, one after the other; each person stands in one of them.

    Databases fold visible ASCII alike, and anything else each in its own way, or not at all.
    """
    email = UserRow.email
    is_sqlite = connection.dialect.name == "sqlite"
    is_other = email.bool_op("GLOB")("*[^!-~]*") if is_sqlite else email.bool_op("~")("[^!-~]")
    yield and_(func.lower(email) == email_folded, not_(is_other))
    others = connection.execute(select(UserRow.id, email).where(is_other)).all()
    for start in range(0, len(others), OTHERS_AT_ONCE):
        theirs = {row.id: folded(row.email) for row in others[start : start + OTHERS_AT_ONCE]}
        yield and_(UserRow.id.in_(theirs), email_folded == case(theirs, value=UserRow.id))


def _together(one: CourseFound, other: CourseFound) -> CourseFound:
    return replace(one, rows=one.rows + other.rows, people=one.people + other.people)


def _of_emails(emails: Collection[str] | None) -> Iterator[tuple[Any, ...]]:
    """Conditions, one after the other: a statement takes only so many addresses."""
    if emails is None:
        yield ()
        return
    given = sorted(set(emails))
    for start in range(0, len(given), AT_ONCE):
        yield (EngagementRow.email_folded.in_(given[start : start + AT_ONCE]),)
