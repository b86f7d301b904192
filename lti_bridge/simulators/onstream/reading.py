"""How a call's arguments and its wished format come in.

Onstream API, "Quickstart" and "Return Formatting". GET takes path segments
(``/count/10/offset/20``) and the query string; the others only their body, except for the format,
and for the id that DELETE may have at the end of its path.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl

from lti_bridge.simulators.onstream.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Request

Style = Literal["xml", "json"]

_FORM = "application/x-www-form-urlencoded"
_NOT_HERE = frozenset({"serialize", "php", "html", "csv"})
_WITH_ID = frozenset({"session", "recording"})
_STYLES: dict[str, Style] = {"xml": "xml", "json": "json"}
_XML_TYPES = ("application/xml", "text/xml")


def arguments(request: Request, name: str, segments: list[str]) -> dict[str, Any]:
    """What was said with the call, by name; raises 400 for what can't be read."""
    if request.method == "GET":
        given = {**_once(_decoded(request.query_string)), **_pairs(segments)}
        return {key: value for key, value in given.items() if key != "format"}
    body = _body(request)
    if request.method == "DELETE" and name in _WITH_ID:
        return {**{key: value for key, value in _pairs(segments).items() if key == "id"}, **body}
    return body


def style(request: Request, segments: list[str]) -> Style:
    """The format of the answer; the path wins over the query string, and that over Accept.

    Raises 406 for a format of the document that isn't simulated, 400 for any other.
    """
    path = dict(zip(segments[::2], segments[1::2], strict=False))
    # Appended, it counts behind a path that is odd otherwise.
    path.update(zip(segments[-2:-1], segments[-1:], strict=False))
    # The document's table spells the last of its formats /html/csv.
    wish = path.get("format") or path.get("html") or request.args.get("format") or _by_type(request)
    if wish in _NOT_HERE:
        raise refused(406, f"The format {wish} is not available here")
    if wish not in _STYLES:
        raise refused(400, "Unknown format")
    return _STYLES[wish]


def _by_type(request: Request) -> str:
    best = request.accept_mimetypes.best_match((*_XML_TYPES, "application/json"))
    return "json" if best == "application/json" else "xml"


def _pairs(segments: list[str]) -> dict[str, str]:
    if len(segments) % 2:
        raise refused(400, f"Missing value: {segments[-1]}")
    return _once(zip(segments[::2], segments[1::2], strict=True))


def _body(request: Request) -> dict[str, Any]:
    if request.mimetype not in {"", _FORM}:
        raise refused(400, f"The request body must be {_FORM}")
    pairs = _once(_decoded(request.get_data()))
    if "input_type" not in pairs and "rest_data" not in pairs:
        return dict(pairs)
    if pairs.keys() != {"input_type", "rest_data"} or pairs["input_type"] != "json":
        raise refused(400, "The request body must be input_type=json and rest_data, or pairs")
    return _object(pairs["rest_data"])


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise refused(400, "rest_data is not valid JSON") from None
    # An empty PHP array becomes a JSON list.
    if found == []:
        return {}
    if not isinstance(found, dict):
        raise refused(400, "rest_data must name its values")
    return found


def _decoded(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise refused(400, "Arguments must be UTF-8") from None


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise refused(400, f"Argument given more than once: {name}")
        found[name] = value
    return found
