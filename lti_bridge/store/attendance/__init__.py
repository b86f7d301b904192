"""Who was in class: what the sources say, and what teachers say beside it."""

from lti_bridge.store.attendance.book import Attendances
from lti_bridge.store.attendance.values import (
    MARKS,
    AttendedMeeting,
    AttendedStay,
    Attender,
    Correction,
    Mark,
)

__all__ = [
    "MARKS",
    "Attendances",
    "AttendedMeeting",
    "AttendedStay",
    "Attender",
    "Correction",
    "Mark",
]
