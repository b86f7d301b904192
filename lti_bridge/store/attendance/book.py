"""Queries on who was in, as a course's pages show it, and on what teachers say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, or_, select

from lti_bridge.store.attendance.meets import stays_at_meets
from lti_bridge.store.attendance.reading import attended
from lti_bridge.store.attendance.values import AttendedMeeting, Attender, Mark
from lti_bridge.store.attendance.versions import versions
from lti_bridge.store.gradebook.marking import attendance_changed
from lti_bridge.store.gradebook.statements import LEARNS
from lti_bridge.store.tables import (
    AttendanceCorrectionRow,
    CourseRow,
    GradingRow,
    GroupMemberRow,
    LinkMemberRow,
    MeetingRow,
    MembershipRow,
    UserRow,
)
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from lti_bridge.store.engine import Database

AT_ONCE: Final = 20
"""Meetings whose stays are read at once: a term of them is never in memory whole."""
MOST_MEETINGS: Final = 400
"""Of a course, the latest."""
_LEARNERS: Final = (
    select(
        UserRow.id,
        UserRow.name,
        UserRow.email,
        MembershipRow.roster_ms,
        MembershipRow.since_ms,
        MembershipRow.left_ms,
    )
    .join(UserRow, UserRow.id == MembershipRow.user_id)
    .where(LEARNS)
)


class Attendances:
    """The queries."""

    def __init__(self, database: Database) -> None:
        """Queries run in transactions of ``database``."""
        self._database = database

    def begun(self, course: int, now_ms: int) -> list[int]:
        """The course's meetings that have begun, or stand open: latest first."""
        statement = (
            select(MeetingRow.id)
            .where(
                MeetingRow.course_id == course,
                MeetingRow.cancelled_ms.is_(None),
                or_(MeetingRow.begins_ms.is_(None), MeetingRow.begins_ms <= now_ms),
            )
            .order_by(MeetingRow.begins_ms.desc().nulls_first(), MeetingRow.id.desc())
            .limit(MOST_MEETINGS)
        )
        return list(self._database.read(lambda c: c.execute(statement).scalars()))

    def each(self, meetings: Sequence[int]) -> Iterator[AttendedMeeting]:
        """These meetings with who was in, a few read at a time."""
        for start in range(0, len(meetings), AT_ONCE):
            yield from self._attended(meetings[start : start + AT_ONCE])

    def of_meeting(self, meeting: int) -> AttendedMeeting | None:
        """One meeting; None where there is none, or it was cancelled."""
        return next(iter(self._attended([meeting])), None)

    def _attended(self, meetings: Collection[int]) -> list[AttendedMeeting]:
        return self._database.read(lambda c: attended(c, MeetingRow.id.in_(meetings)))

    def learners(self, course: int) -> list[Attender]:
        """Who learns there, or did, by name; never who leads or looks on."""
        statement = _LEARNERS.where(MembershipRow.course_id == course)
        rows = self._database.read(lambda c: c.execute(statement).all())
        people = [_attender(row) for row in rows]
        return sorted(people, key=lambda one: (one.name.casefold(), one.user_id))

    def groups(self, course: int) -> dict[int, set[int]]:
        """The people of each of the course's groups that has a meeting, by its row."""
        statement = (
            select(GroupMemberRow.group_id, GroupMemberRow.user_id)
            .join(MeetingRow, MeetingRow.group_id == GroupMemberRow.group_id)
            .where(MeetingRow.course_id == course)
        )
        found: dict[int, set[int]] = defaultdict(set)
        for group, user in self._database.read(lambda c: c.execute(statement).all()):
            found[group].add(user)
        return found

    def link_rosters(self, course: int) -> dict[int, set[int]]:
        """Who may see the link of each graded meeting whose link the LMS tells of: user rows, by
        the row of the meeting that stands for all that are graded with it.
        """
        statement = (
            select(GradingRow.meeting_id, LinkMemberRow.user_id)
            .join(MeetingRow, MeetingRow.id == GradingRow.meeting_id)
            .outerjoin(LinkMemberRow, LinkMemberRow.meeting_id == GradingRow.meeting_id)
            .where(MeetingRow.course_id == course, GradingRow.link_roster_ms.is_not(None))
        )
        found: dict[int, set[int]] = defaultdict(set)
        for meeting, user in self._database.read(lambda c: c.execute(statement).all()):
            found[meeting].add(user)
        return found

    def events_of_classes(self, course: int, meetings: Collection[int]) -> set[int]:
        """Rows of MEETS' events that are counted as classes of ours, among these of a course."""
        courses = dict.fromkeys(meetings, course)
        found = self._database.read(lambda c: stays_at_meets(c, courses))
        return {event for event, _ in found.values()}

    def versions(self, meetings: Collection[int]) -> dict[int, Hashable]:
        """What each of these that may be remembered is like now, so that news of it are seen."""
        found = self._database.read(lambda c: versions(c, meetings)) if meetings else {}
        return {**found}

    def course_title(self, course: int) -> str:
        """The course's title; empty where it has none, or there is no such course."""
        statement = select(CourseRow.title).where(CourseRow.id == course)
        return self._database.read(lambda c: c.execute(statement).scalar()) or ""

    def correct(
        self,
        meeting: int,
        held: tuple[int, int, int],
        user_id: int,
        mark: Mark | None,
        *,
        note: str = "",
        by: int | None,
        now_ms: int,
    ) -> bool:
        """A teacher's word on somebody in a class; None: as measured. False where the person
        doesn't learn there.

        ``held``: when the class began, and from when to when what was said before of it lies.
        """
        began_ms, first_ms, last_ms = held
        belongs = _belongs(meeting, user_id)
        before = delete(AttendanceCorrectionRow).where(
            AttendanceCorrectionRow.meeting_id == meeting,
            AttendanceCorrectionRow.user_id == user_id,
            AttendanceCorrectionRow.held_ms.between(first_ms, last_ms),
        )
        values = {
            "meeting_id": meeting,
            "held_ms": began_ms,
            "user_id": user_id,
            "mark": mark,
            "note": note,
            "corrected_by": by,
            "at_ms": now_ms,
        }

        def change(connection: Connection) -> bool:
            if connection.execute(belongs).first() is None:
                return False
            connection.execute(before)
            if mark is not None:
                row = insert(connection, AttendanceCorrectionRow).values(**values)
                keys = ["meeting_id", "held_ms", "user_id"]
                connection.execute(row.on_conflict_do_update(index_elements=keys, set_=values))
            attendance_changed(connection, meeting)
            return True

        return self._database.write(change)


def _belongs(meeting: int, user_id: int) -> Select[Any]:
    return (
        select(MembershipRow.user_id)
        .join(MeetingRow, MeetingRow.course_id == MembershipRow.course_id)
        .where(MeetingRow.id == meeting, MembershipRow.user_id == user_id, LEARNS)
    )


def _attender(row: Any) -> Attender:
    return Attender(
        user_id=row.id,
        name=row.name,
        email=row.email,
        in_roster=row.roster_ms is not None,
        since_ms=row.since_ms,
        left_ms=row.left_ms,
    )
