"""A series cut in two: what was, and what is to be otherwise from some class on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import literal, select, update

from lti_bridge.store.gradebook import schedule_changed
from lti_bridge.store.links import new_token
from lti_bridge.store.series.changes import held_row
from lti_bridge.store.series.statements import BY_UID
from lti_bridge.store.series.values import Plan, Stays, row_values
from lti_bridge.store.tables import GuestLinkRow, MeetingRow, SeriesRow, SlideRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection


def split(
    connection: Connection,
    series: int,
    from_ms: int,
    kept: str,
    rest: Plan,
    *,
    uid: str,
    at: Stays,
) -> int:
    """See :meth:`lti_bridge.store.series.SeriesBook.split`."""
    known = connection.execute(BY_UID, {"uid": uid}).first()
    if known is not None:
        return int(known.id)
    old = held_row(connection, series)
    if old is None:
        return series
    connection.execute(
        update(SeriesRow)
        .where(SeriesRow.id == series)
        .values(rule=kept, link_token=None, sequence=SeriesRow.sequence + 1, updated_ms=at.now_ms)
    )
    new = insert(connection, SeriesRow).values(
        course_id=old.course_id,
        uid=uid,
        link_token=old.link_token,
        created_by=old.created_by,
        created_ms=at.now_ms,
        updated_ms=at.now_ms,
        **row_values(rest),
    )
    made = int(connection.execute(new.returning(SeriesRow.id)).scalar_one())
    connection.execute(
        update(MeetingRow)
        .where(MeetingRow.series_id == series, MeetingRow.occurrence_ms >= from_ms)
        .values(series_id=made)
    )
    connection.execute(
        update(GuestLinkRow).where(GuestLinkRow.series_id == series).values(series_id=made)
    )
    _copy_slides(connection, series, made)
    for half in (series, made):
        schedule_changed(connection, half)
    return made


def _copy_slides(connection: Connection, series: int, new: int) -> None:
    """Those of a series are in class in both of its halves."""
    own = {"id", "series_id", "token"}
    names = [column.key for column in SlideRow.__table__.columns if column.key not in own]
    same = [getattr(SlideRow, name) for name in names]
    ids = select(SlideRow.id).where(SlideRow.series_id == series).order_by(SlideRow.id)
    for slide in connection.execute(ids).scalars().all():
        copy = select(literal(new), literal(new_token()), *same).where(SlideRow.id == slide)
        connection.execute(
            insert(connection, SlideRow).from_select(["series_id", "token", *names], copy)
        )
