"""A meeting of a campus made a class of a series, as rows; scheduling itself is tested elsewhere."""

from __future__ import annotations

import time

from sqlalchemy import insert, select, update

from lti_bridge.store.tables import MeetingRow, SeriesRow
from tests.campus import Campus

HOUR_MS = 3_600_000


def in_a_series(campus: Campus, *, begins_in_hours: float = -0.5, meeting: int = 1) -> int:
    """Let the meeting be a class of an hour that begins then; gives the series."""
    now_ms = int(time.time() * 1000)
    begins = now_ms + int(begins_in_hours * HOUR_MS)
    course = select(MeetingRow.course_id).where(MeetingRow.id == meeting).scalar_subquery()
    row = insert(SeriesRow).values(
        course_id=course, uid=f"uid-{begins}", zone="UTC", starts="2026-10-05T10:00:00", minutes=60,
        created_ms=now_ms, updated_ms=now_ms,
    ).returning(SeriesRow.id)  # fmt: skip

    def change(connection):
        series = connection.execute(row).scalar_one()
        connection.execute(
            update(MeetingRow)
            .where(MeetingRow.id == meeting)
            .values(
                series_id=series, occurrence_ms=begins, begins_ms=begins, ends_ms=begins + HOUR_MS
            )
        )
        return int(series)

    series = campus.bridge.store.database.write(change)
    campus.restart()  # what was known of the meeting is from before
    return series


def cancelled(campus: Campus, meeting: int = 1) -> None:
    statement = update(MeetingRow).where(MeetingRow.id == meeting).values(cancelled_ms=1)
    campus.bridge.store.database.write(lambda c: c.execute(statement))
    campus.restart()
