"""Access tokens of LMSs (LTI Security Framework 1.0, 4.1; RFC 6749, 4.4; RFC 7523, 2.2).

1. The bridge signs an assertion of who it is (:mod:`lti_bridge.lms_api.assertions`).
2. It posts it to the platform's token endpoint, with the scopes it wants.
3. The answer is a bearer token for an hour or so, kept in this process until shortly before its
   end: however many threads want it at once, one asks.

A token stands in no log, exception or ``repr()``; it goes into one header and nowhere else.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic, time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from lti_bridge.errors import (
    RemoteError,
    RemoteMalformed,
    RemoteRejected,
    RemoteUnavailable,
)
from lti_bridge.http.flights import Flights
from lti_bridge.lms_api.assertions import client_assertion

if TYPE_CHECKING:
    from lti_bridge.http import Client, Response
    from lti_bridge.store import Platform, ToolKey

CALL: Final = "access token"
SECONDS: Final = 10.0
LARGEST_ANSWER: Final = 100_000
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
USUAL_SECONDS: Final = 300.0
"""How long a token is taken to hold whose answer doesn't say."""
LONGEST_SECONDS: Final = 24 * 3600.0
EARLY_SECONDS: Final = 60.0
"""A token isn't used in its last minute; of a short one, not in its last tenth."""
MOST_KEPT: Final = 2_000

_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,16000}")
"""What a header has room for; RFC 6750, 2.1 allows less."""

_KEYS: Final = (
    "Check in the LMS that this tool's public key set URL is the bridge's /lti/jwks.json, and that"
    " client_id, auth_token_url and auth_audience of the platform are as the LMS shows them."
)
_SCOPES: Final = "Allow the tool this service in the LMS: its settings for the tool list them."
_URL: Final = "Check auth_token_url of the platform: it must be the LMS's access token URL."
_REMEDIES: Final = {
    "invalid_client": _KEYS,
    "invalid_grant": _KEYS,
    "invalid_request": _KEYS,
    "invalid_scope": _SCOPES,
    "unauthorized_client": _SCOPES,
    "unsupported_grant_type": _URL,
}
"""Errors of RFC 6749, 5.2, and what mends them."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A token, and until when it may be used (seconds of the clock)."""

    token: str = field(repr=False)
    until: float


_Key = tuple[int, str, str, tuple[str, ...]]
"""Platform, client ID, token endpoint, scopes: a platform registered anew has other tokens."""


class AccessTokens:
    """The tokens of every platform, by scopes."""

    def __init__(
        self,
        client: Client,
        signing_key: Callable[[], ToolKey],
        *,
        now: Callable[[], float] = time,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``signing_key`` gives the key that signs now; ``now`` in UNIX seconds."""
        self._client = client
        self._signing_key = signing_key
        self._now = now
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[_Key, _Held] = {}
        self._asking: Flights[_Key, str] = Flights()

    def token(self, platform: Platform, scopes: Iterable[str]) -> str:
        """A token that is good for these scopes.

        Raises :class:`lti_bridge.errors.RemoteError`: rejected (``code`` is OAuth's:
        ``invalid_client``, ``invalid_scope``, …), malformed or unavailable.
        """
        key = _key(platform, scopes)
        return self._kept(key) or self._asking.call(
            key, lambda: self._kept(key) or self._fetch(platform, key)
        )

    def forget(self, platform: Platform, scopes: Iterable[str], token: str) -> None:
        """A service refused this token: the next one is asked for."""
        key = _key(platform, scopes)
        with self._lock:
            held = self._held.get(key)
            if held is not None and held.token == token:
                del self._held[key]

    def _kept(self, key: _Key) -> str:
        held = self._held.get(key)
        return held.token if held is not None and self._clock() < held.until else ""

    def _fetch(self, platform: Platform, key: _Key) -> str:
        if not platform.auth_token_url:
            raise RemoteRejected(
                f"No access token URL is known of {platform.name}.",
                service=platform.name,
                call=CALL,
                remedy="Give auth_token_url of the platform.",
                code="no_token_url",
            )
        began = self._clock()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": client_assertion(platform, self._signing_key(), self._now()),
            "scope": " ".join(key[3]),
        }
        response = self._client.post(
            platform.auth_token_url,
            service=platform.name,
            call=CALL,
            body=urlencode(form).encode("ascii"),
            content_type="application/x-www-form-urlencoded",
            headers={"Accept": "application/json"},
            timeout=SECONDS,
            max_bytes=LARGEST_ANSWER,
        )
        token, seconds = _read(response, platform)
        self._keep(key, _Held(token, began + seconds - min(EARLY_SECONDS, seconds / 10)))
        return token

    def _keep(self, key: _Key, held: _Held) -> None:
        with self._lock:
            if len(self._held) >= MOST_KEPT:
                self._held.clear()
            self._held[key] = held


def _key(platform: Platform, scopes: Iterable[str]) -> _Key:
    named = tuple(sorted(set(scopes)))
    return platform.id, platform.client_id, platform.auth_token_url, named


def _read(response: Response, platform: Platform) -> tuple[str, float]:
    """Token and seconds of an answer (RFC 6749, 5.1)."""
    answer = _object(response.body)
    if response.status != 200:
        raise _refusal(response.status, answer, platform)
    if answer is None:
        raise _malformed(platform, "that isn't JSON")
    token, kind = answer.get("access_token"), answer.get("token_type")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise _malformed(platform, "without a usable access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _malformed(platform, "with a token_type other than Bearer")
    return token, _seconds(answer.get("expires_in"))


def _seconds(value: object) -> float:
    # Some LMSs write the number as text.
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return USUAL_SECONDS
    return min(float(value) if value < LONGEST_SECONDS else LONGEST_SECONDS, LONGEST_SECONDS)


def _refusal(status: int, answer: dict[str, Any] | None, platform: Platform) -> RemoteError:
    if status >= 500 or status == 429:
        return RemoteUnavailable(
            f"{platform.name} gave no access token (HTTP {status}).",
            service=platform.name,
            call=CALL,
            remedy="Wait a moment and try again.",
            code=f"http_{status}",
        )
    error = answer.get("error") if answer else None
    code = error if isinstance(error, str) and error in _REMEDIES else f"http_{status}"
    return RemoteRejected(
        f"{platform.name} refuses the bridge an access token: {code}.",
        service=platform.name,
        call=CALL,
        remedy=_REMEDIES.get(code, _URL if status in {301, 302, 303, 307, 308, 404} else _KEYS),
        code=code,
    )


def _malformed(platform: Platform, what: str) -> RemoteMalformed:
    return RemoteMalformed(
        f"{platform.name} answered the request for an access token with something {what}.",
        service=platform.name,
        call=CALL,
        remedy=_URL,
        code="token_malformed",
    )


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
