"""Signing in with a name and a password, and with a code where the account has a second step.

Whatever is wrong, the answer is the same, after the same work: nobody learns which names there are.

Guessing is limited as NIST SP 800-63B-4 (3.2.2) and OWASP's "Authentication Cheat Sheet" advise,
so that nobody can lock an administrator out by guessing on purpose:

- one address at one account: strictly, :data:`BY_BOTH`;
- one address at all accounts: widely, :data:`BY_ADDRESS`, since many people may share one;
- all addresses at one account: only slowed down, :data:`PACES`, and that holds up neither who comes
  from an address that they signed in from before, nor who has the code of their second step.

An address is as :func:`lti_bridge.security.client_address` counts it: of IPv6 a network of 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lti_bridge.admin import second_step
from lti_bridge.errors import NotAllowed, NotAuthentic
from lti_bridge.security import UNKNOWN, Limit
from lti_bridge.store import AuditEntry

if TYPE_CHECKING:
    from lti_bridge.admin.passwords import Passwords
    from lti_bridge.security import Limits
    from lti_bridge.store import Administrator, Administrators, AdminSessions, AuditLog

BY_BOTH: Final = Limit("admin-account-address", 10, 15 * 60, closed=True)
BY_ADDRESS: Final = Limit("admin-address", 100, 15 * 60, closed=True)
PACES: Final = (
    (Limit("admin-account", 20, 15 * 60, closed=True), Limit("admin-pace", 1, 30, closed=True)),
    (
        Limit("admin-account-day", 100, 24 * 3600, closed=True),
        Limit("admin-pace-day", 1, 15 * 60, closed=True),
    ),
)
"""So many tries at an account may be made at once; what is beyond them goes at that pace."""
KNOWN_MS: Final = 90 * 86_400_000
"""For so long an address is known that somebody signed in from."""
LONGEST_NAME: Final = 255
BEGUN: Final = "session.begin"
FROM: Final = "from"
"""Where the log has the address of who signed in."""
NOBODY: Final = 0
"""Number of no account."""


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What it takes."""

    administrators: Administrators
    sessions: AdminSessions
    audit: AuditLog
    limits: Limits
    passwords: Passwords
    now: Callable[[], float]
    """UNIX seconds."""

    def with_password(self, name: str, password: str, code: str, address: str) -> str:
        """The token of a new session.

        Raises :class:`NotAuthentic` where anything is wrong, :class:`NotAllowed` after too many
        tries. While tries at an account are slowed down, what is wrong and what is right but may
        not count yet are answered alike: the slowed learn nothing of the password.
        """
        known_as = account_name(name)
        self._count(known_as, address)
        is_slowed = self._is_slowed(known_as)
        is_known_here = self._is_known(known_as, address)
        account = self.administrators.by_name(known_as)
        right = self.passwords.match(account.password_hash if account else "", password)
        code_read = self._code(account, code)
        if account is None or not right or not account.is_active:
            raise _slowed() if is_slowed else _wrong()
        if not self._second_step(account, code_read):
            raise _slowed() if is_slowed else _wrong()
        if is_slowed and not (is_known_here or account.has_second_step):
            raise _slowed()
        if self.passwords.is_weak(account.password_hash):
            self.administrators.rehash(account.id, self.passwords.hashed(password))
        return self.begin(account, "password", address)

    def begin(self, account: Administrator, way: str, address: str) -> str:
        """A session of somebody who proved who they are; ``way`` says how."""
        after = {"by": way, FROM: address}
        now_ms = int(self.now() * 1000)
        with self.audit.beside():
            self.administrators.signed_in(account.id, now_ms)
            self.audit.add(AuditEntry(now_ms, account.name, BEGUN, after=after))
            return self.sessions.begin(account.id, now_ms)

    def confirms(self, account: Administrator, password: str, address: str) -> bool:
        """Whether somebody who is signed in knows their password, for what matters most."""
        self._count(account.name, address)
        return self.passwords.match(account.password_hash, password)

    def _count(self, name: str, address: str) -> None:
        # Both are counted each time: a refusal by one says nothing about the other.
        room = [self.limits.take(BY_ADDRESS, address), self.limits.take(BY_BOTH, name, address)]
        if not all(room):
            raise NotAllowed(
                "Somebody tried to sign in too often.",
                remedy="Wait a quarter of an hour.",
                code="too_many_tries",
            )

    def _is_slowed(self, name: str) -> bool:
        # Each is counted each time, whether or not there is such an account.
        beyond = [pace for limit, pace in PACES if not self.limits.take(limit, name)]
        turns = [self.limits.take(pace, name) for pace in beyond]
        return not all(turns)

    def _is_known(self, name: str, address: str) -> bool:
        since_ms = int(self.now() * 1000) - KNOWN_MS
        return address != UNKNOWN and self.audit.has(name, BEGUN, FROM, address, since_ms)

    def _code(self, account: Administrator | None, code: str) -> int | str | None:
        """What the code is, read with as much work for everybody, and not used up yet."""
        number = account.id if account else NOBODY
        secret = self.administrators.second_step(number)
        return second_step.read(self.administrators, number, secret, code, self.now())

    def _second_step(self, account: Administrator, code: int | str | None) -> bool:
        if not account.has_second_step:
            return True
        return code is not None and second_step.use_up(self.administrators, account.id, code)


def account_name(text: str) -> str:
    """A name as accounts have it: without blanks around it, in lower case."""
    return " ".join(text.split()).lower()[:LONGEST_NAME]


def _slowed() -> NotAllowed:
    return NotAllowed(
        "Many tries are made at this account just now, from several addresses.",
        remedy="Sign in from where they did before, or with their second step; else wait.",
        code="slowed_down",
    )


def _wrong() -> NotAuthentic:
    return NotAuthentic(
        "Name, password or code is wrong, or the account is disabled.",
        remedy="An administrator sets a new one: lti-bridge admin password NAME.",
        code="sign_in_wrong",
    )
