"""The LTI 1.1 cartridge (Common Cartridge 1.1, "basic LTI link"): the tool in one address, for
LMSs that take such a file instead of typed values.

Key and secret are no part of it. The elements stand in the order of imslticc_v1p0 and
imsbasiclti_v1p0; Canvas's own wishes in the extension that it documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

XSD: Final = "http://www.imsglobal.org/xsd"
NAMESPACES: Final = {
    "": f"{XSD}/imslticc_v1p0",
    "blti": f"{XSD}/imsbasiclti_v1p0",
    "lticm": f"{XSD}/imslticm_v1p0",
    "lticp": f"{XSD}/imslticp_v1p0",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
CANVAS: Final = "canvas.instructure.com"
TITLE: Final = "Live class"
DESCRIPTION: Final = "Takes people from the course into its live class, in the right role."
CODE: Final = "lti-bridge"
NAME: Final = "LTI Bridge"

_CC: Final = "{" + NAMESPACES[""] + "}"
_BLTI: Final = "{" + NAMESPACES["blti"] + "}"
_LTICM: Final = "{" + NAMESPACES["lticm"] + "}"
_LTICP: Final = "{" + NAMESPACES["lticp"] + "}"


def cartridge(public_url: str, launch_path: str, icon_path: str) -> bytes:
    """The document, for a bridge that browsers reach at ``public_url``."""
    for prefix, namespace in NAMESPACES.items():
        register_namespace(prefix, namespace)
    link = Element(f"{_CC}cartridge_basiclti_link")
    schemas = (f"{space} {XSD}/lti/ltiv1p0/{space.rpartition('/')[2]}.xsd" for space in _ours())
    link.set("{" + NAMESPACES["xsi"] + "}schemaLocation", " ".join(schemas))
    _text(link, f"{_BLTI}title", TITLE)
    _text(link, f"{_BLTI}description", DESCRIPTION)
    extensions = SubElement(link, f"{_BLTI}extensions", {"platform": CANVAS})
    _property(extensions, "tool_id", CODE)
    _property(extensions, "privacy_level", "public")
    navigation = SubElement(extensions, f"{_LTICM}options", {"name": "course_navigation"})
    for name, value in _navigation(public_url + launch_path).items():
        _property(navigation, name, value)
    for element, path in (("launch_url", launch_path), ("icon", icon_path)):
        _text(link, f"{_BLTI}{element}", public_url + path)
        if public_url.startswith("https:"):
            _text(link, f"{_BLTI}secure_{element}", public_url + path)
    vendor = SubElement(link, f"{_BLTI}vendor")
    _text(vendor, f"{_LTICP}code", CODE)
    _text(vendor, f"{_LTICP}name", NAME)
    _text(vendor, f"{_LTICP}url", public_url)
    document: bytes = tostring(link, encoding="utf-8", xml_declaration=True)
    return document


def _ours() -> tuple[str, ...]:
    return tuple(space for prefix, space in NAMESPACES.items() if prefix != "xsi")


def _navigation(url: str) -> Mapping[str, str]:
    """The entry in a Canvas course's menu."""
    return {"default": "enabled", "enabled": "true", "text": TITLE, "url": url}


def _property(parent: Element, name: str, value: str) -> None:
    _text(parent, f"{_LTICM}property", value).set("name", name)


def _text(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = text
    return child
