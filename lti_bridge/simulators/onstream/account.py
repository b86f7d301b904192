"""An Onstream account: its settings, what it holds, and the rules that keep it whole."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeVar

from lti_bridge.simulators.onstream import times
from lti_bridge.simulators.onstream.records import PARTICIPANT, Invitee, Mail
from lti_bridge.simulators.onstream.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lti_bridge.simulators.onstream.records import (
        File,
        Invitation,
        Recording,
        Session,
        Visit,
    )

Duplicates = Literal["refuse", "double"]
Edits = Literal["merge", "replace"]

_Kept = TypeVar("_Kept")


@dataclass(slots=True)
class Account:
    """One account; its settings may be changed at any time."""

    username: str
    timezone: str
    dst: bool
    clock: Callable[[], float]
    strict: bool
    duplicates: Duplicates
    edits: Edits
    voip: bool
    sessions: dict[int, Session] = field(default_factory=dict)
    recordings: dict[int, Recording] = field(default_factory=dict)
    files: dict[int, File] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    _links: dict[str, tuple[int, Invitee]] = field(default_factory=dict, repr=False)
    _users: dict[str, int] = field(default_factory=dict, repr=False)
    _last: dict[str, int] = field(default_factory=dict, repr=False)
    _alternations: dict[str, itertools.cycle[bool]] = field(default_factory=dict, repr=False)

    def next_id(self, kind: str) -> int:
        """A number that nothing of this kind had before."""
        self._last[kind] = self._last.get(kind, 0) + 1
        return self._last[kind]

    def alternates(self, what: str) -> bool:
        """True, False, True, … for each thing that the document says in two ways."""
        return next(self._alternations.setdefault(what, itertools.cycle((True, False))))

    @property
    def now(self) -> datetime:
        """UTC, by the account's clock."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def shown(self, moment: datetime) -> str:
        """``2010-08-31 14:00:00`` on the account's wall clock."""
        return times.shown(moment, self.timezone, dst=self.dst)

    def stored(self, wall: datetime, code: str | None) -> datetime:
        """UTC of a wall clock's time, the account's own unless a ``code`` was said with it."""
        return times.to_utc(wall, code or self.timezone, dst=self.dst)

    def session(self, number: int) -> Session:
        """Raises 404 for one that never was, 410 for one that was deleted."""
        return self._kept("session", self.sessions, number)

    def recording(self, number: int) -> Recording:
        """Raises 404 for one that never was, 410 for one that was deleted."""
        return self._kept("recording", self.recordings, number)

    def _kept(self, kind: str, known: dict[int, _Kept], number: int) -> _Kept:
        if number in known:
            return known[number]
        if number <= self._last.get(kind, 0):
            raise refused(410, f"The {kind} {number} was deleted")
        raise refused(404, f"There is no {kind} {number}")

    def check_friendly_url(self, wish: str, session: Session | None = None) -> None:
        """Raises 409 where another session's link ends so; ``session`` is the one that asks."""
        if any(wish == other.key for other in self.sessions.values() if other is not session):
            raise refused(409, f'The friendly_url "{wish}" is already taken')

    def check_invitations(self, session: Session | None, wanted: Iterable[Invitation]) -> None:
        """Raises 409 where one address would be in a session twice, unless that is allowed."""
        seen = {one.email.lower() for one in session.invitees} if session else set()
        for one in wanted:
            if one.email.lower() in seen and self.duplicates == "refuse":
                raise refused(409, "A person with this email is already invited to the session")
            seen.add(one.email.lower())

    def invite(self, session: Session, wanted: Invitation) -> Invitee:
        """Add a person; the same address is the same user in all sessions."""
        user_id = self._users.get(wanted.email.lower())
        if user_id is None or any(one.user_id == user_id for one in session.invitees):
            user_id = self.next_id("user")
            self._users.setdefault(wanted.email.lower(), user_id)
        invitee = Invitee(
            user_id,
            wanted.email,
            wanted.first_name,
            wanted.last_name,
            wanted.role,
            secrets.token_urlsafe(12),
        )
        session.invitees.append(invitee)
        self._links[invitee.token] = (session.id, invitee)
        self.mail(session, wanted.email, wanted=wanted.mail)
        return invitee

    def uninvite(self, session: Session, invitee: Invitee) -> None:
        """Remove a person; their link leads nowhere from now on."""
        session.invitees.remove(invitee)
        self._links.pop(invitee.token)

    def mail(self, session: Session, email: str, *, wanted: bool) -> None:
        """Note that an invitation would have gone out."""
        if wanted:
            self.mails.append(Mail(session.id, email, self.now))

    def welcome(self, session: Session, name: str) -> Invitee:
        """Somebody who gave a name at the session link; not an invitee, always a participant."""
        guest = Invitee(0, "", name, "", PARTICIPANT, secrets.token_urlsafe(12))
        self._links[guest.token] = (session.id, guest)
        return guest

    def by_token(self, token: str) -> tuple[Session, Invitee] | None:
        """Whose link it is; None for one that was never given or leads nowhere any more."""
        number, person = self._links.get(token, (0, None))
        session = self.sessions.get(number)
        return (session, person) if session and person else None
