"""Every table of the bridge.

Points in time are UNIX milliseconds (UTC) in BIGINT columns whose name ends in ``_ms``: the same
number on SQLite and PostgreSQL, without a zone to get wrong. LTI identifiers are opaque strings
of up to 255 characters, compared byte by byte and unique only within their connection.
Columns ending in ``_sealed`` hold secrets, encrypted by :class:`lti_bridge.store.vault.Vault`.
"""

from __future__ import annotations

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
    OutcomeLinkRow,
    RegistrationInviteRow,
    RegistrationRow,
    ScoreRow,
)
from lti_bridge.store.tables.meets import MeetsAttendanceRow, MeetsEventRow, MeetsRecordingRow
from lti_bridge.store.tables.records import AttendanceRow, RecordingRow
from lti_bridge.store.tables.reporting import (
    ApiTokenRow,
    CallSlotRow,
    CheckpointRow,
    EngagementDayRow,
    EngagementRow,
)

__all__ = [
    "IDENTIFIER",
    "LOCAL_NUMBERS",
    "AliasRow",
    "ApiTokenRow",
    "AttendanceRow",
    "Base",
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
    "InvitationRow",
    "LaunchRow",
    "MeetingRow",
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
    "RowId",
    "ScoreRow",
    "ServiceRow",
    "ToolKeyRow",
    "UserRow",
]
