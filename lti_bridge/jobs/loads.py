"""How busy the conferencing services are, asked once a minute; and how busy the weeks were.

One call for each service and turn, however many meetings it has. Only services that say of their
meetings whether somebody is in are asked: Onstream's list is of every session that there ever was,
and says of none whether it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing import tells_load
from lti_bridge.errors import CapabilityMissing, RemoteError
from lti_bridge.store import Load
from lti_bridge.store.weeks import WEEK_MS, monday

if TYPE_CHECKING:
    from lti_bridge.conferencing import ConferencingService, MeetingInfo, Services
    from lti_bridge.store import Loads, Weeks

AT_ONCE: Final = 4
"""Services asked beside each other: one that lets us wait holds up no other."""
WEEKS: Final = 18
"""A term, and a little."""


@dataclass(frozen=True, slots=True)
class AskLoads:
    """The job."""

    loads: Loads
    services: Services
    now_ms: Callable[[], int]

    def run(self) -> int:
        """Ask every service that can tell; how many did.

        Raises the last :class:`RemoteError`, so that the failure is seen, once all were asked.
        """
        asked = [service for service in self.services.all() if tells_load(service)]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            failures = list(threads.map(self._ask, asked))
        failed = [failure for failure in failures if failure is not None]
        for failure in failed[-1:]:
            raise failure
        return len(asked)

    def _ask(self, service: ConferencingService) -> RemoteError | None:
        try:
            running = [one for one in service.meetings() if one.running]
        except CapabilityMissing:  # its document announces the call, its server doesn't know it
            return None
        except RemoteError as error:
            self.loads.failed(service.name, f"{error.message} {error.remedy}", self.now_ms())
            return error
        # Who is in a breakout room counts in the meeting that it belongs to.
        running = [one for one in running if not one.parent_meeting_id]
        ours = self.loads.ours([one.meeting_id for one in running])
        own = [one for one in running if one.meeting_id in ours]
        self.loads.note(
            Load(
                service.name,
                self.now_ms(),
                meetings=len(running),
                people=in_all(running),
                own_meetings=len(own),
                own_people=in_all(own),
            )
        )
        return None


def count_weeks(weeks: Weeks, now_ms: int) -> int:
    """Count this week and the last, which still change, and those of a term that weren't yet."""
    this = monday(now_ms)
    first = this - (WEEKS - 1) * WEEK_MS
    known = {week.begins_ms for week in weeks.since(first)} - {this, this - WEEK_MS}
    wanted = [begins for begins in range(first, this + 1, WEEK_MS) if begins not in known]
    for begins in wanted:
        weeks.count(begins, now_ms)
    return len(wanted)


def in_all(meetings: Sequence[MeetingInfo]) -> int | None:
    """How many are in; None where the service doesn't say so of one."""
    told = [one.participants for one in meetings]
    return None if None in told else sum(number for number in told if number is not None)
