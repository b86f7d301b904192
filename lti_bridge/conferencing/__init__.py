"""The services classes are held on: one protocol, one module per service, a registry by kind."""

from lti_bridge.conferencing.protocol import (
    ConferencingService,
    Created,
    JoinUrl,
    MeetingDetails,
    MeetingStatus,
    Visitor,
)
from lti_bridge.conferencing.registry import Services

__all__ = [
    "ConferencingService",
    "Created",
    "JoinUrl",
    "MeetingDetails",
    "MeetingStatus",
    "Services",
    "Visitor",
]
