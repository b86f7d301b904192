"""Background work: what is to be done is a query on the rows, and may be done twice."""

from lti_bridge.jobs.engagement import CollectEngagement
from lti_bridge.jobs.gradebook import SendGrades
from lti_bridge.jobs.meets_events import CourseEventsJob
from lti_bridge.jobs.work import Jobs
from lti_bridge.jobs.worker import HOURS, make_queue, run_worker, schedule

__all__ = [
    "HOURS",
    "CollectEngagement",
    "CourseEventsJob",
    "Jobs",
    "SendGrades",
    "make_queue",
    "run_worker",
    "schedule",
]
