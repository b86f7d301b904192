"""Who may enter a meeting now, as what, and the way in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, time
from typing import TYPE_CHECKING, Final, Literal

from lti_bridge.conferencing import KIND_NAMES, Capability, JoinUrl, MeetingInfo, Visitor
from lti_bridge.directory.memory import Memory
from lti_bridge.errors import (
    BridgeError,
    CapabilityMissing,
    RemoteError,
    RemoteMalformed,
    RemoteRejected,
)
from lti_bridge.http.flights import Flights
from lti_bridge.scheduling.opening import (
    FAILED_SECONDS,
    STAYS_SECONDS,
    Crowded,
    Opener,
    details,
    gone,
)

if TYPE_CHECKING:
    from lti_bridge.conferencing import ConferencingService, Created
    from lti_bridge.conferencing.registry import Services
    from lti_bridge.directory import Person
    from lti_bridge.scheduling.standing import MeetingBook
    from lti_bridge.store import Meeting

STATUS_SECONDS: Final = 5.0
"""However many people wait or look on: one status call per meeting, process and 5 seconds."""

GONE: Final = frozenset({"notFound", "http_404", "http_410"})
"""Codes of a service that lost a meeting since it was confirmed."""

NOBODY: Final = MeetingInfo(running=False, participants=0, moderators=0)
Why = Literal["moderator", "opening"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not yet: ``moderator``, nobody who leads the class is in; ``opening``, a moment only."""

    why: Why


@dataclass(frozen=True, slots=True)
class Trouble:
    """A service that is left alone just now, because it failed repeatedly."""

    service: str
    reason: str
    """The last failure's, for who runs the bridge: "answered HTTP 500"."""
    retry_seconds: float
    """Until it is tried again."""


class Entrance:
    """The door of every meeting."""

    def __init__(
        self,
        book: MeetingBook,
        opener: Opener,
        services: Services,
        *,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], float] = time,
    ) -> None:
        """See :class:`MeetingBook` and :class:`Opener`. ``clock``: seconds; ``now``: UNIX ones."""
        self._book = book
        self._opener = opener
        self._services = services
        self._now = now
        self._statuses: Memory[int, MeetingInfo] = Memory(10_000, clock=clock)
        self._running: Memory[int, bool] = Memory(10_000, clock=clock)
        self._failed: Memory[int, RemoteError] = Memory(1_000, clock=clock)
        self._asking: Flights[int, MeetingInfo] = Flights()
        self._asking_running: Flights[int, bool] = Flights()

    def enter(self, meeting: int, visitor: Visitor) -> JoinUrl | Waiting:
        """The visitor's way in, or why they wait.

        Who has to wait for a moderator makes no meeting: an empty one would only weigh on the
        service. Raises :class:`RemoteError` where the service fails, :class:`NotAllowed` where
        the meeting is gone.
        """
        row = self.meeting(meeting)
        if row.wait_for_moderator and visitor.role != "moderator" and not self._is_running(row):
            return Waiting("moderator")
        try:
            created = self._opener.open(row)
        except Crowded:
            return Waiting("opening")
        service = self._services.service_for(row.service)
        self._note_moderator(row, visitor, service)
        return self._join_url(row, visitor, service, created)

    def _join_url(
        self, row: Meeting, visitor: Visitor, service: ConferencingService, created: Created
    ) -> JoinUrl:
        try:
            return service.join_url(details(row), visitor, created)
        except RemoteRejected as refusal:
            if refusal.code not in GONE:
                raise
        # It was deleted at the service within the 20 seconds for which it counts as there.
        self._opener.forget(row.id)
        return service.join_url(details(row), visitor, self._opener.open(row))

    def _note_moderator(self, row: Meeting, visitor: Visitor, service: ConferencingService) -> None:
        """Whose class it is; and where the service doesn't say who is in, a moderator on the way
        in has to do.
        """
        if visitor.role != "moderator":
            return
        if row.host_id is None and visitor.key.isdigit():
            self._book.hosted(row.id, int(visitor.key))
        if not row.wait_for_moderator:
            return
        if Capability.RUNNING not in service.capabilities and not self._was_led(row):
            self._book.moderator_came(row.id, int(self._now() * 1000))

    def _was_led(self, row: Meeting) -> bool:
        return (row.moderator_ms or 0) / 1000 > self._now() - STAYS_SECONDS

    def is_open(self, meeting: int, visitor: Visitor) -> bool:
        """Whether :meth:`enter` would let them in now; costs one status call per 5 seconds.

        Raises as :meth:`enter`.
        """
        row = self.meeting(meeting)
        return visitor.role == "moderator" or not row.wait_for_moderator or self._is_running(row)

    def status(self, meeting: int) -> MeetingInfo | None:
        """Whether it runs and how many are in; None where the service doesn't say just now."""
        row = self.meeting(meeting)
        try:
            return self._statuses.get(row.id) or self._asking.call(row.id, lambda: self._ask(row))
        except (RemoteError, CapabilityMissing):
            return None

    def capabilities(self, meeting: int) -> frozenset[Capability]:
        """What a page of this meeting may offer; nothing where its service isn't there."""
        try:
            return self._services.service_for(self.meeting(meeting).service).capabilities
        except BridgeError:
            return frozenset()

    def kind(self, meeting: int) -> str:
        """The kind of the meeting's service, as people know it; empty where it isn't there."""
        try:
            kind = self._services.service_for(self.meeting(meeting).service).kind
        except BridgeError:
            return ""
        return KIND_NAMES.get(kind, kind)

    def trouble(self, meeting: int) -> Trouble | None:
        """Why the meeting's service is left alone just now; None where it isn't."""
        try:
            service = self._services.service_for(self.meeting(meeting).service)
        except BridgeError:
            return None
        health = service.health
        if health.state == "closed":
            return None
        return Trouble(service.name, health.reason, health.retry_seconds)

    def forget(self, meeting: int) -> None:
        """It has ended: what was known of it doesn't hold any more."""
        self._opener.forget(meeting)
        self._statuses.forget(meeting)
        self._running.forget(meeting)

    def meeting(self, meeting: int) -> Meeting:
        """The meeting; :class:`NotAllowed` where it is gone."""
        row = self._book.by_id(meeting)
        if row is None:
            raise gone()
        return row

    def _ask(self, row: Meeting) -> MeetingInfo:
        known = self._statuses.get(row.id)
        if known is not None:  # another thread's call ended between our look and our turn
            return known
        service = self._services.service_for(row.service)
        with self._failing(row.id):
            status = _look_at(service, row.meeting_id)
        self._running.put(row.id, status.running, STATUS_SECONDS)
        return self._statuses.put(row.id, status, STATUS_SECONDS)

    def _is_running(self, row: Meeting) -> bool:
        known = self._running.get(row.id)
        if known is not None:
            return known
        return self._asking_running.call(row.id, lambda: self._ask_running(row))

    def _ask_running(self, row: Meeting) -> bool:
        known = self._running.get(row.id)
        if known is not None:  # as above
            return known
        service = self._services.service_for(row.service)
        if Capability.RUNNING not in service.capabilities:
            return self._was_led(row)
        with self._failing(row.id):
            running = service.is_running(row.meeting_id)
        return self._running.put(row.id, running, STATUS_SECONDS)

    @contextmanager
    def _failing(self, meeting: int) -> Iterator[None]:
        """Let a failure be the answer to everybody for a moment, whichever of the two it was."""
        failed = self._failed.get(meeting)
        if failed is not None:
            raise failed.with_traceback(None)
        try:
            yield
        except RemoteError as error:
            self._failed.put(meeting, error, FAILED_SECONDS)
            raise


def _look_at(service: ConferencingService, meeting_id: str) -> MeetingInfo:
    if Capability.LIVE_COUNTS in service.capabilities:
        try:
            return service.info(meeting_id) or NOBODY
        except (CapabilityMissing, RemoteRejected, RemoteMalformed):
            pass  # not all have that call; the other they do
    return MeetingInfo(running=service.is_running(meeting_id))


def visitor_for(person: Person) -> Visitor:
    """How a person is known inside: the name their LMS gives, and their MEETS number.

    Nobody is nameless in a class: where the LMS gives no name, the address before the @ stands
    in, and else a number.
    """
    profile = person.profile
    name = (
        profile.name.strip()
        or f"{profile.given_name} {profile.family_name}".strip()
        or profile.email.partition("@")[0].strip()
        or f"Participant {person.id or ''}".strip()
    )
    user_id = "" if person.meets_id is None else str(person.meets_id)
    return Visitor(
        full_name=name,
        role=person.role,
        user_id=user_id,
        key="" if person.id is None else str(person.id),
    )
