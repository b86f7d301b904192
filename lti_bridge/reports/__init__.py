"""Reports: what the collected rows say, and how it leaves as a table or a picture."""

from lti_bridge.reports.engagement import (
    EngagementReport,
    PersonEngagement,
    Table,
    course_emails,
    course_report,
    institution_report,
)
from lti_bridge.reports.gradebook import (
    GradeLine,
    GradeReport,
    GradeReports,
    by_outcomes,
    missing_offer,
)
from lti_bridge.reports.recordings import (
    Playback,
    RecordingBook,
    RecordingsPage,
    ShownRecording,
)

__all__ = [
    "EngagementReport",
    "GradeLine",
    "GradeReport",
    "GradeReports",
    "PersonEngagement",
    "Playback",
    "RecordingBook",
    "RecordingsPage",
    "ShownRecording",
    "Table",
    "by_outcomes",
    "course_emails",
    "course_report",
    "institution_report",
    "missing_offer",
]
