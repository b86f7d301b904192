"""How an LMS's services are called: with a token of their scopes, page after page.

A token goes to the URL that a verified launch named, and to further pages of the same origin;
redirects aren't followed. What a status means is said here once for every service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from lti_bridge.errors import RemoteError, RemoteMalformed, RemoteRejected, RemoteUnavailable
from lti_bridge.lms_api.paging import linked, same_origin

if TYPE_CHECKING:
    from lti_bridge.http import Client, Response
    from lti_bridge.lms_api.tokens import AccessTokens
    from lti_bridge.store import Platform

SECONDS: Final = 30.0
"""For an answer; only jobs ask, and some LMSs take long over a large course."""
LARGEST_ANSWER: Final = 20_000_000
MOST_PAGES: Final = 2_000
JSON: Final = "application/json"

_AGAIN: Final = "Wait a moment and try again."
_REMEDIES: Final = {
    401: "Check in the LMS that the tool is still allowed its services, and its scopes.",
    403: "Allow the tool this service in the LMS, for this course too.",
    404: "The LMS has this no more; open the course's link again so that it says where it is now.",
}
_REDIRECTED: Final = "The LMS names an address that redirects: let it name the one it answers at."
_THROTTLED: Final = b"rate limit exceeded"
"""Canvas says so with a 403."""


class LmsTransport:
    """Calls services of LMSs; shared by all threads of a process."""

    def __init__(self, client: Client, tokens: AccessTokens) -> None:
        """``client`` is the door out."""
        self._client = client
        self._tokens = tokens

    def get(
        self,
        platform: Platform,
        url: str,
        scopes: Sequence[str],
        *,
        call: str,
        accept: str = JSON,
    ) -> Response:
        """GET ``url``: a 2xx answer. ``call`` names what is asked, in errors and metrics.

        Raises :class:`lti_bridge.errors.RemoteError`: :class:`RemoteRejected` with ``code``
        ``http_STATUS`` (or that of the token endpoint), :class:`RemoteUnavailable` for 429 and
        5xx, :class:`RemoteMalformed` for no HTTP at all.
        """

        def ask(token: str) -> Response:
            return self._client.get(
                url,
                service=platform.name,
                call=call,
                headers=_headers(token, accept),
                timeout=SECONDS,
                max_bytes=LARGEST_ANSWER,
            )

        return self._call(platform, scopes, call, ask)

    def send(
        self,
        method: Literal["POST", "PUT", "DELETE"],
        platform: Platform,
        url: str,
        scopes: Sequence[str],
        *,
        call: str,
        body: bytes = b"",
        content_type: str = JSON,
        accept: str = JSON,
    ) -> Response:
        """Send ``body``; see :meth:`get`. Only a POST may mean something else the second time."""

        def ask(token: str) -> Response:
            return self._client.send(
                method,
                url,
                service=platform.name,
                call=call,
                body=body,
                content_type=content_type,
                headers=_headers(token, accept),
                timeout=SECONDS,
                idempotent=method != "POST",
                max_bytes=LARGEST_ANSWER,
            )

        return self._call(platform, scopes, call, ask)

    def pages(
        self,
        platform: Platform,
        url: str,
        scopes: Sequence[str],
        *,
        call: str,
        accept: str = JSON,
    ) -> Iterator[Response]:
        """GET ``url`` and every page that follows it, one at a time; see :meth:`get`.

        A page on another origin isn't asked for, since tokens aren't carried to strangers, and a
        list that comes back to a page it had is none: :class:`RemoteMalformed`.
        """
        seen: set[str] = set()
        here: str | None = url
        while here is not None:
            if here in seen or len(seen) >= MOST_PAGES:
                raise _malformed(platform, call, "goes in circles", "paging_loop")
            seen.add(here)
            response = self.get(platform, here, scopes, call=call, accept=accept)
            here = _next_page(response, here, url, platform, call)
            yield response

    def _call(
        self,
        platform: Platform,
        scopes: Sequence[str],
        call: str,
        ask: Callable[[str], Response],
    ) -> Response:
        """Ask with a token. One that the service doesn't take is replaced, once: an LMS may have
        forgotten its tokens, or have changed the tool's rights.
        """
        token = self._tokens.token(platform, scopes)
        response = ask(token)
        if response.status == 401:
            self._tokens.forget(platform, scopes, token)
            token = self._tokens.token(platform, scopes)
            response = ask(token)
            if response.status == 401:
                self._tokens.forget(platform, scopes, token)
        if 200 <= response.status < 300:
            return response
        raise _refusal(response, platform, call)


def _headers(token: str, accept: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": accept}


def _next_page(
    response: Response, here: str, first: str, platform: Platform, call: str
) -> str | None:
    try:
        following = linked(response.headers.get("Link", ""), "next", here)
        foreign = following is not None and not same_origin(following, first)
    except ValueError:
        raise _malformed(platform, call, "names a next page that is no URL", "paging_url") from None
    if foreign:
        raise _malformed(platform, call, "goes on at another host", "paging_origin")
    return following


def _refusal(response: Response, platform: Platform, call: str) -> RemoteError:
    status = response.status
    throttled = status == 429 or (status == 403 and _THROTTLED in response.body[:500].lower())
    if throttled or status >= 500:
        return RemoteUnavailable(
            f"{platform.name} answered {call} with HTTP {status}.",
            service=platform.name,
            call=call,
            remedy=_AGAIN,
            code="rate_limited" if throttled else f"http_{status}",
            retry_after=_seconds(response.headers.get("Retry-After", "")),
        )
    return RemoteRejected(
        f"{platform.name} refused {call} with HTTP {status}.",
        service=platform.name,
        call=call,
        remedy=_REDIRECTED if 300 <= status < 400 else _REMEDIES.get(status, ""),
        code=f"http_{status}",
    )


def _seconds(text: str) -> float | None:
    """``Retry-After`` in seconds (RFC 9110, 10.2.3); None for a date, which nobody here sends."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _malformed(platform: Platform, call: str, what: str, code: str) -> RemoteMalformed:
    return RemoteMalformed(
        f"The list of {platform.name}, {call}, {what}.",
        service=platform.name,
        call=call,
        remedy="Ask the operator of the LMS about its pages of this list.",
        code=code,
    )
