"""The next page of a list, as ``Link`` headers name it (RFC 8288; NRPS 2.0, 2.4.2; AGS 2.0, 3.2.5).

``Link: <https://lms.example/members?p=2>; rel="next", <…>; rel="differences"``
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

_TARGET: Final = re.compile(r"[\s,]*<([^>]*)>")
_PARAMETER: Final = re.compile(r'\s*;\s*([^\s=;,"]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,]*)))?')
_QUOTED: Final = re.compile(r"\\(.)")
_PORTS: Final = {"http": 80, "https": 443}


def linked(header: str, relation: str, base: str) -> str | None:
    """The absolute URL of the first link of that relation; None if there is none.

    ``header`` is every ``Link`` header, joined by commas; ``base`` the URL that was asked. A link
    about something else than that (``anchor``) is none. Raises ValueError for a target that is no
    URL.
    """
    for target, parameters in _links(header):
        relations = parameters.get("rel", "").lower().split()
        if relation in relations and "anchor" not in parameters:
            return urljoin(base, target.strip()).partition("#")[0]
    return None


def _links(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    place = 0
    while found := _TARGET.match(header, place):
        place = found.end()
        parameters: dict[str, str] = {}
        while (one := _PARAMETER.match(header, place)) is not None:
            place = one.end()
            quoted, plain = one[2], one[3]
            value = _QUOTED.sub(r"\1", quoted) if quoted is not None else plain or ""
            parameters.setdefault(one[1].lower(), value)  # of several rel the first counts
        yield found[1], parameters


def same_origin(one: str, other: str) -> bool:
    """Whether two URLs are of the same scheme, host and port. ValueError where one is no URL."""
    return _origin(one) == _origin(other)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)
