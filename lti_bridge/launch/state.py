"""The ``state`` of a login: signed, short-lived, bound to one browser, and all there is to know.

Nothing is stored between login and launch. The state carries the nonce; a cookie named after the
nonce holds that nonce's signature, the mark. So every login has a cookie of its own (several
courses may open at once), and a state is worth nothing in a browser that hasn't got its mark.
Where the platform offers to keep it (``lti_storage_target``), the mark lies there too, for
browsers that keep no cookies in frames.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import time
from typing import Final

from itsdangerous import BadSignature

from lti_bridge.errors import NotAllowed, NotAuthentic
from lti_bridge.security import Signers

LIFETIME_SECONDS: Final = 600
SKEW_SECONDS: Final = 60
"""How far ahead the clock of the node that took the login may be."""
LONGEST_HINTS: Final = 3000
"""Characters of login parameters that a state carries along. It goes through a URL together with
the platform's own hints, and many servers take no more than 8,000 characters of that."""


@dataclass(frozen=True, slots=True)
class State:
    """What a login left for its launch."""

    platform_id: int
    nonce: str
    login: Mapping[str, str] = field(default_factory=dict)
    """The login's own parameters, to start it over in a window of its own; may be empty."""
    storage_target: str = ""
    """The frame of the platform that keeps the mark; empty where it offered none."""

    @property
    def key(self) -> str:
        """The name of the cookie, and of what the platform keeps."""
        return f"lti-{self.nonce[:10]}"


def begin(
    signers: Signers, platform_id: int, login: Mapping[str, str], storage_target: str = ""
) -> tuple[str, State]:
    """A new state, signed and as a value."""
    state = State(platform_id, secrets.token_urlsafe(18), login, storage_target)
    hints = json.dumps(dict(login), separators=(",", ":"))
    carried = base64.urlsafe_b64encode(hints.encode()).rstrip(b"=") if login else b""
    if len(carried) > LONGEST_HINTS:
        carried = b""
    target = base64.urlsafe_b64encode(storage_target.encode()).rstrip(b"=")
    value = b"%d.%b.%b.%b" % (platform_id, state.nonce.encode(), carried, target)
    return signers.state.sign(value).decode("ascii"), state


def read(signers: Signers, signed: str) -> State:
    """The state of a launch; raises :class:`NotAuthentic` or :class:`NotAllowed`."""
    try:
        value, signed_at = signers.state.unsign(signed, return_timestamp=True)
    except (BadSignature, ValueError):
        raise NotAllowed(
            "The launch's state isn't one of ours.",
            remedy="Open the link in the course again.",
            code="state_invalid",
        ) from None
    if not -SKEW_SECONDS <= time() - signed_at.timestamp() <= LIFETIME_SECONDS:
        raise NotAuthentic(
            "The launch took longer than ten minutes.",
            remedy="Open the link in the course again.",
            code="state_expired",
        )
    platform_id, nonce, carried, target = value.split(b".")
    login = json.loads(base64.urlsafe_b64decode(carried + b"===")) if carried else {}
    storage_target = base64.urlsafe_b64decode(target + b"===").decode()
    return State(int(platform_id), nonce.decode("ascii"), login, storage_target)


def names_storage(signed: str) -> bool:
    """Whether a state says that the platform keeps the mark, if it is genuine: that isn't asked
    here, so that a launch of an LMS without storage has its state read only once.
    """
    _platform, _nonce, _login, target, *_ = (*signed.split(".", 4), "", "", "", "")
    return target != ""


def cookie_names(state: State, *, secure: bool) -> tuple[str, ...]:
    """The names that this login's cookie may have.

    ``__Host-`` keeps sister hosts of the bridge from planting one.
    """
    name = state.key
    return (f"__Host-{name}",) if secure else (name, f"{name}-plain")


def cookie_headers(state: State, mark: str, *, secure: bool) -> tuple[str, ...]:
    """The ``Set-Cookie`` headers of a login.

    ``Partitioned`` (CHIPS) lets it live in a frame where third-party cookies are blocked: it is
    this LMS's own jar. Over plain http (development) browsers take a ``Secure`` cookie on loopback
    only, and other clients not even there; so they get a second, plain one, which is good for a
    window at least.
    """
    framed, *plain = cookie_names(state, secure=secure)
    life = f"Max-Age={LIFETIME_SECONDS}; Path=/; HttpOnly"
    return (
        f"{framed}={mark}; {life}; Secure; SameSite=None; Partitioned",
        *(f"{name}={mark}; {life}" for name in plain),
    )
