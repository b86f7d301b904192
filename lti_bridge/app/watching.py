"""Seeing what happens: one log line per launch, metrics, and the launch list.

A line holds numbers, reasons and names of platforms and services; never a person's name, a token
or a secret. Metrics of several worker processes are added up where ``PROMETHEUS_MULTIPROC_DIR``
is set, as ``serve`` does.
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily

from lti_bridge.admin.launch_words import STEPS
from lti_bridge.directory import Visit
from lti_bridge.errors import StoreError
from lti_bridge.jobs import waiting_ms
from lti_bridge.launch.masking import Said
from lti_bridge.store import LaunchEntry, LaunchJournal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lti_bridge.conferencing import Services
    from lti_bridge.directory import Launch
    from lti_bridge.errors import BridgeError
    from lti_bridge.http import Client, RemoteCall
    from lti_bridge.store import JobRuns, Loads

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 signs: those that nobody confuses when reading a number aloud."""

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

VISITS: Final = Counter(
    "lti_bridge_visits_total", "Launches and joins, by what became of them.", ["outcome", "reason"]
)
VISIT_SECONDS: Final = Histogram(
    "lti_bridge_visit_seconds", "Time to answer a launch or join.", ["outcome"], buckets=BUCKETS
)
STEP_SECONDS: Final = Histogram(
    "lti_bridge_step_seconds", "Time spent in each step of a launch.", ["step"], buckets=BUCKETS
)
REMOTE_CALLS: Final = Counter(
    "lti_bridge_remote_calls_total", "Calls to other services.", ["service", "call", "outcome"]
)
REMOTE_SECONDS: Final = Histogram(
    "lti_bridge_remote_seconds", "Time other services took.", ["service", "call"], buckets=BUCKETS
)
JOBS: Final = Counter("lti_bridge_jobs_total", "Background jobs that ran.", ["job", "outcome"])

REPORTS: Final = Counter(
    "lti_bridge_reports_total", "Calls of the reporting API.", ["function", "status"]
)
REPORT_SECONDS: Final = Histogram(
    "lti_bridge_report_seconds", "Time to answer a report.", ["function"], buckets=BUCKETS
)

LOAD_STALE_MS: Final = 5 * 60_000
"""What a service said of itself holds so long: it is asked once a minute."""

UNPROVEN_AT_ONCE: Final = 1000
UNPROVEN_PER_SECOND: Final = 2.0
"""Refusals of requests that proved nothing go into the launch list at this rate at most, once so
many came at once: a course whose LMS has the wrong key is still there to the last person."""

CLAIMS_AT_ONCE: Final = 100
CLAIMS_PER_SECOND: Final = 30.0
"""What LMSs said is kept of so many launches in a second, in each process: to mask it costs more
than half a launch. A whole university's nine o'clock brings fewer."""
CLAIMS_WAITING: Final = 1000

TIMED_STEPS: Final = frozenset(STEPS) - {""}
"""Those of a launch by either version."""

REFUSED_IN_LIST: Final = frozenset({"login", "join", "pick", "registration", "guest page"})

log: Final = structlog.get_logger("lti_bridge")


def configure_logging(*, level: int = logging.INFO) -> None:
    """Structured lines (JSON) on stderr."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def new_visit() -> Visit:
    """A visit beginning now, with a reference number like ``7KQ2-M9XD``."""
    number = secrets.randbits(40)
    signs = [ALPHABET[number >> shift & 31] for shift in range(0, 40, 5)]
    return Visit(f"{''.join(signs[:4])}-{''.join(signs[4:])}", time.perf_counter())


class Watcher:
    """Tells of every visit, once, when it has been answered."""

    def __init__(
        self,
        journal: LaunchJournal,
        *,
        keeps_claims: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``journal``: the launch list; ``clock`` in seconds."""
        self._journal = journal
        self._keeps_claims = keeps_claims
        self._unproven = _Allowance(UNPROVEN_AT_ONCE, UNPROVEN_PER_SECOND, clock)
        self._claims = _Allowance(CLAIMS_AT_ONCE, CLAIMS_PER_SECOND, clock)

    def passed(self, visit: Visit) -> None:
        """Count what a step cost that nobody needs to hear of."""
        _count_steps(visit, time.perf_counter())

    def answered(self, visit: Visit, event: str) -> None:
        """Log it, count it, and note it in the launch list."""
        seconds = time.perf_counter() - visit.started
        refused = visit.outcome == "refused"
        VISITS.labels(visit.outcome, visit.reason.partition(":")[0] if refused else "").inc()
        VISIT_SECONDS.labels(visit.outcome).observe(seconds)
        _count_steps(visit, visit.started + seconds)
        milliseconds = round(seconds * 1000, 1)
        facts: dict[str, Any] = {
            "reference": visit.reference,
            "platform": visit.platform.name if visit.platform else None,
            "course": visit.course_id,
            "meeting": visit.meeting_id,
            "role": visit.role or None,
            "outcome": visit.outcome,
            "ms": milliseconds,
        }
        if refused:
            facts |= {"reason": visit.reason, "step": visit.step, "detail": visit.detail}
            log.warning(event, **facts)
        else:
            log.info(event, **facts)
        # A role is known once a signature held: the LMS's, or ours on a page's session.
        # Anybody can send rubbish; the disk is ours.
        if _belongs_in_list(event, refused) and (visit.role or self._unproven.take()):
            said = Said(visit.said, proven=visit.proven) if self._keeps(visit) else None
            self._journal.note(_entry(visit, milliseconds, said))

    def _keeps(self, visit: Visit) -> bool:
        # While the database is away, entries wait here; what was said is the largest of them.
        if not (self._keeps_claims and visit.said) or self._journal.waiting >= CLAIMS_WAITING:
            return False
        return self._claims.take()


class _Allowance:
    """So much at once, and then so much in a second."""

    def __init__(self, at_once: int, per_second: float, clock: Callable[[], float]) -> None:
        self._at_once = at_once
        self._per_second = per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._room: float = at_once
        self._looked = clock()

    def take(self) -> bool:
        """Whether there is room for one more, which then is taken."""
        with self._lock:
            now = self._clock()
            grown = self._room + (now - self._looked) * self._per_second
            self._room, self._looked = min(self._at_once, grown), now
            if self._room < 1:
                return False
            self._room -= 1
            return True


def _count_steps(visit: Visit, end: float) -> None:
    """How long each step took, of those that a launch has; other pages have steps of their own."""
    for step, began in reversed(visit.reached):
        if step in TIMED_STEPS:
            STEP_SECONDS.labels(step).observe(end - began)
        end = began


def _belongs_in_list(event: str, refused: bool) -> bool:
    """Every launch, every guest; and what was refused around it: that page has a number too."""
    return event in {"launch", "guest"} or (refused and event in REFUSED_IN_LIST)


def _entry(visit: Visit, milliseconds: float, said: Callable[[], str] | None) -> LaunchEntry:
    platform = visit.platform or visit.claimed
    return LaunchEntry(
        reference=visit.reference,
        at_ms=int(time.time() * 1000),
        outcome=visit.outcome,
        milliseconds=round(milliseconds),
        connection_id=platform.id if platform else None,
        course_id=visit.course_id,
        user_id=visit.user_id,
        meeting_id=visit.meeting_id,
        role=visit.role,
        reason=visit.reason,
        detail=visit.detail,
        step=visit.step,
        said=said,
    )


def count_remote(call: RemoteCall) -> None:
    """The observer of the door out."""
    REMOTE_CALLS.labels(call.service, call.call, call.outcome).inc()
    REMOTE_SECONDS.labels(call.service, call.call).observe(call.seconds)


def exposition(client: Client, services: Services, runs: JobRuns, loads: Loads) -> bytes:
    """Everything as Prometheus reads it, with this process's circuit breakers
    and all nodes' jobs and services' loads.
    """
    breakers = CollectorRegistry()
    breakers.register(_Breakers(client, services))
    breakers.register(_Jobs(runs))
    breakers.register(_Loads(loads))
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # theirs
        return generate_latest(registry) + generate_latest(breakers)
    return generate_latest() + generate_latest(breakers)


class _Breakers:
    def __init__(self, client: Client, services: Services) -> None:
        self._client = client
        self._services = services

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._hosts()
        yield self._left_alone()

    def _left_alone(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "lti_bridge_conferencing_left_alone",
            "1 while a conferencing service is left alone, with the reason.",
            labels=["service", "reason"],
        )
        for service in self._services.all():
            health = service.health
            alone = health.state != "closed"
            family.add_metric([service.name, health.reason if alone else ""], float(alone))
        return family

    def _hosts(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "lti_bridge_breaker_open", "1 while a host is left alone.", labels=["host"]
        )
        for host, state in self._client.breakers().items():
            family.add_metric([host], 0.0 if state.state == "closed" else 1.0)
        return family


class _Jobs:
    """As the database has them: a worker is another process, and may be on another machine."""

    def __init__(self, runs: JobRuns) -> None:
        self._runs = runs

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            known = self._runs.all()
        except StoreError:
            return
        age = GaugeMetricFamily(
            "lti_bridge_job_success_age_seconds",
            "Since a background job last ended well.",
            labels=["job"],
        )
        failures = GaugeMetricFamily(
            "lti_bridge_job_failures", "How often it failed in a row.", labels=["job"]
        )
        waiting = GaugeMetricFamily(
            "lti_bridge_queue_age_seconds",
            "For how long a background job's turn has been waiting for a worker.",
            labels=["job"],
        )
        for run in known:
            waiting.add_metric([run.name], waiting_ms(run, int(time.time() * 1000)) / 1000)
            if run.ended_ms is not None:
                age.add_metric([run.name], max(0.0, time.time() - run.ended_ms / 1000))
            failures.add_metric([run.name], run.failures)
        yield age
        yield failures
        yield waiting


class _Loads:
    """As a worker last heard them; one that is silent since has no value."""

    def __init__(self, loads: Loads) -> None:
        self._loads = loads

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            known = self._loads.latest(int(time.time() * 1000) - LOAD_STALE_MS)
        except StoreError:
            return
        meetings = GaugeMetricFamily(
            "lti_bridge_service_meetings",
            "Meetings that ran on a conferencing service when it was last asked.",
            labels=["service"],
        )
        people = GaugeMetricFamily(
            "lti_bridge_service_people", "How many people were in them.", labels=["service"]
        )
        for load in known.values():
            meetings.add_metric([load.service], load.meetings)
            if load.people is not None:
                people.add_metric([load.service], load.people)
        yield meetings
        yield people


def report_moved(launch: Launch, notes: Sequence[str]) -> None:
    """What a course had twice when it moved from LTI 1.1 to LTI 1.3, and which of the two stays."""
    log.warning("moved", platform=launch.platform.name, notes=list(notes))


def report_unmoved(launch: Launch, error: BridgeError) -> None:
    """The launch goes on; moving is tried again with a later one."""
    log.error("not moved", platform=launch.platform.name, reason=error.code, detail=error.message)


def report_told(function: str, status: int, token: int | None, seconds: float) -> None:
    """Count a call of the reporting API, and write it into the log."""
    REPORTS.labels(function, str(status)).inc()
    REPORT_SECONDS.labels(function).observe(seconds)
    line = log.info if status < 400 else log.warning
    line("report", function=function, status=status, token=token, ms=round(seconds * 1000, 1))
