"""The session of a page in the LMS's frame, without a cookie.

Browsers refuse third-party cookies, and one browser shows several courses at once. So the session
is a signed value in the page itself: forms send it back in their body, scripts in a header. It is
in no URL, so no log and no Referer has it; and since no browser sends it by itself, no other site
can act in a person's name.
"""

from __future__ import annotations

import base64
import json
from dataclasses import astuple, dataclass
from typing import Final

from itsdangerous import BadSignature

from lti_bridge.errors import NotAllowed, NotAuthentic
from lti_bridge.security.signing import Signers
from lti_bridge.store import Role

LIFETIME_SECONDS: Final = 12 * 3600
"""A page that is open since the morning still lets its person into the evening's class."""
SKEW_SECONDS: Final = 60
"""How far ahead the clock of the node that issued it may be."""


@dataclass(frozen=True, slots=True)
class FrameSession:
    """Who looks at the page, where, and as what. Made from a verified launch only."""

    platform_id: int
    course_id: int
    user_id: int | None
    """Row of the person; None for an anonymous one."""
    meets_user_id: str
    meeting: int
    """0 while there is none yet: in a picker."""
    role: Role
    name: str
    locale: str
    course_title: str
    link_title: str
    observer: bool = False
    framed_by: str = ""
    """As :class:`Launch` has it."""
    zone: str = ""
    """IANA name of the person's time zone, as they or their browser said it; empty: unknown."""
    calendar: str = ""
    """``gregorian`` or ``jalali``, as they chose; empty: as their language has it."""
    own_zone: bool = False
    """They chose the zone themselves: whatever their browser says, it stays."""
    lms_locale: str = ""
    """As the launch says it; ``locale`` may be another, which they chose."""
    assistant: bool = False
    """A moderator who assists the teachers; what they may do is the platform's policy."""


class Sessions:
    """Turns sessions into signed text and back."""

    def __init__(self, signers: Signers) -> None:
        """See :class:`Signers`."""
        self._signer = signers.session

    def issue(self, session: FrameSession) -> str:
        """The session as text: ASCII letters, digits, ``-``, ``_`` and ``.``."""
        # Every script as UTF-8: as ASCII, the longest names would fill a header of 8 KB.
        values = json.dumps(astuple(session), separators=(",", ":"), ensure_ascii=False).encode()
        return self._signer.sign(base64.urlsafe_b64encode(values).rstrip(b"=")).decode("ascii")

    def read(self, text: str) -> FrameSession:
        """The session; raises :class:`NotAuthentic` if it isn't ours, or too old.

        One that another version of the bridge signed, with other fields, counts as too old.
        """
        try:
            packed, signed_at = self._signer.unsign(text, return_timestamp=True)
            values = json.loads(base64.urlsafe_b64decode(packed + b"==="))
            session = FrameSession(*values)
        except TypeError:
            raise _too_old() from None
        except (BadSignature, ValueError):
            raise NotAuthentic(
                "This page's session can't be read.",
                remedy="Open the link in the course again.",
                code="session_invalid",
            ) from None
        age = self._signer.get_timestamp() - signed_at.timestamp()
        if not -SKEW_SECONDS <= age <= LIFETIME_SECONDS:
            raise _too_old()
        return session


def _too_old() -> NotAuthentic:
    return NotAuthentic(
        "This page has been open for too long.",
        remedy="Open the link in the course again.",
        code="session_expired",
    )


def require_moderator(session: FrameSession) -> None:
    """Raise :class:`NotAllowed` unless the person leads this course; checked for each action."""
    if session.role != "moderator":
        raise moderators_only()


def moderators_only() -> NotAllowed:
    """The refusal of whoever doesn't lead the course."""
    return NotAllowed(
        "Only teachers of this course may do that.",
        remedy="Ask the teacher of the course.",
        code="moderators_only",
    )
