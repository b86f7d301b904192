"""One row of a person or course, taken with all that is theirs into another of the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, literal, not_, select, update
from sqlalchemy.orm import aliased

from lti_bridge.store.tables import (
    AliasRow,
    AttendanceCorrectionRow,
    AttendanceRow,
    CalendarFeedRow,
    CourseGroupRow,
    CourseRow,
    CourseServicesRow,
    GradingRow,
    GroupMemberRow,
    GuestLinkRow,
    MeetingRow,
    MeetsEventRow,
    MembershipRow,
    OutcomeLinkRow,
    ReminderRow,
    ScoreRow,
    SeriesRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row
    from sqlalchemy.orm import InstrumentedAttribute


_CHOSEN: Final = (
    "language",
    "zone",
    "browser_zone",
    "calendar",
    "remind_minutes",
    "remind_language",
)


def absorb_person(connection: Connection, own: Row[Any], theirs: Row[Any]) -> None:
    """Hang on ``own`` what belongs to ``theirs``, which goes."""
    _oldest(connection, MembershipRow.user_id, MembershipRow.course_id, own.id, theirs.id)
    _hang(connection, MembershipRow.user_id, (MembershipRow.course_id,), own.id, theirs.id)
    _hang(connection, GroupMemberRow.user_id, (GroupMemberRow.group_id,), own.id, theirs.id)
    _hang(connection, ScoreRow.user_id, (ScoreRow.meeting_id,), own.id, theirs.id)
    _hang(connection, OutcomeLinkRow.user_id, (OutcomeLinkRow.meeting_id,), own.id, theirs.id)
    _hang(connection, AttendanceRow.user_id, (), own.id, theirs.id)
    corrected = (AttendanceCorrectionRow.meeting_id, AttendanceCorrectionRow.held_ms)
    _hang(connection, AttendanceCorrectionRow.user_id, corrected, own.id, theirs.id)
    reminded = (ReminderRow.meeting_id, ReminderRow.begins_ms)
    _hang(connection, ReminderRow.user_id, reminded, own.id, theirs.id)
    for column in (
        MeetingRow.host_id,
        SeriesRow.created_by,
        GuestLinkRow.created_by,
        AttendanceCorrectionRow.corrected_by,
        ScoreRow.corrected_by,
        CalendarFeedRow.user_id,
    ):
        _hang(connection, column, (), own.id, theirs.id)
    texts = ("name", "given_name", "family_name", "email", *_CHOSEN)
    _give_up(connection, UserRow, own, theirs, texts)


def absorb_course(connection: Connection, own: Row[Any], theirs: Row[Any]) -> None:
    """Hang on ``own`` what belongs to ``theirs``, which goes."""
    _oldest(connection, MembershipRow.course_id, MembershipRow.user_id, own.id, theirs.id)
    _hang(connection, MembershipRow.course_id, (MembershipRow.user_id,), own.id, theirs.id)
    _hang(connection, CourseServicesRow.course_id, None, own.id, theirs.id)
    _hang(connection, CourseGroupRow.course_id, (CourseGroupRow.lti_group_id,), own.id, theirs.id)
    _hang(connection, MeetsEventRow.course_id, (MeetsEventRow.meets_id,), own.id, theirs.id)
    link = (MeetingRow.resource_link_id,)
    _hang(connection, MeetingRow.course_id, link, own.id, theirs.id)
    # Those whose link has a meeting already are meetings of the course without a link of their own.
    _set(connection, MeetingRow.course_id, theirs.id, {"resource_link_id": None})
    for column in (MeetingRow.course_id, SeriesRow.course_id, CalendarFeedRow.course_id):
        _hang(connection, column, (), own.id, theirs.id)
    _give_up(connection, CourseRow, own, theirs, ("title",))


def _hang(
    connection: Connection,
    column: InstrumentedAttribute[Any],
    others: tuple[InstrumentedAttribute[Any], ...] | None,
    own: int,
    theirs: int,
) -> None:
    """Rows whose ``column`` says ``theirs`` say ``own`` now, but where there is one with the same
    ``others`` already; None: where there is one at all.
    """
    table = column.class_
    statement = update(table).where(column == theirs).values({column.key: own})
    if others != ():
        twin = aliased(table)
        same = [getattr(twin, other.key) == other for other in others or ()]
        taken = select(literal(1)).where(getattr(twin, column.key) == own, *same).exists()
        statement = statement.where(not_(taken))
    connection.execute(statement)


def _set(
    connection: Connection, column: InstrumentedAttribute[Any], value: int, values: dict[str, Any]
) -> None:
    connection.execute(update(column.class_).where(column == value).values(values))


def _oldest(
    connection: Connection,
    column: InstrumentedAttribute[Any],
    other: InstrumentedAttribute[Any],
    own: int,
    theirs: int,
) -> None:
    """Who was in the course by both versions was so since the first of the two."""
    twin = aliased(MembershipRow)
    since = (
        select(func.min(twin.since_ms))
        .where(getattr(twin, column.key).in_((own, theirs)), getattr(twin, other.key) == other)
        .scalar_subquery()
    )
    connection.execute(update(MembershipRow).where(column == own).values(since_ms=since))


def _give_up(
    connection: Connection,
    table: type[CourseRow] | type[UserRow],
    own: Row[Any],
    theirs: Row[Any],
    texts: tuple[str, ...],
) -> None:
    """Take over what ``own`` has no value for, then delete ``theirs`` with what is left of it."""
    meets_id = own.meets_id if own.meets_id is not None else theirs.meets_id
    values: dict[str, Any] = {name: getattr(own, name) or getattr(theirs, name) for name in texts}
    values |= {"meets_id": meets_id, "created_ms": min(own.created_ms, theirs.created_ms)}
    if meets_id is not None:
        values["pending"] = False
    if table is CourseRow:
        values["conferencing"] = own.conferencing or theirs.conferencing
    connection.execute(update(table).where(table.id == own.id).values(values))
    # Aliases of an earlier move lead on to where the row went.
    kind = "course" if table is CourseRow else "user"
    connection.execute(
        update(AliasRow)
        .where(AliasRow.kind == kind, AliasRow.row_id == theirs.id)
        .values(row_id=own.id)
    )
    connection.execute(delete(table).where(table.id == theirs.id))


def grades_anew(connection: Connection, course: int, now_ms: int) -> None:
    """LTI 1.3 has a column of its own for them, which was told nothing yet."""
    meetings = select(MeetingRow.id).where(MeetingRow.course_id == course)
    connection.execute(
        update(ScoreRow).where(ScoreRow.meeting_id.in_(meetings)).values(sent="", refused="")
    )
    connection.execute(
        update(GradingRow)
        .where(GradingRow.meeting_id.in_(meetings), GradingRow.enabled)
        .values(due_ms=now_ms)
    )
