"""The statements that find graded meetings and their learners, and what their rows mean."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import and_, func, or_, select

from lti_bridge.store.gradebook.values import GradedMeeting, GradingRules, Learner
from lti_bridge.store.people import Standing
from lti_bridge.store.tables import (
    ConnectionRow,
    CourseRow,
    CourseServicesRow,
    GradingRow,
    GroupMemberRow,
    MeetingRow,
    MembershipRow,
    OutcomeLinkRow,
    ScoreRow,
    UserRow,
)

_LINKS: Final = (
    select(func.count())
    .select_from(OutcomeLinkRow)
    .where(OutcomeLinkRow.meeting_id == MeetingRow.id)
    .scalar_subquery()
)
GRADED: Final = (
    select(
        MeetingRow.id,
        MeetingRow.course_id,
        CourseRow.connection_id,
        ConnectionRow.version.label("lti_version"),
        MeetingRow.meeting_id,
        MeetingRow.name,
        MeetingRow.begins_ms,
        MeetingRow.ends_ms,
        MeetingRow.attendance_final,
        MeetingRow.group_id,
        MeetingRow.line_item_url.label("coupled_url"),
        CourseServicesRow.line_items_url,
        CourseServicesRow.grade_scopes,
        GradingRow.meeting_id.label("graded"),
        GradingRow.enabled,
        GradingRow.mode,
        GradingRow.threshold,
        GradingRow.points,
        GradingRow.label,
        GradingRow.line_item_url,
        GradingRow.line_item_told,
        GradingRow.due_ms,
        GradingRow.failures,
        GradingRow.problem,
        GradingRow.updated_ms,
        _LINKS.label("outcome_links"),
    )
    .select_from(MeetingRow)
    .join(CourseRow, CourseRow.id == MeetingRow.course_id)
    .join(ConnectionRow, ConnectionRow.id == CourseRow.connection_id)
    .outerjoin(GradingRow, GradingRow.meeting_id == MeetingRow.id)
    .outerjoin(CourseServicesRow, CourseServicesRow.course_id == MeetingRow.course_id)
)
_LEADS: Final = int(Standing.TEACHER | Standing.ADMINISTRATOR)
_LEARNS: Final = and_(
    MembershipRow.role == "attendee",
    MembershipRow.standing.op("&")(_LEADS) == 0,
    or_(
        MembershipRow.standing == 0,
        MembershipRow.standing.op("&")(int(Standing.STUDENT)) != 0,
    ),
)
_IN_GROUP: Final = (
    select(GroupMemberRow.user_id)
    .where(
        GroupMemberRow.group_id == MeetingRow.group_id,
        GroupMemberRow.user_id == MembershipRow.user_id,
    )
    .exists()
)
LEARNERS: Final = (
    select(
        UserRow.id,
        UserRow.lti_user_id,
        UserRow.name,
        UserRow.email,
        MembershipRow.roster_ms,
        MembershipRow.left_ms,
        ScoreRow.corrected,
        ScoreRow.excused,
        ScoreRow.wanted,
        ScoreRow.sent,
        ScoreRow.refused,
        ScoreRow.sent_ms,
        ScoreRow.answer,
        OutcomeLinkRow.service_url,
        OutcomeLinkRow.sourced_id,
    )
    .select_from(MeetingRow)
    .join(MembershipRow, MembershipRow.course_id == MeetingRow.course_id)
    .join(UserRow, UserRow.id == MembershipRow.user_id)
    .outerjoin(ScoreRow, and_(ScoreRow.meeting_id == MeetingRow.id, ScoreRow.user_id == UserRow.id))
    .outerjoin(
        OutcomeLinkRow,
        and_(OutcomeLinkRow.meeting_id == MeetingRow.id, OutcomeLinkRow.user_id == UserRow.id),
    )
    .where(_LEARNS, or_(MeetingRow.group_id.is_(None), _IN_GROUP))
)


def graded(row: Any) -> GradedMeeting:
    own: dict[str, Any] = {}
    if row.graded is not None:
        own = {name: getattr(row, name) for name in _OF_GRADING}
        own["rules"] = GradingRules(row.enabled, row.mode, row.threshold, row.points, row.label)
    return GradedMeeting(
        **{name: getattr(row, name) for name in _OF_MEETING},
        line_items_url=row.line_items_url or "",
        scopes=frozenset(json.loads(row.grade_scopes or "[]")),
        **{"rules": GradingRules(), **own},
    )


_OF_MEETING: Final = (
    "id",
    "course_id",
    "connection_id",
    "lti_version",
    "meeting_id",
    "name",
    "begins_ms",
    "ends_ms",
    "attendance_final",
    "group_id",
    "coupled_url",
    "outcome_links",
)
_OF_GRADING: Final = (
    "line_item_url",
    "line_item_told",
    "due_ms",
    "failures",
    "problem",
    "updated_ms",
)


def learner(row: Any) -> Learner:
    return Learner(
        user_id=row.id,
        lti_user_id=row.lti_user_id,
        name=row.name,
        email=row.email,
        in_roster=row.roster_ms is not None and row.left_ms is None,
        left=row.left_ms is not None,
        corrected=row.corrected,
        excused=bool(row.excused),
        wanted=row.wanted or "",
        sent=row.sent or "",
        refused=row.refused or "",
        sent_ms=row.sent_ms,
        answer=row.answer or "",
        service_url=row.service_url or "",
        sourced_id=row.sourced_id or "",
    )
