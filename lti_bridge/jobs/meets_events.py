"""What MEETS has of the courses that people look at: events, recordings, who was in.

A course's list is replaced as a whole, and only once every page of it came: half an answer changes
nothing. Where MEETS doesn't answer, the run ends and everything stays due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import RemoteError, RemoteUnavailable
from lti_bridge.store import FoundEvent, Presence

if TYPE_CHECKING:
    from lti_bridge.meets_api import (
        AttendanceEntry,
        ConferenceRecording,
        ConferencingEvent,
        EventAttendance,
        MeetsClient,
    )
    from lti_bridge.store import AttendanceDue, MeetsEvents, Wanted

ROUNDS: Final = 20
"""So often a run takes more, at the most; the next run goes on."""
PATIENCE: Final = 3
"""Failures, before a run gives up."""
LAST_SECOND: Final = 253_402_300_799
"""Of the year 9999: what is later is no time of a class."""
FEATURE_RECORDINGS: Final = "featureRecordings"
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
SOON_MS: Final = HOUR_MS
"""Attendance that isn't final is asked for again after that, on its first day, …"""
LATER_MS: Final = 6 * HOUR_MS
"""… then after that, …"""
GIVEN_UP_MS: Final = 14 * DAY_MS
"""… and not any more so long after the event's end."""

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class CourseEventsJob:
    """The job."""

    events: MeetsEvents
    meets: MeetsClient
    now_ms: Callable[[], int]
    rounds: int = ROUNDS
    told: Told | None = None
    """Told of how many courses were answered for, as it goes."""

    def run(self) -> int:
        """Ask for all that is due; how many courses and attendances came.

        Raises the last :class:`RemoteError`, so that the failure is seen; what it stood in the
        way of stays due.
        """
        done, failed = 0, None
        for part in (self.courses, self.attendances):
            try:
                done += part()
            except RemoteError as error:
                failed = error
        if failed is not None:
            raise failed
        return done

    def courses(self) -> int:
        """The courses' events and recordings."""
        done = 0
        failures: list[RemoteError] = []
        for _ in range(self.rounds):
            batches: list[Sequence[Wanted]] = [self.events.take_due(self.now_ms())]
            if not batches[0]:
                break
            while batches and not _enough(failures):
                done += self._batch(batches.pop(), batches, failures)
            self.events.give_back([one.course for due in batches for one in due])
            if _enough(failures):
                break
        if failures:
            raise failures[-1]
        return done

    def _batch(
        self, due: Sequence[Wanted], batches: list[Sequence[Wanted]], failures: list[RemoteError]
    ) -> int:
        """How many came. What MEETS refuses, or garbles, of one course is no other's loss: the
        batch is halved until that one stands alone. Its turn comes again as if it had come.
        """
        try:
            found = self._found({one.meets_id for one in due})
        except RemoteUnavailable as error:
            self.events.give_back([one.course for one in due])
            failures.append(error)
            return 0
        except RemoteError as error:
            if len(due) == 1:
                failures.append(error)
            else:
                middle = len(due) // 2
                batches += [due[middle:], due[:middle]]
            return 0
        for one in due:
            self.events.replace(one.course, found.get(one.meets_id, []))
        if self.told is not None:
            self.told(len(due))
        return len(due)

    def _found(self, courses: set[int]) -> dict[int, list[FoundEvent]]:
        """Every event of these, by course."""
        recordings: dict[int, list[ConferenceRecording]] = defaultdict(list)
        listing = self.meets.list_conference_recordings(meets_id_courses=courses)
        for one in listing.steadily():
            if one.meets_id_conferencing_event is not None:
                recordings[one.meets_id_conferencing_event].append(one)
        found: dict[int, list[FoundEvent]] = defaultdict(list)
        events = self.meets.list_conferencing_events(meets_id_courses=courses)
        for event in events.steadily():
            for course in courses.intersection(event.meets_id_courses):
                found[course].append(_event(event, course, recordings[event.meets_id]))
        return found

    def attendances(self) -> int:
        """Who was in the events that are over."""
        done = 0
        failures: list[RemoteError] = []
        for _ in range(self.rounds):
            due = self.events.take_attendance_due(self.now_ms())
            for meets_id, rows in _by_event(due):
                if _is_away(failures):
                    self.events.put_off([one.id for one in rows], self.now_ms())
                else:
                    done += self._attendance(meets_id, rows, failures)
            if not due or _is_away(failures):
                break
        if failures:
            raise failures[-1]
        return done

    def _attendance(
        self, meets_id: int, rows: Sequence[AttendanceDue], failures: list[RemoteError]
    ) -> int:
        """Where there is no answer its turn comes again at once; a refusal counts as one."""
        try:
            found = self.meets.get_conferencing_event_attendance(meets_id)
        except RemoteUnavailable as error:
            failures.append(error)
            self.events.put_off([one.id for one in rows], self.now_ms())
            return 0
        except RemoteError as error:
            failures.append(error)
            for one in rows:
                self.events.put_off([one.id], _again_ms(one.ends_ms, self.now_ms()))
            return 0
        self._save(rows, found)
        return 1

    def _save(self, rows: Sequence[AttendanceDue], found: EventAttendance) -> None:
        now_ms = self.now_ms()
        entries = [_presence(entry) for entry in found.entries]
        for one in rows:
            due_ms = None if found.is_final else _again_ms(one.ends_ms, now_ms)
            self.events.save_attendance(
                one.id, entries, is_final=found.is_final, now_ms=now_ms, due_ms=due_ms
            )


def _enough(failures: Sequence[RemoteError]) -> bool:
    """A list that doesn't come, although each page was asked for several times: come back later.
    So too where one course after the other is garbled: it isn't the courses.
    """
    return len(failures) >= PATIENCE or any(isinstance(x, RemoteUnavailable) for x in failures)


def _is_away(failures: Sequence[RemoteError]) -> bool:
    """Now and then a single call fails; this often, it's better to come back later."""
    return sum(isinstance(one, RemoteUnavailable) for one in failures) >= PATIENCE


def _again_ms(ends_ms: int, now_ms: int) -> int | None:
    since_ms = now_ms - ends_ms
    if since_ms > GIVEN_UP_MS:
        return None
    return now_ms + (SOON_MS if since_ms < DAY_MS else LATER_MS)


def _by_event(due: Sequence[AttendanceDue]) -> Iterator[tuple[int, list[AttendanceDue]]]:
    """An event of several courses is asked for once."""
    rows: dict[int, list[AttendanceDue]] = defaultdict(list)
    for one in due:
        rows[one.meets_id].append(one)
    yield from rows.items()


def _event(
    event: ConferencingEvent, course: int, recordings: Sequence[ConferenceRecording]
) -> FoundEvent:
    host = event.host
    return FoundEvent(
        meets_id=event.meets_id,
        name=event.name,
        service=event.conferencing_service,
        host_name=f"{host.name_first} {host.name_last}".strip() if host else "",
        begins_ms=_ms(event.time_begin),
        ends_ms=_ms(event.time_end),
        shows_recordings=_shows_recordings(event, course),
        recordings=tuple((one.meets_id, one.type, _ms(one.time_added)) for one in recordings),
    )


def _shows_recordings(event: ConferencingEvent, course: int) -> bool:
    """Whether the connection's people see recordings in MEETS ("connection", its settings)."""
    of = next((one.connection for one in event.courses if one.meets_id == course), None)
    return of is not None and of.settings.get(FEATURE_RECORDINGS, False)


def _presence(entry: AttendanceEntry) -> Presence:
    return Presence(
        was_host=entry.was_host,
        name=entry.attendee_name,
        email=entry.email_address,
        ip=entry.ip,
        browser=entry.browser,
        joined_ms=_ms(entry.time_join),
        left_ms=_ms(entry.time_leave),
    )


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None or seconds > LAST_SECOND else seconds * 1000
