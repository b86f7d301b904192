"""Public keys of platforms (LTI Security Framework 1.0, 6.3), kept so that launches don't wait.

A key set is fetched when a token names a ``kid`` that isn't in it (platforms rotate keys, some
every hour) and when it is getting old. If that was in vain it isn't fetched again for ten seconds:
a stranger with made-up ``kid`` s costs the LMS nothing, and the first launch after a rotation
never waits. While the LMS's key set is down the last good keys
hold for a day; they lie in the database, so a restart in that time changes nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from lti_bridge.errors import NotAuthentic, RemoteError, RemoteMalformed, RemoteUnavailable
from lti_bridge.http.flights import Flights

if TYPE_CHECKING:
    from lti_bridge.http import Client
    from lti_bridge.store import Platform, Platforms

FETCH_SECONDS: Final = 3.0
REST_SECONDS: Final = 10.0
"""After a fetch in vain."""
REFRESH_SECONDS: Final = 2 * 3600.0
"""Older keys are fetched anew when next used; the hourly job makes this rare."""
LAST_GOOD_SECONDS: Final = 24 * 3600.0
LARGEST_KEY_SET: Final = 256 * 1024
LEAST_BITS: Final = 2048
MOST_BITS: Final = 16384
"""Beyond, verifying takes noticeable time, and OpenSSL refuses."""

CALL: Final = "key set"


@dataclass(frozen=True, slots=True)
class KeySet:
    """The usable keys of a platform by ``kid``, and when they were fetched (UNIX seconds)."""

    keys: Mapping[str, RSAPublicKey]
    fetched: float


class KeySets:
    """Every platform's keys."""

    def __init__(
        self, client: Client, platforms: Platforms, *, now: Callable[[], float] = time
    ) -> None:
        """``client`` is the door out; ``platforms`` keeps the last good key set."""
        self._client = client
        self._platforms = platforms
        self._now = now
        self._held: dict[tuple[int, str], KeySet] = {}
        self._resting: dict[tuple[int, str], tuple[float, bool]] = {}
        """Since when a key set isn't fetched, and whether that is because it is down."""
        self._fetching: Flights[tuple[int, str], KeySet] = Flights()

    def key_for(self, platform: Platform, kid: str) -> RSAPublicKey:
        """The platform's key of that ``kid``.

        Raises :class:`NotAuthentic` if the platform has none of that name, and
        :class:`RemoteError` if nobody can say because its key set can't be had.
        """
        held = self._known(platform)
        age = self._now() - held.fetched
        key = held.keys.get(kid)
        if key is not None and age < REFRESH_SECONDS:
            return key
        where = (platform.id, platform.key_set_url)
        try:
            again = self._fetching.call(where, lambda: self._again(platform, where, kid))
            key = again.keys.get(kid)
        except RemoteError:
            if key is None or age >= LAST_GOOD_SECONDS:
                raise
        if key is None:
            raise NotAuthentic(
                "The token names a key that the platform hasn't published.",
                remedy="Check key_set_url of the platform, and the LMS's own key settings.",
                code="kid_unknown",
            )
        return key

    def refresh(self, platform: Platform) -> KeySet:
        """Fetch the key set now and remember it; raises :class:`RemoteError`."""
        where = (platform.id, platform.key_set_url)
        return self._fetching.call(where, lambda: self._fetch(platform, where))

    def _known(self, platform: Platform) -> KeySet:
        where = (platform.id, platform.key_set_url)
        held = self._held.get(where)
        stored = platform.key_set_ms / 1000
        if platform.key_set and (held is None or held.fetched < stored - 1):
            held = self._held[where] = KeySet(usable_keys(json.loads(platform.key_set)), stored)
        return held or KeySet({}, 0.0)

    def _again(self, platform: Platform, where: tuple[int, str], kid: str) -> KeySet:
        since, is_down = self._resting.get(where, (float("-inf"), False))
        if 0 <= self._now() - since < REST_SECONDS:
            if is_down:
                raise RemoteUnavailable(
                    f"The key set of {platform.name} couldn't be had a moment ago.",
                    service=platform.name,
                    call=CALL,
                    remedy="Try again in ten seconds; if it stays, check key_set_url.",
                    code="key_set_down",
                )
            return self._held[where]
        found = self._fetch(platform, where)
        if kid not in found.keys:
            self._resting[where] = (self._now(), False)
        return found

    def _fetch(self, platform: Platform, where: tuple[int, str]) -> KeySet:
        self._resting[where] = (self._now(), True)
        response = self._client.get(
            platform.key_set_url,
            service=platform.name,
            call=CALL,
            headers={"Accept": "application/json"},
            timeout=FETCH_SECONDS,
            max_bytes=LARGEST_KEY_SET,
        )
        document = _json(response.body) if response.status == 200 else None
        keys = usable_keys(document)
        if not keys:
            raise _no_keys(platform, response.status)
        fetched = self._held[where] = KeySet(keys, self._now())
        self._resting.pop(where, None)
        stored_ms = int(fetched.fetched * 1000)
        self._platforms.remember_key_set(platform.id, json.dumps(document), stored_ms)
        return fetched


def _no_keys(platform: Platform, status: int) -> RemoteError:
    kind, code = (
        (RemoteUnavailable, "key_set_down")
        if status >= 500
        else (RemoteMalformed, "key_set_malformed")
    )
    return kind(
        f"What {platform.name} gives as its key set (HTTP {status}) holds no RSA key to verify"
        " signatures with.",
        service=platform.name,
        call=CALL,
        remedy="Check key_set_url of the platform.",
        code=code,
    )


def usable_keys(document: Any) -> dict[str, RSAPublicKey]:
    """Keys of a JSON Web Key Set (RFC 7517) that may verify RS256; others are passed over."""
    listed = document.get("keys") if isinstance(document, dict) else None
    found: dict[str, RSAPublicKey] = {}
    for jwk in listed if isinstance(listed, list) else []:
        if isinstance(jwk, dict) and _may_verify(jwk):
            key = _rsa_key(jwk)
            if key is not None:
                found[jwk["kid"]] = key
    return found


def _may_verify(jwk: dict[str, Any]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return (
        isinstance(jwk.get("kid"), str)
        and jwk.get("kty") == "RSA"
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", "RS256") == "RS256"
        and isinstance(operations, list)
        and "verify" in operations
    )


def _rsa_key(jwk: dict[str, Any]) -> RSAPublicKey | None:
    try:
        numbers = RSAPublicNumbers(e=_integer(jwk["e"]), n=_integer(jwk["n"]))
        key = numbers.public_key()
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return key if LEAST_BITS <= key.key_size <= MOST_BITS else None


def _integer(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text.encode("ascii") + b"==="), "big")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
