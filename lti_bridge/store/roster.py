"""Who belongs to a course: what its roster says, page by page, and who is in it by now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, delete, func, or_, select, update

from lti_bridge.store.gradebook import course_changed
from lti_bridge.store.people import Profile, Standing
from lti_bridge.store.tables import CourseGroupRow, GroupMemberRow, MembershipRow, UserRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

    from lti_bridge.store.engine import Database
    from lti_bridge.store.platforms import Role

AT_ONCE: Final = 100
"""Members that one transaction writes: no launch waits long for it."""
_PROFILE: Final = ("name", "given_name", "family_name", "email")


@dataclass(frozen=True, slots=True)
class RosterMember:
    """Somebody whom a roster names."""

    lti_user_id: str
    profile: Profile = field(repr=False)
    role: Role
    standing: Standing
    active: bool = True
    groups: tuple[str, ...] | None = None
    """IDs of the LMS's groups; None: the roster doesn't say."""


@dataclass(frozen=True, slots=True)
class CourseMember:
    """Somebody in a course."""

    user_id: int
    lti_user_id: str
    profile: Profile = field(repr=False)
    role: Role
    standing: Standing
    named: bool
    """Whether the LMS's roster ever named them; else they came by a launch."""
    left_ms: int | None
    """When the roster named them no more, or as inactive; None: they belong to the course."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many belong to a course."""

    moderators: int
    attendees: int

    @property
    def people(self) -> int:
        """All of them."""
        return self.moderators + self.attendees


class CourseRoster:
    """Queries on who belongs to a course."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def save_page(
        self, course_id: int, connection_id: int, page: Sequence[RosterMember], run_ms: int
    ) -> None:
        """A page of a roster whose reading began at ``run_ms``.

        A profile is filled in only where the roster says something. People whom it names as
        inactive have left; one of those who was never here isn't remembered for it.
        """
        everybody = {one.lti_user_id: one for one in page}  # named twice, the last word counts
        named = list(everybody.values())
        for start in range(0, len(named), AT_ONCE):
            part = named[start : start + AT_ONCE]
            self._database.write(partial(_save, (course_id, connection_id), part, run_ms))

    def finish(self, course_id: int, run_ms: int) -> int:
        """The roster came whole: whom it named before and now didn't has left; how many.

        Whom it never named came by a launch, and isn't judged by it.
        """
        return self._database.write(lambda c: _finish(c, course_id, run_ms))

    def members(self, course_id: int) -> list[CourseMember]:
        """Everybody, also those who left: teachers first, then by name."""
        statement = _members(course_id)
        return [_member(row) for row in self._database.read(lambda c: c.execute(statement).all())]

    def page(
        self, course_id: int, *, search: str = "", start: int = 0, limit: int = 50
    ) -> tuple[list[CourseMember], int]:
        """Those who belong to the course and whose name or e-mail holds ``search``; how many such
        there are.
        """
        wanted = [MembershipRow.left_ms.is_(None), *_holding(search)]
        statement = _members(course_id).where(*wanted).offset(start).limit(limit)
        count = (
            select(func.count())
            .select_from(MembershipRow)
            .join(UserRow, UserRow.id == MembershipRow.user_id)
            .where(MembershipRow.course_id == course_id, *wanted)
        )

        def look(connection: Connection) -> tuple[list[CourseMember], int]:
            rows = connection.execute(statement).all()
            return [_member(row) for row in rows], connection.execute(count).scalar_one()

        return self._database.read(look)

    def counts(self, course_id: int) -> Counts:
        """How many belong to the course now."""
        leads = func.count(case((MembershipRow.role == "moderator", 1)))
        statement = select(leads, func.count()).where(
            MembershipRow.course_id == course_id, MembershipRow.left_ms.is_(None)
        )
        moderators, everybody = self._database.read(lambda c: c.execute(statement).one())
        return Counts(moderators, everybody - moderators)


def _save(
    where: tuple[int, int], part: Sequence[RosterMember], run_ms: int, connection: Connection
) -> None:
    course_id, connection_id = where
    active = [one for one in part if one.active]
    rows = _users(connection, connection_id, active, run_ms)
    if active:
        new = insert(connection, MembershipRow).values(
            [
                {
                    "course_id": course_id,
                    "user_id": rows[one.lti_user_id],
                    "role": one.role,
                    "standing": int(one.standing),
                    "since_ms": run_ms,
                    "roster_ms": run_ms,
                }
                for one in active
            ]
        )
        given = new.excluded
        changes = {
            "role": given.role,
            "standing": given.standing,
            "roster_ms": given.roster_ms,
            "left_ms": None,
        }
        connection.execute(
            new.on_conflict_do_update(index_elements=["course_id", "user_id"], set_=changes)
        )
    _leave(connection, course_id, connection_id, [one for one in part if not one.active], run_ms)
    _enrol(connection, course_id, active, rows)


def _users(
    connection: Connection, connection_id: int, named: Sequence[RosterMember], now_ms: int
) -> dict[str, int]:
    """Row IDs by ``sub``; only who is new, or of whom there is something new, is written."""
    known = {
        row.lti_user_id: row
        for row in connection.execute(
            select(UserRow.id, UserRow.lti_user_id, *(getattr(UserRow, n) for n in _PROFILE)).where(
                UserRow.connection_id == connection_id,
                UserRow.lti_user_id.in_([one.lti_user_id for one in named]),
            )
        )
    }
    ids = {sub: row.id for sub, row in known.items()}
    news = [one for one in named if _tells_more(one.profile, known.get(one.lti_user_id))]
    if not news:
        return ids
    new = insert(connection, UserRow).values(
        [
            {
                "connection_id": connection_id,
                "lti_user_id": one.lti_user_id,
                "created_ms": now_ms,
                **{name: getattr(one.profile, name) for name in _PROFILE},
            }
            for one in news
        ]
    )
    said = {
        name: func.coalesce(func.nullif(new.excluded[name], ""), getattr(UserRow, name))
        for name in _PROFILE
    }
    made = connection.execute(
        new.on_conflict_do_update(
            index_elements=["connection_id", "lti_user_id"], set_=said
        ).returning(UserRow.lti_user_id, UserRow.id)
    )
    return ids | {row.lti_user_id: row.id for row in made}


def _tells_more(profile: Profile, known: Row[Any] | None) -> bool:
    if known is None:
        return True
    return any(getattr(profile, name) not in ("", getattr(known, name)) for name in _PROFILE)


def _leave(
    connection: Connection,
    course_id: int,
    connection_id: int,
    gone: Iterable[RosterMember],
    run_ms: int,
) -> None:
    people = select(UserRow.id).where(
        UserRow.connection_id == connection_id,
        UserRow.lti_user_id.in_([one.lti_user_id for one in gone]),
    )
    connection.execute(
        update(MembershipRow)
        .where(MembershipRow.course_id == course_id, MembershipRow.user_id.in_(people))
        .values(roster_ms=run_ms, left_ms=func.coalesce(MembershipRow.left_ms, run_ms))
    )


def _enrol(
    connection: Connection, course_id: int, named: Iterable[RosterMember], rows: dict[str, int]
) -> None:
    """In the groups that the roster says, and in no others of the course."""
    said = {rows[one.lti_user_id]: one.groups for one in named if one.groups is not None}
    if not said:
        return
    groups = {
        row.lti_group_id: row.id
        for row in connection.execute(
            select(CourseGroupRow.id, CourseGroupRow.lti_group_id).where(
                CourseGroupRow.course_id == course_id
            )
        )
    }
    wanted = {
        (groups[group], user) for user, own in said.items() for group in own if group in groups
    }
    there = {
        (row.group_id, row.user_id)
        for row in connection.execute(
            select(GroupMemberRow.group_id, GroupMemberRow.user_id).where(
                GroupMemberRow.user_id.in_(said), GroupMemberRow.group_id.in_(groups.values())
            )
        )
    }
    for group, user in there - wanted:
        connection.execute(
            delete(GroupMemberRow).where(
                GroupMemberRow.group_id == group, GroupMemberRow.user_id == user
            )
        )
    if wanted - there:
        new = insert(connection, GroupMemberRow).values(
            [{"group_id": group, "user_id": user} for group, user in sorted(wanted - there)]
        )
        connection.execute(new.on_conflict_do_nothing())


def _finish(connection: Connection, course_id: int, run_ms: int) -> int:
    left = connection.execute(
        update(MembershipRow)
        .where(
            MembershipRow.course_id == course_id,
            MembershipRow.left_ms.is_(None),
            MembershipRow.roster_ms < run_ms,
        )
        .values(left_ms=run_ms)
    ).rowcount
    gone = select(MembershipRow.user_id).where(
        MembershipRow.course_id == course_id, MembershipRow.left_ms.is_not(None)
    )
    groups = select(CourseGroupRow.id).where(CourseGroupRow.course_id == course_id)
    connection.execute(
        delete(GroupMemberRow).where(
            GroupMemberRow.group_id.in_(groups), GroupMemberRow.user_id.in_(gone)
        )
    )
    course_changed(connection, course_id)
    return left


def _members(course_id: int) -> Any:
    return (
        select(
            UserRow.id,
            UserRow.lti_user_id,
            *(getattr(UserRow, name) for name in _PROFILE),
            MembershipRow.role,
            MembershipRow.standing,
            MembershipRow.roster_ms,
            MembershipRow.left_ms,
        )
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(MembershipRow.course_id == course_id)
        .order_by(MembershipRow.role.desc(), func.lower(UserRow.name), UserRow.id)
    )


def _holding(search: str) -> Collection[ColumnElement[bool]]:
    words = search.lower().split()
    texts = (UserRow.name, UserRow.given_name, UserRow.family_name, UserRow.email)
    return [
        or_(*(func.lower(text).contains(word, autoescape=True) for text in texts)) for word in words
    ]


def _member(row: Row[Any]) -> CourseMember:
    return CourseMember(
        user_id=row.id,
        lti_user_id=row.lti_user_id,
        profile=Profile(row.name, row.given_name, row.family_name, row.email),
        role=row.role,
        standing=Standing(row.standing),
        named=row.roster_ms is not None,
        left_ms=row.left_ms,
    )
