"""What a picker's page holds of the request that opened it: signed, short-lived, one person's.

As with sessions, no cookie carries it. It is good for that person in that course only, so that
the ticket of one picker can't be used with the session of another.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from itsdangerous import BadSignature

from lti_bridge.directory import DeepLinkingRequest
from lti_bridge.errors import NotAllowed, NotAuthentic
from lti_bridge.scheduling import Place

if TYPE_CHECKING:
    from lti_bridge.security import FrameSession, Signers

LIFETIME_SECONDS: Final = 3600
SKEW_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Ticket:
    """One opening of the picker."""

    platform_id: int
    user_id: int | None
    deployment_id: str
    place: Place
    request: DeepLinkingRequest
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    """What is made with this ticket is named after it: sent twice, a form makes it once."""


class Tickets:
    """Turns tickets into signed text and back."""

    def __init__(self, signers: Signers) -> None:
        """See :class:`Signers`."""
        self._signer = signers.picker

    def issue(self, ticket: Ticket) -> str:
        """The ticket as text: ASCII letters, digits, ``-``, ``_`` and ``.``."""
        values = json.dumps(astuple(ticket), separators=(",", ":"), ensure_ascii=False)
        packed = base64.urlsafe_b64encode(values.encode("utf-8", "surrogatepass"))
        return self._signer.sign(packed.rstrip(b"=")).decode("ascii")

    def read(self, text: str, session: FrameSession) -> Ticket:
        """The ticket of this session's person and course.

        Raises :class:`NotAuthentic` if it isn't ours, or too old; :class:`NotAllowed` if it is
        somebody else's.
        """
        try:
            packed, signed_at = self._signer.unsign(text, return_timestamp=True)
            unpacked = base64.urlsafe_b64decode(packed + b"===")
            ticket = _ticket(*json.loads(unpacked.decode("utf-8", "surrogatepass")))
        except (BadSignature, ValueError, TypeError):
            raise NotAuthentic(
                "This picker's page can't be read.",
                remedy="Open the picker in the course again.",
                code="picker_invalid",
            ) from None
        age = self._signer.get_timestamp() - signed_at.timestamp()
        if not -SKEW_SECONDS <= age <= LIFETIME_SECONDS:
            raise NotAuthentic(
                "This picker has been open for longer than an hour.",
                remedy="Open the picker in the course again.",
                code="picker_expired",
            )
        mine = (session.platform_id, session.user_id, session.course_id)
        if mine != (ticket.platform_id, ticket.user_id, ticket.place.course_id):
            raise NotAllowed(
                "The picker was opened by somebody else, or in another course.",
                remedy="Open the picker in the course again.",
                code="picker_others",
            )
        return ticket


def _ticket(
    platform_id: int,
    user_id: int | None,
    deployment_id: str,
    place: list[Any],
    request: list[Any],
    name: str,
) -> Ticket:
    """From JSON, where tuples are lists."""
    values: Iterator[Any] = (
        tuple(value) if isinstance(value, list) else value for value in request
    )
    asked = DeepLinkingRequest(*values)
    return Ticket(platform_id, user_id, deployment_id, Place(*place), asked, name)
