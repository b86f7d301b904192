"""Who may enter a meeting now, as what, and the way in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import time
from typing import TYPE_CHECKING, Final, Literal

from lti_bridge.conferencing import KIND_NAMES, Capability, JoinUrl, MeetingInfo, Visitor
from lti_bridge.errors import BridgeError, RemoteError, RemoteRejected, ServiceMissing
from lti_bridge.scheduling.opening import STAYS_SECONDS, Crowded, Opener, details, gone
from lti_bridge.scheduling.timing import cancelled, over, phase_of

if TYPE_CHECKING:
    from lti_bridge.conferencing import ConferencingService, Created
    from lti_bridge.conferencing.registry import Services
    from lti_bridge.directory import Person
    from lti_bridge.scheduling.standing import MeetingBook
    from lti_bridge.scheduling.statuses import SharedStatuses
    from lti_bridge.store import Meeting

GONE: Final = frozenset({"notFound", "http_404", "http_410"})
"""Codes of a service that lost a meeting since it was confirmed."""

Why = Literal["moderator", "opening", "scheduled"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not yet: ``moderator``, nobody who leads the class is in; ``opening``, a moment only;
    ``scheduled``, it isn't its time.
    """

    why: Why
    opens_ms: int | None = None
    """Where it isn't its time: when it will be."""


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
        statuses: SharedStatuses,
        *,
        now: Callable[[], float] = time,
    ) -> None:
        """See :class:`MeetingBook`, :class:`Opener` and :class:`SharedStatuses`. ``now``: UNIX
        seconds.
        """
        self._book = book
        self._opener = opener
        self._services = services
        self._statuses = statuses
        self._now = now

    def enter(self, meeting: int, visitor: Visitor, *, hosting: bool = False) -> JoinUrl | Waiting:
        """The visitor's way in, or why they wait.

        Who has to wait for a moderator, or for the time of the class, makes no meeting: an empty
        one would only weigh on the service. ``hosting``: they go in as a moderator, though by
        the class' time. Raises :class:`RemoteError` where the service fails, :class:`NotAllowed`
        where the meeting is gone, over or cancelled (:data:`lti_bridge.scheduling.timing.CLOSED`).
        """
        row = self.meeting(meeting)
        waiting = self._waiting(row, visitor, hosting=hosting)
        if waiting is not None:
            return waiting
        try:
            created = self._opener.open(row)
        except Crowded:
            return Waiting("opening")
        service = self._services.service_for(row.service)
        self._note_moderator(row, visitor, service)
        return self._join_url(
            row, replace(visitor, role="moderator") if hosting else visitor, service, created
        )

    def _waiting(self, row: Meeting, visitor: Visitor, *, hosting: bool) -> Waiting | None:
        """Why they wait; None: they may go in. Moderators may at any time, to prepare it, and
        after its end; others while it lasts. Raises :class:`NotAllowed` where it is too late.
        """
        phase = phase_of(row, int(self._now() * 1000))
        if phase == "cancelled":
            raise cancelled()
        if visitor.role == "moderator":
            return None
        if phase == "early":
            return Waiting("scheduled", row.opens_ms)
        if phase == "over" and not (row.confirmed_ms and self._is_running(row)):
            raise over()
        if row.wait_for_moderator and not hosting and not self._is_running(row):
            return Waiting("moderator")
        return None

    def _join_url(
        self, row: Meeting, visitor: Visitor, service: ConferencingService, created: Created
    ) -> JoinUrl:
        try:
            return service.join_url(details(row), visitor, created)
        except RemoteRejected as refusal:
            if refusal.code not in GONE:
                raise
        # It was deleted at the service within the 20 seconds for which it counts as there.
        self.forget(row.id)
        row = self.meeting(row.id)
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

    def is_open(self, meeting: int, visitor: Visitor, *, hosting: bool = False) -> bool:
        """Whether :meth:`enter` would let them in now; all who ask cost one status call in five
        seconds.

        Raises as :meth:`enter`.
        """
        return self._waiting(self.meeting(meeting), visitor, hosting=hosting) is None

    def status(self, meeting: int) -> MeetingInfo | None:
        """Whether it runs and how many are in; None where the service doesn't say just now.

        May call the service: for scripts that ask, not for pages on their way to a person.
        """
        row = self.meeting(meeting)
        try:
            return self._statuses.ask(row)
        except (RemoteError, ServiceMissing):
            return None

    def known_status(self, meeting: Meeting) -> MeetingInfo | None:
        """The same as it was when somebody last asked, some seconds ago; never a remote call."""
        return self._statuses.known(meeting)

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
        self._book.forget(meeting)
        self._statuses.forget(meeting)

    def meeting(self, meeting: int) -> Meeting:
        """The meeting; :class:`NotAllowed` where it is gone."""
        row = self._book.by_id(meeting)
        if row is None:
            raise gone()
        return row

    def _is_running(self, row: Meeting) -> bool:
        service = self._services.service_for(row.service)
        if Capability.RUNNING not in service.capabilities:
            return self._was_led(row)
        status = self._statuses.ask(row)
        return status is not None and status.running


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
