"""What guests carry: the link they were sent, and the session of their page.

Neither says what its holder may do: that is looked up at each step in the invitation's row, so
that revoking it ends everything that was ever made from it.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import astuple, dataclass, field
from typing import Final

from itsdangerous import BadSignature

from lti_bridge.errors import NotAuthentic
from lti_bridge.security.sessions import SKEW_SECONDS
from lti_bridge.security.signing import Signers

LIFETIME_SECONDS: Final = 6 * 3600
"""Whoever waits for longer opens the link again."""
LONGEST_TEXT: Final = 4000
_TOKEN: Final = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True)
class GuestSession:
    """A guest at the door: who said a name, and the passcode where one is asked for."""

    token: str = field(repr=False)
    """The invitation's."""
    name: str
    locale: str
    key: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)
    """The same person again, at the same page."""


class Guests:
    """Turns invitations' tokens and guests' sessions into signed text and back."""

    def __init__(self, signers: Signers) -> None:
        """See :class:`Signers`."""
        self._links = signers.guest_link
        self._sessions = signers.guest_session

    def link(self, token: str) -> str:
        """The token as it stands in a link: ASCII letters, digits, ``-``, ``_`` and ``.``."""
        return self._links.sign(token.encode()).decode("ascii")

    def token(self, text: str) -> str | None:
        """The token of a link that is ours; None of any other."""
        try:
            token = self._links.unsign(text.encode()).decode()
        except (BadSignature, ValueError):
            return None
        return token if _TOKEN.match(token) else None

    def issue(self, session: GuestSession) -> str:
        """The session as text."""
        values = json.dumps(astuple(session), separators=(",", ":"), ensure_ascii=False).encode()
        return self._sessions.sign(base64.urlsafe_b64encode(values).rstrip(b"=")).decode("ascii")

    def read(self, text: str) -> GuestSession:
        """The session; raises :class:`NotAuthentic` if it isn't ours, or too old."""
        try:
            packed, signed_at = self._sessions.unsign(text[:LONGEST_TEXT], return_timestamp=True)
            session = GuestSession(*json.loads(base64.urlsafe_b64decode(packed + b"===")))
        except (BadSignature, ValueError, TypeError):
            raise _over() from None
        age = self._sessions.get_timestamp() - signed_at.timestamp()
        if not -SKEW_SECONDS <= age <= LIFETIME_SECONDS:
            raise _over()
        return session


def _over() -> NotAuthentic:
    return NotAuthentic(
        "This guest's page can't be read, or has been open for too long.",
        remedy="Open the invitation's link again.",
        code="guest_session",
    )
