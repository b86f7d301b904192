"""``create`` before ``join``, and yet one ``create`` per meeting per 20 seconds.

Three circles, from the cheapest outwards: this process remembers a confirmation for the rest of
its 20 seconds; of its threads one asks and the others take its answer; of all processes and nodes
one holds the meeting's claim in the database, and the others watch the row until it is confirmed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from lti_bridge.conferencing import (
    Callbacks,
    Capability,
    Created,
    LockSettings,
    MeetingDetails,
)
from lti_bridge.directory.memory import Memory
from lti_bridge.errors import NotAllowed, RemoteError, RemoteTimeout, ServiceResting
from lti_bridge.http.flights import Crowded, Flights

if TYPE_CHECKING:
    from lti_bridge.conferencing import ConferencingService, Slide
    from lti_bridge.conferencing.registry import Services
    from lti_bridge.store import Claim, Meeting, Meetings

CONFIRMED_SECONDS: Final = 20.0
HOLD_SECONDS: Final = 10.0
"""Longer than the longest ``create``: a claim whose holder died runs out after that."""
WATCH_SECONDS: Final = 0.05
FAILED_SECONDS: Final = 1.0
"""For so long a failure is the answer to everybody: a failing service isn't asked 300 times."""
MOST_WAITING: Final = 48
"""Threads that may wait for a ``create``; more would leave none for other courses."""

STAYS_SECONDS: Final = 12 * 3600.0
"""For so long a meeting is taken to go on, where the service doesn't say whether it runs."""

CallbacksFor = Callable[["Meeting"], Callbacks]
"""Where a service is to tell us of a meeting."""
SlidesFor = Callable[["Meeting"], "tuple[Slide, ...]"]
"""A meeting's slides; asked only where ``create`` is really called."""
Warned = Callable[["Meeting", Sequence[str]], None]
"""Told what of a meeting could not be said as it was."""

__all__ = ["CONFIRMED_SECONDS", "Crowded", "Opener", "details"]


def no_callbacks(_meeting: Meeting) -> Callbacks:
    """For a bridge that services can't reach."""
    return Callbacks()


def no_slides(_meeting: Meeting) -> tuple[Slide, ...]:
    """Where there are none."""
    return ()


def _nobody_told(_meeting: Meeting, _warnings: Sequence[str]) -> None:
    pass


class Opener:
    """Sees to it that a meeting is there before anybody is sent into it."""

    def __init__(
        self,
        meetings: Meetings,
        services: Services,
        *,
        callbacks: CallbacksFor = no_callbacks,
        warned: Warned = _nobody_told,
        slides_for: SlidesFor = no_slides,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``callbacks``: where services tell of a meeting, the same each time; ``warned`` is told
        what ``create`` warned of; ``now``: UNIX seconds.
        """
        self._meetings = meetings
        self._services = services
        self._callbacks = callbacks
        self._warned = warned
        self._slides_for = slides_for
        self._now = now
        self._confirmed: Memory[int, Created] = Memory(10_000, clock=now)
        self._failed: Memory[int, RemoteError] = Memory(1_000, clock=now)
        self._opening: Flights[int, Created] = Flights(most_waiting=MOST_WAITING)

    def open(self, meeting: Meeting) -> Created:
        """Confirm the meeting; what ``create`` said of it.

        Raises :class:`RemoteError` where ``create`` fails, :class:`Crowded` where so many wait
        for it already that this one should ask again in a moment, :class:`NotAllowed` where the
        meeting is gone, :class:`ServiceResting` where its service takes no new meetings and this
        one doesn't run, and :class:`lti_bridge.errors.StoreError`.
        """
        confirmed = self._remembered(meeting.id)
        if confirmed is None:
            confirmed = self._opening.call(meeting.id, lambda: self._open(meeting))
        return confirmed

    def forget(self, meeting: int) -> None:
        """It has ended: whoever comes next has it made anew."""
        self._meetings.ended(meeting, int(self._now() * 1000))
        self._confirmed.forget(meeting)

    def _remembered(self, meeting: int) -> Created | None:
        failed = self._failed.get(meeting)
        if failed is not None:
            raise failed.with_traceback(None)  # else it would grow with everybody it is told to
        return self._confirmed.get(meeting)

    def _open(self, meeting: Meeting) -> Created:
        # Between this thread's look into the memory and its turn, another may have come to an end.
        confirmed = self._remembered(meeting.id)
        if confirmed is not None:
            return confirmed
        if self._fresh(meeting):
            # However old the row is, it doesn't say so for longer than our own memory would.
            return self._remember(meeting.id, _known(meeting), meeting.confirmed_ms / 1000)
        patience = self._now() + HOLD_SECONDS
        # The caller's row may be some seconds old: what ``create`` says and who confirmed it is
        # in the database.
        while True:
            row = self._meetings.by_id(meeting.id)
            if row is None:
                raise gone()
            if self._fresh(row):
                return self._remember(row.id, _known(row), row.confirmed_ms / 1000)
            claim = self._claim(row)
            if claim is not None:
                return self._create(row, claim)
            if self._now() > patience:
                raise _opening_elsewhere(meeting)
            time.sleep(WATCH_SECONDS)  # another process is at it

    def _fresh(self, row: Meeting) -> bool:
        return row.confirmed_ms / 1000 > self._now() - CONFIRMED_SECONDS

    def _claim(self, row: Meeting) -> Claim | None:
        now = self._now()
        return self._meetings.claim(
            row.id,
            now_ms=int(now * 1000),
            confirmed_before_ms=int((now - CONFIRMED_SECONDS) * 1000),
            hold_ms=int(HOLD_SECONDS * 1000),
        )

    def _create(self, row: Meeting, claim: Claim) -> Created:
        try:
            created = self._made_or_running(row)
        except BaseException as error:
            self._meetings.released(claim)
            if isinstance(error, RemoteError):
                self._failed.put(row.id, error, FAILED_SECONDS)
            raise
        if created.warnings:
            self._warned(row, created.warnings)
        now = self._now()
        self._meetings.confirmed(claim, created.create_time, created.remote_id, int(now * 1000))
        return self._remember(row.id, created, now)

    def _made_or_running(self, row: Meeting) -> Created:
        service = self._services.service_for(row.service)
        if not self._services.is_resting(row.service):
            takes = Capability.SLIDES in service.capabilities
            slides = self._slides_for(row) if takes else ()
            return service.create(details(row, self._callbacks(row), slides))
        if self._goes_on(row, service):
            return _known(row)
        raise ServiceResting(
            f"The service {row.service} is at rest, and this meeting doesn't run.",
            remedy=f"Wake it (lti-bridge conferencing wake {row.service}), or let the course meet"
            " on another.",
            code="service_resting",
        )

    def _goes_on(self, row: Meeting, service: ConferencingService) -> bool:
        if Capability.RUNNING in service.capabilities:
            return service.is_running(row.meeting_id)
        return row.confirmed_ms / 1000 > self._now() - STAYS_SECONDS

    def _remember(self, meeting: int, created: Created, confirmed: float) -> Created:
        left = confirmed + CONFIRMED_SECONDS - self._now()
        return self._confirmed.put(meeting, created, left)


def _known(row: Meeting) -> Created:
    return Created(create_time=row.create_time, remote_id=row.remote_id)


def gone() -> NotAllowed:
    """What everybody hears who comes for a meeting that isn't there any more."""
    return NotAllowed(
        "This meeting doesn't exist any more.",
        remedy="Open the link in the course again.",
        code="meeting_gone",
    )


def _opening_elsewhere(meeting: Meeting) -> RemoteTimeout:
    return RemoteTimeout(
        "The meeting is being opened by another process, which takes too long.",
        service=meeting.service,
        call="create",
        remedy="Try again in a moment.",
        code="opening_elsewhere",
    )


def details(
    row: Meeting, callbacks: Callbacks | None = None, slides: tuple[Slide, ...] = ()
) -> MeetingDetails:
    """What ``create`` says: a pure function of the row and its slides' (CONTRACT.md, 4).

    No ``duration_minutes``: Meetingz and BigBlueButton end a meeting that long after it was made,
    with everybody in it, and nobody is to be put out of a class that takes longer than planned.
    """
    course = {} if row.meets_course_id is None else {"meets-id-course": str(row.meets_course_id)}
    context = {"bbb-context-id": row.lti_context_id} if row.lti_context_id else {}
    room = row.room
    return MeetingDetails(
        meeting_id=row.meeting_id,
        name=row.name,
        attendee_password=row.attendee_password,
        moderator_password=row.moderator_password,
        logout_url=row.logout_url,
        record=row.record,
        callbacks=callbacks or Callbacks(),
        slides=slides,
        remote_id=row.remote_id,
        welcome=escape(room.welcome),
        moderator_only_message=escape(room.moderator_message),
        max_participants=room.max_participants,
        auto_start_recording=room.auto_record if row.record else None,
        webcams_only_for_moderator=room.webcams_only_for_moderator,
        mute_on_start=room.mute_on_start,
        guest_policy="ask" if room.guests_ask else None,
        starts_ms=row.begins_ms,
        lasts_minutes=_lasts(row),
        lock=LockSettings(
            disable_cam=room.disable_cam,
            disable_mic=room.disable_mic,
            disable_private_chat=room.disable_private_chat,
            disable_public_chat=room.disable_public_chat,
            disable_notes=room.disable_notes,
        ),
        metadata={
            **course,
            **context,
            "meets-id-connection": str(row.meets_connection),
            "bbb-origin": "LTI Bridge",
            "bridge-meeting": row.meeting_id,
        },
    )


def _lasts(row: Meeting) -> int | None:
    """Whole minutes of a scheduled class, rounded up; None: it stands open."""
    if row.begins_ms is None or row.ends_ms is None:
        return None
    return max(1, -((row.begins_ms - row.ends_ms) // 60_000))
