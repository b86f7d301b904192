"""Background work: asking MEETS again, clearing out, fetching key sets."""

from lti_bridge.jobs.work import Jobs
from lti_bridge.jobs.worker import HOURS, make_queue, run_worker, schedule

__all__ = ["HOURS", "Jobs", "make_queue", "run_worker", "schedule"]
