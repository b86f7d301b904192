"""The steps of a launch, and what became of it, in words: for the pages and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask_babel import LazyString, lazy_gettext

STEPS: Final[Mapping[str, LazyString]] = {
    "": lazy_gettext("before the first step: reading the request"),
    "login": lazy_gettext("the login: is it one, and from an LMS that the bridge knows?"),
    "state": lazy_gettext("the state: is it ours, young enough, and of this browser?"),
    "token": lazy_gettext("the token: is it genuine, from this LMS, for us, and in time?"),
    "claims": lazy_gettext("the claims: are they a launch that this tool takes?"),
    "deployment": lazy_gettext("the deployment: has the administrator allowed it?"),
    "signature": lazy_gettext("the signature: does it hold under the consumer key’s secret?"),
    "timestamp": lazy_gettext("the time: is the form at most five minutes old?"),
    "parameters": lazy_gettext("the parameters: are they a launch?"),
    "nonce": lazy_gettext("the nonce: is this the first time?"),
    "course": lazy_gettext("the course: which one is it here, and in MEETS?"),
    "person": lazy_gettext("the person: who are they here, and in MEETS?"),
    "meeting": lazy_gettext("the meeting: which one does the link mean?"),
    "create": lazy_gettext("the class: opening it at the conferencing service"),
}
"""By the name that the log has for them."""

OUTCOMES: Final[Mapping[str, LazyString]] = {
    "joined": lazy_gettext("went into class"),
    "page": lazy_gettext("got to the page"),
    "waiting": lazy_gettext("waits for the class"),
    "refused": lazy_gettext("was refused"),
}

_THEN: Final = ("nonce", "course", "person", "meeting", "create")
_WAYS: Final[Mapping[str, Sequence[str]]] = {
    "1.3": ("login", "state", "token", "claims", "deployment", *_THEN),
    "1.1": ("signature", "timestamp", "parameters", *_THEN),
}


def passed(step: str, outcome: str, version: str) -> Sequence[str]:
    """The steps that went well, in their order; of a refused launch without the one it stopped at.

    ``version``: of LTI; where it isn't known, what the step itself says of it.
    """
    old = version == "1.1" or step in {"signature", "timestamp", "parameters"}
    way = _WAYS["1.1" if old else "1.3"]
    if outcome != "refused" and step == "joined":
        return way
    if step not in way:
        return ()
    reached = way.index(step)
    return way[:reached] if outcome == "refused" else way[: reached + 1]
