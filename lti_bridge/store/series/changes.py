"""What becomes of a series and its meetings when a teacher thinks otherwise.

A meeting that was held, or may be running, is never re-timed, renamed or deleted: its recordings
and attendance stay, and a second ``create`` with other parameters would fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, delete, func, select, update

from lti_bridge.store.gradebook import schedule_changed
from lti_bridge.store.series.making import add_classes, service_of
from lti_bridge.store.series.matching import matched
from lti_bridge.store.series.statements import BY_ID
from lti_bridge.store.series.values import (
    MINUTE_MS,
    OneClass,
    Plan,
    Setup,
    Stays,
    class_values,
    may_change,
    row_values,
    stays_of,
)
from lti_bridge.store.tables import GradingRow, MeetingRow, SeriesRow

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from lti_bridge.store.meetings import NewMeeting
    from lti_bridge.store.vault import Vault

_NEXT: Final = MeetingRow.sequence + 1


def change_one(
    connection: Connection, meeting: int, template: NewMeeting, said: OneClass, at: Stays
) -> bool:
    """See :meth:`lti_bridge.store.series.SeriesBook.change_one`."""
    moved = MeetingRow.begins_ms != said.begins_ms
    statement = (
        update(MeetingRow)
        .where(MeetingRow.id == meeting, MeetingRow.series_id.is_not(None), may_change(at))
        .values(
            **_settings(connection, template, said),
            begins_ms=said.begins_ms,
            ends_ms=said.ends_ms,
            changed=True,
            reminded_ms=case((moved, None), else_=MeetingRow.reminded_ms),
        )
        .returning(MeetingRow.series_id)
    )
    series = connection.execute(statement).scalar()
    if series is not None:  # calendars tell by it when they changed
        changed = update(SeriesRow).where(SeriesRow.id == series)
        connection.execute(changed.values(updated_ms=at.now_ms))
        schedule_changed(connection, series)
    return series is not None


def change(
    connection: Connection,
    vault: Vault,
    series: int,
    template: NewMeeting,
    plan: Plan,
    times: Sequence[int] | None,
    at: Stays,
) -> bool:
    """See :meth:`lti_bridge.store.series.SeriesBook.change`."""
    if held_row(connection, series) is None:
        return False
    every = _classes(connection, series)
    rows = [row for row in every if not stays_of(row, at)]
    if times is None:
        rows = [row for row in rows if row.ends_ms > at.now_ms]
    connection.execute(
        update(MeetingRow)
        .where(MeetingRow.id.in_([row.id for row in rows if not row.changed]), may_change(at))
        .values(**_settings(connection, template, plan))
    )
    if times is not None:
        free = _but_theirs([row for row in every if row not in rows], times, plan.zone)
        _retime(connection, vault, series, template, plan, free, rows, at)
    connection.execute(
        update(SeriesRow)
        .where(SeriesRow.id == series)
        .values(**row_values(plan), sequence=SeriesRow.sequence + 1, updated_ms=at.now_ms)
    )
    schedule_changed(connection, series)
    return True


def _but_theirs(stay: Sequence[Any], times: Sequence[int], zone: str) -> Sequence[int]:
    """The times without those of classes that stay as they are, which have one already."""
    taken = matched({row.id: row.occurrence_ms for row in stay}, times, zone).kept.values()
    return [time for time in times if time not in set(taken)]


def _settings(connection: Connection, template: NewMeeting, setup: Setup) -> dict[str, Any]:
    """What is said of a class, its time apart. On another service it is a new meeting."""
    service = service_of(connection, template, setup.own_service)
    stays = MeetingRow.service == service
    return {
        **class_values(setup, template.name),
        "service": service,
        "create_time": case((stays, MeetingRow.create_time)),
        "remote_id": case((stays, MeetingRow.remote_id), else_=""),
        "confirmed_ms": case((stays, MeetingRow.confirmed_ms)),
        "sequence": _NEXT,
    }


def _retime(
    connection: Connection,
    vault: Vault,
    series: int,
    template: NewMeeting,
    plan: Plan,
    times: Sequence[int],
    rows: Sequence[Row[Any]],
    at: Stays,
) -> None:
    """Give the classes of ``rows`` the times of the new rule; make what is missing."""
    result = matched({row.id: row.occurrence_ms for row in rows}, times, plan.zone)
    by_id = {row.id: row for row in rows}
    length_ms = plan.minutes * MINUTE_MS
    anew = []
    for row, time in result.kept.items():
        old = by_id[row]
        begins_ms = old.begins_ms if old.changed else time
        ends_ms = old.ends_ms if old.changed else time + length_ms
        if (old.occurrence_ms, old.begins_ms, old.ends_ms) != (time, begins_ms, ends_ms):
            reminded_ms = old.reminded_ms if old.begins_ms == begins_ms else None
            anew.append((row, time, begins_ms, ends_ms, reminded_ms))
    if anew:
        # Two classes may change places; for a moment none of them has any.
        moving = [one[0] for one in anew]
        connection.execute(
            update(MeetingRow).where(MeetingRow.id.in_(moving)).values(occurrence_ms=None)
        )
    _remove(connection, [by_id[row] for row in result.surplus], at)
    for values in anew:
        connection.execute(_MOVE, dict(zip(_MOVED, values, strict=True)))
    add_classes(connection, vault, series, template, plan, result.new, at.now_ms)
    _grade_alike(connection, series)


_MOVED: Final = ("row", "occurrence", "begins", "ends", "reminded")
_MOVE: Final = (
    update(MeetingRow)
    .where(MeetingRow.id == bindparam("row"))
    .values(
        occurrence_ms=bindparam("occurrence"),
        begins_ms=bindparam("begins"),
        ends_ms=bindparam("ends"),
        reminded_ms=bindparam("reminded"),
        sequence=_NEXT,
    )
)


def _remove(connection: Connection, rows: Sequence[Row[Any]], at: Stays) -> None:
    """Classes that the rule has no more: those that nothing hangs on go, others are cancelled."""
    ids = [row.id for row in rows]
    graded = select(GradingRow.meeting_id).where(GradingRow.meeting_id.in_(ids))
    hung = set(connection.execute(graded).scalars())
    gone = [row.id for row in rows if row.used_ms is None and row.id not in hung]
    connection.execute(delete(MeetingRow).where(MeetingRow.id.in_(gone), may_change(at)))
    connection.execute(
        update(MeetingRow)
        .where(MeetingRow.id.in_(ids), MeetingRow.cancelled_ms.is_(None))
        .values(cancelled_ms=at.now_ms, sequence=_NEXT)
    )


def _grade_alike(connection: Connection, series: int) -> None:
    """What came to a series counts for the same column of the gradebook as its others."""
    whose = (
        select(func.max(MeetingRow.graded_with_id))
        .where(MeetingRow.series_id == series)
        .scalar_subquery()
    )
    connection.execute(
        update(MeetingRow)
        .where(
            MeetingRow.series_id == series,
            MeetingRow.graded_with_id.is_(None),
            MeetingRow.id != whose,
        )
        .values(graded_with_id=whose)
    )


def held_row(connection: Connection, series: int) -> Row[Any] | None:
    """The series' row, held until the end."""
    return connection.execute(BY_ID.with_for_update(), {"series": series}).first()


def _classes(connection: Connection, series: int) -> list[Any]:
    row = MeetingRow
    statement = select(
        row.id,
        row.occurrence_ms,
        row.begins_ms,
        row.ends_ms,
        row.opens_early,
        row.changed,
        row.used_ms,
        row.reminded_ms,
        row.confirmed_ms,
        row.claim,
        row.claim_until_ms,
    ).where(row.series_id == series)
    return list(connection.execute(statement.with_for_update()))
