"""The two resources of the Meet & Engage data API: the access test and ``organisation_data``.

10 successful calls in any 5 seconds are allowed for each key, and who breaks that too often loses
the key ("Rate Limits"): so every call takes one of ten slots that all our processes share, the
access test too. Whether the window slides and what a breach is answered with isn't said: it is
taken to slide, and 429, 403 and 503 all mean "wait".
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable

if TYPE_CHECKING:
    from lti_bridge.http import Client, Response
    from lti_bridge.settings import Engagement
    from lti_bridge.store import CallSlots

SERVICE: Final = "Meet & Engage"
CALLS: Final = 10
WINDOW_SECONDS: Final = 5.2
"""A little more than the document's 5, for clocks that differ."""
SECONDS: Final = 60.0
"""For an answer, which may be long."""
LARGEST_ANSWER: Final = 200_000_000
WAIT: Final = frozenset({429, 403, 503})
TRIES: Final = 5
LATEST: Final = 8_640_000_000_000_000
"""The last millisecond that a date can be ("e.g. new Date().getTime()")."""
LONGEST_PAUSE: Final = 60.0


class EngagementClient:
    """An organisation account, asked with one key pair."""

    def __init__(
        self,
        settings: Engagement,
        client: Client,
        slots: CallSlots,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``client`` is the door out; ``slots`` are counted over all processes and nodes."""
        self._base: Final = settings.url.rstrip("/")
        self.account: Final = settings.account
        pair = f"{settings.key}:{settings.secret.get_secret_value()}".encode()
        self._authorization: Final = f"Basic {base64.b64encode(pair).decode('ascii')}"
        # Of the key only a digest is written down.
        self._slot: Final = f"engagement {hashlib.sha256(settings.key.encode()).hexdigest()[:32]}"
        self._client = client
        self._slots = slots
        self._sleep = sleep

    def check(self) -> None:
        """Test access. Raises :class:`lti_bridge.errors.RemoteError` where it isn't given."""
        if self._call("access_test", self._base).get("authenticated") is not True:
            raise RemoteRejected(
                "Meet & Engage doesn't say that we are authenticated.",
                service=SERVICE,
                call="access_test",
                remedy=_PAIR,
                code="not_authenticated",
            )

    def organisation_data(
        self, data_method: str, from_ms: int, to_ms: int
    ) -> list[Mapping[str, Any]]:
        """``organisation_data``: the rows, each with whatever columns it has.

        Dates are UTC milliseconds; ``from_ms`` is rounded down to its day, ``to_ms`` up, 0 is no
        bound. Raises :class:`lti_bridge.errors.RemoteError`: rejected (``code`` ``parameter`` for
        what was never sent), malformed, or unavailable (``rate_limited`` where it told us to wait
        for too long).
        """
        if not data_method or not all(map(_is_date, (from_ms, to_ms))) or 0 < to_ms < from_ms:
            raise RemoteRejected(
                "organisation_data was to be asked for a period, or by a data method, that is"
                " none; nothing was sent.",
                service=SERVICE,
                call="organisation_data",
                code="parameter",
            )
        parameters = {
            "account": self.account,
            "data_method": data_method,
            "from_date": str(from_ms),
            "to_date": str(to_ms),
        }
        query = urlencode(parameters, quote_via=quote, safe="")
        answer = self._call("organisation_data", f"{self._base}/organisation_data?{query}")
        rows = answer.get("output")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _malformed("organisation_data", "without its rows")
        return rows

    def _call(self, name: str, url: str) -> Mapping[str, Any]:
        for tried in range(TRIES):
            response = self._ask(name, url)
            if response.status not in WAIT:
                return _read(response, name)
            if tried < TRIES - 1:
                self._sleep(max(2.0**tried, _retry_after(response)))
        raise RemoteUnavailable(
            f"Meet & Engage tells us to wait (HTTP {response.status}), again and again.",
            service=SERVICE,
            call=name,
            remedy="Try again later. If it goes on: account may be wrong, or the key disabled.",
            code="rate_limited",
        )

    def _ask(self, name: str, url: str) -> Response:
        with self._slots.one(self._slot, calls=CALLS, seconds=WINDOW_SECONDS):
            return self._client.get(
                url,
                service=SERVICE,
                call=name,
                headers={"Authorization": self._authorization},
                timeout=SECONDS,
                idempotent=False,  # a second try would be a second call
                max_bytes=LARGEST_ANSWER,
            )


_PAIR: Final = "Check key and secret of [engagement]: the pair may have been revoked."
_REMEDIES: Final = {
    401: _PAIR,
    404: "Check url and account of [engagement], and the name of the data method.",
}


def _read(response: Response, name: str) -> Mapping[str, Any]:
    status = response.status
    if status >= 500:
        raise RemoteUnavailable(
            f"Meet & Engage answered {name} with HTTP {status}.",
            service=SERVICE,
            call=name,
            remedy="Wait a moment and try again.",
            code=f"http_{status}",
        )
    if status != 200:
        raise RemoteRejected(
            f"Meet & Engage refused {name} with HTTP {status}.",
            service=SERVICE,
            call=name,
            remedy=_REMEDIES.get(status, ""),
            code=f"http_{status}",
        )
    try:
        answer = json.loads(response.body, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise _malformed(name, "with something else than its JSON")
    return answer


def _is_date(milliseconds: object) -> bool:
    return type(milliseconds) is int and 0 <= milliseconds <= LATEST


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _malformed(name: str, what: str) -> RemoteMalformed:
    return RemoteMalformed(
        f"Meet & Engage answered {name} {what}.",
        service=SERVICE,
        call=name,
        remedy="Check url of [engagement].",
        code="malformed",
    )


def _retry_after(response: Response) -> float:
    """Seconds, as far as they are within reason; a date is not (RFC 9110, 10.2.3, has both)."""
    text = response.headers.get("Retry-After", "").strip()
    seconds = float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0
    return min(seconds, LONGEST_PAUSE)
