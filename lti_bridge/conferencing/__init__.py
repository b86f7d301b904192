"""The services classes are held on: one protocol, one module per service, a registry by kind."""

from lti_bridge.conferencing.capabilities import Call, Capability
from lti_bridge.conferencing.loads import tells_load
from lti_bridge.conferencing.meetings import (
    Attendee,
    Callbacks,
    Created,
    GuestPolicy,
    JoinUrl,
    LockSettings,
    MeetingDetails,
    MeetingInfo,
    Role,
    Slide,
    Visitor,
)
from lti_bridge.conferencing.protocol import ConferencingService
from lti_bridge.conferencing.recordings import (
    Attendance,
    Recording,
    RecordingFormat,
    RecordingQuery,
    RecordingReady,
    RecordingState,
    Stay,
    TextTrack,
    Thumbnail,
)
from lti_bridge.conferencing.registry import KIND_NAMES, KINDS, Entry, Services

__all__ = [
    "KINDS",
    "KIND_NAMES",
    "Attendance",
    "Attendee",
    "Call",
    "Callbacks",
    "Capability",
    "ConferencingService",
    "Created",
    "Entry",
    "GuestPolicy",
    "JoinUrl",
    "LockSettings",
    "MeetingDetails",
    "MeetingInfo",
    "Recording",
    "RecordingFormat",
    "RecordingQuery",
    "RecordingReady",
    "RecordingState",
    "Role",
    "Services",
    "Slide",
    "Stay",
    "TextTrack",
    "Thumbnail",
    "Visitor",
    "tells_load",
]
