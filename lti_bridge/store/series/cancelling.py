"""Classes that don't take place, and those that do after all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import case, func, select, update

from lti_bridge.store.gradebook import schedule_changed
from lti_bridge.store.series.values import Stays, may_change
from lti_bridge.store.tables import MeetingRow, SeriesRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NEXT: Final = MeetingRow.sequence + 1


def cancel_one(connection: Connection, meeting: int, at: Stays) -> bool:
    """See :meth:`lti_bridge.store.series.SeriesBook.cancel_one`."""
    statement = (
        update(MeetingRow)
        .where(
            MeetingRow.id == meeting,
            MeetingRow.series_id.is_not(None),
            MeetingRow.cancelled_ms.is_(None),
            may_change(at),
        )
        .values(cancelled_ms=at.now_ms, sequence=_NEXT)
        .returning(MeetingRow.series_id)
    )
    series = connection.execute(statement).scalar()
    if series is None:
        return False
    _note_cancelled(connection, series, at)
    return True


def restore_one(connection: Connection, meeting: int, at: Stays) -> bool:
    """See :meth:`lti_bridge.store.series.SeriesBook.restore_one`."""
    statement = (
        update(MeetingRow)
        .where(MeetingRow.id == meeting, MeetingRow.cancelled_ms.is_not(None))
        .values(cancelled_ms=None, sequence=_NEXT)
        .returning(MeetingRow.series_id)
    )
    series = connection.execute(statement).scalar()
    if series is None:
        return False
    _note_cancelled(connection, series, at)
    return True


def cancel(connection: Connection, series: int, from_ms: int | None, at: Stays) -> int:
    """See :meth:`lti_bridge.store.series.SeriesBook.cancel`."""
    statement = update(MeetingRow).where(
        MeetingRow.series_id == series,
        MeetingRow.cancelled_ms.is_(None),
        MeetingRow.ends_ms > at.now_ms,
        may_change(at),
    )
    if from_ms is not None:
        statement = statement.where(MeetingRow.occurrence_ms >= from_ms)
    values = {"cancelled_ms": at.now_ms, "sequence": _NEXT}
    count = connection.execute(statement.values(**values)).rowcount
    if count:
        _note_cancelled(connection, series, at)
    return count


def _note_cancelled(connection: Connection, series: int, at: Stays) -> None:
    """A series of which no class takes place is cancelled itself."""
    holds = (
        select(MeetingRow.id)
        .where(MeetingRow.series_id == series, MeetingRow.cancelled_ms.is_(None))
        .exists()
    )
    since = func.coalesce(SeriesRow.cancelled_ms, at.now_ms)
    connection.execute(
        update(SeriesRow)
        .where(SeriesRow.id == series)
        .values(
            cancelled_ms=case((~holds, since)),
            sequence=SeriesRow.sequence + 1,
            updated_ms=at.now_ms,
        )
    )
    schedule_changed(connection, series)
