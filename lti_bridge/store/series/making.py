"""How a series comes to be, with all its meetings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, literal, select, update

from lti_bridge.store.meetings import meeting_values
from lti_bridge.store.series.statements import BY_UID
from lti_bridge.store.series.values import (
    MINUTE_MS,
    Plan,
    Series,
    class_values,
    row_values,
    series_from,
)
from lti_bridge.store.tables import CourseRow, GradingRow, MeetingRow, SeriesRow
from lti_bridge.store.upsert import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lti_bridge.store.gradebook import GradingRules
    from lti_bridge.store.meetings import NewMeeting
    from lti_bridge.store.vault import Vault


def add(
    connection: Connection,
    vault: Vault,
    template: NewMeeting,
    plan: Plan,
    times: Sequence[int],
    *,
    uid: str,
    created_by: int | None,
    now_ms: int,
    grading: GradingRules | None,
) -> Series:
    """See :meth:`lti_bridge.store.series.SeriesBook.add`."""
    new = (
        insert(connection, SeriesRow)
        .values(
            course_id=template.course_id,
            uid=uid,
            link_token=template.link_token,
            created_by=created_by,
            created_ms=now_ms,
            updated_ms=now_ms,
            **row_values(plan),
        )
        .on_conflict_do_nothing()
        .returning(SeriesRow.id)
    )
    made = connection.execute(new).scalar()
    if made is not None:
        add_classes(connection, vault, made, template, plan, times, now_ms)
        if grading is not None:
            grade(connection, made, grading, now_ms)
    return series_from(connection.execute(BY_UID, {"uid": uid}).one())


def add_classes(
    connection: Connection,
    vault: Vault,
    series: int,
    template: NewMeeting,
    plan: Plan,
    times: Sequence[int],
    now_ms: int,
) -> None:
    """A meeting for each of these times."""
    service = service_of(connection, template, plan.own_service)
    base = replace(template, link_token=None, resource_link_id=None)
    rows = [
        {
            **meeting_values(vault, base, now_ms),
            **class_values(plan, template.name),
            "service": service,
            "series_id": series,
            "occurrence_ms": time,
            "begins_ms": time,
            "ends_ms": time + plan.minutes * MINUTE_MS,
        }
        for time in times
    ]
    if rows:
        connection.execute(insert(connection, MeetingRow), rows)


def service_of(connection: Connection, template: NewMeeting, own: str | None) -> str:
    """Where a meeting is to be held: as its teacher, or its course, or its platform has it."""
    courses = (
        select(CourseRow.conferencing).where(CourseRow.id == template.course_id).scalar_subquery()
    )
    wanted: Any = func.coalesce(literal(own), courses, literal(template.service))
    return str(connection.execute(select(wanted)).scalar_one())


def grade(connection: Connection, series: int, grading: GradingRules, now_ms: int) -> int:
    """See :meth:`lti_bridge.store.series.SeriesBook.grade`."""
    classes = (
        select(MeetingRow.id, MeetingRow.graded_with_id)
        .where(MeetingRow.series_id == series)
        .order_by(MeetingRow.occurrence_ms)
    )
    rows = connection.execute(classes).all()
    others = [row.graded_with_id for row in rows if row.graded_with_id is not None]
    first = int(others[0] if others else rows[0].id)
    values = {
        "enabled": grading.enabled,
        "mode": grading.mode,
        "threshold": grading.threshold,
        "points": grading.points,
        "label": grading.label,
        "due_ms": 0 if grading.enabled else None,
        "failures": 0,
        "problem": "",
        "updated_ms": now_ms,
    }
    connection.execute(
        insert(connection, GradingRow)
        .values(meeting_id=first, **values)
        .on_conflict_do_update(index_elements=["meeting_id"], set_=values)
    )
    connection.execute(
        update(MeetingRow)
        .where(MeetingRow.series_id == series, MeetingRow.id != first)
        .values(graded_with_id=first)
    )
    return first
