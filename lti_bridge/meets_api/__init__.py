"""The MEETS SaaS API (its Usage Manual): a client of all its functions."""

from lti_bridge.meets_api.client import MeetsClient
from lti_bridge.meets_api.downloads import File, Redirect
from lti_bridge.meets_api.entities import (
    Admin,
    AttendanceEntry,
    AuthenticationLogEntry,
    ConferenceRecording,
    ConferencingAccount,
    ConferencingEvent,
    Connection,
    Course,
    CourseRoles,
    EventAttendance,
    Permissions,
    User,
)
from lti_bridge.meets_api.listing import Listing, Page

__all__ = [
    "Admin",
    "AttendanceEntry",
    "AuthenticationLogEntry",
    "ConferenceRecording",
    "ConferencingAccount",
    "ConferencingEvent",
    "Connection",
    "Course",
    "CourseRoles",
    "EventAttendance",
    "File",
    "Listing",
    "MeetsClient",
    "Page",
    "Permissions",
    "Redirect",
    "User",
]
