"""How MEETS is spoken to: where, with which authentication, by GET or POST, and what answers mean.

"Usage", "Input limitations" and "Output Format" of the manual. It leaves authentication to another
document, so HTTP Basic, fixed headers and fixed parameters are whatever the settings say.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from lti_bridge.errors import RemoteRejected, RemoteUnavailable
from lti_bridge.meets_api.reading import SERVICE, malformed

if TYPE_CHECKING:
    from lti_bridge.http import Client, Response
    from lti_bridge.settings import Meets

GET_BYTES: Final = 400
"""Values longer than this go by POST; the limit of GET is 512 bytes."""
POST_BYTES: Final = 4096
LARGEST_ANSWER: Final = 64_000_000
"""A page holds up to 1,000 entities, and whatever those refer to."""


class Transport:
    """One base of the API."""

    def __init__(self, settings: Meets, client: Client) -> None:
        """``client`` is the door out."""
        self._base: Final = settings.url.rstrip("/")
        self._headers: Final = {k: v.get_secret_value() for k, v in settings.headers.items()}
        if settings.username:
            pair = f"{settings.username}:{settings.password.get_secret_value()}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        self._fixed: Final = {k: v.get_secret_value() for k, v in settings.params.items()}
        self._client = client

    def call(
        self, function: str, parameters: Mapping[str, str], timeout: float
    ) -> Mapping[str, Any]:
        """The response object of a success. Raises :class:`lti_bridge.errors.RemoteError`."""
        longest = _longest(function, parameters)
        url = f"{self._base}/{function}"
        if longest > GET_BYTES:
            # Fixed parameters are query parameters whatever the method (the settings' params).
            query = f"?{encoded(self._fixed)}" if self._fixed else ""
            response = self._client.post(
                f"{url}{query}",
                service=SERVICE,
                call=function,
                body=encoded(parameters).encode("ascii"),
                content_type="application/x-www-form-urlencoded",
                headers=self._headers,
                timeout=timeout,
                idempotent=True,
                max_bytes=LARGEST_ANSWER,
            )
        else:
            response = self._client.get(
                f"{url}?{encoded({**self._fixed, **parameters})}",
                service=SERVICE,
                call=function,
                headers=self._headers,
                timeout=timeout,
                idempotent=True,
                max_bytes=LARGEST_ANSWER,
            )
        return read(response, function)

    def open(self, function: str, parameters: Mapping[str, str], timeout: float) -> Response:
        """An answer of any status, that of a 200 as ``chunks``."""
        return self._client.stream(
            f"{self._base}/{function}?{encoded({**self._fixed, **parameters})}",
            service=SERVICE,
            call=function,
            headers=self._headers,
            timeout=timeout,
        )


def encoded(parameters: Mapping[str, str]) -> str:
    """RFC 3986, as "Usage" wants it: a space is ``%20``, never ``+``."""
    return urlencode(parameters, quote_via=quote, safe="", errors="replace")


def read(response: Response, function: str) -> Mapping[str, Any]:
    """The JSON object of a 2xx answer ("Output Format").

    Raises for errors: they are JSON with ``status`` and ``error``, but for rare ones with status
    500, "recommended to be treated as a temporary, unknown error". The text of ``error`` may
    repeat what was asked for; only the status is kept.
    """
    status = response.status
    if status >= 500:
        raise RemoteUnavailable(
            f"MEETS answered {function} with HTTP {status}.",
            service=SERVICE,
            call=function,
            remedy="Wait a moment and try again.",
            code=f"http_{status}",
        )
    answer = as_json(response.body)
    # A success may lack its "status". A refusal may not: any proxy's 404 would mean "not known".
    assumed = status if 200 <= status < 300 else None
    if answer is None or answer.get("status", assumed) != status:
        raise malformed(function, f"that isn't its JSON (HTTP {status})")
    if 200 <= status < 300:
        return answer
    raise RemoteRejected(
        f"MEETS refused {function} with status {status}.",
        service=SERVICE,
        call=function,
        remedy=_REMEDIES.get(status, ""),
        code=f"http_{status}",
    )


_CREDENTIALS: Final = "Check url, username, password, headers and params of [meets]."
_BASE: Final = "Check url of [meets]: it must be the API and authentication base."
_REMEDIES: Final = {
    401: _CREDENTIALS,
    403: _CREDENTIALS,
    404: "It knows nothing by this number, or not any more.",
    **dict.fromkeys(range(300, 400), _BASE),
}


def as_json(body: bytes) -> dict[str, Any] | None:
    """The object, or None for anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _longest(function: str, parameters: Mapping[str, str]) -> int:
    longest = max((len(v.encode("utf-8", "replace")) for v in parameters.values()), default=0)
    if longest > POST_BYTES:
        raise RemoteRejected(
            f"{function} has a parameter that is longer than MEETS reads.",
            service=SERVICE,
            call=function,
            code="too_long",
        )
    return longest
