"""XML answers from lists of names and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lti_bridge.errors import RemoteRejected


@dataclass(frozen=True, slots=True)
class WithAttributes:
    """Text in an element that has attributes."""

    text: str
    attributes: Mapping[str, str]


Fields = list[tuple[str, "str | int | bool | WithAttributes | Fields"]]


def succeeded(fields: Fields, key: str = "", message: str = "") -> Response:
    """SUCCESS with these elements, then messageKey and message."""
    return answer([("returncode", "SUCCESS"), *fields, ("messageKey", key), ("message", message)])


def failed(error: RemoteRejected) -> Response:
    """FAILED with the refusal's messageKey and message; the HTTP status stays 200."""
    return answer(
        [("returncode", "FAILED"), ("messageKey", error.code), ("message", error.message)]
    )


def answer(fields: Fields) -> Response:
    """These elements and no other."""
    root = ET.Element("response")
    _fill(root, fields)
    return Response(ET.tostring(root, encoding="utf-8"), content_type="text/xml;charset=utf-8")


def _fill(parent: ET.Element, fields: Fields) -> None:
    for name, value in fields:
        element = ET.SubElement(parent, name)
        if isinstance(value, list):
            _fill(element, value)
        elif isinstance(value, WithAttributes):
            element.attrib.update(value.attributes)
            element.text = value.text
        elif isinstance(value, bool):
            element.text = str(value).lower()
        else:
            element.text = str(value)
