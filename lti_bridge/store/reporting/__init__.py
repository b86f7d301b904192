"""What the reporting API asks: pages of entities, and what they refer to.

Pages go on after a number (no OFFSET), so that page 900 costs what page 1 does. A page takes one
query for its entities, and one for each kind that they refer to.
"""

from lti_bridge.store.reporting.reports import Reports
from lti_bridge.store.reporting.values import (
    Account,
    AttendanceStay,
    EventFilter,
    Page,
    RecordingFilter,
    ReportedConnection,
    ReportedCourse,
    ReportedEvent,
    ReportedRecording,
    ReportedUser,
    Scope,
)

__all__ = [
    "Account",
    "AttendanceStay",
    "EventFilter",
    "Page",
    "RecordingFilter",
    "ReportedConnection",
    "ReportedCourse",
    "ReportedEvent",
    "ReportedRecording",
    "ReportedUser",
    "Reports",
    "Scope",
]
