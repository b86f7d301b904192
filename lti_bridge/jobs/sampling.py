"""Who is in class just now, asked of the services once a minute and noted.

For services that don't tell afterwards who was in, this is attendance; for those that do, it is
what there is while class goes on, and what remains should their word be lost. A call for each
meeting that may be running, and nothing where nobody is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing import Capability
from lti_bridge.errors import CapabilityMissing, RemoteError, ServiceMissing
from lti_bridge.store import Seen

if TYPE_CHECKING:
    from lti_bridge.conferencing import Services
    from lti_bridge.store import Collectable, Sampling

LONGEST_MS: Final = 50_000
"""A run ends before the next begins; what it didn't come to is first then."""


@dataclass(frozen=True, slots=True)
class SampleMeetings:
    """The job."""

    sampling: Sampling
    services: Services
    now_ms: Callable[[], int]

    def run(self) -> int:
        """Ask for all that may be running; in how many somebody was.

        A service that fails is left in peace for this run. Raises the last :class:`RemoteError`,
        so that the failure is seen, once all others were asked.
        """
        began_ms, seen = self.now_ms(), 0
        failed: RemoteError | ServiceMissing | None = None
        resting: set[str] = set()
        for meeting in self.sampling.due(began_ms):
            if self.now_ms() - began_ms > LONGEST_MS:
                break
            if meeting.service in resting:
                continue
            try:
                seen += self._sample(meeting)
            except CapabilityMissing:  # its document announces it, its server doesn't know it
                resting.add(meeting.service)
            except (RemoteError, ServiceMissing) as error:
                failed = error
                resting.add(meeting.service)
        if failed is not None:
            raise failed
        return seen

    def _sample(self, meeting: Collectable) -> bool:
        service = self.services.service_for(meeting.service)
        if Capability.PARTICIPANTS not in service.capabilities:
            return False
        info = service.info(meeting.meeting_id)
        if info is None or not info.running or not info.attendees:
            return False
        people = [Seen(one.user_id, one.full_name) for one in info.attendees]
        self.sampling.saw(meeting.id, people, self.now_ms())
        return True
