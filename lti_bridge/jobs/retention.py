"""Keeping each kind of data for as long as the settings say, and no longer.

Each kind goes in bites of 500 rows, each a transaction of its own: no launch waits long for the
database, a run that is killed goes on with the next, and two nodes at once take different rows or
find nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from lti_bridge.store.marks import KEPT_MS

if TYPE_CHECKING:
    from lti_bridge.settings import Retention
    from lti_bridge.store import Store

DAY_MS: Final = 24 * 3_600_000
FOR_EVER: Final = 0
EVERY_MINUTE_MS: Final = 3 * DAY_MS
"""After this, of how busy a service was an hour's figures are kept instead of each minute's."""

Clear = Callable[[int], int]
"""Forgets some of what is older than a moment (UNIX milliseconds); how much."""


@dataclass(frozen=True, slots=True)
class KeepRetention:
    """The job."""

    store: Store
    kept: Retention
    now_ms: Callable[[], int]
    told: Callable[[Mapping[str, int]], None]
    """Told how much went of each kind of which something went."""

    def run(self) -> int:
        """Forget all that is over; how much."""
        gone = {kind: count for kind, count in self._kinds() if count}
        if gone:
            self.told(gone)
        return sum(gone.values())

    def _kinds(self) -> Iterator[tuple[str, int]]:
        now_ms = self.now_ms()
        for kind, (before_ms, clear) in self._passing(now_ms).items():
            yield kind, _until_done(partial(clear, before_ms))
        for kind, (days, clear) in self._by_days().items():
            if days != FOR_EVER:
                yield kind, _until_done(partial(clear, now_ms - days * DAY_MS))
        before_ms = now_ms - self.kept.attendance_days * DAY_MS
        meetings = self.store.retention.attended_before(before_ms)
        clear_one = self.store.retention.clear_attendance
        yield (
            "attendance",
            sum(_until_done(partial(clear_one, each, before_ms)) for each in meetings),
        )
        # What is left of people who went in other ways.
        yield "numbers_of_nobody", _until_done(self.store.retention.clear_nobodys)

    def _passing(self, now_ms: int) -> Mapping[str, tuple[int, Clear]]:
        """What is over by itself."""
        return {
            "marks_of_erased": (now_ms - KEPT_MS, self.store.retention.clear_marks),
            "nonces": (now_ms, self.store.nonces.clear),
            "statuses": (now_ms - DAY_MS, self.store.statuses.clear),
            "admin_sessions": (now_ms, self.store.admin_sessions.clear),
            "loads_of_minutes": (now_ms - EVERY_MINUTE_MS, self.store.loads.thin),
            # 0 means none of these, and not for ever.
            "claims": (now_ms - self.kept.claims_days * DAY_MS, self.store.launches.clear_claims),
        }

    def _by_days(self) -> Mapping[str, tuple[int, Clear]]:
        """What the settings have a period for."""
        kept, store = self.kept, self.store
        return {
            "launches": (kept.launches_days, store.launches.clear),
            "notices": (kept.notices_days, store.notices.clear),
            "invitations": (kept.invitations_days, store.invitations.clear),
            "reminders": (kept.reminders_days, store.reminders.clear),
            "feeds": (kept.feeds_days, store.retention.clear_feeds),
            "guest_links": (kept.guest_links_days, store.guests.clear),
            "slides": (kept.slides_days, store.slides.clear),
            "recordings": (kept.recordings_days, store.retention.clear_recordings),
            "meets_events": (kept.meets_events_days, store.meets_events.clear),
            "meets_attendance": (kept.attendance_days, store.retention.clear_meets_attendance),
            "scores": (kept.scores_days, store.retention.clear_scores),
            "invites": (kept.invites_days, store.retention.clear_invites),
            "loads": (kept.loads_days, store.loads.forget),
            "left": (kept.left_days, store.retention.clear_left),
            "unseen": (kept.unseen_days, store.retention.clear_unseen),
            "people": (kept.left_days, store.retention.clear_people),
        }


def _until_done(clear: Callable[[], int]) -> int:
    total = 0
    while gone := clear():
        total += gone
    return total
