"""Transport and verbs of the MEETS API.

Parameters go by POST whenever a value comes near the limit of GET, and nothing is ever sent that
exceeds the limit of POST: MEETS ignores an oversized parameter without a word ("Input
limitations"), and a filter that is ignored returns everybody's data.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable

if TYPE_CHECKING:
    from lti_bridge.http import Client, Response
    from lti_bridge.settings import Meets

SERVICE: Final = "MEETS"
GET_BYTES: Final = 400
"""Values longer than this go by POST; the limit of GET is 512 bytes."""
POST_BYTES: Final = 4096
LARGEST_ID: Final = 2**63 - 1
"""The largest number that the store can remember."""


class MeetsClient:
    """A MEETS domain, with whatever authentication its base needs (the settings' ``[meets]``)."""

    def __init__(self, settings: Meets, client: Client) -> None:
        """``client`` is the door out."""
        self._base: Final = settings.url.rstrip("/")
        self._headers: Final = {k: v.get_secret_value() for k, v in settings.headers.items()}
        if settings.username:
            pair = f"{settings.username}:{settings.password.get_secret_value()}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        self._parameters: Final = {k: v.get_secret_value() for k, v in settings.params.items()}
        self._client = client

    def from_lti_id_context(
        self, meets_id_connection: int, lti_id_context: str, *, timeout: float
    ) -> int | None:
        """``from_lti_id_context``: the ``meetsIdCourse`` of an LTI context; None if not known.

        ``timeout`` in seconds, for the whole call. The answer can be remembered for good ("from").
        Raises :class:`lti_bridge.errors.RemoteError`.
        """
        return self._from(
            "from_lti_id_context",
            {"meetsIdConnection": str(meets_id_connection), "ltiIdContext": lti_id_context},
            "meetsIdCourse",
            timeout,
        )

    def from_lti_id_user(
        self, meets_id_connection: int, lti_id_user: str, *, timeout: float
    ) -> int | None:
        """``from_lti_id_user``: the ``meetsIdUser`` of an LTI user; None if not known.

        See :meth:`from_lti_id_context`.
        """
        return self._from(
            "from_lti_id_user",
            {"meetsIdConnection": str(meets_id_connection), "ltiIdUser": lti_id_user},
            "meetsIdUser",
            timeout,
        )

    def _from(
        self, function: str, parameters: Mapping[str, str], member: str, timeout: float
    ) -> int | None:
        try:
            answer = self._call(function, parameters, timeout)
        except RemoteRejected as refusal:
            if refusal.code == "http_404":
                return None
            raise
        found = answer.get(member)
        if type(found) is not int or not 0 < found <= LARGEST_ID:
            raise _malformed(function, f"without a numeric {member}")
        return found

    def _call(self, function: str, parameters: Mapping[str, str], timeout: float) -> dict[str, Any]:
        longest = max(len(value.encode("utf-8", "replace")) for value in parameters.values())
        if longest > POST_BYTES:
            raise RemoteRejected(
                f"{function} has a parameter that is longer than MEETS reads.",
                service=SERVICE,
                call=function,
                code="too_long",
            )
        url = f"{self._base}/{function}"
        if longest > GET_BYTES:
            # Fixed parameters are query parameters whatever the method (the settings' params).
            query = f"?{_encoded(self._parameters)}" if self._parameters else ""
            response = self._client.post(
                f"{url}{query}",
                service=SERVICE,
                call=function,
                body=_encoded(parameters).encode("ascii"),
                content_type="application/x-www-form-urlencoded",
                headers=self._headers,
                timeout=timeout,
                idempotent=True,
            )
        else:
            response = self._client.get(
                f"{url}?{_encoded({**self._parameters, **parameters})}",
                service=SERVICE,
                call=function,
                headers=self._headers,
                timeout=timeout,
                idempotent=True,
            )
        return _read(response, function)


def _encoded(parameters: Mapping[str, str]) -> str:
    """RFC 3986, as "Usage" wants it: a space is ``%20``, never ``+``."""
    return urlencode(parameters, quote_via=quote, safe="", errors="replace")


def _read(response: Response, function: str) -> dict[str, Any]:
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
    answer = _json(response.body)
    # A success may lack its "status". A refusal may not: any proxy's 404 would mean "not known".
    assumed = status if 200 <= status < 300 else None
    if not isinstance(answer, dict) or answer.get("status", assumed) != status:
        raise _malformed(function, f"that isn't its JSON (HTTP {status})")
    if 200 <= status < 300:
        return answer
    raise RemoteRejected(
        f"MEETS refused {function} with status {status}.",
        service=SERVICE,
        call=function,
        remedy="Check url, username, password, headers and params of [meets]."
        if status in {401, 403}
        else "",
        code=f"http_{status}",
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _malformed(function: str, how: str) -> RemoteMalformed:
    return RemoteMalformed(
        f"MEETS answered {function} {how}.",
        service=SERVICE,
        call=function,
        remedy="Check url of [meets]: it must be the API and authentication base.",
        code="malformed",
    )
