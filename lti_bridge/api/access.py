"""Who may ask: a token, with its permissions, its connections and its pace."""

from __future__ import annotations

import base64
import binascii
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from lti_bridge.api.refusals import Refused
from lti_bridge.directory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Request

    from lti_bridge.store import ApiToken, ApiTokens

REMEMBERED_SECONDS: Final = 5.0
"""So soon a revoked token is noticed by every process."""
MINUTE: Final = 60.0
CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="reports", Basic realm="reports"'}


class Access:
    """Reads tokens from requests."""

    def __init__(
        self,
        tokens: ApiTokens,
        *,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``now``: UNIX seconds; ``clock``: seconds by which calls are counted."""
        self._tokens = tokens
        self._now = now
        self._clock = clock
        self._known: Memory[str, ApiToken] = Memory(1_000, clock=clock)
        self._noted: Memory[int, bool] = Memory(1_000, clock=clock)
        self._calls: dict[int, deque[float]] = {}
        self._lock = threading.Lock()

    def token_of(self, request: Request) -> ApiToken:
        """The token of a request; raises :class:`Refused`, and ``StoreUnavailable``."""
        secret = _secret(request)
        token = self._known.get(secret)
        if token is None:
            token = self._tokens.find(secret)
            if token is None:
                raise Refused(401, "This token isn't known", CHALLENGE)
            self._known.put(secret, token, REMEMBERED_SECONDS)
        if not token.holds(self._now_ms()):
            raise Refused(401, "This token doesn't hold any more", CHALLENGE)
        self._keep_pace(token)
        if self._noted.get(token.id) is None:
            self._tokens.used(token.id, self._now_ms())
            self._noted.put(token.id, value=True, seconds=MINUTE)
        return token

    def _keep_pace(self, token: ApiToken) -> None:
        """Count the calls of the last minute; each process counts its own."""
        if token.per_minute is None:
            return
        with self._lock:
            calls = self._calls.setdefault(token.id, deque())
            now = self._clock()
            while calls and calls[0] <= now - MINUTE:
                calls.popleft()
            if len(calls) >= token.per_minute:
                seconds = int(calls[0] + MINUTE - now) + 1
                raise Refused(
                    429,
                    f"This token may make {token.per_minute} calls a minute",
                    {"Retry-After": str(seconds)},
                )
            calls.append(now)

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


def require(token: ApiToken, permissions: Collection[str]) -> None:
    """Raise :class:`Refused` unless the token has one of the permissions."""
    if not token.permissions & set(permissions):
        wanted = " or ".join(sorted(permissions))
        raise Refused(403, f"This token lacks the permission {wanted}")


def _secret(request: Request) -> str:
    """From the Authorization header: ``Bearer``, or ``Basic`` with the token as its password."""
    scheme, _, value = request.headers.get("Authorization", "").strip().partition(" ")
    match scheme.lower():
        case "bearer" if value.strip():
            return value.strip()
        case "basic":
            try:
                pair = base64.b64decode(value.strip(), validate=True).decode("utf-8")
            except (binascii.Error, ValueError):
                pair = ""
            secret = pair.partition(":")[2]
            if secret:
                return secret
    raise Refused(
        401,
        "Send a token in the header Authorization: as Bearer, or by Basic as the password;"
        " never in the address",
        CHALLENGE,
    )
