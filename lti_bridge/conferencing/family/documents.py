"""Bodies of calls that carry files: slides as XML, captions as a form with a file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from urllib3.filepost import encode_multipart_formdata

if TYPE_CHECKING:
    from lti_bridge.conferencing.meetings import Slide

XML: Final = "application/xml"
SUBTITLES: Final = "captions.vtt"
_WEBVTT: Final = b"WEBVTT"


def presentation(slides: Sequence[Slide], *, inserted: bool = False) -> bytes:
    """``<modules>`` as create and insertDocument take them (BigBlueButton API, "Pre-upload
    Slides"); the first is shown first. Control characters, which XML hasn't got, are left out.
    """
    modules = ET.Element("modules")
    module = ET.SubElement(modules, "module", name="presentation")
    for slide in slides:
        facts = {
            "downloadable": str(slide.downloadable).lower(),
            "removable": str(slide.removable).lower(),
        }
        if inserted:
            facts["current"] = str(slide.current).lower()
        if slide.url:
            facts |= {"url": slide.url, "filename": slide.filename}
        else:
            facts["name"] = slide.filename
        document = ET.SubElement(module, "document", {k: _printable(v) for k, v in facts.items()})
        if not slide.url:
            document.text = base64.b64encode(slide.content).decode("ascii")
    body: bytes = ET.tostring(modules, encoding="utf-8")
    return body


def captions(content: bytes | None) -> tuple[bytes, str]:
    """The body of putRecordingTextTrack and its content type; without content it is empty,
    which takes the track away. The service finds the format out by itself (SRT, SSA, WebVTT).
    """
    if content is None:
        return b"", "application/x-www-form-urlencoded"
    kind = (
        "text/vtt"
        if content.removeprefix(b"\xef\xbb\xbf").startswith(_WEBVTT)
        else "application/octet-stream"
    )
    body, content_type = encode_multipart_formdata({"file": (SUBTITLES, content, kind)})
    return body, content_type


def _printable(value: str) -> str:
    return "".join(c for c in value if c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe")
