"""The statements that find graded meetings and their learners, and what their rows mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from lti_bridge.store.gradebook.values import GradedMeeting, GradingRules, Learner
from lti_bridge.store.people import Standing
from lti_bridge.store.tables import (
    ConnectionRow,
    CourseRow,
    CourseServicesRow,
    GradingRow,
    GroupMemberRow,
    LinkMemberRow,
    MeetingRow,
    MembershipRow,
    OutcomeLinkRow,
    ScoreRow,
    UserRow,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, ScalarSelect

_LINKS: Final = (
    select(func.count())
    .select_from(OutcomeLinkRow)
    .where(OutcomeLinkRow.meeting_id == MeetingRow.id)
    .scalar_subquery()
)
_OF_SERIES: Final = aliased(MeetingRow)
_TOGETHER: Final = or_(_OF_SERIES.id == MeetingRow.id, _OF_SERIES.graded_with_id == MeetingRow.id)


def _over_all(value: ColumnElement[Any], *which: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Of a meeting and all that are graded with it."""
    return select(value).where(_TOGETHER, *which).correlate(MeetingRow).scalar_subquery()


GRADED: Final = (
    select(
        MeetingRow.id,
        MeetingRow.course_id,
        CourseRow.connection_id,
        ConnectionRow.version.label("lti_version"),
        MeetingRow.meeting_id,
        MeetingRow.name,
        _over_all(func.min(_OF_SERIES.begins_ms), _OF_SERIES.cancelled_ms.is_(None)).label(
            "begins_ms"
        ),
        _over_all(func.max(_OF_SERIES.ends_ms), _OF_SERIES.cancelled_ms.is_(None)).label("ends_ms"),
        MeetingRow.group_id,
        _over_all(func.max(_OF_SERIES.line_item_url)).label("coupled_url"),
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
LEARNS: Final = and_(
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
_MAY_SEE_LINK: Final = (
    select(LinkMemberRow.user_id)
    .where(
        LinkMemberRow.meeting_id == MeetingRow.id,
        LinkMemberRow.user_id == MembershipRow.user_id,
    )
    .exists()
)
_CORRECTOR: Final = aliased(UserRow)
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
        _CORRECTOR.name.label("corrected_by"),
        ScoreRow.corrected_ms,
        ScoreRow.wanted,
        ScoreRow.sent,
        ScoreRow.refused,
        ScoreRow.sent_ms,
        ScoreRow.answer,
        OutcomeLinkRow.service_url,
        OutcomeLinkRow.sourced_id,
        or_(GradingRow.link_roster_ms.is_(None), _MAY_SEE_LINK).label("may_see"),
    )
    .select_from(MeetingRow)
    .join(MembershipRow, MembershipRow.course_id == MeetingRow.course_id)
    .join(UserRow, UserRow.id == MembershipRow.user_id)
    .outerjoin(GradingRow, GradingRow.meeting_id == MeetingRow.id)
    .outerjoin(ScoreRow, and_(ScoreRow.meeting_id == MeetingRow.id, ScoreRow.user_id == UserRow.id))
    .outerjoin(_CORRECTOR, _CORRECTOR.id == ScoreRow.corrected_by)
    .outerjoin(
        OutcomeLinkRow,
        and_(OutcomeLinkRow.meeting_id == MeetingRow.id, OutcomeLinkRow.user_id == UserRow.id),
    )
    .where(LEARNS, or_(MeetingRow.group_id.is_(None), _IN_GROUP))
)


def standing_for(**named: Any) -> ScalarSelect[Any]:
    """The row of the meeting in whose column that one is graded which ``named`` says: mostly its
    own.
    """
    row = aliased(MeetingRow)
    whose = select(func.coalesce(row.graded_with_id, row.id))
    return whose.filter_by(**named).scalar_subquery()


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
        in_roster=row.roster_ms is not None and row.left_ms is None and row.may_see,
        left=row.left_ms is not None,
        corrected=row.corrected,
        excused=bool(row.excused),
        corrected_by=row.corrected_by or "",
        corrected_ms=row.corrected_ms,
        wanted=row.wanted or "",
        sent=row.sent or "",
        refused=row.refused or "",
        sent_ms=row.sent_ms,
        answer=row.answer or "",
        service_url=row.service_url or "",
        sourced_id=row.sourced_id or "",
    )
