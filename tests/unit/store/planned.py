"""A series and its classes, as rows; what schedules them is tested elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, update

from lti_bridge.store import Meeting, Store
from lti_bridge.store.tables import MeetingRow, SeriesRow
from tests.unit.store.values import NOW, a_meeting

HOUR_MS = 3_600_000


def a_series(
    store: Store, begins: Sequence[int], *, uid: str = "uid-1"
) -> tuple[int, list[Meeting]]:
    """A series of classes of an hour that begin at these times; its row, and its meetings."""
    meetings = [a_meeting(store, f"{uid} {number}") for number in range(len(begins))]
    row = insert(SeriesRow).values(
        course_id=meetings[0].course_id, uid=uid, zone="UTC", starts="2026-10-05T10:00:00",
        minutes=60, created_ms=NOW, updated_ms=NOW,
    ).returning(SeriesRow.id)  # fmt: skip

    def change(connection):
        series = connection.execute(row).scalar_one()
        for meeting, at in zip(meetings, begins, strict=True):
            connection.execute(
                update(MeetingRow)
                .where(MeetingRow.id == meeting.id)
                .values(series_id=series, occurrence_ms=at, begins_ms=at, ends_ms=at + HOUR_MS)
            )
        return series

    series = store.database.write(change)
    return series, [store.meetings.by_id(meeting.id) for meeting in meetings]


def cancel(store: Store, meeting: Meeting) -> None:
    statement = update(MeetingRow).where(MeetingRow.id == meeting.id).values(cancelled_ms=NOW)
    store.database.write(lambda c: c.execute(statement))
