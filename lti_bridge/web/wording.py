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
    CircuitOpen,
    MalformedRequest,
    NotAllowed,
    NotAuthentic,
    RemoteError,
    RemoteRejected,
    ServiceMissing,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A headline and a sentence of advice, translated when shown."""

    headline: LazyString
    advice: LazyString


_AGAIN: Final = lazy_gettext("Go back to your course and open the link again.")
_AGAIN_OR_TELL: Final = lazy_gettext(
    "Go back to your course and open the link again. If that doesn’t help, give the number below"
    " to the support team of your learning platform."
)
_TELL: Final = lazy_gettext(
    "Please tell the support team of your learning platform, and give them the number below."
)

_ASK_HOST: Final = lazy_gettext("Please ask whoever invited you for a new link.")

EXPIRED: Final = Wording(lazy_gettext("This link has expired"), _AGAIN)
NOT_HERE: Final = Wording(lazy_gettext("This can’t be opened here"), _TELL)
NOT_SURE: Final = Wording(lazy_gettext("We couldn’t check this link"), _AGAIN_OR_TELL)
OURS: Final = Wording(
    lazy_gettext("Something isn’t working on our side"),
    lazy_gettext(
        "Wait a moment, then try again. If that doesn’t help, give the number below to the support"
        " team of your learning platform."
    ),
)
NO_WINDOW: Final = Wording(
    lazy_gettext("Open this in a new tab"),
    lazy_gettext(
        "Your browser doesn’t open the class inside the course page. Go back to your course and"
        " open the link in a new tab, or allow cookies for this page."
    ),
)
"""For a login that can't be begun from here: its parameters were too long to be carried along."""

_INVITE: Final = lazy_gettext(
    "Ask an administrator of the bridge for a new invitation, and paste it into your learning"
    " platform."
)
_BEGIN_AGAIN: Final = lazy_gettext(
    "Begin the registration in your learning platform again. If that doesn’t help, give the number"
    " below to an administrator of the bridge."
)
_TO_THE_BRIDGE: Final = lazy_gettext(
    "Please give the number below to an administrator of the bridge: with it they see the reason."
)
_BAD_CONFIGURATION: Final = Wording(
    lazy_gettext("Your learning platform can’t be registered this way"), _TO_THE_BRIDGE
)

REGISTRATION: Final[Mapping[str, Wording]] = {
    "invite_unknown": Wording(lazy_gettext("An invitation is needed"), _INVITE),
    "invite_used": Wording(lazy_gettext("This invitation has already been used"), _INVITE),
    "invite_revoked": Wording(lazy_gettext("This invitation was taken back"), _INVITE),
    "invite_expired": Wording(lazy_gettext("This invitation has expired"), _INVITE),
    "registration_incomplete": Wording(
        lazy_gettext("Paste this address into your learning platform"),
        lazy_gettext(
            "It goes into the page where your learning platform registers tools. It doesn’t work in"
            " a browser alone."
        ),
    ),
    "registration_address": _BAD_CONFIGURATION,
    "registration_host": _BAD_CONFIGURATION,
    "registration_issuer": _BAD_CONFIGURATION,
    "registration_configuration": _BAD_CONFIGURATION,
    "registration_page": Wording(lazy_gettext("This page is too old"), _BEGIN_AGAIN),
    "registration_choice": Wording(
        lazy_gettext("Something on the page can’t be used as it is"),
        lazy_gettext("Go back, look through what you entered, and press the button again."),
    ),
    "registration_refused": Wording(
        lazy_gettext("Your learning platform refused the registration"), _BEGIN_AGAIN
    ),
    "registration_answer": Wording(
        lazy_gettext("Your learning platform’s answer can’t be understood"), _TO_THE_BRIDGE
    ),
    "registration_unanswered": Wording(
        lazy_gettext("Your learning platform doesn’t answer the bridge"), _BEGIN_AGAIN
    ),
}
"""For an LMS's admin who registers the bridge there."""

BY_CODE: Final[Mapping[str, Wording]] = {
    **REGISTRATION,
    "expired": EXPIRED,
    "state_expired": EXPIRED,
    "session_expired": EXPIRED,
    "session_invalid": EXPIRED,
    "picker_expired": EXPIRED,
    "picker_invalid": EXPIRED,
    "state_invalid": NOT_SURE,
    "replay": Wording(lazy_gettext("This link has already been used"), _AGAIN),
    "other_browser": Wording(lazy_gettext("This was started in another browser"), _AGAIN),
    "cookie_missing": Wording(
        lazy_gettext("One more click"),
        lazy_gettext(
            "Your browser doesn’t open the class inside the course page. It works in a new tab."
        ),
    ),
    "deployment_unknown": Wording(
        lazy_gettext("This course isn’t connected yet"),
        lazy_gettext("An administrator has to allow it first. Please give them the number below."),
    ),
    "deployment_refused": NOT_HERE,
    "meets_unknown_course": Wording(lazy_gettext("This course isn’t known yet"), _TELL),
    "meets_unknown_person": Wording(lazy_gettext("You aren’t on the list yet"), _TELL),
    "meeting_gone": Wording(lazy_gettext("This meeting no longer exists"), _AGAIN),
    "recording_gone": Wording(
        lazy_gettext("This recording is no longer there"),
        lazy_gettext("It isn’t kept any more where it was. Please ask your teacher about it."),
    ),
    "event_gone": Wording(
        lazy_gettext("This class is no longer there"),
        lazy_gettext("It was taken out of your course."),
    ),
    "downloads_busy": Wording(
        lazy_gettext("Many people are downloading just now"),
        lazy_gettext("Wait a few minutes, then try again."),
    ),
    "group_gone": Wording(lazy_gettext("This group is no longer there"), _AGAIN),
    "not_in_group": Wording(
        lazy_gettext("You aren’t in this group"),
        lazy_gettext("Please ask your teacher. A change of groups arrives here within two hours."),
    ),
    "maxParticipantsReached": Wording(
        lazy_gettext("The class is full"),
        lazy_gettext("Wait until somebody leaves, then try again, or tell your teacher."),
    ),
    "service_resting": Wording(
        lazy_gettext("No classes are opened here just now"),
        lazy_gettext(
            "The service for live classes takes no new classes at the moment. Please ask your"
            " teacher, or give the number below to the support team of your learning platform."
        ),
    ),
    "guest_link_unknown": Wording(
        lazy_gettext("This invitation isn’t known"),
        lazy_gettext("Copy the whole link once more, or ask for a new one where it came from."),
    ),
    "guest_link_revoked": Wording(lazy_gettext("This invitation was taken back"), _ASK_HOST),
    "guest_link_over": Wording(lazy_gettext("This invitation has expired"), _ASK_HOST),
    "guest_class_gone": Wording(lazy_gettext("This meeting no longer exists"), _ASK_HOST),
    "guest_class_cancelled": Wording(lazy_gettext("This class was cancelled"), _ASK_HOST),
    "guest_class_over": Wording(lazy_gettext("This class is over"), _ASK_HOST),
    "guest_session": Wording(
        lazy_gettext("This page has been open for too long"),
        lazy_gettext("Open the link of your invitation again."),
    ),
    "guest_too_many": Wording(
        lazy_gettext("Many people are coming in just now"),
        lazy_gettext("Wait a minute, then open the link of your invitation again."),
    ),
    "guest_passcode_tries": Wording(
        lazy_gettext("Too many wrong passcodes were tried"),
        lazy_gettext(
            "Wait ten minutes, then try again. The passcode stands in your invitation; if you don’t"
            " find it, ask whoever invited you."
        ),
    ),
    "slide_type": Wording(
        lazy_gettext("Classes take no files of this type"),
        lazy_gettext("Go back and choose a PDF file, an office file or a picture."),
    ),
    "slide_content": Wording(
        lazy_gettext("This file is damaged, holds macros, or isn’t what its name says"),
        lazy_gettext("Save it anew in its program, or as a PDF file, and try again."),
    ),
    "slides_full": Wording(
        lazy_gettext("There is no more room for this file"),
        lazy_gettext("Delete files that nobody needs any more, or choose a smaller one."),
    ),
    "slides_too_large": Wording(
        lazy_gettext("These files are too large"),
        lazy_gettext("Go back and choose smaller ones, or fewer at once."),
    ),
    "slides_not_here": Wording(
        lazy_gettext("This class takes no slides beforehand"),
        lazy_gettext("Show them when you are in class."),
    ),
    "guest_links_full": Wording(
        lazy_gettext("This class has many links for guests already"),
        lazy_gettext("Revoke those that nobody needs any more, then make a new one."),
    ),
    "moderators_only": Wording(
        lazy_gettext("Only teachers of this course can do that"),
        lazy_gettext("Please ask your teacher."),
    ),
    "assistants_only_lead": Wording(
        lazy_gettext("Teaching assistants can’t schedule classes here"),
        lazy_gettext("Please ask a teacher of this course."),
    ),
    "cant_end": Wording(
        lazy_gettext("This class can’t be ended from here"),
        lazy_gettext("Please end it from within, or ask the teacher whose class it is."),
    ),
    "class_cancelled": Wording(
        lazy_gettext("This class was cancelled"),
        lazy_gettext("Please ask your teacher, or look in your course for the next one."),
    ),
    "class_held": Wording(
        lazy_gettext("This class can’t be changed any more"),
        lazy_gettext("It was held already, or somebody is in. What was held stays as it was."),
    ),
    "class_over": Wording(
        lazy_gettext("This class is over"),
        lazy_gettext("Please ask your teacher, or look in your course for the next one."),
    ),
    "platform_error": Wording(
        lazy_gettext("Your learning platform didn’t let you through"),
        lazy_gettext("Sign in there again, then open the link in your course."),
    ),
    "picker_without_course": Wording(
        lazy_gettext("Open this from your course"),
        lazy_gettext(
            "Live classes are added to a course. Go into a course of your learning platform, and"
            " add them there."
        ),
    ),
    "open_from_course": Wording(
        lazy_gettext("Open this from your course"),
        lazy_gettext("This address only works through the link in your learning platform."),
    ),
}

_CANNOT_GET_IN: Final = lazy_gettext("We can’t get you into class just now")

BY_CLASS: Final[tuple[tuple[type[BridgeError], Wording], ...]] = (
    (MalformedRequest, NOT_HERE),
    (NotAuthentic, NOT_SURE),
    (NotAllowed, NOT_HERE),
    (
        CircuitOpen,
        Wording(
            _CANNOT_GET_IN,
            lazy_gettext(
                "The class service has failed several times and gets a short rest. It’s not your"
                " fault: try again in half a minute."
            ),
        ),
    ),
    (
        RemoteRejected,
        Wording(
            _CANNOT_GET_IN,
            lazy_gettext(
                "The class service refused. It’s not your fault: try again, and if that doesn’t"
                " help, give the number below to the support team of your learning platform."
            ),
        ),
    ),
    (
        RemoteError,
        Wording(
            _CANNOT_GET_IN,
            lazy_gettext("It’s not your fault. Wait a moment, then try again."),
        ),
    ),
    (ServiceMissing, NOT_HERE),
)


def wording_for(error: BridgeError) -> Wording:
    """The words for an error; every error has some."""
    by_code = BY_CODE.get(error.code)
    if by_code is not None:
        return by_code
    return next((words for kind, words in BY_CLASS if isinstance(error, kind)), OURS)
