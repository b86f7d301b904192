"""The worker: huey's consumer, with the jobs on their hours.

Messages only say "look again": a lost one is made good by the next. On SQLite the queue is a file
beside the database, so that its locks and the launches' don't meet; on PostgreSQL it is tables in
the same database, so that any node's worker may do the work.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from sqlalchemy.engine import URL, make_url

from lti_bridge.errors import BridgeError

if TYPE_CHECKING:
    from lti_bridge.jobs.work import Jobs

THREADS: Final = 2

Told = Callable[[str, str, float, int], None]
"""(job, outcome, seconds, things done), after each run."""

HOURS: Final[dict[str, dict[str, str]]] = {
    "ask_meets_again": {"minute": "*"},
    "clear_out": {"minute": "*/10"},
    "collect_engagement": {"minute": "23"},
    "collect_records": {"minute": "*/5"},
    "grades": {"minute": "*/5"},
    "key_sets": {"minute": "7"},
    "keys": {"minute": "41", "hour": "3"},
    "meets_events": {"minute": "*"},
    "rosters": {"minute": "*"},
    "services": {"minute": "*/30"},
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


def schedule(queue: Huey, jobs: Jobs, told: Told) -> dict[str, Callable[[], int]]:
    """Put every job on its hours; gives them by name, as the queue runs them."""
    runs: dict[str, Callable[[], int]] = {}
    for name, hours in HOURS.items():
        runs[name] = _watched(name, getattr(jobs, name), told)
        queue.periodic_task(crontab(**hours), name=name)(runs[name])
    return runs


def _watched(name: str, job: Callable[[], int], told: Told) -> Callable[[], int]:
    def run() -> int:
        start = time.perf_counter()
        try:
            done = job()
        except BridgeError as error:
            told(name, error.code, time.perf_counter() - start, 0)
            return 0
        except Exception as error:
            told(name, type(error).__name__, time.perf_counter() - start, 0)
            raise
        told(name, "ok", time.perf_counter() - start, done)
        return done

    run.__name__ = name
    return run


def run_worker(database_url: str, jobs: Jobs, told: Told) -> None:
    """Work until SIGTERM or SIGINT. Every job runs once at the start: there may be a backlog."""
    logging.getLogger("huey").setLevel(logging.WARNING)
    queue = make_queue(database_url)
    runs = schedule(queue, jobs, told)
    consumer: Any = queue.create_consumer(
        workers=THREADS, worker_type="thread", periodic=True, graceful_signal="TERM"
    )
    for run in runs.values():
        queue.task(name=f"{run.__name__}_at_start")(run)()
    consumer.run()
