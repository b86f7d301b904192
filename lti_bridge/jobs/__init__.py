"""Background work: asking MEETS again, clearing out, fetching key sets."""

from lti_bridge.jobs.meets_events import CourseEventsJob
from lti_bridge.jobs.work import Jobs
from lti_bridge.jobs.worker import HOURS, make_queue, run_worker, schedule

__all__ = ["HOURS", "CourseEventsJob", "Jobs", "make_queue", "run_worker", "schedule"]
