"""Reading Onstream's answers: JSON as it is asked for, XML where it comes anyway.

The document prints only XML, and leaves open how JSON is nested ("Return Formatting"): records are
found wherever they are, in a list, under a plural and a singular, alone or numbered. What is no
such answer raises; a status says what was refused, never a message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from lti_bridge.http import Response

Record = dict[str, Any]
"""What is said of one session, invitee or recording; values as JSON has them."""

REMEDIES: Final[Mapping[int, str]] = MappingProxyType({
    400: "Onstream found something of what it was told nonsensical; see timezone in the settings,"
    " and report it with the call's name.",
    401: "Check username and password of this service in the settings.",
    403: "See in Onstream what this account may do.",
    404: "It isn't there any more; open the link in the course again. If every call says so, check"
    " the service's url in the settings.",
    405: "Check the service's url in the settings: it must hold the API's version (/api/2/).",
    409: "It is in Onstream's way, such as another session with this friendly URL; delete that.",
    410: "It was deleted in Onstream; open the link in the course again.",
})  # fmt: skip  # a status a line
"""What to do about a status ("HTTP Error Codes", and 403)."""
GONE: Final = frozenset({"http_404", "http_410"})
"""Codes of what isn't there (any more)."""

_ROOTS: Final = frozenset({"xml", "root"})
_UNREADABLE: Final = (
    ParseError, DefusedXmlException, ValueError, LookupError, RecursionError
)  # fmt: skip  # what the two readers raise
_DEEPEST: Final = 12
_EMPTY: Final = (None, "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A service as configured, and the call it answers: what every error names."""

    service: str
    call: str

    def malformed(self, how: str) -> RemoteMalformed:
        """The answer isn't the document's; ``how`` goes on after "with"."""
        return RemoteMalformed(
            f"{self.service} answered {self.call} with {how}.",
            service=self.service,
            call=self.call,
            remedy="Check the service's url in the settings, and what stands before the service.",
            code="malformed",
            reason=f"answered with {how}",
        )

    def rejected(self, status: int) -> RemoteRejected:
        """It understood, and refused."""
        return RemoteRejected(
            f"{self.service} refused {self.call} with HTTP {status}.",
            service=self.service,
            call=self.call,
            remedy=REMEDIES.get(status, "See in Onstream what this account may do."),
            code=f"http_{status}",
            reason=f"answered HTTP {status}",
        )

    def unavailable(self, status: int) -> RemoteUnavailable:
        """It isn't itself just now, or wants fewer calls."""
        return RemoteUnavailable(
            f"{self.service} answered {self.call} with HTTP {status}.",
            service=self.service,
            call=self.call,
            remedy="Wait a moment and try again.",
            code=f"http_{status}",
            reason=f"answered HTTP {status}",
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """How to know a record of a kind."""

    names: frozenset[str]
    """What lists of them are called."""
    fields: frozenset[str]
    """What one of them says; any of these makes a record."""


def read(response: Response, asked: Asked) -> Any:
    """The document of a successful answer: dicts, lists, strings, numbers.

    Raises :class:`RemoteRejected`, :class:`RemoteUnavailable`, :class:`RemoteMalformed`.
    """
    status = response.status
    if 200 <= status < 300:
        return _parsed(response, asked)
    if status == 429 or status >= 500:
        raise asked.unavailable(status)
    if 400 <= status < 500:
        raise asked.rejected(status)
    raise asked.malformed(f"HTTP {status}, which is no answer of its API")


def written(response: Response, asked: Asked, url: str, *, needed: bool = False) -> str:
    """The id of what a PUT, POST or DELETE concerned; empty where the answer has none.

    201 and 301 have it in ``Location`` too; 301 says that what was changed has another address
    now. Not so if it leads to the ``url`` that was called, in another spelling (as proxies lead
    from http to https): then nothing was done. Raises as :func:`read`, and
    :class:`RemoteMalformed` where an id is ``needed`` and isn't given.
    """
    number = _number_in_body(response, asked, url) or _number_in_location(response, asked)
    if needed and not number:
        raise asked.malformed("no number of what it made")
    return number


def records(document: Any, kind: Kind, asked: Asked) -> list[Record]:
    """Every record of the document, in its order. Raises :class:`RemoteMalformed`."""
    return [record for _, record in grouped(document, kind, asked)]


def grouped(
    document: Any, kind: Kind, asked: Asked, groups: frozenset[str] = frozenset()
) -> list[tuple[str, Record]]:
    """The records, each with the name among ``groups`` that it stands under (else empty).

    Raises :class:`RemoteMalformed` where something is said, but no records of that kind.
    """
    walked = list(_walk(document, kind, groups, "", 0))
    found = [(group, record) for group, record in walked if record is not None]
    if walked and not found and not _says_none(document, kind):
        raise asked.malformed("no data of that kind")
    return found


def identifier(value: Any) -> str:
    """A number that names something, whether it came as a number or as text; else empty."""
    number = whole(value)
    return "" if number is None else str(number)


def whole(value: Any) -> int | None:
    """A number from 0 on, whether it came as a number or as text; None for anything else."""
    if isinstance(value, str):
        value = value.strip()
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value < 10**15 else None


def flag(value: Any) -> bool:
    """``true`` and ``1``, whatever they came as."""
    return value is True or text(value).lower() in {"1", "true"}


def text(value: Any) -> str:
    """A text that can be stored and shown; empty for missing ones and for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "").strip()


def custom(value: Any) -> dict[str, str]:
    """``custom_data``, an object or a list of objects: values by their names, in order."""
    objects = value if isinstance(value, list) else [value]
    return {
        name: text(each)
        for found in objects
        if isinstance(found, dict)
        for name, each in found.items()
        if name.startswith("custom")
    }


WRITTEN: Final = Kind(frozenset(), frozenset({"id", "message"}))


def _parsed(response: Response, asked: Asked) -> Any:
    body = response.body.removeprefix(b"\xef\xbb\xbf").strip()
    document: Any = ""
    with suppress(*_UNREADABLE):
        document = _from_xml(body) if body.startswith(b"<") else json.loads(body)
    if document is None:  # "null" is nothing, as an empty list is
        return {}
    if not isinstance(document, dict | list):
        raise asked.malformed(f"something that is no answer of its API (HTTP {response.status})")
    return document


def _from_xml(body: bytes) -> Any:
    root = fromstring(body, forbid_dtd=True)
    return (_plain(root, 0) or {}) if root.tag in _ROOTS else ""


def _plain(element: Element, depth: int) -> Any:
    """Children by their names, repeated ones as a list; without children: the text."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if not len(element):
        return (element.text or "").strip()
    children: dict[str, list[Any]] = {}
    for child in element:
        children.setdefault(child.tag, []).append(_plain(child, depth + 1))
    return {tag: each if len(each) > 1 else each[0] for tag, each in children.items()}


def _walk(
    node: Any, kind: Kind, groups: frozenset[str], group: str, depth: int
) -> Iterator[tuple[str, Record | None]]:
    """Records with their groups, and None for whatever else says something."""
    if isinstance(node, dict) and kind.fields & node.keys():
        yield group, node
    elif isinstance(node, dict | list) and depth < _DEEPEST:
        inner = node.items() if isinstance(node, dict) else (("", each) for each in node)
        for name, each in inner:
            yield from _walk(each, kind, groups, name if name in groups else group, depth + 1)
    elif node not in _EMPTY:
        yield group, None


def _says_none(document: Any, kind: Kind) -> bool:
    """Whether a list of that kind is there, beside other things, and is empty."""
    return isinstance(document, dict) and any(
        name in document and not document[name] for name in kind.names
    )


def _number_in_body(response: Response, asked: Asked, url: str) -> str:
    location = response.headers.get("location", "")
    if response.status == 301 and location and not asked.call.startswith("DELETE"):
        if _path(location) == _path(url):
            raise asked.malformed("a redirection to the same resource elsewhere")
        return ""
    if 200 <= response.status < 300 and not response.body.strip():
        return ""
    found = records(read(response, asked), WRITTEN, asked)
    return next(filter(None, (identifier(each.get("id")) for each in found)), "")


def _number_in_location(response: Response, asked: Asked) -> str:
    """Of the new URI, if it is one of what was asked for (that of an invitee is its session's)."""
    resource = asked.call.partition(" ")[2]
    path = _path(response.headers.get("location", ""))
    found = re.search(rf"(?:^|/){resource}(?:/id)?/(\d+)(?:/format/\w+)?$", path, re.ASCII)
    return identifier(found[1]) if found else ""


def _path(url: str) -> str:
    """Without scheme, host and query."""
    rest = url.partition("?")[0].removeprefix("https:").removeprefix("http:").rstrip("/")
    return rest if not rest.startswith("//") else "/" + rest[2:].partition("/")[2]
