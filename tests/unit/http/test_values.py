from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from lti_bridge.http import Response


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/xml; charset=iso-8859-1", b"Jos\xe9", "José"),
        ('text/xml; CHARSET="ISO-8859-15"', b"\xa4", "€"),
        ("text/xml;charset=utf-8", "ژاله".encode(), "ژاله"),
        ("text/xml", "ژاله".encode(), "ژاله"),
        ("", b"Jos\xe9", "Jos\ufffd"),
        ("text/xml; charset=utf-8", b"Jos\xe9", "Jos\ufffd"),
        ("text/xml; charset=us-ascii", "é".encode(), "é"),
        ("text/xml; charset=utf-9000", b"plain", "plain"),
        ("text/xml; charset=cp0", b"plain", "plain"),
        ("text/xml; charset=punycode", b"plain-", "plain-"),
        ("text/xml; charset=hex", b"6162", "6162"),
        ("text/xml; charset=", b"plain", "plain"),
    ],
)
def test_text_is_decoded_by_the_content_type_or_as_utf_8(content_type, body, text):
    headers = CaseInsensitiveDict({"content-type": content_type} if content_type else {})

    assert Response(200, headers, body).text == text


def test_repr_of_a_response_shows_neither_headers_nor_body():
    response = Response(200, {"Set-Cookie": "session=s3cret"}, b'{"access_token": "s3cret"}')

    assert repr(response) == "Response(status=200)"
