"""Parameters as the manual has them ("Usage", "Input limitations"), read strictly.

Values are percent-encoded by RFC 3986: a ``+`` is a plus. Where MEETS ignores a value that is too
long, this refuses it: ignoring a filter would answer with everybody's data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import unquote_to_bytes

from lti_bridge.api.refusals import Refused
from lti_bridge.store import Standing

if TYPE_CHECKING:
    from flask import Request

Kind = Literal[
    "id", "ids", "text", "services", "recording_services", "time", "roles", "recording_type",
    "limit", "after",
]  # fmt: skip

LIMITS: Final = {"GET": 512, "POST": 4096}
"""Bytes of a value, after decoding."""
LARGEST_BODY: Final = 256 * 1024
MOST: Final = 1000
FORM: Final = "application/x-www-form-urlencoded"
ROLES: Final = {
    "administrator": Standing.ADMINISTRATOR,
    "teacher": Standing.TEACHER,
    "student": Standing.STUDENT,
}
UNRECORDED: Final = frozenset({"gotomeeting", "gotowebinar"})
"""Services whose "values cannot be present" where recordings are asked for."""
_ENCODED: Final = re.compile(r"(?:[A-Za-z0-9\-._~!$'()*+,;:@/?=]|%[0-9A-Fa-f]{2})*", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function."""

    name: str
    kind: Kind
    description: str
    required: bool = False

    def read(self, value: str) -> Any:
        """The value, typed; raises :class:`Refused`."""
        match self.kind:
            case "id" | "time" | "after":
                return self._number(value)
            case "limit":
                limit = self._number(value)
                if not 1 <= limit <= MOST:
                    raise self._wrong(f"must be between 1 and {MOST}")
                return limit
            case "ids":
                return [self._number(one) for one in value.split(",")]
            case "services" | "recording_services":
                return self._services(value)
            case "roles":
                return self._roles(value)
            case "recording_type":
                if value not in {"original", "converted"}:
                    raise self._wrong('must be "original" or "converted"')
                return value
            case "text":
                return value

    def _number(self, value: str) -> int:
        if not _NUMBER.fullmatch(value):
            what = "whole numbers, separated by commas" if self.kind == "ids" else "a whole number"
            raise self._wrong(f"must be {what}")
        return int(value)

    def _services(self, value: str) -> list[str]:
        found = value.split(",")
        if not all(found):
            raise self._wrong("must be names of services, separated by commas")
        if self.kind == "recording_services" and not UNRECORDED.isdisjoint(found):
            raise self._wrong(f"can't have {' or '.join(sorted(UNRECORDED))}: they record nothing")
        return found

    def _roles(self, value: str) -> Standing:
        found = Standing.UNKNOWN
        for one in value.split(","):
            if one not in ROLES:
                raise self._wrong(f"must be of {', '.join(ROLES)}, separated by commas")
            found |= ROLES[one]
        return found

    def _wrong(self, what: str) -> Refused:
        return Refused(400, f'Parameter "{self.name}" {what}')


def sent(request: Request) -> Mapping[str, str]:
    """What was sent, by GET or in the body of a POST. Raises :class:`Refused`."""
    if request.method not in LIMITS:
        raise Refused(405, "Only GET and POST are available", {"Allow": "GET, POST"})
    if request.method == "GET":
        return _decoded(request.query_string)
    if request.mimetype != FORM:
        raise Refused(415, f"POST requires a Content-Type of {FORM}")
    if (request.content_length or 0) > LARGEST_BODY:
        raise Refused(413, f"A body may have {LARGEST_BODY} bytes")
    request.max_content_length = LARGEST_BODY
    return _decoded(request.get_data())


def typed(
    parameters: Mapping[str, Parameter], given: Mapping[str, str], method: str
) -> dict[str, Any]:
    """The values of a function's parameters; others are nobody's business.

    Raises :class:`Refused`.
    """
    found = {}
    for name, parameter in parameters.items():
        value = given.get(name)
        if value is None or (value == "" and not parameter.required):
            if parameter.required:
                raise Refused(400, f'Missing required parameter "{name}"')
            continue
        if value == "":
            raise Refused(400, f'Missing required parameter "{name}"')
        if len(value.encode()) > LIMITS[method]:
            raise Refused(
                400,
                f'Parameter "{name}" is longer than {LIMITS[method]} bytes, the limit of {method}',
            )
        found[name] = parameter.read(value)
    return found


def _decoded(query: bytes) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, query.decode("latin-1").split("&")):
        name, _, value = part.partition("=")
        decoded = _text(name)
        if decoded in found:
            raise Refused(400, "A parameter was given more than once")
        found[decoded] = _text(value)
    return found


def _text(encoded: str) -> str:
    if not _ENCODED.fullmatch(encoded):
        raise Refused(400, "Parameters must be percent-encoded according to RFC 3986")
    try:
        return unquote_to_bytes(encoded).decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "Parameters must be UTF-8") from None
