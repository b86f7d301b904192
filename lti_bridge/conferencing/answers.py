"""Reading the XML answers of the BigBlueButton family.

Strict about what an answer is (XML with a ``returncode``), lenient about what it holds: every
other element may be missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from lti_bridge.http import Response

REMEDIES: Final = {
    "checksumError": "Compare the service's secret and checksum setting with the service's own.",
    "notFound": "The meeting isn't running any more; open the link in the course again.",
    "invalidMeetingIdentifier": "The meeting isn't running any more; open the link again.",
    "idNotUnique": "A meeting with this ID was made with other parameters; end it first.",
    "maxParticipantsReached": "The meeting is full.",
}
"""What the operator or the person can do about a ``messageKey``."""


def read(response: Response, *, service: str, call: str) -> Element:
    """The ``<response>`` of a successful call.

    Raises :class:`RemoteUnavailable` (HTTP 5xx), :class:`RemoteMalformed` (anything that isn't
    such a document) or :class:`RemoteRejected` (``returncode`` FAILED; its code is the
    ``messageKey``). Messages of the service may hold HTML or echo parameters: only the key is kept.
    """
    if response.status >= 500:
        raise RemoteUnavailable(
            f"{service} answered {call} with HTTP {response.status}.",
            service=service,
            call=call,
            remedy="Wait a moment and try again.",
            code=f"http_{response.status}",
        )
    root = _parsed(response, service, call)
    if text(root, "returncode") == "SUCCESS":
        return root
    code = _plain(text(root, "messageKey")) or "failed"
    raise RemoteRejected(
        f"{service} refused {call}: {code}.",
        service=service,
        call=call,
        remedy=REMEDIES.get(code, "See the service's own log."),
        code=code,
    )


def _parsed(response: Response, service: str, call: str) -> Element:
    try:
        root = fromstring(response.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        root = None
    if root is None or root.tag != "response" or root.find("returncode") is None:
        kind = _plain(response.headers.get("content-type", "").partition(";")[0])
        raise RemoteMalformed(
            f"{service} answered {call} with something that is no answer of its API"
            f" (HTTP {response.status}, {kind or 'no content type'}).",
            service=service,
            call=call,
            remedy="Check the service's url in the settings, and what stands before the service.",
            code="malformed",
        )
    return root


def text(element: Element, name: str) -> str:
    """The trimmed text of a child; empty where it is missing."""
    return (element.findtext(name) or "").strip()


def number(element: Element, name: str) -> int | None:
    """The child as a whole number; None where it is missing or no number."""
    value = text(element, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def flag(element: Element, name: str) -> bool:
    """Whether the child says ``true``."""
    return text(element, name).lower() == "true"


def _plain(value: str) -> str:
    return "".join(c for c in value if c.isascii() and (c.isalnum() or c in "/-_+."))[:60]
