"""The ``state`` of a login: signed, short-lived, bound to one browser, and all there is to know.

Nothing is stored between login and launch. The state carries the nonce; a cookie named after the
nonce holds that nonce's signature. So every login has a cookie of its own (several courses may
open at once), and a state is worth nothing in a browser that hasn't got its cookie.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from itsdangerous import BadSignature, SignatureExpired

from lti_bridge.errors import NotAllowed, NotAuthentic
from lti_bridge.security import Signers

LIFETIME_SECONDS: Final = 600
LONGEST_HINTS: Final = 1500
"""Characters of login parameters that a state carries along; platforms echo it in a form field."""


@dataclass(frozen=True, slots=True)
class State:
    """What a login left for its launch."""

    platform_id: int
    nonce: str
    login: Mapping[str, str] = field(default_factory=dict)
    """The login's own parameters, to start it over in a window of its own; may be empty."""


def begin(signers: Signers, platform_id: int, login: Mapping[str, str]) -> tuple[str, State]:
    """A new state, signed and as a value."""
    state = State(platform_id, secrets.token_urlsafe(18), login)
    hints = json.dumps(dict(login), separators=(",", ":"))
    carried = base64.urlsafe_b64encode(hints.encode()).rstrip(b"=") if login else b""
    if len(carried) > LONGEST_HINTS:
        carried = b""
    value = b"%d.%b.%b" % (platform_id, state.nonce.encode(), carried)
    return signers.state.sign(value).decode("ascii"), state


def read(signers: Signers, signed: str) -> State:
    """The state of a launch; raises :class:`NotAuthentic` or :class:`NotAllowed`."""
    try:
        value = signers.state.unsign(signed, max_age=LIFETIME_SECONDS)
    except SignatureExpired:
        raise NotAuthentic(
            "The launch took longer than ten minutes.",
            remedy="Open the link in the course again.",
            code="state_expired",
        ) from None
    except (BadSignature, ValueError):
        raise NotAllowed(
            "The launch's state isn't one of ours.",
            remedy="Open the link in the course again.",
            code="state_invalid",
        ) from None
    platform_id, nonce, carried = value.split(b".")
    login = json.loads(base64.urlsafe_b64decode(carried + b"===")) if carried else {}
    return State(int(platform_id), nonce.decode("ascii"), login)


def cookie_name(nonce: str, *, secure: bool) -> str:
    """The name of the cookie that binds this login to its browser.

    ``__Host-`` keeps sister hosts of the bridge from planting one.
    """
    return f"{'__Host-' if secure else ''}lti-{nonce[:10]}"


def cookie_header(nonce: str, mark: str, *, secure: bool) -> str:
    """The ``Set-Cookie`` of a login.

    ``Partitioned`` (CHIPS) lets it live in a frame where third-party cookies are blocked: it is
    this LMS's own jar. Plain http can't have SameSite=None but on loopback, where browsers take
    ``Secure`` too.
    """
    name = cookie_name(nonce, secure=secure)
    return (
        f"{name}={mark}; Max-Age={LIFETIME_SECONDS}; Path=/; HttpOnly;"
        " Secure; SameSite=None; Partitioned"
    )
