"""Slides sent with create, or into a running meeting.

BigBlueButton API, "create / Pre-upload Slides" and "insertDocument": an XML body with a module
``presentation``. Refusals are RemoteRejected (validationError).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeET

from lti_bridge.simulators.bigbluebutton.parameters import HTTP_URL
from lti_bridge.simulators.bigbluebutton.query import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

_ATTRIBUTES = {"url", "filename", "name", "downloadable", "removable", "current"}


@dataclass(frozen=True, slots=True)
class Slide:
    """One document of slides."""

    name: str
    """A file's name, with its extension."""
    url: str = field(default="", repr=False)
    content: bytes = field(default=b"", repr=False)
    """Where it came in the body and not as a ``url``."""
    downloadable: bool = True
    removable: bool = False
    current: bool = False
    """Shown at once."""


def slides_of(body: bytes) -> list[Slide]:
    """The slides of an XML body, in its order; none for modules of other kinds.

    Raises RemoteRejected for XML that can't be read or breaks a rule.
    """
    try:
        root = SafeET.fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise invalid("The body is not XML.") from error
    if root.tag != "modules" or any(module.tag != "module" for module in root):
        raise invalid("The body has no modules.")
    documents = [
        document for module in root if module.get("name") == "presentation" for document in module
    ]
    slides = [_slide(document) for document in documents]
    if sum(slide.current for slide in slides) > 1:
        raise invalid("Only one document can be the current one.")
    return slides


def show_the_first(slides: list[Slide]) -> list[Slide]:
    """With the first one current, unless another is."""
    if not slides or any(slide.current for slide in slides):
        return slides
    return [replace(slides[0], current=True), *slides[1:]]


def none_current(slides: list[Slide]) -> list[Slide]:
    """The same, none of them shown."""
    return [replace(slide, current=False) for slide in slides]


def slide_of(parameters: Mapping[str, str]) -> list[Slide]:
    """That of preUploadedPresentation, if there is one."""
    url = parameters.get("preUploadedPresentation", "")
    if not url:
        return []
    name = parameters.get("preUploadedPresentationName") or _last_segment(url)
    return [Slide(_with_extension(name), url)]


def _slide(document: Element) -> Slide:
    if document.tag != "document" or not set(document.keys()) <= _ATTRIBUTES:
        raise invalid("A presentation holds something that is not a document.")
    url, text = document.get("url", ""), (document.text or "").strip()
    if bool(url) == bool(text) or (url and not HTTP_URL.fullmatch(url)):
        raise invalid("A document needs either a web address or its content.")
    name = document.get("filename") or document.get("name") or _last_segment(url)
    return Slide(
        name=_with_extension(name),
        url=url,
        content=_decoded(text),
        downloadable=_flag(document, "downloadable", default=True),
        removable=_flag(document, "removable", default=False),
        current=_flag(document, "current", default=False),
    )


def _last_segment(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2])


def _with_extension(name: str) -> str:
    if not PurePosixPath(name).suffix:
        raise invalid("A document's file name has no extension.")
    return name


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise invalid("A document's content is not base64.") from error


def _flag(document: Element, name: str, *, default: bool) -> bool:
    value = document.get(name, str(default).lower())
    if value not in {"true", "false"}:
        raise invalid(f"A document's {name} is neither true nor false.")
    return value == "true"
