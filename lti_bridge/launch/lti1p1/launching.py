"""The launch of LTI 1.1: a form signed with OAuth 1.0a (LTI 1.1.1, 4; RFC 5849, 3.2).

In this order, and nothing before its turn:

1. the OAuth parameters are there, each once, and of a form that can be judged;
2. the signature holds under the consumer key's secret, over body and query, for the address that
   browsers reach; who has no such key is told the same, after the same work;
3. the timestamp is within five minutes of now;
4. the parameters are an LTI launch;
5. the nonce is new for this consumer key.

The same form of the same browser within a minute is a double click. There is no login, so no
cookie can say what "the same browser" is. It is taken to be one that names itself and its
languages alike and comes from the same address (through the same proxies); whoever steals a form
on its way would have to look like that, within that minute, to be let in, as the same person.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from time import time
from typing import TYPE_CHECKING, Final

from lti_bridge.errors import MalformedRequest, NotAuthentic
from lti_bridge.launch.forms import AGAIN_SECONDS, NO_LMS
from lti_bridge.launch.lti1p1.parameters import launch_from_form
from lti_bridge.lms_api import oauth1

if TYPE_CHECKING:
    from lti_bridge.directory import Launch, Visit
    from lti_bridge.launch.lti1p1.consumers import ConsumerBook
    from lti_bridge.store import Nonces, Platform

WINDOW_SECONDS: Final = 300
"""How far the clock of the LMS may be from ours, either way."""
PATH: Final = "/lti/1p1/launch"
NEEDED: Final = (
    "oauth_consumer_key",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_timestamp",
    "oauth_nonce",
)

_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}\Z", re.ASCII)


class OldLaunching:
    """Launches of LTI 1.1."""

    def __init__(
        self,
        consumers: ConsumerBook,
        nonces: Nonces,
        public_url: str,
        *,
        now: Callable[[], float] = time,
    ) -> None:
        """``public_url``: origin of the bridge as browsers reach it. ``now``: UNIX seconds."""
        self._consumers = consumers
        self._nonces = nonces
        self._url: Final = public_url + PATH
        self._now = now
        self._nobodys_secret: Final = secrets.token_hex(16)

    def verified(
        self,
        form: Mapping[str, str],
        query: Mapping[str, str],
        visit: Visit,
        browser: Sequence[str] = (),
    ) -> Launch:
        """The launch of a form; what it passed is noted in ``visit``.

        ``query``: the parameters of the request's address. ``browser``: what tells browsers apart.
        Raises :class:`LaunchRefused` in its kinds.
        """
        visit.step, visit.said = "signature", form
        _check_protocol(form, query)
        platform, signed, secret = self._check_signature(form, query, visit)
        visit.platform = platform
        visit.heard(form)
        visit.step = "timestamp"
        timestamp = self._check_timestamp(form["oauth_timestamp"])
        visit.step = "parameters"
        launch = launch_from_form(form, platform)
        visit.role, visit.locale, visit.framed_by = launch.role, launch.locale, launch.framed_by
        visit.step = "nonce"
        mark = _digest(signed, form["oauth_signature"], *browser)[:44]
        self._consume(_digest(str(platform.id), form["oauth_nonce"]), mark, timestamp)
        self._consumers.signed_with(platform, secret, self._now_ms())
        return launch

    def _check_signature(
        self, form: Mapping[str, str], query: Mapping[str, str], visit: Visit
    ) -> tuple[Platform, str, str]:
        """Whose launch it is, what they signed, and with which of the platform's secrets."""
        platform = visit.claimed = self._consumers.by_key(form["oauth_consumer_key"])
        known = platform.secrets_at(self._now_ms()) if platform else (self._nobodys_secret,)
        parameters = [pair for pair in form.items() if pair[0] != "oauth_signature"]
        signed = oauth1.base_string("POST", self._url, [*parameters, *query.items()])
        method = form["oauth_signature_method"]
        held = [
            one for one in known if oauth1.is_signed(signed, form["oauth_signature"], one, method)
        ]
        if platform is None:
            raise NotAuthentic(
                "The bridge has no LTI 1.1 platform with this consumer key.",
                remedy="Compare the LMS's consumer key with consumer_key of the platform.",
                code="consumer_key_unknown",
            )
        if not held:
            raise NotAuthentic(
                "The launch's signature doesn't hold.",
                remedy="Compare the LMS's shared secret with shared_secret of the platform, and"
                f" the address that it launches with {self._url}.",
                code="signature",
            )
        return platform, signed, held[0]

    def _now_ms(self) -> int:
        return int(self._now() * 1000)

    def _check_timestamp(self, given: str) -> int:
        timestamp, now = int(given), self._now()
        if timestamp < now - WINDOW_SECONDS:
            raise NotAuthentic(
                "The launch was signed more than five minutes ago.",
                remedy="Open the link again; if it stays, set the clocks of LMS and bridge by NTP.",
                code="expired",
            )
        if timestamp > now + WINDOW_SECONDS:
            raise NotAuthentic(
                "The launch was signed more than five minutes from now.",
                remedy="Set the clocks of LMS and bridge by NTP.",
                code="from_the_future",
            )
        return timestamp

    def _consume(self, nonce: str, mark: str, timestamp: int) -> None:
        use = self._nonces.consume(
            nonce,
            mark,
            now_ms=self._now_ms(),
            # Until its timestamp is too old, whatever this clock is set to meanwhile.
            expires_ms=(timestamp + 2 * WINDOW_SECONDS) * 1000,
            again_within_ms=AGAIN_SECONDS * 1000,
        )
        if use == "replay":
            raise NotAuthentic(
                "This launch was used before.",
                remedy="Open the link in the course again.",
                code="replay",
            )


def _check_protocol(form: Mapping[str, str], query: Mapping[str, str]) -> None:
    """Raises :class:`MalformedRequest`, or :class:`NotAuthentic` for a method we don't take."""
    if not form.keys().isdisjoint(query):
        raise MalformedRequest(
            "A parameter is there twice.", remedy=NO_LMS, code="repeated_parameter"
        )
    for name in NEEDED:
        if not form.get(name):
            raise MalformedRequest(
                f"The launch has no {name}.",
                remedy="Enter this address as launch URL; links open through the LMS.",
                code="launch_incomplete",
            )
    if form.get("oauth_version", "1.0") != "1.0":
        raise MalformedRequest(
            "The launch's oauth_version isn't 1.0.", remedy=NO_LMS, code="oauth_version"
        )
    if not _TIMESTAMP.match(form["oauth_timestamp"]):
        raise MalformedRequest(
            "The launch's oauth_timestamp is no number.", remedy=NO_LMS, code="oauth_timestamp"
        )
    if form["oauth_signature_method"] not in oauth1.HASHES:
        raise NotAuthentic(
            "The launch is signed neither with HMAC-SHA1 nor with HMAC-SHA256.",
            remedy="Set the LMS's tool to one of the two.",
            code="algorithm",
        )


def _digest(*parts: str) -> str:
    """Of the parts as they are, wherever one ends and the next begins."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
