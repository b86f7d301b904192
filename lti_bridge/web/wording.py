"""What a person is told when something stops them: what happened, and what they can do.

The exception's own words are for the log and the admin's list; these are for somebody who wants to
be in class. They are looked up by the reason's code, then by its class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import LazyString, lazy_gettext

from lti_bridge.errors import (
    BridgeError,
    MalformedRequest,
    NotAllowed,
    NotAuthentic,
    RemoteError,
    ServiceMissing,
    StoreError,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A headline and a sentence of advice, translated when shown."""

    headline: LazyString
    advice: LazyString


_AGAIN: Final = lazy_gettext("Go back to your course and open the link again.")
_TELL: Final = lazy_gettext(
    "Please tell the people who look after your learning platform, and give them the number below."
)

EXPIRED: Final = Wording(lazy_gettext("This link has expired"), _AGAIN)
NOT_HERE: Final = Wording(lazy_gettext("This can't be opened here"), _TELL)

BY_CODE: Final[Mapping[str, Wording]] = {
    "expired": EXPIRED,
    "state_expired": EXPIRED,
    "session_expired": EXPIRED,
    "session_invalid": EXPIRED,
    "replay": Wording(lazy_gettext("This link was used already"), _AGAIN),
    "other_browser": Wording(lazy_gettext("This was started in another browser"), _AGAIN),
    "cookie_missing": Wording(
        lazy_gettext("One more click"),
        lazy_gettext("Your browser keeps this page apart from your course. Open it in a new tab."),
    ),
    "deployment_unknown": Wording(
        lazy_gettext("This course isn't connected yet"),
        lazy_gettext("An administrator has to allow it first. Please give them the number below."),
    ),
    "meets_unknown_course": Wording(lazy_gettext("This course isn't known yet"), _TELL),
    "meets_unknown_person": Wording(lazy_gettext("You aren't on the list yet"), _TELL),
    "meeting_gone": Wording(lazy_gettext("This meeting isn't there any more"), _AGAIN),
    "moderators_only": Wording(
        lazy_gettext("Only teachers of this course may do that"),
        lazy_gettext("Please ask your teacher."),
    ),
    "platform_error": Wording(
        lazy_gettext("Your learning platform broke off"),
        lazy_gettext("Sign in to it again, then open the link in your course."),
    ),
    "open_from_course": Wording(
        lazy_gettext("Open this from your course"),
        lazy_gettext("This address only works by the link in your learning platform."),
    ),
}

BY_CLASS: Final[tuple[tuple[type[BridgeError], Wording], ...]] = (
    (MalformedRequest, NOT_HERE),
    (NotAuthentic, Wording(lazy_gettext("This link can't be trusted"), _AGAIN)),
    (NotAllowed, NOT_HERE),
    (
        RemoteError,
        Wording(
            lazy_gettext("The class can't be reached just now"),
            lazy_gettext("It is not your fault. Wait a moment, then try again."),
        ),
    ),
    (ServiceMissing, NOT_HERE),
    (
        StoreError,
        Wording(
            lazy_gettext("Something is down on our side"),
            lazy_gettext("Wait a moment, then try again."),
        ),
    ),
)


def wording_for(error: BridgeError) -> Wording:
    """The words for an error; every error has some."""
    by_code = BY_CODE.get(error.code)
    if by_code is not None:
        return by_code
    return next((words for kind, words in BY_CLASS if isinstance(error, kind)), BY_CLASS[-1][1])
