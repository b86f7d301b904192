"""Answers of an LMS's services, read: what their specifications promise, or RemoteMalformed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from lti_bridge.errors import RemoteMalformed

if TYPE_CHECKING:
    from lti_bridge.http import Response
    from lti_bridge.store import Platform


def json_object(response: Response, platform: Platform, call: str) -> Mapping[str, Any]:
    """The answer's JSON object."""
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise malformed(platform, call, "isn't a JSON object")
    return answer


def listed(
    answer: Mapping[str, Any], name: str, platform: Platform, call: str
) -> list[Mapping[str, Any]]:
    """The list of objects of that name."""
    found = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise malformed(platform, call, f"has no list of {name}")
    return found


def identifier(one: Mapping[str, Any], name: str, platform: Platform, call: str) -> str:
    """An opaque text; some LMSs write their row's number as a number."""
    value = one.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    if not isinstance(value, str) or not value:
        raise malformed(platform, call, f"has an entry without a usable {name}")
    return value


def text(one: Mapping[str, Any], name: str) -> str:
    """A text that may be missing."""
    value = one.get(name)
    return value if isinstance(value, str) else ""


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The URL with these query parameters, in place of any of the same name."""
    parts = urlsplit(url)
    kept = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in parameters
    ]
    query = urlencode([*kept, *parameters.items()])
    return parts._replace(query=query, fragment="").geturl()


def malformed(platform: Platform, call: str, what: str) -> RemoteMalformed:
    """An answer that isn't what its specification says."""
    return RemoteMalformed(
        f"{platform.name}'s answer to {call} {what}.",
        service=platform.name,
        call=call,
        remedy="Ask the operator of the LMS about its services for LTI tools.",
        code="answer_malformed",
    )
