"""The groups of courses, who is in them, and which meeting is whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select, update

from lti_bridge.store.meetings import insertion, meeting_from
from lti_bridge.store.tables import CourseGroupRow, GroupMemberRow, MeetingRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from lti_bridge.store.engine import Database
    from lti_bridge.store.meetings import Meeting, NewMeeting
    from lti_bridge.store.vault import Vault

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A group, as the LMS tells of it now."""

    lti_group_id: str
    name: str = field(repr=False)
    set_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CourseGroup:
    """A group of a course."""

    id: int
    course_id: int
    name: str = field(repr=False)
    set_name: str = field(repr=False)
    members: int
    meeting_id: int | None
    """Row of its own meeting; None until somebody opened it."""
    gone: bool = False


class Groups:
    """Queries on course groups."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """``vault`` seals the meetings' passwords."""
        self._database = database
        self._vault = vault

    def save(self, course_id: int, found: Sequence[FoundGroup], now_ms: int) -> None:
        """All groups of a course. One that isn't there any more is gone; what its meeting left
        stays.
        """
        self._database.write(lambda c: _save(c, course_id, found, now_ms))

    def of_course(self, course_id: int, *, user_id: int | None = None) -> list[CourseGroup]:
        """The groups that there are; of one person, where ``user_id`` is given."""
        statement = _GROUPS.where(CourseGroupRow.course_id == course_id, ~CourseGroupRow.gone)
        if user_id is not None:
            own = select(GroupMemberRow.group_id).where(GroupMemberRow.user_id == user_id)
            statement = statement.where(CourseGroupRow.id.in_(own))
        ordered = statement.order_by(
            func.lower(CourseGroupRow.set_name), func.lower(CourseGroupRow.name), CourseGroupRow.id
        )
        return [_group(row) for row in self._database.read(lambda c: c.execute(ordered).all())]

    def find(self, group_id: int) -> CourseGroup | None:
        """A group by its row, also one that is gone."""
        statement = _GROUPS.where(CourseGroupRow.id == group_id)
        row = self._database.read(lambda c: c.execute(statement).first())
        return _group(row) if row else None

    def has_member(self, group_id: int, user_id: int) -> bool:
        """Whether somebody is in a group now."""
        statement = select(GroupMemberRow.user_id).where(
            GroupMemberRow.group_id == group_id, GroupMemberRow.user_id == user_id
        )
        return self._database.read(lambda c: c.execute(statement).first()) is not None

    def meeting(self, group_id: int) -> Meeting | None:
        """A group's own meeting; None until there is one."""
        row = self._database.read(lambda c: c.execute(_MEETING, {"group": group_id}).first())
        return meeting_from(row, self._vault) if row else None

    def add_meeting(self, new: NewMeeting, now_ms: int) -> Meeting:
        """Make the meeting of ``new.group_id``, or give the one that was just made."""
        make = insertion(self._database, self._vault, new, now_ms).on_conflict_do_nothing(
            index_elements=["group_id"]
        )

        def change(connection: Connection) -> Any:
            connection.execute(make)
            return connection.execute(_MEETING, {"group": new.group_id}).one()

        return meeting_from(self._database.write(change), self._vault)


def _save(connection: Connection, course_id: int, found: Sequence[FoundGroup], now_ms: int) -> None:
    everyone = list({one.lti_group_id: one for one in found}.values())
    for start in range(0, len(everyone), AT_ONCE):
        new = insert(connection, CourseGroupRow).values(
            [
                {
                    "course_id": course_id,
                    "lti_group_id": one.lti_group_id,
                    "name": one.name,
                    "set_name": one.set_name,
                    "seen_ms": now_ms,
                    "gone": False,
                }
                for one in everyone[start : start + AT_ONCE]
            ]
        )
        given = new.excluded
        changes = {name: given[name] for name in ("name", "set_name", "seen_ms", "gone")}
        connection.execute(
            new.on_conflict_do_update(index_elements=["course_id", "lti_group_id"], set_=changes)
        )
    connection.execute(
        update(CourseGroupRow)
        .where(CourseGroupRow.course_id == course_id, CourseGroupRow.seen_ms < now_ms)
        .values(gone=True)
    )


_MEETING: Final = select(MeetingRow.__table__).where(MeetingRow.group_id == bindparam("group"))
_GROUPS: Final = select(
    CourseGroupRow.id,
    CourseGroupRow.course_id,
    CourseGroupRow.name,
    CourseGroupRow.set_name,
    CourseGroupRow.gone,
    select(func.count())
    .where(GroupMemberRow.group_id == CourseGroupRow.id)
    .correlate(CourseGroupRow)
    .scalar_subquery()
    .label("members"),
    select(MeetingRow.id)
    .where(MeetingRow.group_id == CourseGroupRow.id)
    .correlate(CourseGroupRow)
    .scalar_subquery()
    .label("meeting_id"),
)


def _group(row: Row[Any]) -> CourseGroup:
    return CourseGroup(
        id=row.id,
        course_id=row.course_id,
        name=row.name,
        set_name=row.set_name,
        members=row.members,
        meeting_id=row.meeting_id,
        gone=row.gone,
    )
