"""Background work: what is to be done is a query on the rows, and may be done twice."""

from lti_bridge.jobs.engagement import CollectEngagement
from lti_bridge.jobs.gradebook import SendGrades
from lti_bridge.jobs.meets_events import CourseEventsJob
from lti_bridge.jobs.reminders import SendReminders
from lti_bridge.jobs.running import Ran, Runner
from lti_bridge.jobs.timetable import LateJob, interval_ms, late_jobs, next_ms, waiting_ms
from lti_bridge.jobs.work import Jobs
from lti_bridge.jobs.worker import HOURS, make_queue, run_worker, schedule

__all__ = [
    "HOURS",
    "CollectEngagement",
    "CourseEventsJob",
    "Jobs",
    "LateJob",
    "Ran",
    "Runner",
    "SendGrades",
    "SendReminders",
    "interval_ms",
    "late_jobs",
    "make_queue",
    "next_ms",
    "run_worker",
    "schedule",
    "waiting_ms",
]
