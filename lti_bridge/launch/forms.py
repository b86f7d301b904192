"""Reading what browsers send to the launch URLs: small, form-encoded, each parameter once.

Flask's own parser accepts more (files, repeated names, any size) and costs more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from lti_bridge.errors import MalformedRequest

if TYPE_CHECKING:
    from flask import Request

LARGEST_BODY: Final = 256 * 1024
MOST_FIELDS: Final = 200
NO_LMS: Final = "No LMS sends that; if one does, ask its support."
AGAIN_SECONDS: Final = 60
"""The same form of the same browser within this is a double click or a reload, not a replay."""


def read_form(request: Request) -> Mapping[str, str]:
    """The parameters of a form-encoded POST body; raises :class:`MalformedRequest`."""
    kind = request.content_type or ""
    if kind.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise MalformedRequest(
            "The request isn't a form.",
            remedy="Launches are sent as application/x-www-form-urlencoded.",
            code="content_type",
        )
    length = request.content_length
    if length is not None and length > LARGEST_BODY:
        raise _too_large()
    body = request.stream.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise _too_large()
    return parse(body)


def parse(encoded: bytes) -> Mapping[str, str]:
    """The parameters of a query string or form body; raises :class:`MalformedRequest`."""
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise MalformedRequest(
            "The request's parameters can't be read.", remedy=NO_LMS, code="unreadable"
        ) from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise MalformedRequest(
            "A parameter is there twice.", remedy=NO_LMS, code="repeated_parameter"
        )
    return form


def _too_large() -> MalformedRequest:
    return MalformedRequest(
        "The request is far larger than any launch.",
        remedy="Take out custom parameters of the link that aren't needed.",
        code="too_large",
    )
