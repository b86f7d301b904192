"""Classes of our courses that are held by way of MEETS: shown beside ours, from our own copy.

No page waits for MEETS. Looking at a page says that its copy is to be fresh; a job sees to that
(``lti_bridge.jobs.meets_events``). Only a download, which somebody pressed a button for, asks
MEETS at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2s
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from lti_bridge.directory.memory import Memory
from lti_bridge.errors import NotAllowed, RemoteRejected, StoreError

if TYPE_CHECKING:
    from lti_bridge.meets_api import File, MeetsClient, Redirect
    from lti_bridge.store import MeetsEvent, MeetsEvents, Presence, Role

REMEMBERED_SECONDS: Final = 15.0
"""However many people look at a course's page: one query per process in that time."""
WANTED_SECONDS: Final = 300.0
"""So often a process notes, at the most, that a course's page is looked at."""
DOWNLOAD_SECONDS: Final = 10.0
"""For MEETS to say where a recording is."""
GONE: Final = frozenset({"recording_gone", "http_404"})


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A course's classes at MEETS, by time."""

    events: tuple[MeetsEvent, ...]
    asked: bool
    """Whether MEETS was ever asked; else an empty list says nothing."""
    version: str
    """Another one as soon as anything has changed."""

    def without_attendance(self) -> Elsewhere:
        """As students may see it."""
        return replace(self, events=tuple(map(_for_students, self.events)))


class MeetsClasses:
    """What course pages show of MEETS."""

    def __init__(
        self,
        events: MeetsEvents,
        meets: MeetsClient | None,
        *,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], float] = time,
    ) -> None:
        """``meets``: None where there is none. ``clock``: seconds; ``now``: UNIX seconds."""
        self._events = events
        self._meets = meets
        self._now = now
        self._known: Memory[int, Elsewhere] = Memory(10_000, clock=clock)
        self._wanted: Memory[int, bool] = Memory(10_000, clock=clock)

    def of_course(self, course: int, role: Role) -> Elsewhere | None:
        """What there is, as that role may see it; None without MEETS.

        Raises :class:`lti_bridge.errors.StoreError`.
        """
        if self._meets is None:
            return None
        known = self._known.get(course) or self._read(course)
        return known if role == "moderator" else known.without_attendance()

    def want(self, course: int) -> None:
        """Somebody has the course's page open: what it shows is to be fresh.

        Not asked for by the launch itself, which has its one write.
        """
        if self._meets is not None and self._wanted.get(course) is None:
            self._wanted.put(course, True, WANTED_SECONDS)
            with suppress(StoreError):  # the page is worth more; somebody will look again
                self._events.want(course, self._now_ms())

    def _read(self, course: int) -> Elsewhere:
        found = self._events.of_course(course, self._now_ms())
        # By every field, also those that repr() leaves out.
        content = "\0".join(f"{one!r} {one.name} {one.host_name}" for one in found.events)
        version = blake2s(content.encode("utf-8", "replace"), digest_size=8).hexdigest()
        there = Elsewhere(found.events, found.asked, version if found.asked else "")
        return self._known.put(course, there, REMEMBERED_SECONDS)

    def download(self, recording: int, course: int, role: Role) -> Redirect | File:
        """Where a recording of that course is, or the file, to be closed by whoever gets it.

        Raises :class:`NotAllowed` where there is none for that role, or none any more, and
        :class:`lti_bridge.errors.RemoteError` where MEETS doesn't say.
        """
        found = self._events.recording(recording, course)
        if self._meets is None or found is None:
            raise _gone()
        own, event = found
        if role != "moderator" and not event.shows_recordings:
            raise _gone()
        try:
            return self._meets.download_conference_recording(own.meets_id, timeout=DOWNLOAD_SECONDS)
        except RemoteRejected as refusal:
            if refusal.code not in GONE:
                raise
        self._events.forget_recording(own.id)
        self._known.forget(course)
        raise _gone()

    def attendance(self, event: int, course: int) -> tuple[MeetsEvent, Sequence[Presence]]:
        """An event of that course and who was in; who may ask is the caller's check.

        Raises :class:`NotAllowed` where the course has no such event.
        """
        found = self._events.event(event, course)
        if found is None:
            raise NotAllowed(
                "The course has no such event (any more).",
                remedy="Open the link in the course again.",
                code="event_gone",
            )
        return found, self._events.attendance(event)

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def _for_students(event: MeetsEvent) -> MeetsEvent:
    recordings = event.recordings if event.shows_recordings else ()
    return replace(event, attendees=0, attendance_final=False, recordings=recordings)


def _gone() -> NotAllowed:
    return NotAllowed(
        "There is no such recording (any more).",
        remedy="Look for it in MEETS: lti-bridge meets list recordings.",
        code="recording_gone",
    )
