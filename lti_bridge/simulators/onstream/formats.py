"""The answers as XML and as JSON.

Onstream API, "Return Formatting" and the printed responses. The shape of JSON is left open there,
and whether numbers are numbers: ``Format`` says how this account has it. XML of the ``nested``
shape is as the methods print it; that of the others is the ``<xml><item>`` of "Return Formatting".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree as ET

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from lti_bridge.simulators.onstream.reading import Style

Shape = Literal["nested", "flat list", "items"]
Ids = Literal["number", "string"]
Single = Literal["object", "list"]

Record = Mapping[str, "str | int | bool | Mapping[str, str]"]

_TYPES = {"xml": "application/xml; charset=utf-8", "json": "application/json"}
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Format:
    """How answers are written where the document leaves it open."""

    shape: Shape = "nested"
    ids: Ids = "number"
    single: Single = "object"
    only_xml: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Records of one kind; ``alone``: the one that was asked for by its id."""

    plural: str
    singular: str
    records: Sequence[Record]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Groups:
    """Records under the names of their groups."""

    groups: Mapping[str, Sequence[Record]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call has to say; ``content`` None is no body at all."""

    content: Record | Listing | Groups | None
    status: int = 200
    location: str = ""


def response(answer: Answer, style: Style, form: Format) -> Response:
    """The HTTP answer, with Location where something was made."""
    headers = {"Location": answer.location} if answer.location else {}
    body = b""
    if answer.content is not None:
        write = _xml if style == "xml" else _json
        body = write(answer.content, form)
    return Response(body, answer.status, headers, content_type=_TYPES[style])


def _json(content: Record | Listing | Groups, form: Format) -> bytes:
    if isinstance(content, Listing):
        value = _listed(content, form)
    elif isinstance(content, Groups):
        value = {
            name: _items([_members(one, form) for one in group], form)
            for name, group in content.groups.items()
        }
    else:
        value = _members(content, form)
    # Escaped and unspaced, as PHP's json_encode does.
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()


def _listed(listing: Listing, form: Format) -> Any:
    records: Any = [_members(one, form) for one in listing.records]
    if listing.alone and form.single == "object":
        records = records[0]
    if form.shape == "nested":
        return {listing.plural: {listing.singular: records}}
    return {"item": records} if form.shape == "items" else records


def _items(records: list[dict[str, Any]], form: Format) -> Any:
    return records if form.shape == "flat list" else {"item": records}


def _members(record: Record, form: Format) -> dict[str, Any]:
    return {name: _json_value(value, form) for name, value in record.items()}


def _json_value(value: Any, form: Format) -> Any:
    if isinstance(value, Mapping):
        return [dict(value)] if value else []
    return _written(value) if form.ids == "string" else value


def _xml(content: Record | Listing | Groups, form: Format) -> bytes:
    if isinstance(content, Listing):
        root = _xml_listing(content, form)
    elif isinstance(content, Groups):
        root = ET.Element("xml")
        for name, group in content.groups.items():
            _fill_all(ET.SubElement(root, name), "item", group)
    else:
        root = ET.Element("xml")
        _fill(root, content)
    declaration = b'<?xml version="1.0" encoding="utf-8"?>\n'
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return declaration + body


def _xml_listing(listing: Listing, form: Format) -> ET.Element:
    if form.shape != "nested":
        root = ET.Element("xml")
        _fill_all(root, "item", listing.records)
        return root
    root = ET.Element("root")
    _fill_all(ET.SubElement(root, listing.plural), listing.singular, listing.records)
    return root


def _fill_all(parent: ET.Element, tag: str, records: Sequence[Record]) -> None:
    for record in records:
        _fill(ET.SubElement(parent, tag), record)


def _fill(parent: ET.Element, record: Record) -> None:
    for name, value in record.items():
        element = ET.SubElement(parent, name)
        if isinstance(value, Mapping):
            _fill(element, value)
        else:
            element.text = _NOT_XML.sub("", _written(value))


def _written(value: str | int | bool) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
