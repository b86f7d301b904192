"""The background jobs themselves.

Each may run twice, be killed half-way, and run on two nodes at once: what is to be done is a query
on the rows, and a row is taken in the same statement that finds it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import RemoteError
from lti_bridge.jobs.collecting import Collecting
from lti_bridge.jobs.loads import AskLoads, count_weeks
from lti_bridge.jobs.meets_events import CourseEventsJob
from lti_bridge.jobs.retention import KeepRetention
from lti_bridge.jobs.roster import RosterJob
from lti_bridge.jobs.sampling import SampleMeetings

if TYPE_CHECKING:
    from lti_bridge.conferencing import Services
    from lti_bridge.directory import Directory
    from lti_bridge.jobs.engagement import CollectEngagement
    from lti_bridge.jobs.gradebook import SendGrades
    from lti_bridge.jobs.reminders import SendReminders
    from lti_bridge.lms_api import LmsTransport, Member
    from lti_bridge.meets_api import MeetsClient
    from lti_bridge.settings import Retention
    from lti_bridge.store import Kind, Store

ASK_SECONDS: Final = 10.0
"""MEETS may take its time here; nobody waits."""
MOST_AT_ONCE: Final = 2000
"""Rows a run of a job handles at the most; the next run, a minute later, goes on."""
EMPTY_MEETING_MS: Final = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Jobs:
    """What the worker runs, by name. Each gives how many things it did."""

    store: Store
    directory: Directory
    kept: Retention
    told_gone: Callable[[Mapping[str, int]], None]
    """Told what went of each kind of data whose time was over."""
    meets: MeetsClient | None
    engagement: CollectEngagement | None
    refresh_key_sets: Callable[[], int]
    follow_platforms: Callable[[], int]
    services_there: Services
    rotate_days: int
    lms: LmsTransport
    now: Callable[[], float] = time.time
    send_grades: SendGrades | None = None
    send_reminders: SendReminders | None = None

    def ask_meets_again(self) -> int:
        """Ask MEETS for identifiers it didn't know, or didn't answer for; how many it knew.

        Stops at the first call that fails: the others stay due, and MEETS is left in peace.
        """
        if self.meets is None:
            return 0
        known = sum(self._ask_for(kind) for kind in ("course", "user"))
        self.store.meetings.adopt_course_ids(self._now_ms() - EMPTY_MEETING_MS)
        return known

    def _ask_for(self, kind: Kind) -> int:
        known = asked = 0
        while asked < MOST_AT_ONCE:
            taken = self.store.people.take_pending(kind, self._now_ms())
            if not taken:
                break
            for pending in taken:
                try:
                    known += self.directory.ask_again(pending, ASK_SECONDS)
                except RemoteError:
                    return known
            asked += len(taken)
        return known

    def retention(self) -> int:
        """Forget all that is over; how much."""
        return KeepRetention(self.store, self.kept, self._now_ms, self.told_gone).run()

    def collect_records(self) -> int:
        """Collect recordings and attendance from the services; of how many meetings."""
        return Collecting(
            self.store.records, self.store.invitations, self.services_there, self._now_ms
        ).run()

    def sampling(self) -> int:
        """See who is in the classes that run; in how many somebody was."""
        return SampleMeetings(self.store.sampling, self.services_there, self._now_ms).run()

    def loads(self) -> int:
        """Ask the services how busy they are; how many told."""
        return AskLoads(self.store.loads, self.services_there, self._now_ms).run()

    def weeks(self) -> int:
        """Count the classes and people of this week and the last, and of earlier ones that
        weren't counted; how many weeks.
        """
        return count_weeks(self.store.weeks, self._now_ms())

    def meets_events(self) -> int:
        """Ask MEETS for the events of courses that are looked at; how many answers came."""
        if self.meets is None:
            return 0
        return CourseEventsJob(self.store.meets_events, self.meets, self._now_ms).run()

    def collect_engagement(self) -> int:
        """Collect Meet & Engage's data; how many days came."""
        if self.engagement is None:
            return 0
        work = replace(self.engagement, now_ms=self._now_ms)
        _until_done(lambda: self.store.engagement.clear(work.first_kept()))
        return work.run()

    def grades(self) -> int:
        """Send grades from attendance to the LMSs' gradebooks; how many scores."""
        if self.send_grades is None:
            return 0
        return replace(self.send_grades, now_ms=self._now_ms).run()

    def reminders(self) -> int:
        """Remind people of classes that are about to begin; how many letters went out."""
        if self.send_reminders is None:
            return 0
        return replace(self.send_reminders, now_ms=self._now_ms).run()

    def rosters(self) -> int:
        """Ask LMSs who belongs to the courses that are looked at; how many answered."""
        return RosterJob(self.store, self.lms, self._now_ms).run()

    def roster_of(self, course_id: int) -> bool:
        """Ask for one course's people at once; whether its LMS offers them.

        Raises :class:`lti_bridge.errors.RemoteError`.
        """
        return RosterJob(self.store, self.lms, self._now_ms).one(course_id)

    def roster_asked(self, course_id: int, role: str, resource_link_id: str) -> list[Member] | None:
        """What the LMS's roster says now, by its filters; nothing is written down.

        None where no launch named a roster. Raises :class:`lti_bridge.errors.RemoteError`.
        """
        job = RosterJob(self.store, self.lms, self._now_ms)
        return job.asked(course_id, role=role, resource_link_id=resource_link_id)

    def services(self) -> int:
        """Let courses meet where their platform says since; how many moved."""
        return self.follow_platforms()

    def key_sets(self) -> int:
        """Fetch every platform's key set, so that launches don't have to; how many came."""
        return self.refresh_key_sets()

    def keys(self) -> int:
        """Let a new key follow one that signed long enough, and forget those that are over; how
        many came and went. However many workers do this at once, one key comes.
        """
        keys = self.store.keys
        return keys.follow_if_due(self.rotate_days) + keys.drop()

    def _now_ms(self) -> int:
        return int(self.now() * 1000)


def _until_done(clear: Callable[[], int]) -> int:
    # Small bites, so that a launch never waits long for the database.
    total = 0
    while gone := clear():
        total += gone
    return total
