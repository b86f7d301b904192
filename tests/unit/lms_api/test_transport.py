"""What every service's call has in common: the token, the status, the pages."""

from __future__ import annotations

import pytest

from lti_bridge.errors import RemoteMalformed, RemoteRejected, RemoteUnavailable
from tests.unit.lms_api.house import MEMBERSHIPS, canned, shows_nothing_of


def get(house, path="/x", **named):
    return house.transport.get(
        house.platform, f"{house.service_server.url}{path}", MEMBERSHIPS, call="thing", **named
    )


def test_the_token_and_what_is_wanted_go_along(house):
    house.service = canned("200 OK", b"{}")
    assert get(house, accept="application/vnd.x+json").body == b"{}"
    (asked,) = house.service.asked
    assert asked["HTTP_AUTHORIZATION"].startswith("Bearer ")
    assert asked["HTTP_ACCEPT"] == "application/vnd.x+json"


@pytest.mark.parametrize(("method", "sent"), [("POST", b"[1]"), ("PUT", b"[1]"), ("DELETE", b"")])
def test_other_methods(house, method, sent):
    house.service = canned("204 No Content", b"")
    where = f"{house.service_server.url}/x"
    answer = house.transport.send(
        method, house.platform, where, MEMBERSHIPS, call="thing", body=sent, content_type="text/x"
    )
    assert answer.status == 204
    (asked,) = house.service.asked
    assert (asked["REQUEST_METHOD"], asked["body"]) == (method, sent)


def test_a_token_that_is_refused_is_replaced_once(house):
    tokens = []

    def service(environ, start_response):
        tokens.append(environ["HTTP_AUTHORIZATION"])
        good = len(tokens) == 2
        start_response("200 OK" if good else "401 No", [("Content-Length", "0")])
        return [b""]

    house.service = service
    assert get(house).status == 200
    assert len(set(tokens)) == 2
    assert house.lms.tokens.requests == 2


def test_one_that_is_refused_again_is_an_error_and_forgotten(house):
    house.service = canned("401 No", b"")
    with pytest.raises(RemoteRejected) as error:
        get(house)
    assert error.value.code == "http_401"
    assert len(house.service.asked) == 2
    assert house.tokens._held == {}
    for asked in house.service.asked:
        token = asked["HTTP_AUTHORIZATION"].partition(" ")[2]
        assert shows_nothing_of(token, error.value)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        ("403 No", b"", RemoteRejected, "http_403"),
        ("404 No", b"", RemoteRejected, "http_404"),
        ("409 No", b"", RemoteRejected, "http_409"),
        ("302 Go", b"", RemoteRejected, "http_302"),
        ("304 No", b"", RemoteRejected, "http_304"),
        ("429 No", b"", RemoteUnavailable, "rate_limited"),
        ("403 No", b"403 Forbidden (Rate Limit Exceeded)\n", RemoteUnavailable, "rate_limited"),
        ("500 No", b"", RemoteUnavailable, "http_500"),
        ("503 No", b"", RemoteUnavailable, "http_503"),
    ],
)
def test_what_statuses_mean(house, status, body, kind, code):
    house.service = canned(status, body)
    with pytest.raises(kind) as error:
        get(house)
    assert (error.value.code, error.value.service, error.value.call) == (code, "Riverbank", "thing")


def pages_of(house, links):
    """A service whose page N has ``links[N]`` as its Link header; what was asked for."""
    asked = []

    def service(environ, start_response):
        number = len(asked)
        asked.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}".rstrip("?"))
        body = str(number).encode()
        link = links[number] if number < len(links) else ""
        start_response(
            "200 OK", [("Content-Length", str(len(body))), *([("Link", link)] if link else [])]
        )
        return [body]

    house.service = service
    return asked


def bodies(house):
    where = f"{house.service_server.url}/list"
    pages = house.transport.pages(house.platform, where, MEMBERSHIPS, call="thing")
    return [page.body for page in pages]


def test_pages_follow_one_another(house):
    base = house.service_server.url
    asked = pages_of(
        house, [f'<{base}/list?p=2>; rel="next"', '<?p=3>; rel="next", </>; rel=first']
    )
    assert bodies(house) == [b"0", b"1", b"2"]
    assert asked == ["/list", "/list?p=2", "/list?p=3"]
    assert house.lms.tokens.requests == 1


def test_a_page_is_asked_for_when_it_is_wanted(house):
    asked = pages_of(house, ['<?p=2>; rel="next"'] * 5)
    pages = house.transport.pages(
        house.platform, f"{house.service_server.url}/list", MEMBERSHIPS, call="thing"
    )
    next(pages)
    assert asked == ["/list"]


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ('<https://evil.example/list>; rel="next"', "paging_origin"),
        ('<//127.0.0.1:1/list>; rel="next"', "paging_origin"),
        ('<https://[/list>; rel="next"', "paging_url"),
        ('<http://127.0.0.1:99999999/list>; rel="next"', "paging_url"),
        ('<javascript:alert(1)>; rel="next"', "paging_origin"),
        ('</list>; rel="next"', "paging_loop"),
        ('<>; rel="next"', "paging_loop"),
    ],
)
def test_pages_that_lead_astray_are_not_followed(house, link, code):
    asked = pages_of(house, [link])
    with pytest.raises(RemoteMalformed) as error:
        bodies(house)
    assert error.value.code == code
    assert asked == ["/list"]


def test_a_list_without_end_is_none(house, monkeypatch):
    monkeypatch.setattr("lti_bridge.lms_api.transport.MOST_PAGES", 4)
    asked = pages_of(house, [f'<?p={n}>; rel="next"' for n in range(9)])
    with pytest.raises(RemoteMalformed) as error:
        bodies(house)
    assert error.value.code == "paging_loop"
    assert len(asked) == 4
