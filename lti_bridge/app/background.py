"""The background jobs, wired to a bridge."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lti_bridge.app.watching import JOBS, log
from lti_bridge.app.wiring import mail_server, secret_keys
from lti_bridge.errors import RemoteError
from lti_bridge.jobs import (
    CollectEngagement,
    Jobs,
    Ran,
    Runner,
    SendGrades,
    SendReminders,
    run_worker,
)
from lti_bridge.lms_api.gradebook import GradebookClient
from lti_bridge.lms_api.outcomes import OutcomeClient
from lti_bridge.reports import GradeReports
from lti_bridge.security import Marked, Signers
from lti_bridge.web.mails import ReminderLetters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lti_bridge.app.wiring import Bridge


def jobs_of(bridge: Bridge) -> Jobs:
    """The jobs that keep this bridge's rows."""

    def refresh_key_sets() -> int:
        return sum(_refreshed(bridge, platform.id) for platform in bridge.store.platforms.all())

    return Jobs(
        store=bridge.store,
        directory=bridge.directory,
        kept=bridge.settings.retention,
        told_gone=gone_told,
        meets=bridge.meets,
        engagement=engagement_of(bridge),
        refresh_key_sets=refresh_key_sets,
        follow_platforms=bridge.follow_platforms,
        services_there=bridge.services,
        rotate_days=bridge.settings.keys.rotate_days,
        lms=bridge.lms,
        send_grades=grades_of(bridge),
        send_reminders=reminders_of(bridge),
    )


def grades_of(bridge: Bridge) -> SendGrades:
    """What sends grades to the LMSs of this bridge."""
    services = bridge.store.course_services
    return SendGrades(
        bridge.store.gradebook,
        GradeReports(bridge.store.gradebook),
        GradebookClient(bridge.lms),
        lambda row: bridge.platforms.find(row) or bridge.consumers.find(row),
        now_ms=lambda: int(time.time() * 1000),
        outcomes=OutcomeClient(bridge.client).send,
        old_platform=bridge.store.outcomes.platform_of,
        want_roster=lambda course: services.want(course, int(time.time() * 1000)),
    )


def reminders_of(bridge: Bridge) -> SendReminders | None:
    """What reminds people of their classes; None where the settings have no mail server."""
    server = mail_server(bridge.settings)
    if server is None:
        return None
    letters = ReminderLetters(
        Marked(Signers(secret_keys(bridge.settings)).reminder), bridge.settings.public_url
    )
    return SendReminders(
        bridge.store.reminders, server, letters, now_ms=lambda: int(time.time() * 1000)
    )


def engagement_of(bridge: Bridge) -> CollectEngagement | None:
    """What collects Meet & Engage's data; None where the settings have none."""
    settings = bridge.settings
    if bridge.engagement is None or settings.engagement is None:
        return None
    return CollectEngagement(
        bridge.store.engagement,
        bridge.engagement,
        settings.engagement,
        now_ms=lambda: int(time.time() * 1000),
        kept_days=settings.retention.engagement_days,
    )


def _refreshed(bridge: Bridge, platform_id: int) -> bool:
    platform = bridge.platforms.find(platform_id)
    if platform is None:
        return False
    try:
        bridge.key_sets.refresh(platform)
    except RemoteError as error:
        log.warning("key set", platform=platform.name, reason=error.code, detail=error.message)
        return False
    return True


def work(bridge: Bridge) -> None:
    """Run the worker until it is told to stop."""
    run_worker(bridge.settings.database_url.get_secret_value(), jobs_of(bridge), job_told)


def run_job(bridge: Bridge, name: str) -> Ran | None:
    """Run one job now; None where a worker runs it just now."""
    job: Callable[[], int] = getattr(jobs_of(bridge), name)
    return Runner(bridge.store.job_runs, job_told).run(name, job)


def job_told(job: str, outcome: str, seconds: float, done: int) -> None:
    """Count a run, and write it into the log."""
    JOBS.labels(job, outcome).inc()
    line = log.info if outcome == "ok" else log.warning
    line("job", job=job, outcome=outcome, ms=round(seconds * 1000, 1), done=done)


def gone_told(gone: Mapping[str, int]) -> None:
    """Write into the log how much went of each kind of data whose time was over."""
    log.info("retention", **gone)
