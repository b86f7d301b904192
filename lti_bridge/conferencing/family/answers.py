"""Reading the answers of the BigBlueButton family: XML, and JSON for captions.

Strict about what an answer is (a document with a ``returncode``), lenient about what it holds:
every other element may be missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from lti_bridge.conferencing.family.refusals import Refusal, by_key, by_status

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from lti_bridge.errors import RemoteError
    from lti_bridge.http import Response

LAST_MOMENT: Final = 253_370_764_800_000
"""The beginning of the year 9999, in any zone; calendars end with it."""


def read(response: Response, *, service: str, call: str) -> Element:
    """The ``<response>`` of a successful call.

    Raises what :mod:`lti_bridge.conferencing.family.refusals` has for its ``messageKey`` or HTTP
    status. Messages of the service may hold HTML or echo parameters: only the key is kept.
    """
    root = _parsed(response.body)
    if root is None or response.status >= 500:
        raise _no_answer(response, service, call)
    if text(root, "returncode").upper() == "SUCCESS":
        return root
    raise refused(plain(text(root, "messageKey")), service=service, call=call)


def read_json(response: Response, *, service: str, call: str) -> Mapping[str, Any]:
    """The ``response`` of a successful call that answers JSON; raises as :func:`read`.

    Load balancers and old servers refuse in XML, also here.
    """
    try:
        body = json.loads(response.body)["response"]
        code = body["returncode"]
    except (ValueError, RecursionError, LookupError, TypeError):
        read(response, service=service, call=call)  # a refusal in XML
        raise _no_answer(response, service, call) from None
    if response.status >= 500 or not isinstance(code, str):
        raise _no_answer(response, service, call)
    if code.upper() == "SUCCESS":
        answer: Mapping[str, Any] = body
        return answer
    raise refused(plain(word(body.get("messageKey"))), service=service, call=call)


def refused(key: str, *, service: str, call: str) -> RemoteError:
    """The exception of a ``messageKey``."""
    key = key or "failed"
    refusal = by_key(key, call)
    return refusal.kind(
        f"{service} refused {call}: {key}.",
        service=service,
        call=call,
        remedy=refusal.remedy,
        code=key,
        reason=f"refused {call}: {key}",
    )


def _parsed(body: bytes) -> Element | None:
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root if root.tag == "response" and root.find("returncode") is not None else None


def _no_answer(response: Response, service: str, call: str) -> RemoteError:
    refusal: Refusal = by_status(response.status)
    kind = plain(response.headers.get("content-type", "").partition(";")[0]) or "no content type"
    reason = (
        f"answered HTTP {response.status}"
        if not 200 <= response.status < 300
        else f"answered something that is no answer of its API (HTTP {response.status}, {kind})"
    )
    return refusal.kind(
        f"{service}: {call}: {reason}.",
        service=service,
        call=call,
        remedy=refusal.remedy,
        code="malformed" if 200 <= response.status < 300 else f"http_{response.status}",
        reason=reason,
    )


def text(element: Element, name: str) -> str:
    """The trimmed text of a child; empty where it is missing."""
    return (element.findtext(name) or "").strip()


def number(element: Element, name: str) -> int | None:
    """The child as a whole number; None where it is missing or no number."""
    return whole(text(element, name))


def whole(value: str) -> int | None:
    """Digits as a number; None for anything else."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def moment(element: Element, name: str) -> int | None:
    """The child as UNIX milliseconds; None where it is missing, 0, or a time no calendar has."""
    value = number(element, name)
    return value if value and value <= LAST_MOMENT else None


def word(value: object) -> str:
    """A text of a JSON answer as UTF-8 can hold it; empty for anything else."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def flag(element: Element, name: str) -> bool:
    """Whether the child says ``true``."""
    return text(element, name).lower() == "true"


def maybe(element: Element, name: str) -> bool | None:
    """What the child says; None where it says neither ``true`` nor ``false``."""
    return {"true": True, "false": False}.get(text(element, name).lower())


def plain(value: str) -> str:
    """What of a remote's word may stand in a message: ASCII identifiers, not too long."""
    return "".join(c for c in value if c.isascii() and (c.isalnum() or c in "/-_+."))[:60]
