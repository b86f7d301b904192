"""Every table of the bridge.

Points in time are UNIX milliseconds (UTC) in BIGINT columns whose name ends in ``_ms``: the same
number on SQLite and PostgreSQL, without a zone to get wrong. LTI identifiers are opaque strings
of up to 255 characters, compared byte by byte and unique only within their connection.
Columns ending in ``_sealed`` hold secrets, encrypted by :class:`lti_bridge.store.vault.Vault`.
"""

from __future__ import annotations

from lti_bridge.store.tables.administrators import AdminAccountRow, AdminSessionRow, AuditRow
from lti_bridge.store.tables.base import IDENTIFIER, Base, RowId
from lti_bridge.store.tables.core import (
    LOCAL_NUMBERS,
    ConnectionRow,
    CourseRow,
    DeploymentRow,
    InvitationRow,
    LaunchRow,
    MeetingRow,
    MembershipRow,
    NonceRow,
    NoticeRow,
    ServiceRow,
    ToolKeyRow,
    UserRow,
)
from lti_bridge.store.tables.lms import (
    AliasRow,
    CourseGroupRow,
    CourseServicesRow,
    GradingRow,
    GroupMemberRow,
    LinkMemberRow,
    OutcomeLinkRow,
    RegistrationInviteRow,
    RegistrationRow,
    ScoreRow,
)
from lti_bridge.store.tables.meets import MeetsAttendanceRow, MeetsEventRow, MeetsRecordingRow
from lti_bridge.store.tables.planning import (
    AttendanceCorrectionRow,
    CalendarFeedRow,
    GuestLinkRow,
    JobRunRow,
    MeetingStatusRow,
    ReminderRow,
    SeriesRow,
    SlideRow,
)
from lti_bridge.store.tables.records import AttendanceRow, RecordingRow
from lti_bridge.store.tables.reporting import (
    ApiTokenRow,
    CallSlotRow,
    CheckpointRow,
    EngagementDayRow,
    EngagementRow,
    ServiceLoadRow,
    WeekRow,
)

__all__ = [
    "IDENTIFIER",
    "LOCAL_NUMBERS",
    "AdminAccountRow",
    "AdminSessionRow",
    "AliasRow",
    "ApiTokenRow",
    "AttendanceCorrectionRow",
    "AttendanceRow",
    "AuditRow",
    "Base",
    "CalendarFeedRow",
    "CallSlotRow",
    "CheckpointRow",
    "ConnectionRow",
    "CourseGroupRow",
    "CourseRow",
    "CourseServicesRow",
    "DeploymentRow",
    "EngagementDayRow",
    "EngagementRow",
    "GradingRow",
    "GroupMemberRow",
    "GuestLinkRow",
    "InvitationRow",
    "JobRunRow",
    "LaunchRow",
    "LinkMemberRow",
    "MeetingRow",
    "MeetingStatusRow",
    "MeetsAttendanceRow",
    "MeetsEventRow",
    "MeetsRecordingRow",
    "MembershipRow",
    "NonceRow",
    "NoticeRow",
    "OutcomeLinkRow",
    "RecordingRow",
    "RegistrationInviteRow",
    "RegistrationRow",
    "ReminderRow",
    "RowId",
    "ScoreRow",
    "SeriesRow",
    "ServiceLoadRow",
    "ServiceRow",
    "SlideRow",
    "ToolKeyRow",
    "UserRow",
    "WeekRow",
]
