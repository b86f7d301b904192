from __future__ import annotations

from werkzeug.test import create_environ, run_wsgi_app

from lti_bridge.security import Redirect

SIGNED = "https://live.example/api/join?fullName=a+b%2Bc&checksum=0123#x"


def answer(*further):
    body, status, headers = run_wsgi_app(Redirect(SIGNED, *further), create_environ())
    return b"".join(body), status, headers.to_wsgi_list()


def test_the_location_goes_out_byte_for_byte_and_nothing_is_kept():
    body, status, headers = answer()
    assert (body, status) == (b"", "303 SEE OTHER")
    assert headers[:3] == [
        ("Location", SIGNED),
        ("Cache-Control", "no-store"),
        ("Content-Length", "0"),
    ]


def test_further_headers_come_along_also_twice():
    cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    assert answer(*cookies)[2][3:5] == cookies
