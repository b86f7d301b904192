from __future__ import annotations

import pytest

from lti_bridge.errors import RemoteAddressRefused
from lti_bridge.http.destination import Destination, named, parse
from lti_bridge.http.failures import Failure


def accepted(url: str) -> Destination:
    where = parse(url, allow_http=True)
    assert isinstance(where, Destination)
    return where


def refused(url: str, *, allow_http: bool = True) -> Failure:
    where = parse(url, allow_http=allow_http)
    assert isinstance(where, Failure)
    assert where.kind is RemoteAddressRefused
    assert where.verdict == "none"
    return where


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "authority", "target"),
    [
        ("https://api.example.edu", "https", "api.example.edu", 443, "api.example.edu:443", "/"),
        ("HTTPS://API.Example.edu/A", "https", "api.example.edu", 443, "api.example.edu:443", "/A"),
        ("http://api.example.edu/", "http", "api.example.edu", 80, "api.example.edu:80", "/"),
        ("https://h:8443/a/b?c=d", "https", "h", 8443, "h:8443", "/a/b?c=d"),
        ("https://h:/a", "https", "h", 443, "h:443", "/a"),
        ("https://h?c=d", "https", "h", 443, "h:443", "/?c=d"),
        ("https://h/a?c=d#part?e", "https", "h", 443, "h:443", "/a?c=d"),
        ("https://h#part", "https", "h", 443, "h:443", "/"),
        ("https://[2001:DB8::1]:8443/", "https", "2001:db8::1", 8443, "[2001:db8::1]:8443", "/"),
        (
            "https://h/a//b/../c?x=%7e'([{}|\\^`]",
            "https",
            "h",
            443,
            "h:443",
            "/a//b/../c?x=%7e'([{}|\\^`]",
        ),
        ("https://h/?mail=a@b", "https", "h", 443, "h:443", "/?mail=a@b"),
    ],
)
def test_urls_are_taken_apart_without_changing_what_is_sent(
    url, scheme, host, port, authority, target
):
    assert accepted(url) == Destination(scheme, host, port, authority, target)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.edu", "//example.edu/", "ftp://example.edu/", "file:///etc/passwd", "https://",
        "https:///path", "https://h:0/", "https://h:65536/", "https://h:123456/", "https://h:x/",
        "https://h/a b", "https://h/a\nb", "https://h/a\r\nHost: other", "https://h/é", "https://bücher.example/",
        "https://h\\other/", "https://[::1/", "https://[fe80::1%25lo]/", " https://h/", "https://h\t/",
        "https://h/\x7f", "https://h/\n",
    ],
)  # fmt: skip
def test_what_is_no_plain_http_url_is_refused(url):
    assert "not an http or https URL" in refused(url).reason


@pytest.mark.parametrize("url", ["https://user:pass@h/", "https://user@h/", "https://h:80@other/"])
def test_credentials_in_the_url_are_refused(url):
    assert "user name or password" in refused(url).reason


def test_plain_http_is_refused_unless_allowed():
    assert "plain http" in refused("http://h/", allow_http=False).reason


def test_neither_repr_nor_name_shows_path_or_query():
    where = accepted("https://h/KEY/api/create?checksum=s3cret")

    assert "KEY" not in repr(where)
    assert "s3cret" not in repr(where)
    assert named(where) == "h:443"
    assert named(refused("https://h/s3cret é")) == "its address"
