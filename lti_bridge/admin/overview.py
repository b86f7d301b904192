"""The first page: how the bridge fares. Everything on it is from the database; nobody is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask_babel import gettext

from lti_bridge.admin import plots
from lti_bridge.admin.launch_words import OUTCOMES
from lti_bridge.admin.times import clock_of
from lti_bridge.conferencing import tells_load
from lti_bridge.reports.loads import HOUR_MS, HOURS, day_of, hours_of

if TYPE_CHECKING:
    from flask import Response

    from lti_bridge.admin.door import Door
    from lti_bridge.admin.pages import AdminPages
    from lti_bridge.admin.plots import Plot
    from lti_bridge.conferencing import ConferencingService
    from lti_bridge.reports.clocks import Clock
    from lti_bridge.store import JobRun, Load, Store

FRESH_MS: Final = 5 * 60_000
"""So long holds what a service said of itself: it is asked once a minute."""
TERM_MS: Final = 18 * 7 * 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class InClass:
    """Who is in class now, as far as services tell."""

    classes: int
    people: int | None
    """None: no service tells."""
    silent: Sequence[str]
    """Services that don't tell, or didn't lately."""


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The view, with what it needs."""

    door: Door
    pages: AdminPages
    store: Store
    services: Callable[[], Sequence[ConferencingService]]
    late: Callable[[Iterable[JobRun], int], Iterable[str]]
    """Names of the jobs that don't run as they should."""

    def shown(self) -> Response:
        """``GET /admin/overview``."""
        signed = self.door.enter("viewData")
        clock, now_ms = clock_of(signed), int(time.time() * 1000)
        glance = self.store.overview.glance(now_ms, day_of(now_ms, clock.tzinfo))
        loads = self.store.loads.hourly(now_ms - HOURS * HOUR_MS)
        latest = self.store.loads.latest(now_ms - FRESH_MS)
        failures = self.store.loads.failures()
        jobs, services = self.store.job_runs.all(), self.services()
        title = gettext("Launches of each hour, by what became of them")
        return self.pages.show(
            "overview.html",
            signed,
            glance=glance,
            in_class=in_class(latest, services),
            launches=plots.launches_by_hour(title, glance.hours, clock),
            people=_people(loads, now_ms, clock),
            term=self._term(now_ms, clock),
            jobs=jobs,
            late=set(self.late(jobs, now_ms)),
            services=services,
            failures=failures,
            failing={
                name
                for name, failure in failures.items()
                if failure.at_ms > (latest[name].at_ms if name in latest else now_ms - FRESH_MS)
            },
            outcomes=OUTCOMES,
            now_ms=now_ms,
        )

    def _term(self, now_ms: int, clock: Clock) -> Sequence[Plot]:
        weeks = self.store.weeks.since(now_ms - TERM_MS)
        if not any(week.classes for week in weeks):
            return ()
        return (
            plots.classes_by_week(gettext("Classes held in each week"), weeks, clock),
            plots.people_by_week(gettext("People in class in each week"), weeks, clock),
        )


def in_class(latest: dict[str, Load], services: Iterable[ConferencingService]) -> InClass:
    """As the services told last."""
    there = {service.name: tells_load(service) for service in services}
    told = [load for name, load in latest.items() if there.get(name)]
    people = [load.own_people for load in told if load.own_people is not None]
    return InClass(
        classes=sum(load.own_meetings for load in told),
        people=sum(people) if people else None,
        silent=[name for name in there if name not in {load.service for load in told}],
    )


def _people(loads: Sequence[Load], now_ms: int, clock: Clock) -> Plot | None:
    if not any(load.people for load in loads):
        return None
    title = gettext("People at once, at the most of each hour")
    return plots.people_by_hour("people-now", title, hours_of(loads, now_ms), clock)
