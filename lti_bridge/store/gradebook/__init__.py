"""Grades from attendance: what is graded and how, who works on it, and what the LMS was told.

A grading is worked on by one worker at a time, who holds a claim on its row. Whoever takes it
moves ``due_ms`` to the claim's end: so a worker that dies leaves it due, and one that comes to its
end sees whether it became due anew meanwhile.
"""

from lti_bridge.store.gradebook.book import Gradebook
from lti_bridge.store.gradebook.marking import attendance_changed, course_changed, schedule_changed
from lti_bridge.store.gradebook.values import (
    GradedMeeting,
    GradingMode,
    GradingRules,
    GradingTask,
    Learner,
    WantedScore,
)

__all__ = [
    "Gradebook",
    "GradedMeeting",
    "GradingMode",
    "GradingRules",
    "GradingTask",
    "Learner",
    "WantedScore",
    "attendance_changed",
    "course_changed",
    "schedule_changed",
]
