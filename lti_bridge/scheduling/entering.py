"""Who may enter a meeting now, as what, and the way in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final, Literal

from lti_bridge.conferencing import JoinUrl, MeetingStatus, Visitor
from lti_bridge.directory.memory import Memory
from lti_bridge.errors import RemoteError, RemoteMalformed, RemoteRejected
from lti_bridge.http.flights import Flights
from lti_bridge.scheduling.opening import FAILED_SECONDS, Crowded, Opener, details, gone

if TYPE_CHECKING:
    from lti_bridge.conferencing import Services
    from lti_bridge.directory import Person
    from lti_bridge.scheduling.standing import MeetingBook
    from lti_bridge.store import Meeting

STATUS_SECONDS: Final = 5.0
"""However many people wait or look on: one status call per meeting, process and 5 seconds."""

Why = Literal["moderator", "opening"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not yet: ``moderator``, nobody who leads the class is in; ``opening``, a moment only."""

    why: Why


class Entrance:
    """The door of every meeting."""

    def __init__(
        self,
        book: MeetingBook,
        opener: Opener,
        services: Services,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """See :class:`MeetingBook` and :class:`Opener`. ``clock``: seconds."""
        self._book = book
        self._opener = opener
        self._services = services
        self._statuses: Memory[int, MeetingStatus] = Memory(10_000, clock=clock)
        self._running: Memory[int, bool] = Memory(10_000, clock=clock)
        self._failed: Memory[int, RemoteError] = Memory(1_000, clock=clock)
        self._asking: Flights[int, MeetingStatus] = Flights()
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
            create_time = self._opener.open(row)
        except Crowded:
            return Waiting("opening")
        service = self._services.service_for(row.service)
        return service.join_url(details(row), visitor, create_time)

    def is_open(self, meeting: int, visitor: Visitor) -> bool:
        """Whether :meth:`enter` would let them in now; costs one status call per 5 seconds.

        Raises as :meth:`enter`.
        """
        row = self.meeting(meeting)
        return visitor.role == "moderator" or not row.wait_for_moderator or self._is_running(row)

    def status(self, meeting: int) -> MeetingStatus | None:
        """Whether it runs and how many are in; None where the service doesn't say just now."""
        row = self.meeting(meeting)
        try:
            return self._statuses.get(row.id) or self._asking.call(row.id, lambda: self._ask(row))
        except RemoteError:
            return None

    def meeting(self, meeting: int) -> Meeting:
        """The meeting; :class:`NotAllowed` where it is gone."""
        row = self._book.by_id(meeting)
        if row is None:
            raise gone()
        return row

    def _ask(self, row: Meeting) -> MeetingStatus:
        known = self._statuses.get(row.id)
        if known is not None:  # another thread's call ended between our look and our turn
            return known
        service = self._services.service_for(row.service)
        with self._failing(row.id):
            try:
                status = service.status(row.meeting_id)
            except (RemoteRejected, RemoteMalformed):  # not all have that call; this one they do
                status = MeetingStatus(service.is_running(row.meeting_id))
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
        with self._failing(row.id):
            running = self._services.service_for(row.service).is_running(row.meeting_id)
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
    return Visitor(full_name=name, role=person.role, user_id=user_id)
