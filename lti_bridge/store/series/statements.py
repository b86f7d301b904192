"""The statements that find series and their meetings."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, func, or_, select, tuple_

from lti_bridge.store.series.values import LONGEST_CLASS_MS
from lti_bridge.store.tables import CourseRow, MeetingRow, SeriesRow

SERIES: Final = select(SeriesRow.__table__)
BY_ID: Final = SERIES.where(SeriesRow.id == bindparam("series"))
BY_UID: Final = SERIES.where(SeriesRow.uid == bindparam("uid"))
NAMED: Final = SERIES.join(CourseRow, CourseRow.id == SeriesRow.course_id).where(
    SeriesRow.link_token == bindparam("token"),
    CourseRow.connection_id
    == select(CourseRow.connection_id).where(CourseRow.id == bindparam("course")).scalar_subquery(),
)
STAMP: Final = select(
    func.count(), func.sum(SeriesRow.sequence), func.sum(SeriesRow.updated_ms)
).where(SeriesRow.course_id == bindparam("course"))
MEETING: Final = select(MeetingRow.__table__)
OF_SERIES: Final = MEETING.where(MeetingRow.series_id == bindparam("series")).order_by(
    MeetingRow.begins_ms, MeetingRow.id
)
CURRENT: Final = (
    MEETING.where(
        MeetingRow.series_id == bindparam("series"),
        MeetingRow.cancelled_ms.is_(None),
        MeetingRow.ends_ms > bindparam("since"),
    )
    .order_by(MeetingRow.begins_ms, MeetingRow.id)
    .limit(bindparam("most"))
)
CURRENT_NAMED: Final = (
    MEETING.join(SeriesRow, SeriesRow.id == MeetingRow.series_id)
    .join(CourseRow, CourseRow.id == SeriesRow.course_id)
    .where(
        SeriesRow.link_token == bindparam("token"),
        CourseRow.connection_id
        == select(CourseRow.connection_id)
        .where(CourseRow.id == bindparam("course"))
        .scalar_subquery(),
        MeetingRow.cancelled_ms.is_(None),
        MeetingRow.ends_ms > bindparam("since"),
    )
    .order_by(MeetingRow.begins_ms, MeetingRow.id)
    .limit(bindparam("most"))
)
LAST: Final = (
    MEETING.where(MeetingRow.series_id == bindparam("series"))
    .order_by(MeetingRow.cancelled_ms.is_not(None), MeetingRow.begins_ms.desc())
    .limit(1)
)


def in_window(
    from_ms: int | None, until_ms: int | None, *, cancelled: bool, besides: int | None
) -> Select[Any]:
    """The scheduled meetings of ``courses`` that go on at some moment of a window."""
    row = MeetingRow
    found = MEETING.where(
        row.course_id.in_(bindparam("courses", expanding=True)), row.begins_ms.is_not(None)
    )
    if until_ms is not None:
        found = found.where(row.begins_ms < until_ms)
    if from_ms is not None:
        found = found.where(row.ends_ms > from_ms, row.begins_ms > from_ms - LONGEST_CLASS_MS)
    if not cancelled:
        found = found.where(row.cancelled_ms.is_(None))
    if besides is not None:
        found = found.where(or_(row.series_id.is_(None), row.series_id != besides))
    return found


def paged(
    found: Select[Any], *, limit: int, latest_first: bool, after: tuple[int, int] | None
) -> Select[Any]:
    """A page of them; ``after``: beginning and row of the last one of the page before."""
    key = MeetingRow.begins_ms, MeetingRow.id
    if after is not None:
        place = tuple_(*key)
        here = tuple_(*after)
        found = found.where(place < here if latest_first else place > here)
    order = [column.desc() if latest_first else column for column in key]
    return found.order_by(*order).limit(limit)


def upcoming(series: int, now_ms: int) -> Any:
    """The meetings of a series that didn't begin yet, or whose turn it is."""
    return and_(MeetingRow.series_id == series, MeetingRow.ends_ms > now_ms)
