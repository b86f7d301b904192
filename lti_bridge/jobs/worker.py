"""The worker: huey's consumer, with the jobs on their hours.

Messages only say "look again": a lost one is made good by the next. On SQLite the queue is a file
beside the database, so that its locks and the launches' don't meet; on PostgreSQL it is tables in
the same database, so that any node's worker may do the work.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from sqlalchemy.engine import URL, make_url

from lti_bridge.jobs.running import HOLD_SECONDS, Runner

if TYPE_CHECKING:
    from lti_bridge.jobs.running import Job, Told
    from lti_bridge.jobs.work import Jobs

THREADS: Final = 2

HOURS: Final[dict[str, dict[str, str]]] = {
    "ask_meets_again": {"minute": "*"},
    "collect_engagement": {"minute": "23"},
    "collect_records": {"minute": "*/5"},
    "grades": {"minute": "*/5"},
    "key_sets": {"minute": "7"},
    "keys": {"minute": "41", "hour": "3"},
    "loads": {"minute": "*"},
    "meets_events": {"minute": "*"},
    "reminders": {"minute": "*"},
    "retention": {"minute": "17"},
    "rosters": {"minute": "*"},
    "sampling": {"minute": "*"},
    "services": {"minute": "*/30"},
    "weeks": {"minute": "53"},
}
"""When each job runs (cron fields, UTC)."""


def make_queue(database_url: str) -> Huey:
    """The queue that belongs to a database."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return SqliteHuey("lti-bridge", filename=f"{url.database}.jobs", results=False)
    return PostgresHuey("lti-bridge", dsn=_dsn(url), results=False)


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def schedule(queue: Huey, jobs: Jobs, runner: Runner) -> None:
    """Put every job on its hours, and once at the start."""
    for name, hours in HOURS.items():
        _schedule(queue, runner, name, getattr(jobs, name), hours)


def _schedule(queue: Huey, runner: Runner, name: str, job: Job, hours: dict[str, str]) -> None:
    def see_to_it() -> None:
        # Whoever has the job may be a worker that was killed just now, or will be.
        if runner.take_over(name, job):
            later.schedule(delay=HOLD_SECONDS + 1)

    later = queue.task(name=f"{name}_again")(see_to_it)

    def in_turn() -> None:
        # Every node's worker says that it's time: who comes second in a minute has nothing to do.
        minute_ms = int(time.time()) // 60 * 60_000
        if runner.run(name, job, unless_since_ms=minute_ms) is None:
            see_to_it()

    def at_start() -> None:
        if runner.run(name, job) is None:
            see_to_it()

    queue.periodic_task(crontab(**hours), name=name)(in_turn)
    queue.task(name=f"{name}_at_start")(at_start)()


def run_worker(database_url: str, jobs: Jobs, told: Told) -> None:
    """Work until SIGTERM or SIGINT. Every job runs once at the start: there may be a backlog."""
    logging.getLogger("huey").setLevel(logging.WARNING)
    queue = make_queue(database_url)
    schedule(queue, jobs, Runner(jobs.store.job_runs, told))
    consumer: Any = queue.create_consumer(
        workers=THREADS, worker_type="thread", periodic=True, graceful_signal="TERM"
    )
    consumer.run()
