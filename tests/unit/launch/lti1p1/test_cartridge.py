"""The cartridge, read by another parser and held against the order of its schemas."""

from __future__ import annotations

import pytest
from defusedxml.minidom import parseString

from lti_bridge.launch.lti1p1 import PATH, cartridge
from tests.campus import ask

URL = "https://bridge.example.edu"
XSD = "http://www.imsglobal.org/xsd"
ORDER = {
    "cartridge_basiclti_link": [
        "title", "description", "custom", "extensions", "launch_url", "secure_launch_url", "icon",
        "secure_icon", "vendor", "cartridge_bundle", "cartridge_icon",
    ],
    "vendor": ["code", "name", "description", "url", "contact"],
    "extensions": ["property", "options"],
    "options": ["property", "options"],
}  # fmt: skip
"""Children as imslticc_v1p0, imsbasiclti_v1p0, imslticp_v1p0 and imslticm_v1p0 order them."""
SPACES = {
    "cartridge_basiclti_link": f"{XSD}/imslticc_v1p0",
    "property": f"{XSD}/imslticm_v1p0",
    "options": f"{XSD}/imslticm_v1p0",
    "code": f"{XSD}/imslticp_v1p0",
    "name": f"{XSD}/imslticp_v1p0",
    "url": f"{XSD}/imslticp_v1p0",
}


def elements(node):
    return [child for child in node.childNodes if child.nodeType == child.ELEMENT_NODE]


def walk(node):
    yield node
    for child in elements(node):
        yield from walk(child)


def text_of(root, name):
    return [one.firstChild.data for one in walk(root) if one.localName == name]


def root(url=URL):
    return parseString(cartridge(url, PATH, "/icon.svg")).documentElement


def test_every_element_stands_where_and_in_what_namespace_its_schema_has_it():
    for node in walk(root()):
        name = node.localName
        assert node.namespaceURI == SPACES.get(name, f"{XSD}/imsbasiclti_v1p0"), name
        order = ORDER.get(name, [])
        places = [order.index(child.localName) for child in elements(node)]
        assert places == sorted(places), name
        if name in {"cartridge_basiclti_link", "vendor"}:
            assert len(places) == len(set(places)), name


def test_it_says_where_the_tool_is_by_the_settings_alone():
    assert text_of(root(), "launch_url") == [f"{URL}/lti/1p1/launch"]
    assert text_of(root(), "secure_launch_url") == [f"{URL}/lti/1p1/launch"]
    assert text_of(root(), "secure_icon") == [f"{URL}/icon.svg"]
    assert text_of(root("http://127.0.0.1:8000"), "secure_launch_url") == [], "that would be none"


def test_canvas_finds_its_menu_entry_and_sends_names():
    (extensions,) = [one for one in walk(root()) if one.localName == "extensions"]
    assert extensions.getAttribute("platform") == "canvas.instructure.com"
    pairs = {
        one.getAttribute("name"): one.firstChild.data
        for one in walk(extensions)
        if one.localName == "property"
    }
    assert pairs["privacy_level"] == "public"
    assert (pairs["enabled"], pairs["url"]) == ("true", f"{URL}/lti/1p1/launch")
    (options,) = [one for one in walk(extensions) if one.localName == "options"]
    assert options.getAttribute("name") == "course_navigation"


def test_no_secret_is_in_it():
    assert b"secret" not in cartridge(URL, PATH, "/icon.svg").replace(b"secure", b"")


@pytest.mark.parametrize("host", ["evil.example", "bridge.example.edu"])
def test_it_is_served_with_a_lifetime_whatever_the_host_header_says(campus, host):
    answer = ask("GET", f"{campus.url}/lti/config.xml", headers={"Host": host})
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "max-age=3600" in answer.headers["Cache-Control"]
    assert text_of(parseString(answer.body), "launch_url") == [f"{campus.url}/lti/1p1/launch"]
    assert host not in answer.text
