"""What the page of services says of each: how busy it is and was, how it fares, who meets on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask_babel import gettext

from lti_bridge.admin import plots
from lti_bridge.conferencing import tells_load
from lti_bridge.reports.loads import DAYS, HOUR_MS, days_of, hours_of
from lti_bridge.store import ServiceUse

if TYPE_CHECKING:
    from lti_bridge.admin.plots import Plot
    from lti_bridge.conferencing import ConferencingService
    from lti_bridge.reports.clocks import Clock
    from lti_bridge.store import Load, ServiceFailure, Store, StoredService

FRESH_MS: Final = 5 * 60_000
"""So long holds what a service said of itself: it is asked once a minute."""
DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service on the page."""

    stored: StoredService
    service: ConferencingService | None
    """None: it can't be read; ``stored`` says why."""
    tells: bool
    """Whether it can say how busy it is."""
    load: Load | None
    """As it said last, within a day."""
    is_fresh: bool
    failure: ServiceFailure | None
    """The last one of any node's worker."""
    is_failing: bool
    """Nothing went well since."""
    use: ServiceUse
    plots: Sequence[Plot]

    @property
    def is_well(self) -> bool:
        """As far as anybody knows."""
        alone = self.service is not None and self.service.health.state != "closed"
        return not (self.is_failing or alone or self.stored.problem)


def lines(
    store: Store, find: Callable[[str], ConferencingService | None], clock: Clock, now_ms: int
) -> list[ServiceLine]:
    """One for each service, in their order. Nothing remote is asked."""
    latest = store.loads.latest(now_ms - DAY_MS)
    failures, uses = store.loads.failures(), store.services.uses()
    history = store.loads.hourly(now_ms - DAYS * DAY_MS)
    found = []
    for stored in store.services.all():
        service, name = find(stored.name), stored.name
        load, failure = latest.get(name), failures.get(name)
        found.append(
            ServiceLine(
                stored,
                service,
                tells=service is not None and tells_load(service),
                load=load,
                is_fresh=load is not None and load.at_ms > now_ms - FRESH_MS,
                failure=failure,
                is_failing=failure is not None and (load is None or failure.at_ms > load.at_ms),
                use=uses.get(name, ServiceUse(())),
                plots=_plots(
                    stored, [one for one in history if one.service == name], clock, now_ms
                ),
            )
        )
    return found


def _plots(
    stored: StoredService, history: Sequence[Load], clock: Clock, now_ms: int
) -> Sequence[Plot]:
    if not any(load.people for load in history):
        return ()
    return (
        plots.people_by_hour(
            f"hours-{stored.id}",
            gettext("People at once, at the most of each hour"),
            hours_of(history, now_ms),
            clock,
        ),
        plots.people_by_day(
            f"days-{stored.id}",
            gettext("People at once, at the most of each day"),
            days_of(history, now_ms, clock.tzinfo),
            clock,
        ),
    )
